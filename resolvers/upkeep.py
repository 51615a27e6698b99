"""What is done by itself, a use-case each: what is due is taken in hand, and what came of it is written down.

Between the two AWS is asked, by `upkeep`, and no transaction is open. Done twice, nothing happens the second time.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.changing import Operation
from domain.configuration.entities import Organisation
from domain.configuration.fields import fields_of
from domain.configuration.kinds import Kind
from domain.configuration.targets import Asked, of_service
from domain.errors import NotFound, Refused
from domain.events import EventType, Happening
from domain.test_environments import WARNING
from domain.upkeep import HOUR, Look, holding_back, wait
from domain.words import OperationKind
from models import upkeep
from models.configuration import current
from models.event_log import append
from models.queries import find, locked, take_turns, values
from models.tables import Pipeline, Service
from models.upkeep import Place, Wanted
from resolvers import configuring
from resolvers.configuring import CONFIGURATION, Author, change
from resolvers.permitting import configured
from resolvers.repeating import require_keepable

ACTOR = "interlock"
EXPIRED = "expired"
STARTS = "pipeline starts"
"""Whoever changes what is to be started takes turns, and holds pipelines after that."""
LEASE = timedelta(minutes=10)
"""Longer than a look at an account, or a start, takes: then what a worker that died had in hand is due again."""


def worker(now: datetime, url: str) -> Author:
    """Who changes the configuration when a time is over."""
    return Author(ACTOR, now, url, reason=EXPIRED)


# --- test environments and holds ------------------------------------------------------------------------------------


async def warn(session: AsyncSession, now: datetime) -> int:
    """Tells of the test environments that end within a day; how many."""
    if not await upkeep.ending(session, now, WARNING):
        return 0
    await take_turns(session, CONFIGURATION)  # none of them is put off meanwhile
    places = await upkeep.ending(session, now, WARNING)
    await upkeep.mark_warned(session, [each.id for each in places], now)
    happenings = [
        _of(EventType.ENVIRONMENT_ENDING, each, expiresAt=each.expires_at and each.expires_at.isoformat())
        for each in places
    ]
    await append(session, happenings, ACTOR)
    return len(places)


async def archive_holds(session: AsyncSession, by: Author) -> int:
    """Archives the holds whose time is over, as one change; how many."""
    if not await upkeep.expired_holds(session, by.now):
        return 0
    await take_turns(session, CONFIGURATION)
    names = await upkeep.expired_holds(session, by.now)
    await change(session, by, configuring.Asked(operations=tuple(_archive(Kind.HOLD, each) for each in names)))
    return len(names)


async def begin_cleaning(session: AsyncSession, now: datetime) -> int:
    """Takes the test environments whose end has come in hand; how many.

    What a person has archived, put off or made anew meanwhile is left alone.
    """
    if not await upkeep.ended(session, now) and not await upkeep.spared(session, now):
        return 0
    await take_turns(session, CONFIGURATION)
    for id_ in await upkeep.spared(session, now):
        await upkeep.end_cleaning(session, id_)
    places = await upkeep.ended(session, now)
    for each in places:
        await upkeep.begin_cleaning(session, each.id, now)
    return len(places)


async def claim_cleaning(session: AsyncSession, now: datetime) -> Place | None:
    """The test environment whose account is to be looked at next, for this worker alone."""
    return await upkeep.claim_cleaning(session, now, now + LEASE)


async def record_look(session: AsyncSession, by: Author, place: Place, look: Look) -> None:
    """What a look has found and done: told where it is news. With nothing left, the environment is archived."""
    if look.unreachable is None and not look.stacks:
        await _finish(session, by, place)
        return
    row = await upkeep.cleaning_of(session, place.id)
    if row is None:
        return
    less, happenings = False, []
    if look.unreachable is None:
        if row.told_at is None:
            row.told_at = by.now
            happenings.append(_of(EventType.ENVIRONMENT_CLEANING, place, stacks=sorted(look.stacks)))
        less = bool(set(row.remaining) - set(look.stacks))
        row.remaining = sorted(look.stacks)
        row.stacks = sorted({*row.stacks, *look.stacks})
    row.attempts = 0 if less else row.attempts + 1
    row.next_at = by.now + wait(max(row.attempts - 1, 0), moving=look.moving)
    if look.cause and look.cause != row.cause:
        stacks = sorted(look.causes) if look.causes else list(row.remaining)
        happenings.append(_of(EventType.ENVIRONMENT_CLEANING_FAILED, place, stacks=stacks, cause=look.cause))
    row.cause = look.cause if less else look.cause or row.cause
    await session.flush()
    await append(session, happenings, ACTOR)


async def _finish(session: AsyncSession, by: Author, place: Place) -> None:
    """Nothing is left: the environment is archived with its holds, in one change.

    Unless it is another one by now, put off or elsewhere: the look says nothing of that.
    """
    await take_turns(session, CONFIGURATION)
    row = await upkeep.cleaning_of(session, place.id)
    if row is None:
        return
    if await upkeep.place(session, place.id) != place:
        row.next_at = by.now
        return
    happenings = [] if row.told_at else [_of(EventType.ENVIRONMENT_CLEANING, place, stacks=[])]
    happenings.append(_of(EventType.ENVIRONMENT_CLEANED, place, stacks=list(row.stacks)))
    await append(session, happenings, ACTOR)
    await upkeep.end_cleaning(session, place.id)
    holds = (await current(session)).configuration.holds.values()
    operations = [_archive(Kind.HOLD, each.name) for each in holds if each.environment == place.name]
    await change(session, by, configuring.Asked(operations=(*operations, _archive(Kind.ENVIRONMENT, place.name))))


def _archive(kind: Kind, key: str) -> Operation:
    return Operation(OperationKind.ARCHIVE, kind, key)


def _of(type_: EventType, place: Place, **more: object) -> Happening:
    payload = {"environment": place.name, "owner": place.owner, "team": place.team, **more}
    return Happening(type_, "Environment", place.id, payload)


# --- pipelines ------------------------------------------------------------------------------------------------------


async def ask_for_stale(session: AsyncSession, now: datetime) -> int:
    """Stale pipelines are to be started, where the organisation says so; how many are new."""
    await take_turns(session, STARTS)
    return await upkeep.ask_for_stale(session, now)


async def claim_start(session: AsyncSession, now: datetime) -> Wanted | None:
    """The pipeline to start next, for this worker alone; None where there is none, or the hour has had enough."""
    await take_turns(session, STARTS)
    most = await upkeep.starts_per_hour(session)
    most = fields_of(Organisation)["pipeline_starts_per_hour"].default if most is None else most
    if await upkeep.started_since(session, now - HOUR) >= most:
        return None
    due = await upkeep.due_starts(session, now)
    freezes = (await current(session)).configuration.freezes.values() if due else ()
    for wanted in due:
        if not holding_back(freezes, wanted.service, wanted.team, now):
            await upkeep.lease_start(session, wanted, now, now + LEASE)
            return wanted
    return None


async def record_started(session: AsyncSession, wanted: Wanted, execution: str, now: datetime) -> None:
    """AWS has started it."""
    await take_turns(session, STARTS)
    row = await upkeep.start_of(session, wanted.start)
    if row is None:
        return
    row.ended_at, row.execution_id, row.cause = now, execution, None
    await upkeep.mark_started(session, wanted, now)
    told = {"executionId": execution, "askedBy": row.asked_by, "reason": row.reason}
    await append(session, [_started(EventType.PIPELINE_STARTED, wanted, **told)], ACTOR)


async def record_start_failed(session: AsyncSession, wanted: Wanted, cause: str, now: datetime) -> None:
    """AWS has not started it, and says why. It is tried again, later and later; told when the cause is another one."""
    await take_turns(session, STARTS)
    row = await upkeep.start_of(session, wanted.start)
    if row is None:
        return
    row.claimed_at, row.next_at = None, now + wait(row.attempts)
    if cause != row.cause:
        row.cause = cause
        told = {"cause": cause, "askedBy": row.asked_by, "reason": row.reason}
        await append(session, [_started(EventType.PIPELINE_START_FAILED, wanted, **told)], ACTOR)
    await session.flush()


def _started(type_: EventType, wanted: Wanted, **more: object) -> Happening:
    payload = {"pipeline": wanted.name, "pipelineArn": wanted.arn, "service": wanted.service}
    return Happening(type_, "Pipeline", wanted.pipeline, {**payload, "wantedDigest": wanted.digest, **more})


async def request_start(session: AsyncSession, by: Author, arn: str) -> Pipeline:
    """A person wants the pipeline started; the worker does it, within the hour's limit and outside freezes."""
    require_keepable(by)
    await take_turns(session, STARTS)
    pipeline = await locked(session, Pipeline, arn=arn)
    if pipeline is None:
        raise NotFound("pipeline", arn, await values(session, Pipeline, "arn"), field="arn")
    service = await find(session, Service, id=pipeline.service_id) if pipeline.service_id else None
    target = of_service(await configured(session), service.name if service else None)
    await by.may(session, Asked(target, NotFound("pipeline", arn, field="arn")))
    if pipeline.service_id is None or pipeline.registered_at is None:
        raise Refused(
            "NOT_REGISTERED",
            f"The pipeline {arn} is known by its events alone: no service has registered it.",
            path=["arn"],
            remedy="Deploy the pipeline's stack with pipelinekit, which registers it, or start it where it runs.",
        )
    if by.idempotency_key is not None and await _asked_before(session, by, by.idempotency_key, pipeline):
        return pipeline
    await upkeep.request_start(session, pipeline.id, by.actor, by.now, by.reason, by.idempotency_key)
    return pipeline


async def _asked_before(session: AsyncSession, by: Author, key: str, pipeline: Pipeline) -> bool:
    there = await upkeep.request_under(session, by.actor, key)
    if there is not None and there.pipeline_id != pipeline.id:
        raise Refused(
            "IDEMPOTENCY_KEY_REUSED",
            f"The idempotency key {key!r} was used to start another pipeline.",
            path=["idempotencyKey"],
            remedy="Use a key of its own for each request, and the same one only to ask for the same again.",
        )
    return there is not None
