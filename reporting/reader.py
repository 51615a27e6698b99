"""A named reader of the log whose effects are rows: they are written in the transaction that moves its cursor.

Several processes may have the same reader: they take turns. One that dies has done all of a batch, or nothing of it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

import structlog
from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidValue
from models import event_log, readers
from models.engine import Database
from models.event_log import EVERYTHING, Cursor, EventFilter, EventRow

BEGINNING = Cursor(1, 0, 0)
"""Before the first event of every log."""
AT_ONCE = 100
Handle = Callable[[AsyncSession, Sequence[EventRow]], Awaitable[None]]
_log = structlog.get_logger("interlock.reporting")


class LogReader:
    """Reads the events that match, in order, each once. from_now: a reader that is new skips what has happened.

    After a restore, a cursor that this log does not know begins again as a new reader would.
    """

    def __init__(
        self, database: Database, name: str, matching: EventFilter = EVERYTHING, *, from_now: bool = False
    ) -> None:
        self._database = database
        self._name = name
        self._matching = matching
        self._from_now = from_now

    async def turn(self, handle: Handle) -> bool:
        """Handles the next events, and keeps how far that was. True when there may be more."""
        async with self._database.reading() as connection:
            position = await readers.position(connection, self._name)
            head = await event_log.read_head(connection)
            after = resumed(position, head, head.cursor if self._from_now else BEGINNING)
            events = await event_log.read_between(
                connection, after, head.cursor, limit=AT_ONCE, matching=self._matching
            )
        more = len(events) == AT_ONCE
        until = events[-1].cursor if more else max(after, head.cursor)
        if str(until) != position:
            await self._pass(position, after, until, events, handle)
        return more

    async def _pass(
        self, position: str | None, after: Cursor, until: Cursor, events: Sequence[EventRow], handle: Handle
    ) -> None:
        """Does nothing where another process holds the cursor, or has moved it."""
        async with self._database.transaction() as session:
            if await readers.hold(session, self._name, str(after)) != (position or str(after)):
                return
            if events:
                await handle(session, events)
            await readers.move(session, self._name, str(until))


def resumed(position: str | None, head: event_log.Head, first: Cursor) -> Cursor:
    """Where to read on: behind the position; at `first` where there is none, or one of another log.

    No part of the log is dropped before the readers have passed it: only who is new begins where the log does now.
    """
    first = max(first, head.beginning or first)
    if position is None:
        return first
    try:
        cursor = Cursor.parse(position)
        event_log.check_known(cursor, head)
    except InvalidValue as error:
        _log.warning("the cursor is not of this log: it is read as by a new reader", reason=error.message)
        return first
    return max(cursor, head.beginning or cursor)
