"""The connection to PostgreSQL: one pool, reads in autocommit, and one transaction for each use-case."""

import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import orjson
import structlog
from sqlalchemy import URL, event, make_url
from sqlalchemy.engine import Connection, Engine, ExceptionContext
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, AsyncSession, create_async_engine

from models.configuration import MEMORY, WRITTEN, Memory
from models.event_log import APPENDED
from models.pokes import Poker

TRANSACTION_SECONDS = 30
"""A transaction that lasts longer is ended: every reader of the log waits behind the oldest writer."""
STATEMENT_SECONDS = 30
LOCK_SECONDS = 10
SINCE_17 = 170000
"""`transaction_timeout` came with PostgreSQL 17; before, only an idle transaction is ended."""

_log = structlog.get_logger("interlock.sql")


class Database:
    """One PostgreSQL database, for as long as a process or a test uses it.

    reads: the engine for statements that are each their own transaction.
    engine: the same pool with transactions; use-cases take `transaction()` instead.
    configuration: as it was read last, or written and committed: `models.configuration.current` looks there first.
    """

    def __init__(self, url: str | URL, *, log_sql: bool = False, pool_size: int = 10) -> None:
        self.url = make_url(url).set(drivername="postgresql+psycopg")
        self.engine = create_async_engine(
            self.url,
            pool_pre_ping=True,
            hide_parameters=True,  # an error with its values would end up in logs
            pool_size=pool_size,
            max_overflow=pool_size,
            connect_args={"prepare_threshold": 0, "application_name": "interlock"},
            json_serializer=lambda value: orjson.dumps(value).decode(),
            json_deserializer=orjson.loads,
        )
        event.listen(self.engine.sync_engine, "connect", _limit_session)
        if log_sql:
            _log_statements(self.engine.sync_engine)
        self.reads: AsyncEngine = self.engine.execution_options(isolation_level="AUTOCOMMIT")
        self.poker = Poker(self.address)
        self.configuration = Memory()

    @property
    def address(self) -> str:
        """The database as libpq names it, password and all, for a connection beside the pool."""
        return self.url.set(drivername="postgresql").render_as_string(hide_password=False)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        """Yield a session in exactly one transaction: committed at the end of the block, rolled back if it raises."""
        memory = {MEMORY: self.configuration}
        async with AsyncSession(self.engine, expire_on_commit=False, info=memory) as session, session.begin():
            yield session
        self.configuration.keep(session.info.get(WRITTEN))
        if session.info.get(APPENDED):
            self.poker.poke()

    @asynccontextmanager
    async def snapshot(self) -> AsyncIterator[AsyncSession]:
        """Yield a session whose every statement sees the database as it was at the first. Nothing can be written."""
        memory = {MEMORY: self.configuration}
        async with AsyncSession(self.engine, info=memory) as session, session.begin():
            await session.connection(
                execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True}
            )
            yield session

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[AsyncConnection]:
        """Yield a connection on which each statement sees what is committed when it starts."""
        async with self.reads.connect() as connection:
            yield connection

    async def close(self) -> None:
        """Close every connection, of the pool and beside it."""
        await self.poker.close()
        await self.engine.dispose()

    async def __aenter__(self) -> "Database":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()


def _limit_session(connection: Any, _record: Any) -> None:
    """Bound what one session may hold, in one statement when the session begins."""
    limits = {"statement_timeout": STATEMENT_SECONDS, "lock_timeout": LOCK_SECONDS}
    limits["idle_in_transaction_session_timeout"] = TRANSACTION_SECONDS
    if connection.driver_connection.info.server_version >= SINCE_17:
        limits["transaction_timeout"] = TRANSACTION_SECONDS
    cursor = connection.cursor()
    cursor.execute("select " + ", ".join(f"set_config('{name}', '{value}s', false)" for name, value in limits.items()))
    cursor.close()
    connection.commit()


def _log_statements(engine: Engine) -> None:
    """Log one line per statement, with its text and milliseconds, succeeded or failed; never a value."""

    def began(connection: Connection, *_: Any) -> None:
        connection.info["interlock_began"] = time.perf_counter()

    def ended(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        _log.info("sql", statement=statement, elapsed_ms=_elapsed(connection))

    def failed(context: ExceptionContext) -> None:
        if context.connection is not None and context.statement is not None:
            error = type(context.original_exception).__name__
            _log.info("sql", statement=context.statement, elapsed_ms=_elapsed(context.connection), error=error)

    event.listen(engine, "before_cursor_execute", began)
    event.listen(engine, "after_cursor_execute", ended)
    event.listen(engine, "handle_error", failed)


def _elapsed(connection: Connection) -> float:
    began: float = connection.info["interlock_began"]
    return round((time.perf_counter() - began) * 1000, 3)
