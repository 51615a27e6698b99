"""The SQL of the work behind actions, and of alarms. Whoever writes has taken turns at their ARNs."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.base import Base
from models.queries import among
from models.tables import Alarm, AlarmChange, Work


async def recorded_works(session: AsyncSession, arns: Collection[str]) -> dict[str, dict[str, Any]]:
    """The rows there are of these pieces of work, as dictionaries of their columns, by ARN."""
    return await _by_arn(session, Work, arns)


async def recorded_alarms(session: AsyncSession, arns: Collection[str]) -> dict[str, dict[str, Any]]:
    """The rows there are of these alarms, as dictionaries of their columns, by ARN."""
    return await _by_arn(session, Alarm, arns)


async def insert_alarm_changes(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Keeps changes of alarms; one that is known already stays as it is."""
    if rows:
        await session.execute(insert(AlarmChange).values(list(rows)).on_conflict_do_nothing())


async def _by_arn(session: AsyncSession, mapped: type[Base], arns: Collection[str]) -> dict[str, dict[str, Any]]:
    table = mapped.__table__
    found = await session.execute(select(table).where(among(table.c.arn, "arns")), {"arns": list(arns)})
    return {row["arn"]: dict(row) for row in found.mappings()}
