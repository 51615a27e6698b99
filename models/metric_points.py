"""Data points on their way to CloudWatch: leased, sent until acknowledged, and no transaction open meanwhile."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, or_, select, text, update
from sqlalchemy.ext.asyncio import AsyncSession

from domain.measures import Point, Unit
from models.tables import MetricPoint

KEPT = timedelta(days=15)
"""How long a point is known after its moment: longer than CloudWatch takes one, so none is sent again."""

BEYOND = timedelta(hours=1)
"""Longer than a lease and a back-off."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Points that are sent together. attempts: how often the first was claimed, this time included."""

    points: tuple[Point, ...]
    attempts: int


# Those that failed together are due together; what AWS refused is tried one by one.
_CLAIM = text("""
    with oldest as (
        select next_at, alone from metric_point
        where sent_at is null and dropped is null and next_at <= :now
        order by next_at, id limit 1
    ), due as (
        select metric_point.id from metric_point join oldest on metric_point.alone = oldest.alone
        where metric_point.sent_at is null and metric_point.dropped is null and metric_point.next_at <= :now
        order by metric_point.next_at, metric_point.id
        limit (select case when alone then 1 else :most end from oldest)
        for update of metric_point skip locked
    )
    update metric_point set attempts = attempts + 1, next_at = :until
    from due where metric_point.id = due.id
    returning metric_point.id, metric_point.at, metric_point.body, metric_point.attempts
""")


async def claim(session: AsyncSession, *, now: datetime, until: datetime, most: int) -> Batch | None:
    """Points that are due, leased: a sender that dies leaves them due again at `until`. None when nothing is.

    What is due only beyond any lease and back-off was put off by a clock that was wrong: it is due at the next look.
    """
    rows: Sequence[Any] = (await session.execute(_CLAIM, {"now": now, "until": until, "most": most})).all()
    if not rows:
        waiting = MetricPoint.sent_at.is_(None), MetricPoint.dropped.is_(None)
        wrong = update(MetricPoint).where(*waiting, MetricPoint.next_at > now + BEYOND)
        await session.execute(wrong.values(next_at=now))
        return None
    points = sorted((_point(*row[:3]) for row in rows), key=lambda point: (point.at, point.id))
    return Batch(tuple(points), max(row.attempts for row in rows))


async def mark_sent(session: AsyncSession, batch: Batch, now: datetime) -> None:
    """CloudWatch has acknowledged the batch."""
    await session.execute(_of(batch).values(sent_at=now))


async def mark_failed(session: AsyncSession, batch: Batch, next_at: datetime, *, alone: bool = False) -> None:
    """It was not acknowledged, and is due again at `next_at`. alone: each point by itself."""
    changed: dict[str, Any] = {"next_at": next_at} | ({"alone": True} if alone else {})
    await session.execute(_of(batch).values(**changed))


async def mark_dropped(session: AsyncSession, points: Sequence[Point], reason: str) -> int:
    """They are not sent, ever; how many that were."""
    statement = _of(Batch(tuple(points), 0)).values(dropped=reason).returning(MetricPoint.id)
    return len((await session.execute(statement)).all())


async def forget(session: AsyncSession, now: datetime, most: int = 1000) -> None:
    """Remove the points that nobody can send any more, `most` at a time."""
    done = or_(MetricPoint.sent_at.is_not(None), MetricPoint.dropped.is_not(None))
    old = select(MetricPoint.id).where(MetricPoint.at < now - KEPT, done).limit(most)
    await session.execute(delete(MetricPoint).where(MetricPoint.id.in_(old)))


def _of(batch: Batch) -> Any:
    return update(MetricPoint).where(
        MetricPoint.id.in_([point.id for point in batch.points]),
        MetricPoint.sent_at.is_(None),
        MetricPoint.dropped.is_(None),
    )


def _point(id_: str, at: datetime, body: dict[str, Any]) -> Point:
    dimensions = tuple((str(name), str(value)) for name, value in body["dimensions"])
    return Point(id_, body["name"], body["value"], Unit(body["unit"]), at, dimensions)
