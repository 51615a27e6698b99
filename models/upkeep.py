"""The SQL of upkeep: who does it, what is due, and what is written down of it.

Whoever waits for AWS holds no transaction: what is taken in hand is leased by its `next_at`, and is due again when the
lease has ended without an answer.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.words import EnvironmentKind
from models.engine import Database
from models.event_log import APPENDED
from models.tables import (
    Account,
    ChangeEntry,
    Cleaning,
    Environment,
    Hold,
    Organisation,
    Pipeline,
    PipelineStart,
    Region,
    Service,
    Team,
)

LOCK = "upkeep"
_TRY = text("select pg_try_advisory_lock(hashtext(:what))")
_LEAVE = text("select pg_advisory_unlock(hashtext(:what))")


class Place(NamedTuple):
    """A test environment as upkeep sees it. account: twelve digits. was_shared: an environment of all had this name."""

    id: UUID
    name: str
    owner: str | None
    team: str | None
    account: str
    region: str
    expires_at: datetime | None
    was_shared: bool


class Wanted(NamedTuple):
    """A pipeline that is to be started. start: the row's key."""

    start: UUID
    pipeline: UUID
    arn: str
    name: str
    account: str
    region: str
    service: str | None
    team: str | None
    digest: str | None
    asked_at: datetime
    attempts: int


@asynccontextmanager
async def elected(database: Database) -> AsyncIterator[bool]:
    """Whether this process does the upkeep for as long as the block lasts; False while another one does.

    The lock is the connection's: it ends with the process, however that ends.
    """
    async with database.reading() as connection:
        mine = bool((await connection.execute(_TRY, {"what": LOCK})).scalar_one())
        try:
            yield mine
        finally:
            if mine:
                await connection.execute(_LEAVE, {"what": LOCK})


# --- test environments ----------------------------------------------------------------------------------------------

_SHARED = EnvironmentKind.SHARED.value
_WAS_SHARED = exists().where(
    ChangeEntry.entity_id == Environment.id,
    or_(ChangeEntry.before["kind"].astext == _SHARED, ChangeEntry.after["kind"].astext == _SHARED),
)
"""A kind is never changed, but a name may come back as another one: what the first left may still run."""


def _at_its_end(now: datetime) -> ColumnElement[bool]:
    return and_(
        Environment.kind == EnvironmentKind.TEST, Environment.archived_at.is_(None), Environment.expires_at <= now
    )


async def ending(session: AsyncSession, now: datetime, warning: timedelta) -> list[Place]:
    """Test environments that end within `warning`, and whose owner was not told of this end."""
    told = and_(Environment.warned_at.is_not(None), Environment.warned_at >= Environment.expires_at - warning)
    return await _places(session, Environment.expires_at <= now + warning, Environment.cleaning_at.is_(None), ~told)


async def ended(session: AsyncSession, now: datetime) -> list[Place]:
    """Test environments whose end has come, and of which cleaning has not begun."""
    return await _places(session, Environment.expires_at <= now, Environment.cleaning_at.is_(None))


async def place(session: AsyncSession, id_: UUID) -> Place | None:
    """One test environment, as long as it is in the fleet."""
    return next(iter(await _places(session, Environment.id == id_)), None)


async def _places(session: AsyncSession, *conditions: ColumnElement[bool]) -> list[Place]:
    columns = (Environment.id, Environment.name, Environment.owner, Team.name, Account.aws_id, Region.name)
    statement = select(*columns, Environment.expires_at, _WAS_SHARED).where(*conditions)
    statement = statement.where(Environment.kind == EnvironmentKind.TEST, Environment.archived_at.is_(None))
    statement = statement.join(Environment.account).join(Environment.region).outerjoin(Environment.team)
    rows = await session.execute(statement.order_by(Environment.expires_at, Environment.name))
    return [Place(*row) for row in rows]


async def mark_warned(session: AsyncSession, ids: Sequence[UUID], now: datetime) -> None:
    """Their owners are told in this transaction."""
    await session.execute(update(Environment).where(Environment.id.in_(ids)).values(warned_at=now))


async def begin_cleaning(session: AsyncSession, id_: UUID, now: datetime) -> None:
    """It is looked at from now on, until nothing of it is left."""
    await session.execute(update(Environment).where(Environment.id == id_).values(cleaning_at=now))
    begun = insert(Cleaning).values(environment_id=id_, next_at=now)
    fresh = {"next_at": now, "attempts": 0, "stacks": [], "remaining": [], "told_at": None, "cause": None}
    await session.execute(begun.on_conflict_do_update(index_elements=[Cleaning.environment_id], set_=fresh))


async def end_cleaning(session: AsyncSession, id_: UUID) -> None:
    """Nothing is to be cleaned, and nobody was warned: as of an environment that has just come to be."""
    await session.execute(delete(Cleaning).where(Cleaning.environment_id == id_))
    await session.execute(update(Environment).where(Environment.id == id_).values(cleaning_at=None, warned_at=None))


async def spared(session: AsyncSession, now: datetime) -> Sequence[UUID]:
    """The environments being cleaned that a person has archived meanwhile, or put off, or made anew."""
    cleaned = select(Cleaning.environment_id).join(Environment, Environment.id == Cleaning.environment_id)
    return (await session.scalars(cleaned.where(~func.coalesce(_at_its_end(now), False)))).all()


async def was_shared(session: AsyncSession, name: str) -> bool:
    """Whether there ever was a shared environment of this name."""
    return bool(await session.scalar(select(exists().where(Environment.name == name, _WAS_SHARED))))


async def claim_cleaning(session: AsyncSession, now: datetime, until: datetime) -> Place | None:
    """The test environment that has been due for the longest and is still at its end, leased."""
    due = select(Cleaning).join(Environment, Environment.id == Cleaning.environment_id)
    due = due.where(Cleaning.next_at <= now, _at_its_end(now)).order_by(Cleaning.next_at).limit(1)
    row = (await session.scalars(due.with_for_update(of=Cleaning, skip_locked=True))).one_or_none()
    if row is None:
        return None
    row.next_at = until
    await session.flush()
    return await place(session, row.environment_id)


async def cleaning_of(session: AsyncSession, id_: UUID) -> Cleaning | None:
    """What is known of a cleaning, held until the transaction ends."""
    statement = select(Cleaning).where(Cleaning.environment_id == id_).with_for_update()
    return (await session.scalars(statement)).one_or_none()


async def cleaning_since(session: AsyncSession, name: str) -> datetime | None:
    """Since when the environment of this name is being cleaned."""
    statement = select(Environment.cleaning_at).where(Environment.name == name, Environment.archived_at.is_(None))
    return (await session.scalars(statement)).one_or_none()


async def expired_holds(session: AsyncSession, now: datetime) -> Sequence[str]:
    """The names of the holds whose time is over."""
    statement = select(Hold.name).where(Hold.expires_at <= now, Hold.archived_at.is_(None))
    return (await session.scalars(statement.order_by(Hold.name))).all()


# --- pipelines ------------------------------------------------------------------------------------------------------

_ALLOWED = exists().where(Organisation.start_pipelines, Organisation.archived_at.is_(None))
_STALE = and_(
    Pipeline.stale_at.is_not(None),
    Pipeline.wanted_digest.is_not(None),
    Pipeline.started_for.is_distinct_from(Pipeline.wanted_digest),
)
_OPEN = PipelineStart.ended_at.is_(None)
_WANTED = and_(_ALLOWED, exists().where(Pipeline.id == PipelineStart.pipeline_id, _STALE))
"""Without anybody's having asked for it."""


async def ask_for_stale(session: AsyncSession, now: datetime) -> int:
    """A row for every stale pipeline that is to be started; how many are new. Rows of what is current again go.

    Does nothing, and writes nothing, while the organisation does not start pipelines.
    """
    gone = delete(PipelineStart).where(_OPEN, PipelineStart.asked_by.is_(None), PipelineStart.claimed_at.is_(None))
    gone = gone.where(~_WANTED)
    await session.execute(gone)
    unknown = (_OPEN, PipelineStart.asked_by.is_(None), PipelineStart.next_at <= now, ~_WANTED)  # its worker died
    await session.execute(update(PipelineStart).where(*unknown).values(ended_at=now))
    there = exists().where(PipelineStart.pipeline_id == Pipeline.id, _OPEN)
    found = (await session.scalars(select(Pipeline.id).where(_ALLOWED, _STALE, ~there))).all()
    if not found:
        return 0
    rows = [{"id": uuid7(), "pipeline_id": each, "asked_at": now, "next_at": now} for each in found]
    await session.execute(insert(PipelineStart).values(rows).on_conflict_do_nothing())
    return len(found)


async def started_since(session: AsyncSession, since: datetime) -> int:
    """How often AWS was asked to start a pipeline after this time, and did not say no."""
    statement = select(func.count()).select_from(PipelineStart).where(PipelineStart.claimed_at > since)
    return int((await session.scalars(statement)).one())


async def starts_per_hour(session: AsyncSession) -> int | None:
    """How many the organisation allows; None until it is configured."""
    statement = select(Organisation.pipeline_starts_per_hour).where(Organisation.archived_at.is_(None))
    return (await session.scalars(statement)).one_or_none()


async def due_starts(session: AsyncSession, now: datetime) -> list[Wanted]:
    """The pipelines that are to be started now, the one that has been stale for the longest first, each held."""
    since = func.coalesce(Pipeline.stale_at, PipelineStart.asked_at)
    columns = (PipelineStart.id, Pipeline.id, Pipeline.arn, Pipeline.name, Pipeline.account_id, Pipeline.region_name)
    statement = select(
        *columns,
        Service.name,
        Team.name,
        func.coalesce(Pipeline.wanted_digest, Pipeline.plan_digest),
        PipelineStart.asked_at,
        PipelineStart.attempts,
    )
    statement = statement.join(Pipeline, Pipeline.id == PipelineStart.pipeline_id)
    statement = statement.outerjoin(Pipeline.service).outerjoin(Service.team)
    wanted = or_(PipelineStart.asked_by.is_not(None), and_(_ALLOWED, _STALE))
    statement = statement.where(_OPEN, PipelineStart.next_at <= now, wanted).order_by(since, Pipeline.arn)
    rows = await session.execute(statement.with_for_update(of=PipelineStart, skip_locked=True))
    return [Wanted(*row) for row in rows]


async def lease_start(session: AsyncSession, wanted: Wanted, now: datetime, until: datetime) -> None:
    """AWS is asked for it now."""
    values = {"claimed_at": now, "next_at": until, "digest": wanted.digest, "attempts": wanted.attempts + 1}
    await session.execute(update(PipelineStart).where(PipelineStart.id == wanted.start).values(**values))


async def start_of(session: AsyncSession, id_: UUID) -> PipelineStart | None:
    """A start that has not ended, held until the transaction ends."""
    statement = select(PipelineStart).where(PipelineStart.id == id_, _OPEN).with_for_update()
    return (await session.scalars(statement)).one_or_none()


async def mark_started(session: AsyncSession, wanted: Wanted, now: datetime) -> None:
    """The pipeline was started for this digest."""
    values = {"started_for": wanted.digest, "started_at": now}
    await session.execute(update(Pipeline).where(Pipeline.id == wanted.pipeline).values(**values))


async def request_under(session: AsyncSession, actor: str, key: str) -> PipelineStart | None:
    """What this person asked for under this idempotency key."""
    statement = select(PipelineStart).where(PipelineStart.asked_by == actor, PipelineStart.idempotency_key == key)
    return (await session.scalars(statement)).one_or_none()


async def request_start(
    session: AsyncSession, pipeline: UUID, actor: str, now: datetime, reason: str | None, key: str | None
) -> None:
    """A person asks for it: it is due at once. What is open already stays the one row, and whoever asked first has it.

    The caller holds the pipeline. Whoever starts pipelines is poked when the transaction has committed.
    """
    statement = select(PipelineStart).where(PipelineStart.pipeline_id == pipeline, _OPEN).with_for_update()
    row = (await session.scalars(statement)).one_or_none()
    given = {"asked_by": actor, "reason": reason, "idempotency_key": key}
    if row is None:
        session.add(PipelineStart(pipeline_id=pipeline, asked_at=now, next_at=now, **given))
    else:
        row.next_at = min(row.next_at, now)
        for name, value in given.items() if row.asked_by is None else ():
            setattr(row, name, value)
    await session.flush()
    session.info[APPENDED] = True
