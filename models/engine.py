"""The connection to PostgreSQL: one pool, reads in autocommit, and one transaction for each use-case."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, TypeAlias

import orjson
from psycopg.conninfo import make_conninfo
from sqlalchemy import URL, Select, event, make_url, text
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from models import bounds, sql_log
from models.clock import CLOCK, Clock, RehearsalClock
from models.configuration import MEMORY, WRITTEN, Memory
from models.connections import CONNECT_SECONDS, KEEPALIVES, PING_SECONDS, BoundedConnection
from models.direct import Direct
from models.event_log import APPENDED, TYPES
from models.lookouts import Lookout
from models.narrowing.connections import narrow
from models.pokes import Poker
from models.prepared import Prepared
from models.statements import Statements

STATEMENT_SECONDS = 30
POOL_SECONDS = 5
"""How long a request waits for a connection of the pool."""
SILENT_SECONDS = 5
"""How much longer than PostgreSQL a client waits for the end of a statement."""
UNHURRIED_SECONDS = 600

_UNHURRIED = text("""
    select set_config(name, :seconds, true) from pg_settings where name in ('statement_timeout', 'transaction_timeout')
""")

_CONNECTED: Mapping[str, Any] = {"application_name": "interlock", "connect_timeout": CONNECT_SECONDS, **KEEPALIVES}
Connect: TypeAlias = Callable[..., Awaitable[BoundedConnection]]


class Database:
    """One PostgreSQL database, for as long as a process or a test uses it.

    reads: the engine for statements that are each their own transaction.
    engine: the same pool with transactions; use-cases take `transaction()` instead.
    narrowed: a pool of its own, whose connections are the narrowed role from their beginning to their end
    (`models.narrowing`); without a narrowed viewer none is opened.
    committed: who is told the types of the events of each transaction that has committed here, before whoever asked for
    it is; what they do must not fail.
    direct: reads of one statement each, over connections of their own.
    configuration: as it was read last, or written and committed: `models.configuration.current` looks there first.
    lookout: whether anything was committed since it was looked last.
    clock: what decisions are made by; of a rehearsal, the one that this database keeps.
    """

    def __init__(
        self,
        url: str | URL,
        *,
        log_sql: bool = False,
        pool_size: int = 10,
        rehearsal: bool = False,
        statement_seconds: int = STATEMENT_SECONDS,
        password: Callable[[], str] | None = None,
    ) -> None:
        """Opens nothing yet. statement_seconds: after which PostgreSQL ends a statement.

        password: asked for each new connection, where it may change; else that of the address holds.
        """
        self._password = password
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        pool = partial(_pool, self.url, self._connect, pool_size, statement_seconds, log_sql=log_sql)
        self.engine = pool()
        self.direct = Direct(
            partial(self._beside, statement_seconds),
            most=pool_size,
            waits=POOL_SECONDS,
            patience=statement_seconds + SILENT_SECONDS,
            ping=PING_SECONDS,
        )
        if log_sql:
            self.direct.told.append(sql_log.of_read)
        event.listen(self.engine.sync_engine, "handle_error", self._moved)
        self.reads: AsyncEngine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.narrowed = pool()
        narrow(self.narrowed.sync_engine)
        self.narrowed_reads: AsyncEngine = self.narrowed.execution_options(isolation_level="AUTOCOMMIT")
        self.poker = Poker(lambda: self.address)
        self.lookout = Lookout(lambda: self.address)
        self.configuration = Memory()
        self.committed: list[Callable[[Collection[str]], None]] = []
        self.clock = RehearsalClock(lambda: self.address) if rehearsal else Clock()

    @property
    def whole(self) -> Database:
        """Itself: it narrows nothing (`models.narrowing.seeing` does)."""
        return self

    @property
    def address(self) -> str:
        """The database as libpq names it, password and all, for a connection beside the pool."""
        url = self.url if self._password is None else self.url.set(password=self._password())
        return url.set(drivername="postgresql").render_as_string(hide_password=False)

    async def _connect(self, *given: Any, **named: Any) -> BoundedConnection:
        """A connection of the pool, under the password that holds now."""
        if self._password is not None:
            named["password"] = self._password()
        return await BoundedConnection.connect(*given, **named)

    async def _beside(self, statement_seconds: int) -> BoundedConnection:
        """A connection beside the pool, bounded as those in it are."""
        connection = await self._connect(make_conninfo(self.address, **_CONNECTED), autocommit=True)
        await connection.execute(bounds.statement(connection.info.server_version, statement_seconds).encode())
        return connection

    def _moved(self, context: ExceptionContext) -> None:
        if context.is_disconnect:
            self.direct.leave()

    @property
    def _known(self) -> dict[str, Any]:
        """What a session has at hand; a clock only where the database keeps one, for others the time is as it is."""
        return {MEMORY: self.configuration, CLOCK: self.clock if self.clock.rehearsal else None}

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a session in exactly one transaction: committed at the end of the block, rolled back if it raises."""
        async with AsyncSession(self.engine, expire_on_commit=False, info=self._known) as session, session.begin():
            yield session
        self.configuration.keep(session.info.get(WRITTEN))
        if types := session.info.get(TYPES):
            for each in self.committed:
                each(types)
        if session.info.get(APPENDED):
            self.poker.poke()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """Yield a session whose every statement sees the database as it was at the first. Nothing can be written."""
        async with AsyncSession(self.engine, info=self._known) as session, session.begin():
            await session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            yield session

    @asynccontextmanager
    async def looking(self) -> AsyncIterator[AsyncSession]:
        """Yield a session for one look: each statement sees what is committed when it starts, in one round trip."""
        async with AsyncSession(self.reads, info=self._known) as session:
            yield session

    @asynccontextmanager
    async def unhurried(self, seconds: int = UNHURRIED_SECONDS) -> AsyncIterator[AsyncSession]:
        """A snapshot whose statements may last: for what reads millions of rows, and nobody waits for.

        It writes nothing, so it holds no reader of the log back.
        """
        async with self.snapshot() as session:
            await session.execute(_UNHURRIED, {"seconds": f"{seconds}s"})
            raw = await (await session.connection()).get_raw_connection()
            assert raw.driver_connection is not None
            raw.driver_connection.patience = seconds + SILENT_SECONDS  # until the pool gives it out again
            yield session

    def prepared(self, statement: Select[Any]) -> Prepared:
        """A statement as it is sent again and again."""
        return Prepared(statement, self.engine.dialect)

    async def json(self, statement: Select[Any], prepared: Prepared, values: Mapping[str, Any]) -> bytes | str | None:
        """The first column of the first row that a statement finds, as text; None where there is none, or NULL.

        prepared: of this statement. values: of those parameters that it has none for.
        """
        if prepared.direct:
            return await self.direct.json(prepared, prepared.values(values))
        async with self.reading() as connection:
            found: str | None = await connection.scalar(statement, dict(values))
            return found

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection on which each statement sees what is committed when it starts."""
        async with self.reads.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection, of the pool and beside it."""
        self.clock.close()
        await self.poker.close()
        await self.lookout.close()
        self.direct.leave()
        await self.narrowed.dispose()
        await self.engine.dispose()

    async def __aenter__(self) -> Database:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _pool(url: URL, connect: Connect, size: int, statement_seconds: int, *, log_sql: bool) -> AsyncEngine:
    """A pool of connections, of which none is opened yet."""
    engine = create_async_engine(
        url,
        pool_pre_ping=True,
        execution_options={"compiled_cache": Statements()},
        hide_parameters=True,  # an error with its values would end up in logs
        pool_size=size,
        max_overflow=size,
        pool_timeout=POOL_SECONDS,
        connect_args={
            "prepare_threshold": 0,
            "async_creator_fn": connect,
            **_CONNECTED,
        },
        json_serializer=lambda value: orjson.dumps(value).decode(),
        json_deserializer=orjson.loads,
    )
    bounds.bound(
        engine.sync_engine,
        statement_seconds=statement_seconds,
        patience=statement_seconds + SILENT_SECONDS,
        ping=PING_SECONDS,
    )
    if log_sql:
        sql_log.of_engine(engine.sync_engine)
    return engine
