"""The event log: positions, appending, reading in the order of commits."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from uuid import UUID, uuid4

import psycopg
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.errors import InvalidValue
from domain.events import EventType, Happening
from models import pokes
from models.engine import Database
from models.epochs import UNKNOWN, ensure_epoch, read_lag
from models.event_log import Cursor, EventFilter, EventRow, append, head, read_after, read_head
from models.tables import Event

ZERO = Cursor(1, 0, 0)
PAYMENTS = uuid4()

cursors = st.builds(Cursor, st.integers(0, 2**31 - 1), st.integers(0, 2**63 - 1), st.integers(0, 2**63 - 1))


def happening(number: int = 0, subject: UUID = PAYMENTS, **payload: object) -> Happening:
    """Something that happened, told apart by its number."""
    return Happening(EventType.SERVICE_REGISTERED, "Service", subject, {"number": number, **payload}, trace_id=None)


async def write(database: Database, *happenings: Happening) -> None:
    """Append in one transaction."""
    async with database.transaction() as session:
        await append(session, happenings, "a test")


async def read(database: Database, after: Cursor = ZERO, matching: EventFilter | None = None) -> list[EventRow]:
    """Everything readable after the cursor."""
    async with database.reading() as connection:
        return await read_after(connection, after, limit=1000, matching=matching or EventFilter())


def numbers(events: list[EventRow]) -> list[int]:
    """The numbers that the events were written with."""
    return [event.payload["number"] for event in events]


@contextmanager
def other_transaction(database: Database) -> Iterator[psycopg.Connection]:
    """A connection of another writer, whose transaction has an id and is open."""
    with psycopg.connect(database.address) as connection:
        connection.execute("select pg_current_xact_id()")
        yield connection


@given(cursors)
def test_cursor_text_round_trip(cursor: Cursor) -> None:
    """A cursor's text, parsed, is the cursor."""
    assert Cursor.parse(str(cursor)) == cursor


@given(st.one_of(st.text(max_size=40), st.binary(min_size=20, max_size=22).map(lambda raw: raw.hex())))
def test_cursor_of_any_text(value: str) -> None:
    """Any text is refused as an invalid value, or is the one text of the cursor that it gives."""
    problem = None
    try:
        cursor = Cursor.parse(value, "since")
    except InvalidValue as raised:
        problem = raised
    if problem:
        assert (problem.path, problem.value) == (["since"], value)
    else:
        assert str(cursor) == value


@given(cursors, st.integers(0, 27), st.characters())
def test_cursor_mutilated(cursor: Cursor, place: int, character: str) -> None:
    """A text with one character changed is refused or is another cursor's, never the same one's."""
    right = str(cursor)
    wrong = right[:place] + character + right[place + 1 :]
    try:
        assert (Cursor.parse(wrong) == cursor) == (wrong == right)
    except InvalidValue:
        assert wrong != right


async def test_append_and_read(database: Database) -> None:
    """An event comes back as it was appended, with the actor, and a position after the one before it."""
    seen = uuid4()
    await write(
        database, happening(1), Happening(EventType.EXECUTION_CHANGED, "PipelineExecution", seen, {}, "ab" * 16)
    )
    first, second = await read(database)
    assert (first.type, first.subject_type, first.subject_id) == ("service.registered", "Service", PAYMENTS)
    assert (first.payload, first.actor, first.trace_id) == ({"number": 1}, "a test", None)
    assert (second.subject_id, second.trace_id, second.payload) == (seen, "ab" * 16, {})
    assert first.time.utcoffset() is not None
    assert first.cursor < second.cursor
    assert first.id == first.cursor.id


async def test_append_keeps_the_order_of_one_transaction(database: Database) -> None:
    """Many events of one transaction are read in the order in which they were given."""
    async with database.transaction() as session:
        await append(session, [happening(number) for number in range(100)], "a test")
        await append(session, [happening(number) for number in range(100, 103)], "a test")
    assert numbers(await read(database)) == list(range(103))


async def test_append_nothing(database: Database) -> None:
    """Nothing to append writes nothing and pokes nobody."""
    await write(database)
    assert await read(database) == []
    await database.poker.close()
    assert database.poker.sent == 0


async def test_rolled_back(database: Database) -> None:
    """What is rolled back was never in the log, and pokes nobody."""

    async def fail() -> None:
        async with database.transaction() as session:
            await append(session, [happening()], "a test")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await read(database) == []
    await database.poker.close()
    assert database.poker.sent == 0


async def test_head_of_an_empty_log(database: Database) -> None:
    """The head of an empty log comes before its first event."""
    async with database.reading() as connection:
        before = await head(connection)
    await write(database, happening(1))
    assert numbers(await read(database, before)) == [1]


async def test_an_older_transaction_holds_readers_back(database: Database) -> None:
    """An event stays unread while an older transaction may still commit, and the head stays before both."""
    await write(database, happening(1))
    with other_transaction(database) as other:
        await write(database, happening(2))
        async with database.reading() as connection:
            now = await read_head(connection)
        assert numbers(await read(database)) == [1]
        assert now.held
        other.commit()
    assert numbers(await read(database, now.cursor)) == [2]


async def test_order_of_transactions_not_of_ids(database: Database) -> None:
    """A transaction that took its ids first and commits last is not lost behind a cursor that passed its ids."""
    async with database.transaction() as slow:
        await append(slow, [happening(1)], "slow")
        await write(database, happening(2))
        async with database.reading() as connection:
            now = await head(connection)
    assert sorted(numbers(await read(database, now))) == [1, 2]


async def test_limit_and_pages(database: Database) -> None:
    """Pages of two, each from the last cursor of the one before, give everything once."""
    await write(database, *(happening(number) for number in range(5)))
    found: list[int] = []
    cursor = ZERO
    async with database.reading() as connection:
        while page := await read_after(connection, cursor, limit=2):
            found += numbers(page)
            cursor = page[-1].cursor
    assert found == list(range(5))


@pytest.mark.parametrize(
    ("matching", "expected"),
    [
        (EventFilter(), [0, 1, 2]),
        (EventFilter(types=frozenset({"service.registered"})), [0, 1]),
        (EventFilter(types=frozenset({"service.registered", "wave.registered"})), [0, 1, 2]),
        (EventFilter(types=frozenset({"no.such"})), []),
        (EventFilter(subject_id=PAYMENTS), [0]),
        (EventFilter(payload={"service": "payments"}), [0, 2]),
        (EventFilter(payload={"service": "payments", "environment": "prod"}), [2]),
        (EventFilter(types=frozenset({"wave.registered"}), payload={"service": "orders"}), []),
    ],
)
async def test_filter(database: Database, matching: EventFilter, expected: list[int]) -> None:
    """The filter finds the same events in SQL and in memory; all its conditions hold together."""
    orders = uuid4()
    await write(
        database,
        happening(0, service="payments"),
        happening(1, orders, service="orders"),
        Happening(
            EventType.WAVE_REGISTERED,
            "Wave",
            orders,
            {"number": 2, "service": "payments", "environment": "prod"},
        ),
    )
    assert numbers(await read(database, matching=matching)) == expected
    assert numbers([event for event in await read(database) if matching.matches(event)]) == expected


@pytest.mark.parametrize("foreign", [Cursor(2, 0, 0), Cursor(0, 5, 5), Cursor(1, 2**60, 1)])
async def test_cursor_of_another_log(database: Database, foreign: Cursor) -> None:
    """A cursor of an unknown epoch, or ahead of every transaction, is refused instead of waiting in silence."""
    await write(database, happening(1))
    with pytest.raises(InvalidValue) as caught:
        await read(database, foreign)
    assert caught.value.value == str(foreign)


async def test_same_cluster_keeps_its_epoch(database: Database) -> None:
    """However often the service starts on one cluster, it is the same epoch."""
    assert [await ensure_epoch(database) for _ in range(3)] == [1, 1, 1]


async def test_starting_at_once(database: Database) -> None:
    """Processes that start at the same time begin one epoch between them."""
    assert await asyncio.gather(*(ensure_epoch(database) for _ in range(4))) == [1, 1, 1, 1]


async def restore_from_elsewhere(database: Database, cluster: str, reached: int | None = None) -> None:
    """Make the log look like a dump of another cluster, whose last transaction was `reached`."""
    async with database.transaction() as session:
        await session.execute(text("update log_epoch set system_identifier = :of"), {"of": f"{cluster}#1"})
        if reached is not None:
            await session.execute(text("update event set xid = cast(:xid as xid8)"), {"xid": str(reached)})


async def test_restored_dump_begins_an_epoch(database: Database) -> None:
    """Events after a restore come after those before it, though their transaction ids are smaller."""
    await ensure_epoch(database)
    await write(database, happening(1))
    await restore_from_elsewhere(database, "another/1", reached=2**50)
    assert await read(database) == []  # the counter is far behind: in one epoch this would wait for ever
    assert await ensure_epoch(database) == 2
    await write(database, happening(2))
    events = await read(database)
    assert numbers(events) == [1, 2]
    assert [event.cursor.epoch for event in events] == [1, 2]
    assert numbers(await read(database, events[0].cursor)) == [2]
    assert await ensure_epoch(database) == 2


async def test_returning_to_a_former_cluster(database: Database) -> None:
    """A log that comes back to the cluster of its first epoch begins a third."""
    await ensure_epoch(database)
    await restore_from_elsewhere(database, "another/1")
    assert await ensure_epoch(database) == 2
    async with database.transaction() as session:
        await session.execute(text("update log_epoch set system_identifier = 'another/1#2' where epoch = 2"))
    assert await ensure_epoch(database) == 3


@pytest.fixture
async def managed(database: Database) -> AsyncIterator[Database]:
    """The database as a role sees it that may not ask for the cluster's identity, as in a managed PostgreSQL."""
    role = f"managed_{uuid4().hex[:8]}"
    await execute(
        database,
        f"create role {role} login",
        f"grant all on all tables in schema public to {role}",
        "revoke execute on function pg_control_system() from public",
    )
    async with Database(database.url.set(username=role), pool_size=2) as opened:
        yield opened
    await execute(database, f"drop owned by {role}", f"drop role {role}")


async def execute(database: Database, *statements: str) -> None:
    """Run statements in one transaction."""
    async with database.transaction() as session:
        for statement in statements:
            await session.execute(text(statement))


async def test_identity_withheld(database: Database, managed: Database) -> None:
    """Where the cluster's identity is withheld, a counter behind the log's begins the next epoch, and only that."""
    async with managed.reading() as connection:
        await connection.execute(text("delete from log_epoch"))  # as before the first start
        assert [await ensure_epoch(managed) for _ in range(2)] == [1, 1]
        stored = await connection.execute(text("select system_identifier from log_epoch"))
        assert stored.scalar_one() == f"{UNKNOWN}#1"
    await write(managed, happening(1))
    assert await ensure_epoch(managed) == 1
    await restore_from_elsewhere(database, UNKNOWN, reached=2**50)
    assert await ensure_epoch(managed) == 2


async def test_no_epoch_while_events_are_being_written(database: Database) -> None:
    """The next epoch waits for the writers of the old one, so that nothing appears in a finished epoch."""
    await ensure_epoch(database)
    await restore_from_elsewhere(database, "another/1")
    async with database.transaction() as session:
        await append(session, [happening(1)], "a test")
        next_epoch = asyncio.create_task(ensure_epoch(database))
        async with database.reading() as connection:
            while not await _somebody_waits(connection):
                assert not next_epoch.done()
    assert await next_epoch == 2
    assert [event.cursor.epoch for event in await read(database)] == [1]


async def _somebody_waits(connection: AsyncConnection) -> bool:
    waiting = "select exists (select from pg_locks where not granted and relation = cast('event' as regclass))"
    return bool((await connection.execute(text(waiting))).scalar_one())


async def test_lag_names_the_writer(database: Database) -> None:
    """The lag counts the events that wait, and names the transaction for which they wait."""
    with other_transaction(database) as other:
        await write(database, happening(1), happening(2))
        async with database.reading() as connection:
            lag = await read_lag(connection)
        assert lag.events == 2
        assert lag.seconds > 0
        assert lag.pid is not None
        other.rollback()


async def test_one_poke_for_a_burst(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Commits that come while a poke is on its way or within its interval share the next one."""
    monkeypatch.setattr(pokes, "BETWEEN_POKES", 0)
    for _ in range(50):
        database.poker.poke()
    await database.poker.close()
    assert database.poker.sent == 1


async def test_poke_after_the_server_hung_up(database: Database) -> None:
    """A poke whose connection was ended meanwhile is sent over another one."""
    listener = pokes.listen(database.address)
    await anext(listener)
    await write(database, happening(1))
    await anext(listener)
    await terminate(database, "interlock poke")
    await write(database, happening(2))
    await anext(listener)
    await listener.aclose()


async def test_poke_without_a_server() -> None:
    """A poke that cannot be sent is given up: the commit has happened, and the readers look by themselves."""
    poker = pokes.Poker(lambda: "postgresql:///none?host=/nonexistent")
    poker.poke()
    await poker.close()
    assert poker.sent == 0


async def terminate(database: Database, application: str) -> None:
    """End this database's backends of that application."""
    async with database.reading() as connection:
        await connection.execute(
            text(
                "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
                "where datname = current_database() and application_name = :application"
            ),
            {"application": application},
        )


async def test_cursor_of_the_mapped_table(database: Database) -> None:
    """The text that PostgreSQL builds for a mapped event is that of the cursor."""
    await write(database, *(happening(number) for number in range(3)))
    async with database.transaction() as session:
        mapped = {event.id: event.cursor for event in await session.scalars(select(Event))}
    assert mapped == {event.id: str(event.cursor) for event in await read(database)}
