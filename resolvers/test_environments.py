"""Test environments: a developer makes one, puts its end off, and ends it. Each is a change through the one door.

What such a change says depends on what is there and on the time. Asked again under its idempotency key, it is therefore
worked out as of the first time, so that the door sees the same operations.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import test_environments as rules
from domain.configuration.changing import Operation, register
from domain.configuration.configuration import Configuration
from domain.configuration.entities import Environment
from domain.configuration.kinds import Kind
from domain.configuration.targets import Asked, named, of_environment
from domain.errors import InvalidValue, NotFound, Problems, Refused
from domain.permissions import Target
from domain.words import EnvironmentKind, OperationKind
from models import changes, upkeep
from models.configuration import current
from models.queries import take_turns, values
from models.tables import Change
from models.tables import Environment as Table
from resolvers import configuring
from resolvers.configuring import CONFIGURATION, Author, change


@dataclass(frozen=True, slots=True)
class Wish:
    """The test environment that somebody wants. stage, region: of the shared environment that it is made after."""

    stage: str
    owner: str
    region: str | None = None
    team: str | None = None
    purpose: str | None = None
    days: int | None = None
    name: str | None = None


class Done(NamedTuple):
    """What was done. environment: the row's key. change: None where nothing differed."""

    environment: UUID
    change: UUID | None


@dataclass(frozen=True, slots=True)
class _Before:
    """What the change under this idempotency key did, and when; nothing where it is new."""

    time: datetime
    was: Environment | None
    became: Environment | None


async def create(session: AsyncSession, by: Author, wish: Wish) -> Done:
    """A test environment after the stage's shared one, in its account, Region and wave; or why there is none."""
    configuration, before = await _begin(session, by)
    await by.may(session, *named(configuration, Kind.STAGE, wish.stage), *named(configuration, Kind.TEAM, wish.team))
    if by.narrowed and configuration.stages[wish.stage].production:  # the rule's own words name other stages
        raise InvalidValue("stage", wish.stage, "a stage outside production")
    shared = before.became if before else rules.template(configuration, wish.stage, wish.region)
    place = Target(team=wish.team, stage=wish.stage, account=shared.account if shared else None)
    await by.may(session, Asked(place, NotFound("stage", wish.stage, field="stage")))
    if before is not None:
        return await _changed(session, by, _again(configuration, wish, before))
    assert shared is not None  # `template` has found one
    limits = rules.limits_of(configuration.organisation)
    days = rules.days_allowed(limits, wish.days)
    if problems := rules.over_quota(configuration, wish.owner, wish.team):
        raise Problems(problems)
    taken = set(await values(session, Table, "name"))
    name = wish.name or rules.name_for(wish.owner, taken)
    if name in taken and name not in configuration.environments and await upkeep.was_shared(session, name):
        raise _was_shared(name)
    fields = _fields(wish, name, shared, by.now.replace(microsecond=0) + timedelta(days=days))
    done = await _changed(session, by, register(Kind.ENVIRONMENT, fields))
    await upkeep.end_cleaning(session, done.environment)  # it may have come back
    return done


def _again(configuration: Configuration, wish: Wish, before: _Before) -> Operation:
    """What creating it the first time asked of the door, as far as this wish is the same."""
    made = before.became if before.was is None else None
    if made is None:
        return register(Kind.ENVIRONMENT, {"name": wish.name or ""})
    wave = configuration.waves.get(made.wave)
    same = wave is not None and wave.stage == wish.stage and wish.region in (None, made.region)
    fields = _fields(wish, wish.name or made.name, made, _end(before, wish.days))
    return register(Kind.ENVIRONMENT, fields if same else {**fields, "wave": ""})


def _end(before: _Before, days: int | None) -> datetime | None:
    """The end that so many days came to the first time; the one that it got, where they were not said."""
    if days is None:
        return before.became.expires_at if before.became else None
    return before.time + timedelta(days=max(0, min(days, 1000)))


def _fields(wish: Wish, name: str, like: Environment, until: datetime | None) -> dict[str, Any]:
    return {
        "name": name,
        "account": like.account,
        "region": like.region,
        "wave": like.wave,
        "kind": EnvironmentKind.TEST,
        "owner": wish.owner,
        "team": wish.team,
        "purpose": wish.purpose,
        "expires_at": until,
    }


async def extend(session: AsyncSession, by: Author, name: str, days: int | None = None) -> Done:
    """The end of a test environment, put off to so many days from now: where unsaid, to as many as are allowed."""
    configuration, before = await _begin(session, by)
    await by.may(session, *_own(configuration, name))
    if before is not None:
        fields = {"expires_at": _end(before, days), "extensions": before.became.extensions if before.became else 0}
        return await _changed(session, by, _update(name, fields))
    there = rules.of_name(configuration, name)
    limits = rules.limits_of(configuration.organisation)
    await _require_not_cleaning(session, name)
    until = rules.put_off(there, limits, rules.days_allowed(limits, days), by.now)
    done = await _changed(session, by, _update(name, {"expires_at": until, "extensions": there.extensions + 1}))
    await upkeep.end_cleaning(session, done.environment)  # its owner is warned again
    return done


async def delete(session: AsyncSession, by: Author, name: str) -> Done:
    """The end of a test environment is now: upkeep deletes what was deployed to it, and then archives it.

    One that is being cleaned already stays so.
    """
    configuration, before = await _begin(session, by)
    await by.may(session, *_own(configuration, name))
    if before is not None:
        return await _changed(session, by, _update(name, {"expires_at": before.time}))
    there = rules.of_name(configuration, name)
    if rules.ends(there) > by.now:
        done = await _changed(session, by, _update(name, {"expires_at": by.now}))
    else:
        done = Done((await current(session)).rows[Kind.ENVIRONMENT][name].id, None)
    if await upkeep.cleaning_since(session, name) is None:
        await upkeep.begin_cleaning(session, done.environment, by.now)
    return done


def _own(configuration: Configuration, name: str) -> Iterator[Asked]:
    """A test environment is its team's, in its stage and account."""
    absent = NotFound("test environment", name, field="name")
    yield Asked(of_environment(configuration, name), absent, name in configuration.environments)


async def _begin(session: AsyncSession, by: Author) -> tuple[Configuration, _Before | None]:
    """The configuration, which nobody else changes until this transaction ends, and what the key stands for."""
    await take_turns(session, CONFIGURATION)
    configuration = (await current(session)).configuration
    known = await changes.change_with_key(session, by.actor, by.idempotency_key) if by.idempotency_key else None
    return configuration, await _before(session, known) if known else None


async def _before(session: AsyncSession, known: Change) -> _Before:
    """Of another kind of change nothing is told: the door refuses the key for it."""
    entries = [entry for entry, _, _ in await changes.entries_of(session, known.number)]
    only = entries[0] if len(entries) == 1 and entries[0].kind is Kind.ENVIRONMENT else None
    return _Before(known.time.astimezone(UTC), only.before if only else None, only.after if only else None)


def _was_shared(name: str) -> Refused:
    return Refused(
        "WAS_SHARED",
        f"There was a shared environment {name!r}: what it deployed may still run, and would be deleted with this one.",
        path=["name"],
        remedy="Give another name, or none.",
    )


async def _require_not_cleaning(session: AsyncSession, name: str) -> None:
    since = await upkeep.cleaning_since(session, name)
    if since is not None:
        raise Refused(
            "CLEANING",
            f"What was deployed to {name!r} has been being deleted since {since.isoformat(timespec='minutes')}.",
            path=["name"],
            remedy="Create another test environment.",
        )


def _update(name: str, fields: Mapping[str, Any]) -> Operation:
    return Operation(OperationKind.UPDATE, Kind.ENVIRONMENT, name, fields)


async def _changed(session: AsyncSession, by: Author, operation: Operation) -> Done:
    made = await change(session, by.allowed, configuring.Asked(operations=(operation,)))
    return Done(made.rows[Kind.ENVIRONMENT][operation.key].id, made.id)
