"""The parts of the log and of the envelopes: made ahead, found by keys, dropped, and what is kept of them."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.event import listen, remove
from uuid_utils.compat import uuid7

from domain.errors import CursorTooOld
from domain.events import EventType, Happening
from models import archive, partitions
from models.archive import Extent
from models.engine import Database
from models.envelopes import ReceivedEnvelope, insert_envelopes
from models.event_log import Cursor, append, read_after, read_between, read_head
from models.partitions import ENVELOPES, IDS, LOG, Part, make_ahead, month_bound, parts, received
from subscriptions.feed import Feed

pytestmark = pytest.mark.database

NOW = datetime(2026, 11, 30, 12, tzinfo=UTC)
PIPELINE = UUID(int=7)


async def rows(database: Database, statement: str) -> list[tuple[object, ...]]:
    """A statement's rows, committed."""
    async with database.transaction() as session:
        found = await session.execute(text(statement))
        return [tuple(row) for row in found] if found.returns_rows else []


async def names(database: Database, table: str) -> list[str]:
    """The parts of a table, in order."""
    async with database.reading() as connection:
        return [part.name for part in await parts(connection, table)]


async def write(database: Database, count: int = 1, kind: EventType = EventType.SERVICE_REGISTERED) -> None:
    """Events, in a transaction."""
    async with database.transaction() as session:
        await append(session, [Happening(kind, "Pipeline", PIPELINE, {"number": n}) for n in range(count)], "a test")


async def skip_to(database: Database, number: int) -> None:
    """The next event has this id."""
    await rows(database, f"select setval('event_id_seq', {number}, false)")


async def dropped(database: Database, table: str = LOG) -> Part:
    """The oldest part of the table, dropped without an archive."""
    async with database.reading() as connection:
        part = (await parts(connection, table))[0]
        found = await archive.extent(connection, part)
    async with database.transaction() as session:
        await archive.keep(session, part, found, None, None, NOW)
    await partitions.drop(database, part)
    return part


@given(st.datetimes(datetime(1990, 1, 1), datetime(2200, 1, 1)), st.integers(0, 30))
def test_months_begin_with_their_first_key(moment: datetime, later: int) -> None:
    """The bound of a month is its first moment, in UTC, and those of later months come later."""
    bound = received(month_bound(moment.replace(tzinfo=UTC), later))
    assert (bound.day, bound.hour, bound.minute, bound.second, bound.microsecond) == (1, 0, 0, 0, 0)
    months = moment.year * 12 + moment.month + later
    assert bound.year * 12 + bound.month == months


def test_a_key_has_the_time_of_its_making() -> None:
    """Keys of envelopes are UUIDs of version 7, which lie within the month in which they are made."""
    key, now = uuid7(), datetime.now(UTC)
    assert abs(received(UUID(str(key))) - now) < timedelta(minutes=5)
    assert month_bound(now) <= UUID(str(key)) < month_bound(now, 1)


async def test_parts_are_made_ahead_once(database: Database) -> None:
    """Three parts of the log beyond the last id, and months up to the third that comes; again, nothing happens."""
    made = await make_ahead(database, datetime.now(UTC))
    assert {"event_1", "event_2", "event_3"} <= set(made)
    assert await make_ahead(database, datetime.now(UTC)) == []
    assert (await names(database, LOG))[:4] == ["event_0", "event_1", "event_2", "event_3"]
    assert await rows(database, "select count(*) from event_rest") == [(0,)]


async def test_an_event_goes_to_the_part_of_its_id(database: Database) -> None:
    """The order of the log goes over its parts, and a row is found by its id."""
    await make_ahead(database, NOW)
    await write(database, 2)
    await skip_to(database, IDS)
    await write(database, 2)
    found = await rows(database, "select id, tableoid::regclass::text from event order by epoch, xid, id")
    assert found == [(1, "event_0"), (2, "event_0"), (IDS, "event_1"), (IDS + 1, "event_1")]
    async with database.reading() as connection:
        read = await read_after(connection, Cursor(1, 0, 0), limit=10)
    assert [event.id for event in read] == [1, 2, IDS, IDS + 1]


async def test_nothing_is_refused_for_want_of_a_part(database: Database) -> None:
    """Where nobody made parts, the rest takes what comes, and becomes a part, with its rows, when somebody does."""
    await skip_to(database, 4 * IDS + 3)
    await write(database, 3)
    assert await rows(database, "select count(*) from event_rest") == [(3,)]
    async with database.transaction() as session:
        await insert_envelopes(session, [envelope("e-1", "x")])
    await rows(database, "update envelope set id = '0aaaaaaa-0000-7000-8000-000000000001'")
    assert await rows(database, "select count(*) from envelope_rest") == [(1,)]
    await make_ahead(database, NOW)
    assert await rows(database, "select count(*) from event_rest") == [(0,)]
    assert await rows(database, "select distinct tableoid::regclass::text from event") == [("event_4",)]
    assert await names(database, LOG) == [f"event_{number}" for number in range(8)]
    await write(database)
    assert await rows(database, "select count(*) from event") == [(4,)]


def envelope(event_id: str, execution: str | None, subject: str | None = None) -> ReceivedEnvelope:
    """One that was received."""
    return ReceivedEnvelope(event_id, "d", "arn:p" if execution else None, execution, subject, NOW.isoformat(), "{}")


async def test_an_envelope_comes_once_whatever_its_part(database: Database) -> None:
    """The same event's id is refused months later, and twice in one batch, though its row would be in another part."""
    async with database.transaction() as session:
        assert await insert_envelopes(session, [envelope("e-1", "x"), envelope("e-1", "x")]) == {"e-1"}
    await rows(database, f"update envelope set id = '{month_bound(NOW, -3)}'")
    async with database.transaction() as session:
        assert await insert_envelopes(session, [envelope("e-1", "x"), envelope("e-2", "x")]) == {"e-2"}
    assert await rows(database, "select event_id from envelope order by event_id") == [("e-1",), ("e-2",)]


async def test_a_cursor_of_before_the_beginning_is_refused(database: Database) -> None:
    """By its own code, with where the log begins; behind the last dropped event nothing is missing."""
    await make_ahead(database, NOW)
    await write(database, 3)
    await skip_to(database, IDS)
    await write(database, 2)
    async with database.reading() as connection:
        before = await read_after(connection, Cursor(1, 0, 0), limit=10)
    await dropped(database)
    async with database.reading() as connection:
        beginning = (await read_head(connection)).beginning
        assert beginning == before[2].cursor
        assert await read_after(connection, beginning, limit=10) == before[3:]
        for early in (Cursor(1, 0, 0), before[1].cursor):
            with pytest.raises(CursorTooOld, match="lies before the beginning of the log") as caught:
                await read_after(connection, early, limit=10)
            assert (caught.value.code, caught.value.beginning) == ("CURSOR_TOO_OLD", str(beginning))
        with pytest.raises(CursorTooOld):  # dropped after the head was read, while a follower replays
            await read_between(connection, before[0].cursor, before[4].cursor, limit=10)
    async with Feed(database) as feed:
        with pytest.raises(CursorTooOld):
            await anext(feed.follow(before[0].cursor))
        assert (await anext(feed.follow(beginning))).cursor == before[3].cursor


async def test_what_still_stands_is_kept(database: Database) -> None:
    """That a pipeline is broken is found however long ago that was; when it has recovered, it goes with its part."""
    await make_ahead(database, NOW)
    await write(database, 5)
    await write(database, 2, EventType.PIPELINE_BROKEN)
    await skip_to(database, IDS)
    await write(database)
    await dropped(database)
    kept = "select id, type, tableoid::regclass::text from event order by id"
    assert await rows(database, kept) == [(7, "pipeline.broken", "event_kept"), (IDS, "service.registered", "event_1")]
    await skip_to(database, 2 * IDS)
    await write(database, 1, EventType.PIPELINE_RECOVERED)
    await dropped(database)
    assert await rows(database, kept) == [(2 * IDS, "pipeline.recovered", "event_2")]
    await write(database)
    assert await make_ahead(database, NOW) == ["event_4", "event_5"]


async def test_an_execution_has_all_of_its_envelopes_or_none(database: Database) -> None:
    """Those of executions that go on, or that have later ones, stay when their month is dropped; then they go."""
    async with database.transaction() as session:
        old = [envelope(f"{each}-{n}", each) for each in ("ended", "spanning", "running") for n in range(2)]
        await insert_envelopes(session, old)
    await rows(
        database,
        "insert into pipeline (id, name, arn, account_id, region_name) "
        "values (gen_random_uuid(), 'p', 'arn:p', '1', 'eu-west-1')",
    )
    for execution, status in (("ended", "FAILED"), ("spanning", "FAILED"), ("running", "IN_PROGRESS")):
        await rows(
            database,
            "insert into pipeline_execution (id, pipeline_id, execution_id, status, attempt) select "
            f"gen_random_uuid(), id, '{execution}', '{status}', 1 from pipeline",
        )
    later = datetime.now(UTC) + timedelta(days=130)  # a month lies between, whatever today is
    await make_ahead(database, later)
    async with database.transaction() as session:
        await insert_envelopes(session, [envelope("spanning-2", "spanning")])
    key = UUID(int=month_bound(later).int + 5)
    await rows(database, f"update envelope set id = '{key}' where event_id = 'spanning-2'")
    await dropped(database, ENVELOPES)
    kept = "select event_id from envelope order by event_id"
    assert [found for (found,) in await rows(database, kept)] == [
        "running-0",
        "running-1",
        "spanning-0",
        "spanning-1",
        "spanning-2",
    ]
    await rows(database, "update pipeline_execution set status = 'SUCCEEDED'")
    while (await names(database, ENVELOPES))[0] != f"envelope_{later:%Y_%m}":
        await dropped(database, ENVELOPES)
    assert [found for (found,) in await rows(database, kept)] == ["spanning-0", "spanning-1", "spanning-2"]
    await dropped(database, ENVELOPES)
    assert await rows(database, kept) == []


async def test_a_page_is_merged_from_the_parts_and_never_sorted(database: Database) -> None:
    """However many events lie behind the cursor: each part's index is read up to the limit, where it is asked for."""
    await make_ahead(database, NOW)
    await rows(
        database,
        "insert into event (epoch, type, actor, subject_type, subject_id, payload)"
        " select 1, 'a', 'a', 'a', gen_random_uuid(), '{}' from generate_series(1, 20000)",
    )
    await rows(database, "analyze event")
    asked: list[tuple[str, Any]] = []

    def seen(_: Any, __: Any, statement: str, parameters: Any, *___: Any) -> None:
        asked.append((statement, parameters))

    async with database.reading() as connection:
        listen(database.engine.sync_engine, "before_cursor_execute", seen)
        head = await read_head(connection)
        await read_between(connection, Cursor(1, 1, 1), head.cursor, limit=10)
        remove(database.engine.sync_engine, "before_cursor_execute", seen)
        of_the_log = [each for each in asked if "from event" in each[0].lower()]
        assert len(of_the_log) == 2
        for statement, parameters in of_the_log:
            plan = "\n".join(row[0] for row in await connection.exec_driver_sql(f"explain {statement}", parameters))
            assert "Merge Append" in plan
            plan = re.sub(r"Sort  \(.*\n +Sort Key: archive_part", "", plan)  # a row for each part that was dropped
            assert "Sort  (" not in plan, plan


async def test_who_holds_the_table_is_not_waited_for(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A part that cannot be dropped within the wait stays whole, and can be dropped later."""
    monkeypatch.setattr(partitions, "LOCK_WAIT", "20ms")
    await make_ahead(database, NOW)
    await write(database, 3)
    async with database.snapshot() as reader:
        await reader.execute(text("select count(*) from event"))
        with pytest.raises(Exception, match="lock timeout"):
            await dropped(database)
    assert await rows(database, "select count(*) from event") == [(3,)]
    assert await rows(database, "select count(*) from archive_part where dropped_at is not null") == [(0,)]
    await dropped(database)
    assert await rows(database, "select count(*) from event") == [(0,)]


async def test_an_empty_part_moves_no_beginning(database: Database) -> None:
    """Where nothing was in it, no cursor is refused."""
    async with database.reading() as connection:
        part = (await parts(connection, LOG))[0]
        assert await archive.extent(connection, part) == Extent(0)
    await dropped(database)
    async with database.reading() as connection:
        assert (await read_head(connection)).beginning is None


async def test_programs_that_start_at_once_make_each_part_once(database: Database) -> None:
    """Each makes parts ahead when it starts; the others find them made."""
    made = await asyncio.gather(*(make_ahead(database, NOW) for _ in range(4)))
    names = [name for each in made for name in each]
    assert len(names) == len(set(names))
    assert names
