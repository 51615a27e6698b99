"""The log as it grows: one reader for the whole process, and any number of followers.

The reader waits for pokes (and looks by itself every second), reads what is new, and offers each event to the
followers that want it. A follower first replays from its cursor out of the database, then takes what it is
offered. A follower that is too slow for its bounded queue goes back to replaying: it loses nothing and needs
no memory.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import aclosing, suppress
from typing import TypeVar

import psycopg
import stamina
import structlog
from sqlalchemy.ext.asyncio import AsyncConnection

from models import event_log
from models.engine import Database
from models.epochs import ensure_epoch
from models.event_log import EVERYTHING, Cursor, EventFilter, EventRow
from models.faults import unavailable
from models.pokes import listen

PAGE = 500
"""Events read at a time: a replay never holds more than these."""
QUEUE = 1_000
"""Events that wait for one follower before it has to replay."""
LOOK_EVERY = 1.0
"""Seconds after which the reader looks although nobody poked."""
HELD_FIRST, HELD_LAST = 0.005, 0.25
"""Seconds between looks while committed events wait for an older transaction: it may end without a poke."""

_log = structlog.get_logger()
_Answer = TypeVar("_Answer")


class FeedClosed(Exception):
    """The feed was closed while somebody waited for the database."""


class _Follower:
    """What the reader offers to one follower and is not taken yet. `missed`: some did not fit."""

    def __init__(self, matching: EventFilter, most: int) -> None:
        self.matching = matching
        self.missed = False
        self.waiting: deque[EventRow] = deque()
        self.stirred = asyncio.Event()
        self._most = most

    def offer(self, event: EventRow) -> None:
        """Keep an event that is wanted; after the first one that does not fit, none."""
        if self.missed or not self.matching.matches(event):
            return
        if len(self.waiting) < self._most:
            self.waiting.append(event)
        else:
            self.missed = True
        self.stirred.set()


class Feed:
    """The process's one reader of the log: `async with Feed(database) as feed`, or `start` and `close`."""

    def __init__(self, database: Database, *, page: int = PAGE, queue: int = QUEUE) -> None:
        self._database = database
        self._page = page
        self._queue = queue
        self._position: Cursor | None = None
        self.followers: set[_Follower] = set()
        self.hearing: list[Callable[[EventRow], None]] = []
        """Who is told each event as the reader reads it, for what a process has in memory; that must not fail."""
        self._tasks: list[asyncio.Task[None]] = []
        self._poked = asyncio.Event()
        self._closed = False
        self.failed = False
        """Whether it has ended for a reason that waiting does not cure: subscriptions end as soon as they begin."""

    async def __aenter__(self) -> Feed:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def start(self) -> None:
        """Begin to read at the head of the log. The database must be there now; later it may come and go."""
        async with self._database.reads.connect() as connection:
            self._position = await event_log.head(connection)
        self._tasks = [
            asyncio.create_task(self._listen(), name="listen for pokes"),
            asyncio.create_task(self._read(), name="read the log"),
        ]
        for task in self._tasks:
            task.add_done_callback(self._ended)

    async def close(self) -> None:
        """Stop reading; every follower's iteration ends after what it was already given."""
        self._close_followers()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)

    def _close_followers(self) -> None:
        self._closed = True
        for follower in self.followers:
            follower.stirred.set()

    @property
    def running(self) -> bool:
        """Whether its reader reads: it was started, and was neither closed nor has it ended."""
        return self._position is not None and not self._closed

    @property
    def position(self) -> Cursor:
        """How far the followers have been offered the log."""
        if self._position is None:
            raise RuntimeError("The feed is read before it was started: call start() first.")
        return self._position

    async def follow(
        self, after: Cursor | None = None, matching: EventFilter = EVERYTHING
    ) -> AsyncGenerator[EventRow, None]:
        """Yield every matching event after the cursor, in order, each once; without a cursor, from now on.

        Ends when the feed is closed. Raises InvalidValue, at the first step, for a cursor that is not of
        this log; CursorTooOld for one behind which events were dropped.
        """
        with suppress(FeedClosed):
            head = await self._read_patiently(event_log.read_head)
            if after is not None:
                event_log.check_kept(after, head)
            position = head.cursor if after is None else after
            while not self._closed:
                async with aclosing(self._replay_then_live(position, matching)) as events:
                    async for event in events:
                        position = event.cursor
                        yield event

    async def _replay_then_live(self, after: Cursor, matching: EventFilter) -> AsyncGenerator[EventRow, None]:
        """Yield from the cursor on, until the follower was too slow or the feed is closed."""
        follower = _Follower(matching, self._queue)
        self.followers.add(follower)
        try:
            # What the reader has not offered yet when the follower joins, it will offer: replay up to there.
            until = self.position
            async with aclosing(self._replay(after, until, matching)) as replayed:
                async for event in replayed:
                    yield event
            async with aclosing(self._live(follower, max(after, until))) as offered:
                async for event in offered:
                    yield event
        finally:
            self.followers.discard(follower)

    async def _replay(self, after: Cursor, until: Cursor, matching: EventFilter) -> AsyncGenerator[EventRow, None]:
        """Yield the matching events of a stretch of the log, page by page."""
        full = True
        while full and not self._closed:
            page = await self._read_patiently(self._reading(after, until, matching))
            for event in page:
                yield event
            full = len(page) == self._page
            after = page[-1].cursor if page else until

    async def _live(self, follower: _Follower, after: Cursor) -> AsyncGenerator[EventRow, None]:
        """Yield what the reader offers, until some did not fit or the feed is closed."""
        while True:
            while follower.waiting:
                event = follower.waiting.popleft()
                if event.cursor > after:
                    yield event
            if follower.missed or self._closed:
                return
            follower.stirred.clear()
            await follower.stirred.wait()

    async def _read(self) -> None:
        """Offer the log to the followers, for as long as the process lives."""
        patience = HELD_FIRST
        while True:
            self._poked.clear()
            head = await self._read_patiently(event_log.read_head)
            news = self.position < head.cursor
            while self.position < head.cursor:
                await self._advance(head.cursor)
            patience = HELD_FIRST if news or not head.held else min(patience * 2, HELD_LAST)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._poked.wait(), patience if head.held else LOOK_EVERY)

    async def _advance(self, until: Cursor) -> None:
        page = await self._read_patiently(self._reading(self.position, until, EVERYTHING))
        for event in page:
            for hear in self.hearing:
                hear(event)
            for follower in self.followers:
                follower.offer(event)
        self._position = page[-1].cursor if len(page) == self._page else until

    async def _listen(self) -> None:
        """Hear pokes over one connection, which is opened again whenever it is lost."""
        await self.patiently(self._hear)
        while True:
            await self.patiently(self._hear_again)

    async def _hear_again(self) -> None:
        await ensure_epoch(self._database)  # the server that answers may be another one now
        await self._hear()

    async def _hear(self) -> None:
        """Pass pokes on until the connection is lost. Raises when there was none: that calls for a pause."""
        heard = False
        try:
            async with aclosing(listen(self._database.address)) as pokes:
                async for _ in pokes:
                    heard = True
                    self._poked.set()
        except psycopg.OperationalError as error:
            if not heard:
                raise
            _log.warning("The connection that hears of new events was lost", error=str(error))

    async def _read_patiently(self, read: Callable[[AsyncConnection], Awaitable[_Answer]]) -> _Answer:
        """Read, again and again while the database cannot be reached, until the feed is closed."""

        async def connect_and_read() -> _Answer:
            async with self._database.reads.connect() as connection:
                return await read(connection)

        return await self.patiently(connect_and_read)

    async def patiently(self, act: Callable[[], Awaitable[_Answer]]) -> _Answer:
        """What `act` answers, tried again and again while the database is away: so no event is lost by it.

        Raises FeedClosed when the feed is closed meanwhile.
        """
        async for attempt in stamina.retry_context(
            on=_unreachable, attempts=None, timeout=None, wait_initial=0.05, wait_max=2.0, wait_jitter=0.1
        ):
            with attempt:
                if self._closed:
                    raise FeedClosed
                return await act()
        raise AssertionError("retrying without a limit has ended")

    def _ended(self, task: asyncio.Task[None]) -> None:
        """Let the followers go when a task fails for a reason that waiting does not cure; they may return."""
        if not task.cancelled() and (error := task.exception()) and not isinstance(error, FeedClosed):
            _log.error("The feed of the event log has ended", task=task.get_name(), exc_info=error)
            self.failed = True
            self._close_followers()

    def _reading(
        self, after: Cursor, until: Cursor, matching: EventFilter
    ) -> Callable[[AsyncConnection], Awaitable[list[EventRow]]]:
        async def read(connection: AsyncConnection) -> list[EventRow]:
            return await event_log.read_between(connection, after, until, limit=self._page, matching=matching)

        return read


def _unreachable(error: Exception) -> bool:
    """Whether the database may answer again by itself: restarted, failed over, or out of connections."""
    return isinstance(error, OSError) or unavailable(error) is not None
