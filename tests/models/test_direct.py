"""Reads of one statement, over connections of their own: prepared, bounded, asked again where a connection was dead."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

import psycopg
import pytest
from sqlalchemy import URL, DateTime, Enum, Select, Text, bindparam, cast, func, literal, select, text
from sqlalchemy.exc import InternalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from structlog.testing import capture_logs

from models import direct
from models.connections import BoundedConnection, Silent
from models.engine import Database
from tests.databases import administer
from tests.proxy import Proxy

pytestmark = pytest.mark.database

BACKEND = select(cast(func.pg_backend_pid(), Text))


class Colour(StrEnum):
    """A word of a table's."""

    RED = "RED"


@pytest.fixture
async def one(database_url: URL) -> AsyncIterator[Database]:
    """A database with room for one read at a time."""
    async with Database(database_url, pool_size=1, statement_seconds=1) as database:
        yield database


async def read(database: Database, statement: Select[Any], **values: Any) -> bytes | str | None:
    """What the statement answers."""
    return await database.json(statement, database.prepared(statement), values)


async def test_values_are_bound_by_their_types(one: Database) -> None:
    """Each once, under a type of SQL's; what is a parameter of the statement's is given for each read."""
    moment = datetime(2026, 12, 1, tzinfo=UTC)
    statement = select(
        func.concat(
            literal("%s %% $1 ", Text),
            bindparam("key", type_=Text),
            " ",
            cast(bindparam("word", type_=Enum(Colour, native_enum=False)), Text),
            " ",
            func.extract("year", bindparam("moment", type_=DateTime(timezone=True))),
            " ",
            bindparam("key", type_=Text),
        )
    )
    found = await read(one, statement, key="it's", word=Colour.RED, moment=moment)
    assert one.prepared(statement).text.count("$2::VARCHAR") == 2
    assert found == b"%s %% $1 it's RED 2026 it's"


async def test_nothing_is_none(one: Database) -> None:
    """No row, and NULL."""
    assert await read(one, select(literal("x")).where(literal(1) == 2)) is None
    assert await read(one, select(cast(None, Text))) is None


async def test_a_statement_is_prepared_once(one: Database) -> None:
    """The same connection, which keeps it."""
    pids = {await read(one, BACKEND) for _ in range(5)}
    assert len(pids) == 1
    counted = select(cast(func.count(), Text)).select_from(
        text("pg_prepared_statements where starts_with(statement, 'SELECT CAST(pg_')")
    )
    assert await read(one, counted) == b"1"


async def test_a_list_is_sent_by_sqlalchemy(one: Database) -> None:
    """Its length is part of the text."""
    statement = select(cast(literal(2).in_([1, 2, 3]), Text))
    assert not one.prepared(statement).direct
    assert await read(one, statement) == "true"


async def test_a_dead_connection_is_noticed_by_the_read(one: Database, database_url: URL) -> None:
    """Its backend was ended, and the next read is answered over another."""
    pid = await read(one, BACKEND)
    assert isinstance(pid, bytes)
    administer(database_url, f"select pg_terminate_backend({pid.decode()}, 5000)")
    assert await read(one, BACKEND) not in (None, pid)


async def test_an_idle_connection_is_asked_first(one: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """With little patience: one that says nothing is left, and the read waits for no more than that."""
    monkeypatch.setattr(direct, "IDLE_SECONDS", 0)
    pid = await read(one, BACKEND)
    assert await read(one, BACKEND) == pid
    waited: list[float] = []
    execute = BoundedConnection.execute

    async def silent(self: BoundedConnection, *given: Any, **named: Any) -> Any:
        if given == ("",):
            waited.append(self.patience)
            raise psycopg.OperationalError("the server has said nothing")
        return await execute(self, *given, **named)

    monkeypatch.setattr(BoundedConnection, "execute", silent)
    assert await read(one, BACKEND) not in (None, pid)
    assert waited == [3]


async def test_silence_is_waited_for_once(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """However many connections are idle: none of the others is asked, and all are left."""
    monkeypatch.setattr("models.engine.SILENT_SECONDS", 1)
    async with Proxy(database_url) as proxy, Database(proxy.url, pool_size=3, statement_seconds=1) as database:
        await asyncio.gather(*(read(database, select(cast(func.pg_sleep(0.1), Text))) for _ in range(3)))
        proxy.silence()
        began = time.monotonic()
        with pytest.raises(Silent):
            await read(database, BACKEND)
        assert time.monotonic() - began < 3.5
        proxy.accept()
        assert await read(database, BACKEND)


async def test_what_postgresql_refuses_is_not_asked_again(one: Database) -> None:
    """A statement that takes too long ends once, and its connection is as good as before."""
    pid = await read(one, BACKEND)
    began = time.monotonic()
    with pytest.raises(psycopg.errors.QueryCanceled):
        await read(one, select(cast(func.pg_sleep(30), Text)))
    assert time.monotonic() - began < 15
    assert await read(one, BACKEND) == pid
    with pytest.raises(psycopg.DataError):
        await read(one, select(literal("\0")))
    with pytest.raises(psycopg.errors.DivisionByZero):
        await read(one, select(cast(literal(1) / bindparam("by", type_=func.count().type), Text)), by=0)
    assert await read(one, BACKEND) == pid


async def test_a_read_that_nobody_waits_for(one: Database) -> None:
    """It is cancelled, in PostgreSQL too, and there is room for the next one."""
    slow = asyncio.ensure_future(read(one, select(cast(func.pg_sleep(0.9), Text))))
    await asyncio.sleep(0.2)
    slow.cancel()
    with pytest.raises(asyncio.CancelledError):
        await slow
    assert await read(one, select(literal("next"))) == b"next"


async def test_who_finds_no_room_is_told(database_url: URL, monkeypatch: pytest.MonkeyPatch) -> None:
    """After as long as the pool lets wait."""
    monkeypatch.setattr("models.engine.POOL_SECONDS", 0.1)
    async with Database(database_url, pool_size=1) as database, database.direct.room:
        with pytest.raises(PoolTimeout, match=r"0\.1 seconds"):
            await read(database, BACKEND)
    async with Database(database_url, pool_size=1) as database:
        assert await read(database, BACKEND)


async def test_a_standby_is_left(one: Database, database_url: URL) -> None:
    """When a write is told that the server is read-only, reads do not stay there either."""
    pid = await read(one, BACKEND)
    administer(database_url, f"alter database {database_url.database} set default_transaction_read_only = on")
    async with one.engine.connect() as connection:
        await connection.invalidate()
    with pytest.raises(InternalError):
        async with one.transaction() as session:
            await session.execute(text("create table refused (a integer)"))
    administer(database_url, f"alter database {database_url.database} reset default_transaction_read_only")
    assert await read(one, BACKEND) not in (None, pid)


async def test_each_read_is_one_line_of_the_log(database_url: URL) -> None:
    """The text and the milliseconds, of failed ones too, and no value."""
    async with Database(database_url, log_sql=True) as database:
        await read(database, BACKEND)
        with capture_logs() as lines:
            await read(database, select(cast(literal("secret"), Text)))
            with pytest.raises(psycopg.DataError):
                await read(database, select(literal("\0")))
    assert [line["statement"] for line in lines] == [
        "SELECT CAST($1::VARCHAR AS TEXT) AS anon_1",
        "SELECT $1::VARCHAR AS anon_1",
    ]
    assert [line.get("error") for line in lines] == [None, "DataError"]
    assert all(line["elapsed_ms"] >= 0 for line in lines)
    assert "secret" not in str(lines)


async def test_sessions_are_bounded_as_the_pools(one: Database) -> None:
    """By the same limits, with the same word for the planner."""
    settings = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout", "jit", "random_page_cost")
    async with one.reading() as connection:
        for name in settings:
            pooled = await connection.scalar(text(f"show {name}"))
            assert await read(one, select(func.current_setting(name))) == str(pooled).encode(), name
