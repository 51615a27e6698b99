"""Incidents: declared, linked to deployments, resolved, and opened again."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import strawberry

from domain.words import IncidentSeverity
from graph.context import Info
from graph.mutations.configuring import author
from graph.mutations.inputs import OF_THE_CHANGE
from graph.mutations.outcome import Payload, outcome, produced
from graph.planner import key_of
from graph.types.incidents import Incident
from models import tables
from resolvers import incidents
from resolvers.configuring import Author

REASON = "Why: kept with the event."
CAUSES = "Ids of deployments that brought it about."
FIXES = "Ids of deployments that were made to end it."


def _ids(description: str) -> Any:
    return strawberry.field(default_factory=list, description=description)


@strawberry.input(description="Something that goes wrong for customers, or went wrong.")
class DeclareIncidentInput:
    service: str = strawberry.field(description="The service whose customers notice, by name.")
    title: str = strawberry.field(description="What they notice, in one line of at most 200 characters.")
    severity: IncidentSeverity
    name: str | None = strawberry.field(default=None, description="If unsaid, `incident-<number>`.")
    started_at: datetime | None = strawberry.field(
        default=None, description="Since when they notice; if unsaid, since now. Never in the future."
    )
    note: str | None = strawberry.field(default=None, description="Whatever else is known: kept with it.")
    causes: list[strawberry.ID] = _ids(CAUSES)
    fixes: list[strawberry.ID] = _ids(FIXES)
    reason: str | None = strawberry.field(default=None, description=REASON)
    idempotency_key: str | None = strawberry.field(default=None, description=OF_THE_CHANGE["idempotency_key"][1])


@strawberry.input(description="Which deployments caused an incident, and which were made to end it; 500 at most.")
class LinkIncidentInput:
    name: str = strawberry.field(description="The incident's.")
    causes: list[strawberry.ID] = _ids(CAUSES)
    fixes: list[strawberry.ID] = _ids(FIXES)
    unlink: list[strawberry.ID] = _ids("Ids of deployments that are nothing to it after all.")
    reason: str | None = strawberry.field(default=None, description=REASON)


@strawberry.input(description="An incident that is over.")
class ResolveIncidentInput:
    name: str = strawberry.field(description="The incident's.")
    resolved_at: datetime | None = strawberry.field(
        default=None, description="Since when customers no longer notice; if unsaid, since now."
    )
    note: str | None = strawberry.field(default=None, description="What ended it: kept as its resolution.")
    reason: str | None = strawberry.field(default=None, description=REASON)


@strawberry.input(description="An incident that was not over.")
class ReopenIncidentInput:
    name: str = strawberry.field(description="The incident's.")
    reason: str | None = strawberry.field(default=None, description=REASON)


@strawberry.type
class DeclareIncidentPayload(Payload):
    """The incident, or why there is none."""

    incident: Incident | None = produced(tables.Incident, "The incident.")


@strawberry.type
class LinkIncidentPayload(Payload):
    """The incident, or why nothing was linked."""

    incident: Incident | None = produced(tables.Incident, "The incident, with its links as they are now.")


@strawberry.type
class ResolveIncidentPayload(Payload):
    """The incident, or why it is not resolved."""

    incident: Incident | None = produced(tables.Incident, "The incident, resolved.")


@strawberry.type
class ReopenIncidentPayload(Payload):
    """The incident, or why it is not open."""

    incident: Incident | None = produced(tables.Incident, "The incident, open.")


@strawberry.type
class IncidentMutations:
    """What people say of incidents."""

    @strawberry.mutation(description="Says that something goes wrong for customers of a service.")
    async def declare_incident(self, info: Info, input: DeclareIncidentInput) -> DeclareIncidentPayload:
        by = author(info, input.reason, input.idempotency_key)
        return await outcome(info, DeclareIncidentPayload, _declare, by=by, given=input)

    @strawberry.mutation(description="Says which deployments caused an incident, and which were made to end it.")
    async def link_incident(self, info: Info, input: LinkIncidentInput) -> LinkIncidentPayload:
        return await outcome(info, LinkIncidentPayload, _link, by=author(info, input.reason), given=input)

    @strawberry.mutation(description="Says that an incident is over, and since when.")
    async def resolve_incident(self, info: Info, input: ResolveIncidentInput) -> ResolveIncidentPayload:
        return await outcome(info, ResolveIncidentPayload, _resolve, by=author(info, input.reason), given=input)

    @strawberry.mutation(description="Says that an incident was not over.")
    async def reopen_incident(self, info: Info, input: ReopenIncidentInput) -> ReopenIncidentPayload:
        return await outcome(info, ReopenIncidentPayload, _reopen, by=author(info, input.reason), name=input.name)


async def _declare(session: Any, _actor: str, *, by: Author, given: DeclareIncidentInput) -> tables.Incident:
    declared = incidents.Declared(
        service=given.service,
        title=given.title,
        severity=given.severity,
        name=given.name,
        started_at=given.started_at,
        note=given.note,
        causes=_keys(given.causes, "causes"),
        fixes=_keys(given.fixes, "fixes"),
    )
    return await incidents.declare(session, by, declared)


async def _link(session: Any, _actor: str, *, by: Author, given: LinkIncidentInput) -> tables.Incident:
    linking = incidents.Linking(
        causes=_keys(given.causes, "causes"),
        fixes=_keys(given.fixes, "fixes"),
        unlink=_keys(given.unlink, "unlink"),
    )
    return await incidents.link(session, by, given.name, linking)


async def _resolve(session: Any, _actor: str, *, by: Author, given: ResolveIncidentInput) -> tables.Incident:
    return await incidents.resolve(session, by, given.name, given.resolved_at, given.note)


async def _reopen(session: Any, _actor: str, *, by: Author, name: str) -> tables.Incident:
    return await incidents.reopen(session, by, name)


def _keys(ids: list[strawberry.ID], field: str) -> tuple[Any, ...]:
    return tuple(key_of(each, "Deployment", field) for each in ids)
