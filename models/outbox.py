"""Spans on their way out: sealed once, and sent until they are acknowledged, the same bytes each time.

A claim is a lease and no transaction stays open while a collector is being waited for: every reader of the event log
waits behind the oldest transaction that holds a lock on a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Row, cast, delete, select, text, update
from sqlalchemy.dialects.postgresql import JSONB, insert
from sqlalchemy.ext.asyncio import AsyncSession

from domain.history import Sealed
from models.tables import PipelineExecution, SpanOutbox

_ROWS = 1_000
"""Of one statement: PostgreSQL takes 65,535 parameters."""

BEYOND = timedelta(hours=1)
"""Longer than a lease, and than a collector may ask to be left alone."""


@dataclass(frozen=True, slots=True)
class SealedSpan:
    """A span's ids and the bytes that are sent for it, the same each time."""

    trace_id: str
    span_id: str
    body: bytes


@dataclass(frozen=True, slots=True)
class Batch:
    """Spans of one trace that are sent together. attempts: how often they were claimed, this time included."""

    trace_id: str
    spans: tuple[SealedSpan, ...]
    attempts: int

    @property
    def body(self) -> bytes:
        """One OTLP request: protobuf reads messages that stand one behind the other as one, their lists joined."""
        return b"".join(span.body for span in self.spans)


# The row of `oldest` decides; rows that share its trace and its time were sealed, or failed, together. So a batch
# that is sent again is made of the same spans.
_CLAIM = text("""
    with oldest as (
        select trace_id, next_at from span_outbox
        where sent_at is null and next_at <= :now
        order by next_at, trace_id
        limit 1
    ), due as (
        select span_outbox.trace_id, span_outbox.span_id
        from span_outbox join oldest using (trace_id, next_at)
        where span_outbox.sent_at is null
        order by span_outbox.span_id
        limit :most
        for update of span_outbox skip locked
    )
    update span_outbox set attempts = attempts + 1, next_at = :until
    from due
    where span_outbox.trace_id = due.trace_id and span_outbox.span_id = due.span_id
    returning span_outbox.trace_id, span_outbox.span_id, span_outbox.body, span_outbox.attempts
""")


async def seal(session: AsyncSession, key: UUID, attempt: Sealed, spans: Sequence[SealedSpan], now: datetime) -> int:
    """Keep an attempt's spans, due at once, and that it is sealed; a sealed span is never changed.

    Returns how many were not there yet.
    """
    rows = [{"trace_id": each.trace_id, "span_id": each.span_id, "body": each.body, "next_at": now} for each in spans]
    new = 0
    for start in range(0, len(rows), _ROWS):
        statement = insert(SpanOutbox).values(rows[start : start + _ROWS])
        statement = statement.on_conflict_do_nothing()
        new += len((await session.execute(statement.returning(SpanOutbox.span_id))).all())
    told = cast([{"attempt": attempt.attempt, "until": attempt.until.isoformat()}], JSONB)
    values = {"sealed_at": now, "sealed": PipelineExecution.sealed.op("||")(told)}
    await session.execute(update(PipelineExecution).where(PipelineExecution.id == key).values(values))
    return new


async def claim(session: AsyncSession, *, now: datetime, until: datetime, most: int = 500) -> Batch | None:
    """The oldest batch that is due, leased: a sender that dies leaves it due again at `until`. None when nothing is.

    What is due only beyond any lease and back-off was put off by a clock that was wrong: it is due at the next look.
    """
    rows: Sequence[Row[Any]] = (await session.execute(_CLAIM, {"now": now, "until": until, "most": most})).all()
    if not rows:
        wrong = update(SpanOutbox).where(SpanOutbox.sent_at.is_(None), SpanOutbox.next_at > now + BEYOND)
        await session.execute(wrong.values(next_at=now))
        return None
    spans = tuple(SealedSpan(row.trace_id, row.span_id, bytes(row.body)) for row in rows)
    ordered = tuple(sorted(spans, key=lambda span: span.span_id))
    return Batch(rows[0].trace_id, ordered, max(row.attempts for row in rows))


async def mark_sent(session: AsyncSession, batch: Batch, now: datetime) -> None:
    """The collector has acknowledged the batch."""
    await session.execute(_of(batch).values(sent_at=now))


async def mark_failed(session: AsyncSession, batch: Batch, next_at: datetime) -> None:
    """The batch was not acknowledged, and is due again, whole, at `next_at`."""
    await session.execute(_of(batch).values(next_at=next_at))


async def split(session: AsyncSession, batch: Batch, next_at: datetime) -> None:
    """The batch was too large for the collector: its halves are due at `next_at`, one request each."""
    middle = len(batch.spans) // 2
    halves = (batch.spans[:middle], batch.spans[middle:])
    for number, half in enumerate(halves):
        due = next_at + timedelta(microseconds=number)
        await session.execute(_of(replace(batch, spans=half)).values(next_at=due))


async def prune(session: AsyncSession, sent_before: datetime, most: int = 1000) -> int:
    """Remove spans that were sent long ago, `most` at a time; how many. What is not sent stays."""
    old = (
        select(SpanOutbox.trace_id, SpanOutbox.span_id)
        .where(SpanOutbox.sent_at < sent_before)
        .order_by(SpanOutbox.sent_at)
        .limit(most)
        .with_for_update(skip_locked=True)
        .cte("old")
    )
    statement = delete(SpanOutbox).where(SpanOutbox.trace_id == old.c.trace_id, SpanOutbox.span_id == old.c.span_id)
    return len((await session.execute(statement.returning(SpanOutbox.span_id))).all())


def _of(batch: Batch) -> Any:
    return update(SpanOutbox).where(
        SpanOutbox.trace_id == batch.trace_id,
        SpanOutbox.span_id.in_([span.span_id for span in batch.spans]),
        SpanOutbox.sent_at.is_(None),
    )
