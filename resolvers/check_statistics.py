"""How checks do: which contradict themselves, which take long, and which say no."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.names import between
from domain.words import CheckOrder
from models import check_statistics as sql
from models.check_statistics import Counted

MOST_DAYS = 366
MOST = 100
"""Checks that one answer ranks: as many as the field counts for."""


async def of_checks(session: AsyncSession, checks: Sequence[UUID], *, days: int, now: datetime) -> list[dict[str, Any]]:
    """Of each check what it came to in the last days. Raises InvalidValue."""
    found = await sql.of_checks(session, _since(days, now), checks)
    return [shown(found[key], days, now) for key in checks]


async def ranked(session: AsyncSession, order: CheckOrder, *, days: int, first: int, now: datetime) -> list[Counted]:
    """The first checks of the fleet in an order, the worst first; those that did not run, last. Raises InvalidValue."""
    between("first", first, 1, MOST)
    found = await sql.of_checks(session, _since(days, now), None)
    return sorted(found.values(), key=lambda each: (*_KEYS[order](each), -each.runs, each.name))[:first]


def shown(counted: Counted, days: int, now: datetime) -> dict[str, Any]:
    """The statistics, with every day of the window: one without runs as well."""
    known = {each["day"]: each for each in counted.series}
    series = [
        known.get(day) or {"day": day, "runs": 0, "failed": 0, "median_seconds": None} for day in _days(days, now)
    ]
    return {**counted._asdict(), "series": series}


def _since(days: int, now: datetime) -> datetime:
    """Midnight of the first of so many days, the last of which is today."""
    between("days", days, 1, MOST_DAYS)
    return now.replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=days - 1)


def _days(days: int, now: datetime) -> list[str]:
    begin = _since(days, now)
    return [(begin + timedelta(days=number)).date().isoformat() for number in range(days)]


def _worst(value: float | None) -> tuple[bool, float]:
    return value is None, -(value or 0)


_KEYS: dict[CheckOrder, Callable[[Counted], tuple[bool, float]]] = {
    CheckOrder.FLAKIEST: lambda each: _worst(each.flake_rate),
    CheckOrder.SLOWEST: lambda each: _worst(each.median_seconds),
    CheckOrder.FAILING: lambda each: _worst(each.failed / each.runs if each.runs else None),
}
