"""Waivers: a rule of the safety score that need not be kept for a while, by whom and why; granted, revoked, expired."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.configuration import Configuration
from domain.configuration.fields import kept
from domain.configuration.kinds import Kind
from domain.configuration.targets import Asked, named, of_service, of_wave
from domain.errors import InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.permissions import Target
from domain.safety.score import require_expiry
from domain.safety.score_rules import SafetyRule
from domain.two_persons import concerned
from models import scores
from models.configuration import current
from models.event_log import append
from models.queries import find, locked, take_turns, values
from models.tables import Service, Stage, Waiver, Wave
from resolvers.configuring import CONFIGURATION, Author
from resolvers.permission import require_person
from resolvers.permitting import configured
from resolvers.repeating import granted_before, require_keepable

ACTOR = "interlock"
_TABLES: dict[str, tuple[Kind, type[Any]]] = {
    "service": (Kind.SERVICE, Service),
    "stage": (Kind.STAGE, Stage),
    "wave": (Kind.WAVE, Wave),
}


@dataclass(frozen=True, slots=True)
class Granting:
    """A waiver that somebody grants: of one service, or of all that pass a stage or a wave, by name."""

    rule: SafetyRule
    expires_at: datetime
    service: str | None = None
    stage: str | None = None
    wave: str | None = None

    @property
    def scope(self) -> tuple[str, str]:
        """What it is of, and the name. Raises InvalidValue unless there is one."""
        given = [(field, name) for field in _TABLES if (name := getattr(self, field)) is not None]
        if len(given) != 1:
            raise InvalidValue("service", self.service, "given alone, or `stage` alone, or `wave` alone")
        return given[0]


async def grant(session: AsyncSession, by: Author, what: Granting) -> Waiver:
    """A new waiver; under the idempotency key of an earlier one, that one."""
    require_person(by, "a waiver")
    require_keepable(by)
    reason = _reason(by)
    field, name = what.scope
    await take_turns(session, CONFIGURATION)  # a change that is being made sees it, or comes before it
    configuration = await configured(session)
    asked = list(targets_of(configuration, field, name))
    await by.may(session, *asked)
    if before := await granted_before(session, by, Waiver, "waiver", _fingerprint(what)):
        return before
    expires_at = require_expiry(what.expires_at, by.now)
    waiver = Waiver(
        name=await scores.next_name(session),
        rule=what.rule,
        reason=reason,
        granted_by=by.actor,
        granted_at=by.now,
        expires_at=expires_at,
        needs_confirmation=bool(concerned(configuration, [stage] if (stage := asked[-1].target.stage) else [])),
        idempotency_key=by.idempotency_key,
        fingerprint=_fingerprint(what) if by.idempotency_key else None,
        **{f"{field}_id": await _id_of(session, field, name)},
    )
    session.add(waiver)
    await session.flush()
    payload = payload_of(waiver, {field: name}, reason)
    await append(session, [Happening(EventType.WAIVER_GRANTED, "Waiver", waiver.id, payload)], by.actor)
    return waiver


async def revoke(session: AsyncSession, by: Author, name: str) -> Waiver:
    """It is over before its time. Said again, it changes nothing. Raises Refused for one that has expired."""
    require_person(by, "a waiver")
    require_keepable(by)
    await take_turns(session, CONFIGURATION)
    waiver = await locked(session, Waiver, name=name)
    if waiver is None:
        raise NotFound("waiver", name, await values(session, Waiver, "name"), field="name")
    [(field, of)] = (await scope_of(session, waiver)).items()
    *_, target = targets_of(await configured(session), field, of)
    await by.may(session, replace(target, absent=NotFound("waiver", name, field="name")))
    if waiver.revoked_at is not None:
        return waiver
    if waiver.expires_at <= by.now:
        raise Refused(
            "ALREADY_EXPIRED",
            f"The waiver {name!r} has expired at {waiver.expires_at.isoformat(timespec='seconds')}.",
            path=["name"],
            remedy="Nothing need be done: the rule is missing like any other.",
        )
    waiver.revoked_at, waiver.revoked_by, waiver.revocation = by.now, by.actor, by.reason
    await session.flush()
    payload = payload_of(waiver, await scope_of(session, waiver), by.reason)
    await append(session, [Happening(EventType.WAIVER_REVOKED, "Waiver", waiver.id, payload)], by.actor)
    return waiver


def targets_of(configuration: Configuration, field: str, name: str) -> Iterator[Asked]:
    """A waiver of a service is for it everywhere; one of a stage or a wave for all services in it."""
    kind = _TABLES[field][0]
    yield from named(configuration, kind, name)
    target = {
        Kind.SERVICE: lambda: of_service(configuration, name),
        Kind.STAGE: lambda: Target(stage=name),
        Kind.WAVE: lambda: of_wave(configuration, name),
    }[kind]()
    yield Asked(target, NotFound(field, name, field=field))


async def tell_expired(session: AsyncSession, now: datetime) -> int:
    """Tells of the waivers whose time is over; how many."""
    found = await scores.expired(session, now)
    await scores.mark_told(session, [each.id for each in found], now)
    happenings = []
    for id_, waiver in found:
        scope = {"service": waiver.service, "stage": waiver.stage, "wave": waiver.wave}
        payload = payload_of(waiver, scope, waiver.reason)
        happenings.append(Happening(EventType.WAIVER_EXPIRED, "Waiver", id_, payload))
    await append(session, happenings, ACTOR)
    return len(found)


def _reason(by: Author) -> str:
    said = (by.reason or "").strip()
    if not said:
        raise InvalidValue("reason", by.reason, "given: why the rule cannot be kept, and what will be done")
    kept("reason", said)
    return said


async def _id_of(session: AsyncSession, field: str, name: str) -> Any:
    """The key of what the waiver is of. Raises NotFound with suggestions."""
    kind, table = _TABLES[field]
    known = (await current(session)).configuration.of(kind)
    if name not in known:
        raise NotFound(field, name, known, field=field)
    row = await find(session, table, name=name)
    assert row is not None
    return row.id


async def scope_of(session: AsyncSession, waiver: Waiver) -> dict[str, str]:
    """What a waiver is of: `service`, `stage` or `wave`, and the name."""
    for field, (_, table) in _TABLES.items():
        if id_ := getattr(waiver, f"{field}_id"):
            row = await find(session, table, id=id_)
            assert row is not None
            return {field: row.name}
    raise AssertionError("a waiver is of a service, a stage or a wave")


def _fingerprint(what: Granting) -> str:
    told = [what.rule, what.expires_at, what.service, what.stage, what.wave]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


def payload_of(waiver: Any, scope: dict[str, Any], reason: str | None) -> dict[str, Any]:
    """What is told of a waiver. waiver: a row, or the domain's value, which holds."""
    of = {"service": None, "stage": None, "wave": None, **scope}
    told = {"waiver": waiver.name, "rule": str(waiver.rule), "expiresAt": waiver.expires_at.isoformat()}
    waits = getattr(waiver, "needs_confirmation", False) and waiver.confirmed_at is None
    return {**told, **of, "waitsForSecondPerson": waits, "reason": reason}
