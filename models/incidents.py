"""The SQL of incidents and of what is linked to them."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import Integer, cast, delete, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.words import IncidentRole
from models.tables import Deployment, Incident, IncidentLink, Service

NUMBERED = "incident-"


class Times(NamedTuple):
    """When a deployment began and ended, as far as it has."""

    started_at: datetime | None
    ended_at: datetime | None


async def next_name(session: AsyncSession) -> str:
    """`incident-` and one more than the largest number that was given; the caller has the turn."""
    number = cast(func.substr(Incident.name, len(NUMBERED) + 1), Integer)
    numbered = Incident.name.regexp_match(f"^{NUMBERED}[1-9][0-9]{{0,8}}$")
    last = await session.scalar(select(func.max(number)).where(numbered))
    return f"{NUMBERED}{(last or 0) + 1}"


async def times_of(session: AsyncSession, deployments: Collection[UUID]) -> dict[UUID, Times]:
    """The times of these deployments; one that is not there has none."""
    columns = (Deployment.id, Deployment.started_at, Deployment.ended_at)
    found = await session.execute(select(*columns).where(Deployment.id.in_(deployments)))
    return {key: Times(started_at, ended_at) for key, started_at, ended_at in found}


async def services_of(session: AsyncSession, deployments: Collection[UUID]) -> dict[UUID, str]:
    """The service of each of these deployments, by name."""
    statement = select(Deployment.id, Service.name).join(Deployment.service).where(Deployment.id.in_(deployments))
    return {row.id: row.name for row in await session.execute(statement)}


async def roles_of(session: AsyncSession, incident: UUID) -> dict[UUID, IncidentRole]:
    """What each linked deployment is to the incident."""
    found = await session.execute(
        select(IncidentLink.deployment_id, IncidentLink.role).where(IncidentLink.incident_id == incident)
    )
    return {row.deployment_id: row.role for row in found}


async def link(
    session: AsyncSession, incident: UUID, roles: dict[UUID, IncidentRole], *, at: datetime, by: str, reason: str | None
) -> None:
    """Links deployments, or gives those that are linked another role."""
    if not roles:
        return
    said = {"incident_id": incident, "linked_at": at, "linked_by": by, "reason": reason}
    rows = [{"id": uuid7(), "deployment_id": key, "role": role, **said} for key, role in sorted(roles.items())]
    statement = insert(IncidentLink).values(rows)
    changed = {name: statement.excluded[name] for name in ("role", "linked_at", "linked_by", "reason")}
    await session.execute(
        statement.on_conflict_do_update(index_elements=["incident_id", "deployment_id"], set_=changed)
    )


async def unlink(session: AsyncSession, incident: UUID, deployments: Collection[UUID]) -> None:
    """Takes deployments off the incident; the log keeps that they were linked."""
    if deployments:
        statement = delete(IncidentLink).where(IncidentLink.incident_id == incident)
        await session.execute(statement.where(IncidentLink.deployment_id.in_(deployments)))
