"""Incidents: declared by people or their tools, linked to the deployments that caused and ended them, and resolved.

An incident is what happened, and no configuration: it has no versions and no change. The log of events is its history.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import incidents as rules
from domain import names
from domain.configuration.fields import kept
from domain.configuration.targets import Asked, of_service
from domain.errors import AlreadyExists, InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.words import IncidentRole, IncidentSeverity
from models import incidents
from models.event_log import append
from models.queries import find, locked, take_turns, values
from models.tables import Incident, Service
from resolvers.configuring import Author
from resolvers.permitting import configured
from resolvers.repeating import require_keepable

INCIDENTS = "incidents"
"""Whoever declares an incident takes turns: the next number is given once."""


@dataclass(frozen=True, slots=True)
class Declared:
    """An incident that somebody declares. causes, fixes: keys of deployments. started_at: now where it is unsaid."""

    service: str
    title: str
    severity: IncidentSeverity
    name: str | None = None
    started_at: datetime | None = None
    note: str | None = None
    causes: tuple[UUID, ...] = ()
    fixes: tuple[UUID, ...] = ()


@dataclass(frozen=True, slots=True)
class Linking:
    """Deployments that are the causes of an incident, its fixes, or no longer anything to it."""

    causes: tuple[UUID, ...] = ()
    fixes: tuple[UUID, ...] = ()
    unlink: tuple[UUID, ...] = ()

    def roles(self) -> dict[UUID, IncidentRole]:
        """What each is to be. Raises InvalidValue for one that is named twice, and for too many."""
        named = [*self.causes, *self.fixes, *self.unlink]
        if len(named) > rules.MOST_LINKED:
            raise InvalidValue("causes", f"{len(named)} deployments", f"at most {rules.MOST_LINKED}, with the others")
        for field, keys in (("causes", self.causes), ("fixes", self.fixes), ("unlink", self.unlink)):
            for key in keys:
                if named.count(key) > 1:
                    raise InvalidValue(field, str(key), "named once: as a cause, as a fix or to be unlinked")
        causes = dict.fromkeys(self.causes, IncidentRole.CAUSE)
        return causes | dict.fromkeys(self.fixes, IncidentRole.FIX)


async def declare(session: AsyncSession, by: Author, what: Declared) -> Incident:
    """A new incident; under the idempotency key of an earlier one, that one."""
    require_keepable(by)
    title, started_at = rules.title(what.title), rules.past("startedAt", what.started_at, by.now)
    kept("note", what.note)
    await take_turns(session, INCIDENTS)
    service = await find(session, Service, name=what.service)
    if service is None:
        raise NotFound("service", what.service, await values(session, Service, "name"), field="service")
    await _require_permitted(session, by, service.name, NotFound("service", what.service, field="service"))
    if before := await _declared_before(session, by, what):
        return before
    incident = Incident(
        name=await _name(session, what.name),
        title=title,
        severity=what.severity,
        service_id=service.id,
        started_at=started_at,
        declared_at=by.now,
        declared_by=by.actor,
        note=what.note,
        idempotency_key=by.idempotency_key,
        fingerprint=_fingerprint(what) if by.idempotency_key else None,
    )
    session.add(incident)
    await session.flush()
    linked = await _link(session, by, incident, Linking(what.causes, what.fixes))
    told = {
        "severity": what.severity,
        "title": title,
        "startedAt": started_at.isoformat(),
        "deployments": linked["causes"],
        "fixes": linked["fixes"],
        "note": what.note,
        "reason": by.reason,
    }
    await append(session, [_happened(EventType.INCIDENT_DECLARED, incident, service.name, **told)], by.actor)
    return incident


async def link(session: AsyncSession, by: Author, name: str, what: Linking) -> Incident:
    """Says which deployments caused an incident, and which were made to end it. Said again, it changes nothing."""
    require_keepable(by)
    incident, service = await _of_name(session, by, name)
    told = await _link(session, by, incident, what)
    if any(told.values()):
        linked = [*told["causes"], *told["fixes"]]
        payload = {**told, "linked": linked, "reason": by.reason}
        await append(session, [_happened(EventType.INCIDENT_LINKED, incident, service, **payload)], by.actor)
    return incident


async def link_fixes(session: AsyncSession, by: Author, incident: UUID, deployments: Collection[UUID]) -> None:
    """Deployments that are about to begin are made to end the incident. What one is to it already, it stays."""
    row = await locked(session, Incident, id=incident)
    assert row is not None
    service = await find(session, Service, id=row.service_id)
    assert service is not None
    before = await incidents.roles_of(session, incident)
    news = {key: FIX for key in deployments if key not in before}
    if news:
        await incidents.link(session, incident, news, at=by.now, by=by.actor, reason=by.reason)
        fixes = sorted(map(str, news))
        told = {"causes": [], "fixes": fixes, "unlinked": [], "linked": fixes, "reason": by.reason}
        await append(session, [_happened(EventType.INCIDENT_LINKED, row, service.name, **told)], by.actor)


async def resolve(
    session: AsyncSession, by: Author, name: str, resolved_at: datetime | None = None, note: str | None = None
) -> Incident:
    """Customers no longer notice, since then. Said again with the same time, it changes nothing."""
    require_keepable(by)
    kept("note", note)
    incident, service = await _of_name(session, by, name)
    moment = rules.end(resolved_at, incident.started_at, by.now)
    if incident.resolved_at is not None:
        if resolved_at is not None and moment == incident.resolved_at:
            return incident
        raise Refused(
            "ALREADY_RESOLVED",
            f"The incident {name!r} was resolved at {incident.resolved_at.isoformat(timespec='seconds')} by "
            f"{incident.resolved_by}.",
            path=["name"],
            remedy="Reopen it first, if that was wrong, and resolve it again.",
        )
    await _require_causes_before(session, incident, moment)
    incident.resolved_at, incident.resolved_by, incident.resolution = moment, by.actor, note
    told = {"startedAt": incident.started_at.isoformat(), "resolvedAt": moment.isoformat(), "note": note}
    happening = _happened(EventType.INCIDENT_RESOLVED, incident, service, **told, reason=by.reason)
    await append(session, [happening], by.actor)
    return incident


async def reopen(session: AsyncSession, by: Author, name: str) -> Incident:
    """It was not over, or not then. An incident that is open stays so."""
    require_keepable(by)
    incident, service = await _of_name(session, by, name)
    if incident.resolved_at is None:
        return incident
    told = {"resolvedAt": incident.resolved_at.isoformat(), "reason": by.reason}
    incident.resolved_at, incident.resolved_by, incident.resolution = None, None, None
    await append(session, [_happened(EventType.INCIDENT_REOPENED, incident, service, **told)], by.actor)
    return incident


async def _name(session: AsyncSession, wanted: str | None) -> str:
    if wanted is None:
        return await incidents.next_name(session)
    name = names.name("name", wanted)
    if await find(session, Incident, name=name) is not None:
        raise AlreadyExists("incident", name, field="name")
    return name


async def _declared_before(session: AsyncSession, by: Author, what: Declared) -> Incident | None:
    if by.idempotency_key is None:
        return None
    there = await find(session, Incident, declared_by=by.actor, idempotency_key=by.idempotency_key)
    if there is not None and there.fingerprint != _fingerprint(what):
        raise Refused(
            "IDEMPOTENCY_KEY_REUSED",
            f"The idempotency key {by.idempotency_key!r} was used to declare the incident {there.name!r}, which was "
            "said to be something else.",
            path=["idempotencyKey"],
            remedy="Use a key of its own for each incident, and the same one only to ask for the same again.",
        )
    return there


def _fingerprint(what: Declared) -> str:
    told = [what.service, what.title, what.severity, what.name, what.started_at, what.note, what.causes, what.fixes]
    return hashlib.sha256(json.dumps(told, default=str).encode()).hexdigest()


async def _of_name(session: AsyncSession, by: Author, name: str) -> tuple[Incident, str]:
    """The incident, held until the transaction ends, and its service's name."""
    incident = await locked(session, Incident, name=name)
    if incident is None:
        raise NotFound("incident", name, await values(session, Incident, "name"), field="name")
    service = await find(session, Service, id=incident.service_id)
    assert service is not None
    await _require_permitted(session, by, service.name, NotFound("incident", name, field="name"))
    return incident, service.name


async def _require_permitted(session: AsyncSession, by: Author, service: str, absent: NotFound) -> None:
    """An incident is its service's, wherever that is deployed."""
    await by.may(session, Asked(of_service(await configured(session), service), absent))


async def _link(session: AsyncSession, by: Author, incident: Incident, what: Linking) -> dict[str, list[str]]:
    """Links and unlinks; what is different from before, by what it is now."""
    roles = what.roles()
    fields = {key: _FIELDS[role] for key, role in roles.items()}
    await _require_theirs(session, by, fields | dict.fromkeys(what.unlink, "unlink"))
    await _require_possible(session, incident, roles, what.unlink)
    before = await incidents.roles_of(session, incident.id)
    news = {key: role for key, role in roles.items() if before.get(key) is not role}
    gone = [key for key in what.unlink if key in before]
    await incidents.link(session, incident.id, news, at=by.now, by=by.actor, reason=by.reason)
    await incidents.unlink(session, incident.id, gone)
    return {
        "causes": sorted(str(key) for key, role in news.items() if role is CAUSE),
        "fixes": sorted(str(key) for key, role in news.items() if role is FIX),
        "unlinked": sorted(map(str, gone)),
    }


async def _require_theirs(session: AsyncSession, by: Author, fields: Mapping[UUID, str]) -> None:
    """What is linked is told of its service too: it must be somebody's to speak for. fields: where each was given."""
    configuration = await configured(session)
    for key, service in sorted((await incidents.services_of(session, fields)).items()):
        absent = NotFound("deployment", str(key), field=fields[key])
        await by.may(session, Asked(of_service(configuration, service), absent))


CAUSE, FIX = IncidentRole.CAUSE, IncidentRole.FIX
_FIELDS = {CAUSE: "causes", FIX: "fixes"}


async def _require_possible(
    session: AsyncSession, incident: Incident, roles: dict[UUID, IncidentRole], unlink: Collection[UUID]
) -> None:
    """Every deployment is there, and its times do not speak against what it is said to be."""
    known = await incidents.times_of(session, {*roles, *unlink})
    for key in unlink:
        if key not in known:
            raise NotFound("deployment", str(key), field="unlink")
    for key, role in roles.items():
        if key not in known:
            raise NotFound("deployment", str(key), field=_FIELDS[role])
        why = rules.impossible(role, *known[key], incident.started_at, incident.resolved_at)
        if why is not None:
            raise Refused(
                "IMPOSSIBLE_LINK",
                f"The deployment {key} cannot be a {role.lower()} of the incident {incident.name!r}: it {why}.",
                path=[_FIELDS[role]],
                remedy="Name another deployment, or correct when the incident began or ended.",
            )


async def _require_causes_before(session: AsyncSession, incident: Incident, end: datetime) -> None:
    """Its causes had begun when it was over: what may not be linked afterwards may not be made so by an end."""
    causes = [key for key, role in (await incidents.roles_of(session, incident.id)).items() if role is CAUSE]
    for key, times in sorted((await incidents.times_of(session, causes)).items()):
        why = rules.impossible(CAUSE, *times, incident.started_at, end)
        if why is not None:
            raise Refused(
                "IMPOSSIBLE_LINK",
                f"The deployment {key} would not be a cause of the incident {incident.name!r}: it {why}.",
                path=["resolvedAt"],
                remedy="Give the time at which customers ceased to notice, or unlink the deployment first.",
            )


def _happened(type_: EventType, incident: Incident, service: str, **told: Any) -> Happening:
    return Happening(type_, "Incident", incident.id, {"incident": incident.name, "service": service, **told})
