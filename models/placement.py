"""The rows of `placement`: read whole, changed by differences."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any
from uuid import UUID

from sqlalchemy import Uuid, and_, cast, column, delete, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import placement

Pair = tuple[UUID, UUID]


async def placed(session: AsyncSession, services: Collection[UUID]) -> set[Pair]:
    """(service, environment) of every placement of these services."""
    rows = await session.execute(
        select(placement.c.service_id, placement.c.environment_id).where(placement.c.service_id.in_(services))
    )
    return {(row.service_id, row.environment_id) for row in rows}


async def change(session: AsyncSession, added: Collection[Pair], removed: Collection[Pair]) -> None:
    """Adds and removes placements, a statement each whatever their number; what is there, or gone, already stays so."""
    if added:
        pairs = _pairs(added)
        values = insert(placement).from_select(
            ["service_id", "environment_id"], select(pairs.c.service, pairs.c.environment)
        )
        await session.execute(values.on_conflict_do_nothing())
    if removed:
        pairs = _pairs(removed)
        matching = and_(placement.c.service_id == pairs.c.service, placement.c.environment_id == pairs.c.environment)
        await session.execute(delete(placement).where(matching))


def _pairs(pairs: Collection[Pair]) -> Any:
    """The pairs as rows, from two parameters: as one text each, whose elements psycopg has not to quote one by one."""
    services, environments = (
        cast(func.string_to_array(" ".join(str(each) for each in ids), " "), ARRAY(Uuid))
        for ids in zip(*pairs, strict=True)
    )
    return (
        func.unnest(services, environments)
        .table_valued(column("service", Uuid), column("environment", Uuid))
        .render_derived()
    )
