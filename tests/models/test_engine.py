"""One transaction per use-case, reads in autocommit, limits on a session, and the log of statements."""

import os
from contextlib import suppress
from typing import Any
from uuid import uuid4

import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import ProgrammingError
from structlog.testing import capture_logs

from domain.events import EventType, Happening
from models.bounds import SINCE_17
from models.engine import Database
from models.event_log import append

pytestmark = pytest.mark.database


async def _count(database: Database) -> Any:
    async with database.reading() as connection:
        return await connection.scalar(text("select count(*) from kept"))


async def test_what_is_unhurried_may_last_longer_than_a_statement(database_url: URL) -> None:
    """Nobody waits for it, and it holds nobody back; the next who has its connection is as bounded as ever."""
    async with Database(database_url, statement_seconds=1, pool_size=1) as database:
        async with database.unhurried() as session:
            await session.execute(text("select pg_sleep(1.2)"))
            found = await session.scalar(text("select pg_current_xact_id_if_assigned() is null"))
            assert found
        async with database.reading() as connection:
            assert (await connection.execute(text("show statement_timeout"))).scalar_one() == "1s"


async def test_a_transaction_is_committed_when_its_block_ends(database: Database) -> None:
    """What a use-case wrote is there for the next reader, and not before the block ended."""
    async with database.transaction() as session:
        await session.execute(text("create table kept (a integer)"))
    async with database.transaction() as session:
        await session.execute(text("insert into kept values (1)"))
        assert await _count(database) == 0
    assert await _count(database) == 1


async def test_a_transaction_that_raises_is_rolled_back(database: Database) -> None:
    """Nothing of a use-case that failed remains."""
    async with database.transaction() as session:
        await session.execute(text("create table kept (a integer)"))

    async def fail() -> None:
        async with database.transaction() as session:
            await session.execute(text("insert into kept values (1)"))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        await fail()
    assert await _count(database) == 0


async def test_what_has_committed_is_told_in_the_process(database: Database) -> None:
    """The types of a transaction's events, once it has committed; of one that is rolled back, nothing."""
    told: list[list[str]] = []
    database.committed.append(lambda types: told.append(sorted(types)))
    happened = [Happening(EventType.TEAM_REGISTERED, "Team", uuid4(), {}) for _ in range(2)]
    for fails in (True, False):
        with suppress(ZeroDivisionError):
            async with database.transaction() as session:
                await append(session, happened, "a test")
                await append(session, [Happening(EventType.GRANT_ARCHIVED, "Grant", uuid4(), {})], "a test")
                assert told == []
                if fails:
                    raise ZeroDivisionError
    async with database.transaction() as session:
        await session.execute(text("select 1"))
    assert told == [["grant.archived", "team.registered"]]


async def test_reads_hold_no_transaction(database: Database) -> None:
    """Between two statements of a reader no transaction is open, which would hold back readers of the log."""
    async with database.reading() as connection:
        await connection.execute(text("select 1"))
        pid = await connection.scalar(text("select pg_backend_pid()"))
        async with database.reading() as other:
            state = await other.scalar(text("select state from pg_stat_activity where pid = :pid"), {"pid": pid})
    assert state == "idle"


async def test_a_connection_is_transactional_again_after_a_read(database_url: URL) -> None:
    """Reads and transactions take turns on the connections of one pool; autocommit does not stick."""
    async with Database(database_url, pool_size=1) as database:
        async with database.reading() as connection:
            await connection.execute(text("create table kept (a integer)"))

        async def fail() -> None:
            async with database.transaction() as session:
                await session.execute(text("insert into kept values (1)"))
                await session.execute(text("select no_such_column"))

        with pytest.raises(ProgrammingError):
            await fail()
        assert await _count(database) == 0


async def test_a_session_is_bounded(database: Database) -> None:
    """Statements, waits for locks and transactions end by themselves, on every version that can do so."""
    async with database.reading() as connection:
        version = await connection.scalar(text("select current_setting('server_version_num')::integer"))
        limits = ["statement_timeout", "idle_in_transaction_session_timeout"]
        limits += ["transaction_timeout"] if version is not None and version >= SINCE_17 else []
        for limit in limits:
            assert await connection.scalar(text(f"show {limit}")) == "30s"
        assert await connection.scalar(text("show lock_timeout")) == "10s"


async def test_a_lost_connection_is_replaced(database: Database) -> None:
    """When the server ended the connections of the pool, the next use-case gets a new one."""
    async with database.reading() as victim, database.reading() as other:
        pid = await victim.scalar(text("select pg_backend_pid()"))
        await other.execute(text("select pg_terminate_backend(:pid, 5000)"), {"pid": pid})
    for _ in range(3):
        async with database.transaction() as session:
            assert await session.scalar(text("select 1")) == 1


async def test_json_is_read_and_written(database: Database) -> None:
    """A JSON column takes and gives Python values."""
    async with database.reading() as connection:
        assert await connection.scalar(text("""select '{"a": [1, null]}'::jsonb""")) == {"a": [1, None]}


async def test_each_statement_is_one_line_of_the_log(database_url: URL) -> None:
    """With log_sql: the text and the milliseconds of each statement, failed ones too, and no value."""
    async with Database(database_url, log_sql=True) as database, database.reading() as connection:
        with capture_logs() as lines:
            await connection.scalar(text("select :given"), {"given": "secret"})
            with pytest.raises(ProgrammingError):
                await connection.execute(text("select no_such_column"))
    assert [(line["event"], line["statement"]) for line in lines] == [
        ("sql", "select %(given)s"),
        ("sql", "select no_such_column"),
    ]
    assert all(line["elapsed_ms"] >= 0 for line in lines)
    assert lines[1]["error"] == "UndefinedColumn"
    assert "secret" not in str(lines)


async def test_an_error_has_no_values(database: Database) -> None:
    """What failed is logged: the statement is named, and what was to be written is not."""
    with pytest.raises(ProgrammingError) as failed:
        async with database.reading() as connection:
            await connection.execute(text("select :value from nowhere"), {"value": "a secret"})
    assert "nowhere" in str(failed.value)
    assert "a secret" not in str(failed.value)


async def test_without_log_sql_nothing_is_logged(database: Database) -> None:
    """The log of statements costs nothing when nobody asked for it."""
    with capture_logs() as lines:
        async with database.reading() as connection:
            await connection.execute(text("select 1"))
    assert lines == []


def test_every_worker_has_its_own_database(database_url: URL, worker_id: str) -> None:
    """The fixtures name a database after the worker of pytest-xdist, so that workers never meet."""
    assert str(database_url.database).startswith(f"test_{worker_id}_")
    assert os.environ.get("PYTEST_XDIST_WORKER", "master") == worker_id
