"""From the log to sealed spans, and from sealed spans to a collector. Time is passed in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from opentelemetry.sdk.resources import Resource
from sqlalchemy.ext.asyncio import AsyncSession

from domain import spans
from domain.backing_off import back_off
from domain.events import EventType
from domain.words import ExecutionStatus
from models import event_log, histories, outbox, readers
from models.engine import Database
from models.event_log import Cursor, EventFilter, EventRow
from reporting import telemetry
from reporting.reader import BEGINNING, resumed
from reporting.sender import Refusal, Sender

READER = "traces"
"""The name of the cursor, and of the lock that elects who seals and who claims."""
LEASE = timedelta(seconds=30)
"""Longer than a request may take: after it, the batch of a sender that died is due again."""
LONGEST_BACK_OFF = timedelta(minutes=5)
TOO_LARGE = 413
"""HTTP's status with which a collector refuses a body for its size."""
_AT_ONCE = 100
_CHANGES = EventFilter(types=frozenset({EventType.EXECUTION_CHANGED.value}))
_log = structlog.get_logger("interlock.reporting")


class Traces:
    """One process's part in the reporting of traces; several may run, and take turns."""

    def __init__(self, database: Database, resource: Resource, settle: timedelta) -> None:
        self._database = database
        self._resource = resource
        self._settle = settle

    async def seal_due(self, now: datetime) -> bool:
        """Seal the executions whose end was recorded long enough ago. True when events were passed, and more may be.

        The cursor stops before the first end that is still settling; it passes an end in the transaction that seals.
        """
        async with self._database.reading() as connection:
            position = await readers.position(connection, READER)
            head = await event_log.read_head(connection)
            after = resumed(position, head, BEGINNING)
            events = await event_log.read_between(connection, after, head.cursor, limit=_AT_ONCE, matching=_CHANGES)
        settled = _settled(events, now - self._settle)
        for end in filter(_is_end, settled):
            position = await self._pass(position, end.cursor, end.subject_id, now)
            if position is None:
                return False
        last = settled[-1].cursor if settled else after
        if len(settled) == len(events) < _AT_ONCE:
            last = max(last, head.cursor)
        if str(last) != (position or str(BEGINNING)):
            await self._pass(position, last, None, now)
        return bool(settled)

    async def _pass(self, position: str | None, cursor: Cursor, ended: UUID | None, now: datetime) -> str | None:
        """Move the cursor, and seal the execution that ended there, if one did, in one transaction.

        Returns the cursor; None where another process holds it or has moved it.
        """
        async with self._database.transaction() as session:
            held = await readers.hold(session, READER, str(BEGINNING))
            if held is None or held != (position or str(BEGINNING)):
                return None
            if ended is not None:
                await self._seal(session, ended, now)
            await readers.move(session, READER, str(cursor))
        return str(cursor)

    async def _seal(self, session: AsyncSession, key: UUID, now: datetime) -> None:
        execution = await histories.load(session, key)
        attempt = spans.sealing(execution) if execution else None
        if execution is None or attempt is None:
            return
        sealed = telemetry.encode(spans.derive(execution), self._resource)
        new = await outbox.seal(session, key, attempt, sealed, now)
        if new:
            _log.info("spans sealed", execution=execution.execution_id, pipeline=execution.pipeline, spans=new)

    async def send_due(self, sender: Sender, now: datetime) -> bool:
        """Send one batch, if one is due. True when more may be due at once: it was acknowledged, or cut in halves."""
        batch = await self._claim(now)
        if batch is None:
            return False
        refusal = await sender.send(batch.body)
        halved = refusal is not None and refusal.status == TOO_LARGE and len(batch.spans) > 1
        async with self._database.transaction() as session:
            if refusal is None:
                await outbox.mark_sent(session, batch, now)
            elif halved:
                await outbox.split(session, batch, now)
            else:
                await outbox.mark_failed(session, batch, now + again_after(batch.attempts, refusal))
        _tell(batch, refusal, sender.url)
        return refusal is None or halved

    async def prune_due(self, sent_before: datetime) -> bool:
        """Remove some of the spans that were sent before; their executions stay sealed. True when more may be due."""
        async with self._database.transaction() as session:
            removed = await outbox.prune(session, sent_before)
        if removed:
            _log.info("sent spans removed", spans=removed, sent_before=sent_before.isoformat())
        return removed > 0

    async def _claim(self, now: datetime) -> outbox.Batch | None:
        async with self._database.transaction() as session:
            if await readers.hold(session, READER, str(BEGINNING)) is None:
                return None
            return await outbox.claim(session, now=now, until=now + LEASE)


def again_after(attempts: int, refusal: Refusal) -> timedelta:
    """The back-off, or what the collector asked for, where that is longer; five minutes at most."""
    asked = min(timedelta(seconds=refusal.wait_seconds), LONGEST_BACK_OFF)
    return max(back_off(attempts, LONGEST_BACK_OFF), asked)


def _tell(batch: outbox.Batch, refusal: Refusal | None, url: str) -> None:
    facts = {"trace_id": batch.trace_id, "spans": len(batch.spans), "attempt": batch.attempts}
    if refusal is None:
        _log.info("spans sent", **facts)
    else:
        _log.warning("spans not sent, and kept", **facts, endpoint=url, reason=refusal.reason)


def _settled(events: Sequence[EventRow], until: datetime) -> Sequence[EventRow]:
    """The events before the first end that came later than `until`."""
    for place, event in enumerate(events):
        if _is_end(event) and event.time > until:
            return events[:place]
    return events


def _is_end(event: EventRow) -> bool:
    return ExecutionStatus(event.payload["status"]).ended
