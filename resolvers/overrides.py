"""Overrides: granted by a person, in force until they expire or are revoked, and noted where they were used.

An override is what happened, and no configuration: it has no versions, and is never edited. The log is its history.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import names
from domain.configuration.configuration import Configuration
from domain.configuration.fields import kept
from domain.configuration.kinds import Kind
from domain.configuration.targets import Asked, named, of_environment, of_service, of_wave
from domain.errors import AlreadyExists, InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.safety import overriding as rules
from domain.safety.blockers import Blocker, Entry
from domain.two_persons import concerned
from domain.words import BlockerKind, Decision
from models import overrides
from models.base import Base
from models.event_log import append
from models.queries import find, locked, take_turns, values
from models.tables import Environment, Incident, Override, Pipeline, PipelineExecution, Service, Wave
from resolvers import incidents
from resolvers.configuring import Author
from resolvers.permission import require_person
from resolvers.permitting import configured
from resolvers.repeating import granted_before, require_keepable

OVERRIDES = "overrides"
"""Whoever grants an override takes turns: the next number is given once."""
Row = TypeVar("Row", bound=Base)


@dataclass(frozen=True, slots=True)
class Granted:
    """What somebody lets pass. kinds: none for all that may be overridden. The others: names, None for any."""

    reason: str
    expires_at: datetime
    kinds: tuple[BlockerKind, ...] = ()
    service: str | None = None
    environment: str | None = None
    wave: str | None = None
    incident: str | None = None
    name: str | None = None


async def grant(session: AsyncSession, by: Author, what: Granted) -> Override:
    """A new override, in force from now or its confirmation; under the idempotency key of an earlier one, that one."""
    require_keepable(by)
    require_person(by, "an override")
    reason = rules.reason(what.reason)
    await take_turns(session, OVERRIDES)
    configuration = await configured(session)
    asked = list(targets_of(configuration, what.service, what.environment, what.wave))
    await by.may(session, *asked)
    await _require_own_incident(session, by, what.incident)
    if before := await granted_before(session, by, Override, "override", _fingerprint(what)):
        return before
    kinds, expires_at = rules.kinds(what.kinds), rules.expiry(what.expires_at, by.now)
    rules.require_scope((what.service, what.environment, what.wave), kinds)
    override = Override(
        name=await _name(session, what.name),
        kinds=[each.value for each in kinds],
        reason=reason,
        granted_by=by.actor,
        granted_at=by.now,
        expires_at=expires_at,
        needs_confirmation=bool(concerned(configuration, [stage] if (stage := asked[-1].target.stage) else [])),
        idempotency_key=by.idempotency_key,
        fingerprint=_fingerprint(what) if by.idempotency_key else None,
        **await _scope(session, what),
    )
    session.add(override)
    await session.flush()
    await append(session, [await told_of(session, EventType.OVERRIDE_GRANTED, override, reason=reason)], by.actor)
    return override


async def revoke(session: AsyncSession, by: Author, name: str) -> Override:
    """It has no force from now on. Said again, it changes nothing; of what has expired nothing is left to revoke."""
    require_keepable(by)
    require_person(by, "an override")
    override = await locked(session, Override, name=name)
    if override is None:
        raise NotFound("override", name, await values(session, Override, "name"), field="name")
    scope, absent = await overrides.scope_of(session, override.id), NotFound("override", name, field="name")
    names = (scope["service"], scope["environment"], scope["wave"])
    await by.may(session, *(replace(each, absent=absent) for each in targets_of(await configured(session), *names)))
    if override.revoked_at is not None:
        return override
    if override.expires_at <= by.now:
        raise Refused(
            "ALREADY_EXPIRED",
            f"The override {name!r} expired at {override.expires_at.isoformat(timespec='seconds')}.",
            path=["name"],
            remedy="Nothing is to be done: it has no force any more.",
        )
    override.revoked_at, override.revoked_by, override.revoked_because = by.now, by.actor, by.reason
    more = {"reason": by.reason, "grantedBy": override.granted_by}
    await append(session, [await told_of(session, EventType.OVERRIDE_REVOKED, override, **more)], by.actor)
    return override


def targets_of(
    configuration: Configuration, service: str | None, environment: str | None, wave: str | None
) -> Iterator[Asked]:
    """What an override lets pass: of a service, or of all, in an environment, a wave, or everywhere."""
    yield from named(configuration, Kind.SERVICE, service)
    yield from named(configuration, Kind.ENVIRONMENT, environment)
    yield from named(configuration, Kind.WAVE, wave)
    absent = next(
        (NotFound(kind, name, field=kind) for kind, name in (("service", service), ("wave", wave)) if name), None
    )
    if environment is not None:
        yield Asked(of_environment(configuration, environment, service), absent)
    else:
        yield Asked(of_wave(configuration, wave, service), absent)


async def _require_own_incident(session: AsyncSession, by: Author, name: str | None) -> None:
    """What is deployed because of it is linked to the incident, which is its service's."""
    incident = await find(session, Incident, name=kept("incident", name)) if name is not None else None
    if incident is None:
        return
    service = await find(session, Service, id=incident.service_id)
    assert service is not None
    target = of_service(await configured(session), service.name)
    await by.may(session, Asked(target, NotFound("incident", incident.name, field="incident"), named=True))


async def used(
    session: AsyncSession,
    by: Author,
    execution: PipelineExecution,
    wave: Wave,
    environments: Collection[str],
    entry: Entry,
) -> Sequence[str]:
    """Notes which overrides an entry rests on that proceeds: once for each override, execution and wave; their names.

    environments: the names of those that are entered. Where an override was given for an incident, what is deployed to
    them is linked to it as its fix. An entry that does not proceed uses nothing.
    """
    passed = _passed(entry)
    if not passed or entry.decision is not Decision.PROCEED:
        return []
    keys = await overrides.environment_keys(session, environments)
    new = []
    for override, incident in await overrides.named(session, passed):
        blockers = [
            {"kind": each.kind, "sentence": each.sentence, "subject": each.subject} for each in passed[override.name]
        ]
        if await overrides.use(session, override.id, execution.id, wave.id, keys, at=by.now, passed=blockers):
            what = {"wave": wave.name, "environments": sorted(environments), "blockers": blockers}
            await append(session, [await _used(session, override, incident, execution, what)], by.actor)
            await _link(session, by, override, execution.id, keys)
            new.append(override.name)
    return new


def _fingerprint(what: Granted) -> str:
    told = [what.reason, what.expires_at, sorted(what.kinds), what.service, what.environment, what.wave]
    return hashlib.sha256(json.dumps([*told, what.incident, what.name], default=str).encode()).hexdigest()


async def _name(session: AsyncSession, wanted: str | None) -> str:
    if wanted is None:
        return await overrides.next_name(session)
    name = names.name("name", wanted)
    if await find(session, Override, name=name) is not None:
        raise AlreadyExists("override", name, field="name")
    return name


async def _scope(session: AsyncSession, what: Granted) -> dict[str, UUID | None]:
    """The keys of what it is for. Raises NotFound, and InvalidValue for an environment of another wave."""
    service = await _living(session, Service, "service", what.service)
    environment = await _living(session, Environment, "environment", what.environment)
    wave = await _living(session, Wave, "wave", what.wave)
    incident = await _there(session, Incident, "incident", what.incident)
    if environment is not None and wave is not None and environment.wave_id != wave.id:
        theirs = await find(session, Wave, id=environment.wave_id)
        assert theirs is not None
        raise InvalidValue("wave", what.wave, f"{theirs.name}, which {environment.name} is in, or left out")
    found = {"service_id": service, "environment_id": environment, "wave_id": wave, "incident_id": incident}
    return {name: row.id if row is not None else None for name, row in found.items()}


async def _living(session: AsyncSession, table: type[Row], kind: str, name: str | None) -> Any:
    """The row of what is in the fleet; None where nothing is named."""
    row = await _there(session, table, kind, name)
    if row is not None and row.archived_at is not None:
        raise InvalidValue(kind, name, f"a {kind} of the fleet: this one was archived")
    return row


async def _there(session: AsyncSession, table: type[Row], kind: str, name: str | None) -> Any:
    if name is None:
        return None
    row = await find(session, table, name=kept(kind, name))
    if row is None:
        raise NotFound(kind, name, await values(session, table, "name"), field=kind)
    return row


async def told_of(session: AsyncSession, type_: EventType, override: Override, **more: Any) -> Happening:
    """What is told of an override, with more that its type has."""
    scope = await overrides.scope_of(session, override.id)
    told = {"override": override.name, "kinds": override.kinds, **scope, "expiresAt": override.expires_at.isoformat()}
    waits = override.needs_confirmation and override.confirmed_at is None
    return Happening(type_, "Override", override.id, {**told, "waitsForSecondPerson": waits, **more})


def _passed(entry: Entry) -> dict[str, list[Blocker]]:
    """The blockers that are overridden, by the name of what overrides them."""
    found: dict[str, list[Blocker]] = {}
    for blocker in entry.blockers:
        if blocker.override is not None:
            found.setdefault(blocker.override, []).append(blocker)
    return found


async def _used(
    session: AsyncSession,
    override: Override,
    incident: str | None,
    execution: PipelineExecution,
    what: dict[str, Any],
) -> Happening:
    pipeline = await find(session, Pipeline, id=execution.pipeline_id)
    assert pipeline is not None
    service = await find(session, Service, id=pipeline.service_id) if pipeline.service_id else None
    payload = {
        "override": override.name,
        "grantedBy": override.granted_by,
        "reason": override.reason,
        "incident": incident,
        "pipeline": pipeline.name,
        "pipelineArn": pipeline.arn,
        "service": service.name if service else None,
        "executionId": execution.execution_id,
        "revision": execution.revision,
        **what,
    }
    trace_id = execution.execution_id.replace("-", "")
    return Happening(EventType.OVERRIDE_USED, "Override", override.id, payload, trace_id)


async def _link(
    session: AsyncSession, by: Author, override: Override, execution: UUID, environments: Collection[UUID]
) -> None:
    """What is deployed because of it would not be, were it not for the incident."""
    if override.incident_id is None:
        return
    keys = await overrides.deployments(session, execution, environments)
    why = f"It passed because of {override.name}: {override.reason}"
    await incidents.link_fixes(session, Author(by.actor, by.now, by.url, by.source, why), override.incident_id, keys)
