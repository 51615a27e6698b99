"""A named reader of the log: every event once, whoever reads and whenever one dies."""

import asyncio
from collections.abc import Sequence
from uuid import uuid4

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.events import EventType, Happening
from models import health
from models.engine import Database
from models.event_log import EventFilter, EventRow, append
from reporting import counting, forecasting, notifications, traces
from reporting.reader import AT_ONCE, LogReader

pytestmark = pytest.mark.database
SUBJECT = uuid4()


@pytest.fixture
async def effects(database: Database) -> Database:
    """A database with a table of effects: what was handled, and how often."""
    async with database.transaction() as session:
        await session.execute(text("create table effect (number integer)"))
    return database


async def write(database: Database, *numbers: int, kind: EventType = EventType.SERVICE_REGISTERED) -> None:
    """Events told apart by their number, in one transaction."""
    async with database.transaction() as session:
        await append(session, [Happening(kind, "Service", SUBJECT, {"number": each}) for each in numbers], "a test")


async def keep(session: AsyncSession, events: Sequence[EventRow]) -> None:
    """An effect for each event."""
    numbers = [event.payload["number"] for event in events]
    await session.execute(text("insert into effect select unnest(cast(:numbers as integer[]))"), {"numbers": numbers})


async def handled(database: Database) -> list[int]:
    """The numbers of the events whose effects are there, in the order of their making."""
    async with database.reading() as connection:
        return list((await connection.execute(text("select number from effect order by ctid"))).scalars())


async def test_every_event_once_and_in_order(effects: Database) -> None:
    """More events than a turn handles: further turns handle the rest, and then there is nothing more."""
    reader = LogReader(effects, "a reader")
    await write(effects, *range(AT_ONCE + 50))
    assert await reader.turn(keep)
    assert not await reader.turn(keep)
    await write(effects, AT_ONCE + 50)
    assert not await reader.turn(keep)
    assert not await reader.turn(keep)
    assert await handled(effects) == list(range(AT_ONCE + 51))


async def test_only_what_matches(effects: Database) -> None:
    """Events of other types are passed, and never handled; the cursor passes them too."""
    matching = EventFilter(types=frozenset({EventType.PIPELINE_REGISTERED.value}))
    reader = LogReader(effects, "a reader", matching)
    await write(effects, 1, 2)
    await write(effects, 3, kind=EventType.PIPELINE_REGISTERED)
    await write(effects, 4)
    await reader.turn(keep)
    assert await handled(effects) == [3]
    await reader.turn(keep)
    assert await handled(effects) == [3]


async def test_from_now(effects: Database) -> None:
    """A reader that begins now tells nothing of what was; once it has begun, nothing is passed over."""
    reader = LogReader(effects, "a reader", from_now=True)
    await write(effects, 1)
    await reader.turn(keep)
    await write(effects, 2)
    await reader.turn(keep)
    assert await handled(effects) == [2]


async def test_what_fails_is_undone_whole(effects: Database) -> None:
    """A handler that dies half-way leaves neither effects nor a moved cursor: the same events come again."""
    reader = LogReader(effects, "a reader")
    await write(effects, 1, 2)

    async def dies(session: AsyncSession, events: Sequence[EventRow]) -> None:
        await keep(session, events)
        raise ValueError("dead")

    with pytest.raises(ValueError, match="dead"):
        await reader.turn(dies)
    assert await handled(effects) == []
    await reader.turn(keep)
    assert await handled(effects) == [1, 2]


async def test_several_processes_take_turns(effects: Database) -> None:
    """Four readers of one name, at the same time: nothing is handled twice, and nothing lost."""
    readers = [LogReader(effects, "a reader") for _ in range(4)]

    async def read(reader: LogReader) -> None:
        for _ in range(20):
            await reader.turn(keep)

    async def tell() -> None:
        for start in range(0, 300, 10):
            await write(effects, *range(start, start + 10))

    await asyncio.gather(tell(), *map(read, readers))
    await readers[0].turn(keep)
    while await readers[0].turn(keep):
        pass
    found = await handled(effects)
    assert sorted(found) == list(range(300))
    assert len(found) == 300


async def test_a_cursor_of_another_log_begins_again(effects: Database) -> None:
    """After a restore to an earlier time the cursor may be ahead of the log: it is read as by a new reader."""
    reader = LogReader(effects, "a reader")
    await write(effects, 1)
    await reader.turn(keep)
    ahead = "AQAAAAEAAAAAf____wAAAAAAAAAB"
    async with effects.transaction() as session:
        await session.execute(text("update reader set cursor = :ahead"), {"ahead": ahead})
    await reader.turn(keep)
    assert await handled(effects) == [1, 1]


def test_every_reader_is_one_whose_lag_is_told() -> None:
    """Also before it has read anything: `health`, `/metrics` and `interlock doctor` know those of the reporter."""
    told = {notifications.OUTCOMES, notifications.NOTIFICATIONS}
    assert set(health.READERS) == {counting.READER, forecasting.FORECASTS, traces.READER, *told}
