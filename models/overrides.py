"""The SQL of overrides and of their uses."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, cast, func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.safety import blockers
from domain.two_persons import holds
from domain.words import BlockerKind
from models.tables import Deployment, Environment, Incident, Override, OverrideUse, Service, Wave

NUMBERED = "override-"


async def in_force(session: AsyncSession, at: datetime) -> list[blockers.Override]:
    """Every override that is in force at a time, by name: neither expired nor revoked by then, nor unconfirmed."""
    return [each for each in await standing(session, at) if not each.waits]


async def standing(session: AsyncSession, at: datetime) -> list[blockers.Override]:
    """Those in force, and those that wait for a second person: they have no effect, and are told of."""
    columns = (Override, Service.name, Environment.name, Wave.name)
    statement = select(*columns).outerjoin(Override.service).outerjoin(Override.environment).outerjoin(Override.wave)
    there = Override.revoked_at.is_(None) | (Override.revoked_at > at)
    statement = statement.where(Override.granted_at <= at, Override.expires_at > at, there).order_by(Override.name)
    return [said(*row, at=at) for row in await session.execute(statement)]


def said(
    row: Override, service: str | None, environment: str | None, wave: str | None, *, at: datetime
) -> blockers.Override:
    """A row as the rules know it at a time."""
    return blockers.Override(
        name=row.name,
        by=row.granted_by,
        reason=row.reason,
        granted_at=row.granted_at,
        expires_at=row.expires_at,
        kinds=frozenset(BlockerKind(each) for each in row.kinds),
        service=service,
        environment=environment,
        wave=wave,
        waits=not holds(row.needs_confirmation, row.confirmed_at, at),
    )


async def next_name(session: AsyncSession) -> str:
    """`override-` and one more than the largest number that was given; the caller has the turn."""
    number = cast(func.substr(Override.name, len(NUMBERED) + 1), Integer)
    numbered = Override.name.regexp_match(f"^{NUMBERED}[1-9][0-9]{{0,8}}$")
    last = await session.scalar(select(func.max(number)).where(numbered))
    return f"{NUMBERED}{(last or 0) + 1}"


async def named(session: AsyncSession, names: Collection[str]) -> list[tuple[Override, str | None]]:
    """The overrides of these names, each with its incident's name, by name."""
    statement = select(Override, Incident.name).outerjoin(Override.incident).where(Override.name.in_(names))
    return [(row[0], row[1]) for row in await session.execute(statement.order_by(Override.name))]


async def scope_of(session: AsyncSession, override: UUID) -> dict[str, str | None]:
    """The names of what an override is for: its service, environment, wave and incident."""
    columns = (Service.name, Environment.name, Wave.name, Incident.name)
    statement = select(*columns).select_from(Override).outerjoin(Override.service).outerjoin(Override.environment)
    statement = statement.outerjoin(Override.wave).outerjoin(Override.incident).where(Override.id == override)
    row = (await session.execute(statement)).one()
    return dict(zip(("service", "environment", "wave", "incident"), row, strict=True))


async def use(
    session: AsyncSession,
    override: UUID,
    execution: UUID,
    wave: UUID,
    environments: Iterable[UUID],
    *,
    at: datetime,
    passed: list[dict[str, Any]],
) -> bool:
    """Keeps that an execution passed because of an override; whether that is new for any of the environments."""
    said = {"override_id": override, "execution_id": execution, "wave_id": wave, "used_at": at, "blockers": passed}
    rows = [{"id": uuid7(), "environment_id": key, **said} for key in sorted(environments)]
    if not rows:
        return False
    statement = insert(OverrideUse).values(rows).on_conflict_do_nothing().returning(OverrideUse.id)
    return bool((await session.scalars(statement)).all())


async def deployments(session: AsyncSession, execution: UUID, environments: Collection[UUID]) -> list[UUID]:
    """The execution's deployments to these environments."""
    statement = select(Deployment.id).where(Deployment.execution_id == execution)
    return list(await session.scalars(statement.where(Deployment.environment_id.in_(environments))))


async def environment_keys(session: AsyncSession, names: Collection[str]) -> list[UUID]:
    """The keys of the environments of these names."""
    return list(await session.scalars(select(Environment.id).where(Environment.name.in_(names))))
