"""The database as a narrowed viewer sees it: what reads of it are given, wherever they are asked for.

What each row is of is read once in a process, and again when the configuration has changed: each read says, in the
statement that says what is seen, which change was the last.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias
from weakref import WeakKeyDictionary, ref

from psycopg.errors import InsufficientPrivilege
from sqlalchemy import Select, text
from sqlalchemy.exc import ProgrammingError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.configuration.configuration import Configuration
from domain.errors import Refused
from domain.permissions import Granted, Viewer
from domain.sight import Belongings, Sight, sight
from models import event_log
from models.clock import CLOCK, Clock
from models.configuration import SEEN, Stored, current
from models.engine import Database
from models.event_log import Cursor, EventRow
from models.narrowing.belongings import load
from models.narrowing.configured import seen_of, seen_of_stored
from models.narrowing.connections import say, settings
from models.prepared import Prepared

MOST_SIGHTS = 256
"""Different grants that are remembered with what they reach."""
_LAST = text("select interlock_last_change()")

Grants: TypeAlias = frozenset[Granted]
_sights: WeakKeyDictionary[Database, Sights] = WeakKeyDictionary()
"""Of each database that a narrowed viewer has asked, in this process."""


def seen_by(database: Database | Narrowed, viewer: Viewer) -> Database | Narrowed:
    """The database as the viewer sees it: itself, for whoever has a role everywhere."""
    whole = database.whole
    if not viewer.narrowed:
        return whole
    return Narrowed(_sights.setdefault(whole, Sights(whole)), viewer.granted)


@dataclass(frozen=True)
class _Known:
    """What grants reach, and the settings that say so."""

    sight: Sight
    settings: Any


class Sights:
    """What each row is of, as a process read it last, and what grants reach of that."""

    def __init__(self, database: Database) -> None:
        self._database = ref(database)  # the database's own, and no reason for it to stay
        self._belongings: Belongings | None = None
        self._known: OrderedDict[Grants, _Known] = OrderedDict()
        self._turn = asyncio.Lock()
        self._true_at: Cursor | None = None

    @property
    def database(self) -> Database:
        """The whole one."""
        database = self._database()
        assert database is not None, "whoever asks holds the database"
        return database

    async def of(self, granted: Grants) -> _Known:
        """What the grants reach, as far as it is known."""
        if self._belongings is None:
            await self.refresh(None)
        return self._reached(granted)

    async def refresh(self, stale: Belongings | None) -> None:
        """Read anew, unless somebody has since `stale` was looked at."""
        async with self._turn:
            if self._belongings is stale:
                async with self.database.snapshot() as session:
                    self._belongings = await load(session)
                self._known.clear()

    async def at(self, cursor: Cursor, granted: Grants) -> Sight:
        """What the grants reach at a position of the log, or later: one look for all that is in the log by then."""
        if self._true_at is None or cursor > self._true_at:
            async with self.database.reading() as connection:
                head = await event_log.head(connection)
                last = await connection.scalar(_LAST)
            known = self._belongings
            if known is None or last is None or known.change != last:
                await self.refresh(known)
            self._true_at = max(head, cursor)
        return self._reached(granted).sight

    def _reached(self, granted: Grants) -> _Known:
        assert self._belongings is not None, "what grants reach is asked for after it was read"
        known = self._known.get(granted)
        if known is None:
            reached = sight(granted, self._belongings)
            known = self._known[granted] = _Known(reached, settings(reached))
            if len(self._known) > MOST_SIGHTS:
                self._known.popitem(last=False)
        return known


class Seen:
    """What a session that is narrowed has at hand, for what is not read row by row."""

    def __init__(self, database: Database, sight: Sight) -> None:
        self._database = database
        self.sight = sight

    def whole(self) -> AbstractAsyncContextManager[AsyncSession]:
        """A session that sees everything: for answers that are true as a whole, or not at all."""
        return self._database.snapshot()

    async def stored(self) -> Stored:
        """The configuration that is kept, as far as it is theirs."""
        async with self.whole() as session:
            return seen_of_stored(await current(session), self.sight)

    def of(self, configuration: Configuration) -> Configuration:
        """As far as it is theirs."""
        return seen_of(configuration, self.sight)


@contextmanager
def _refused() -> Iterator[None]:
    """Raises Refused for a table that narrowed viewers cannot read at all."""
    try:
        yield
    except ProgrammingError as error:
        if isinstance(error.orig, InsufficientPrivilege):
            raise Refused(
                "FORBIDDEN",
                "This is about all services, and your roles hold within scopes alone.",
                remedy="Ask somebody whose role holds everywhere.",
            ) from error
        raise


class Narrowed:
    """A database that reads what these grants let be seen; it writes as any other, what use-cases have allowed."""

    def __init__(self, sights: Sights, granted: Grants) -> None:
        self._sights, self._granted = sights, granted
        self._database = sights.database
        self.transaction: Callable[[], AbstractAsyncContextManager[AsyncSession]] = self._database.transaction

    @property
    def whole(self) -> Database:
        """The database that is narrowed: for writing, and for answers that are true as a whole or not at all."""
        return self._database

    @property
    def clock(self) -> Clock:
        """The one of the database."""
        return self._database.clock

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """As a Database's: each statement sees what is committed when it starts, and is theirs."""
        async with self._database.narrowed_reads.connect() as connection:
            await self._say(connection)
            with _refused():
                yield connection

    def prepared(self, statement: Select[Any]) -> Prepared:
        """As a Database's."""
        return self._database.prepared(statement)

    async def json(self, statement: Select[Any], _: Prepared, values: Mapping[str, Any]) -> bytes | str | None:
        """As a Database's, over a connection that is narrowed."""
        async with self.reading() as connection:
            found: str | None = await connection.scalar(statement, dict(values))
            return found

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """As a Database's: every statement sees the database as it was at the first, as far as it is theirs."""
        information: dict[str, Any] = {CLOCK: self.clock if self.clock.rehearsal else None}
        async with AsyncSession(self._database.narrowed, info=information) as session, session.begin():
            await session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            session.info[SEEN] = Seen(self._database, await self._say(session))
            with _refused():
                yield session

    async def sees(self, event: EventRow) -> bool:
        """Whether an event is theirs, without reading anything about it."""
        return (await self._sights.at(event.cursor, self._granted)).sees(event.about)

    async def _say(self, connection: AsyncConnection | AsyncSession) -> Sight:
        known = await self._sights.of(self._granted)
        last = await say(connection, known.settings)
        if last is None or last != known.sight.belongings.change:  # without changes, nothing says that it is the same
            await self._sights.refresh(known.sight.belongings)
            known = await self._sights.of(self._granted)
            await say(connection, known.settings)
        return known.sight
