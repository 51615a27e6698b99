"""The rows of `placement`: read whole, changed by differences."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from uuid import UUID

from sqlalchemy import and_, delete, insert, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import Account, Environment, Region, placement

Pair = tuple[UUID, UUID]


async def placed(session: AsyncSession, services: Collection[UUID]) -> set[Pair]:
    """(service, environment) of every placement of these services."""
    rows = await session.execute(
        select(placement.c.service_id, placement.c.environment_id).where(placement.c.service_id.in_(services))
    )
    return {(row.service_id, row.environment_id) for row in rows}


async def change(session: AsyncSession, added: Collection[Pair], removed: Collection[Pair]) -> None:
    """Adds and removes placements, a statement each."""
    if added:
        await session.execute(insert(placement), [{"service_id": s, "environment_id": e} for s, e in added])
    if removed:
        match = [and_(placement.c.service_id == s, placement.c.environment_id == e) for s, e in removed]
        await session.execute(delete(placement).where(or_(*match)))


async def environments_of_wave(session: AsyncSession, service: UUID, wave: UUID) -> list[Mapping[str, str]]:
    """The environments of a wave that a service is placed in: name, account (AWS id) and region, by name."""
    rows = await session.execute(
        select(Environment.name, Account.aws_id, Region.name.label("region"))
        .join(Environment.account)
        .join(Environment.region)
        .join(placement, placement.c.environment_id == Environment.id)
        .where(placement.c.service_id == service, Environment.wave_id == wave)
        .order_by(Environment.name)
    )
    return [{"environment": row.name, "account": row.aws_id, "region": row.region} for row in rows]
