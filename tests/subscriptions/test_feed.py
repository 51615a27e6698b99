"""The feed: replay then live, through rollbacks, reconnections, lost pokes, ended backends and slow followers."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import aclosing
from itertools import pairwise
from pathlib import Path
from uuid import uuid4

import psycopg
import pytest
from sqlalchemy import text

from domain.errors import InvalidValue
from domain.events import EventType, Happening
from models import embedded, migrate
from models.engine import Database
from models.epochs import ensure_epoch
from models.event_log import Cursor, EventFilter, EventRow, append, head
from subscriptions import feed as feed_module
from subscriptions.feed import Feed

WRITERS = 4
EVENTS = 10_000
LAST = EVENTS
SUBJECT = uuid4()


def happening(number: int, **payload: str) -> Happening:
    """Something that happened, told apart by its number."""
    return Happening(EventType.SERVICE_REGISTERED, "Service", SUBJECT, {"number": number, **payload})


async def write(database: Database, *happenings: Happening) -> None:
    """Append in one transaction."""
    async with database.transaction() as session:
        await append(session, happenings, "a test")


async def take(events: AsyncIterator[EventRow], count: int) -> list[int]:
    """The numbers of the next events."""
    return [(await anext(events)).payload["number"] for _ in range(count)]


async def here(database: Database) -> Cursor:
    """The head of the log."""
    async with database.reading() as connection:
        return await head(connection)


async def terminate(database: Database, like: str) -> int:
    """End this database's backends whose application is named like that, but the asking one; return how many."""
    with psycopg.connect(database.address, application_name="terminator") as connection:
        ended = connection.execute(
            "select pg_terminate_backend(pid, 5000) from pg_stat_activity "
            "where datname = current_database() and application_name like %s",
            [like],
        )
        return ended.rowcount


async def joined(feed: Feed, database: Database) -> None:
    """Return when somebody follows: by the time of a statement, the follower's own first one is under way."""
    while not feed.followers:
        await here(database)


@pytest.fixture
async def feed(database: Database) -> AsyncIterator[Feed]:
    """A running feed."""
    async with Feed(database) as running:
        yield running


class RolledBackError(Exception):
    """Ends a transaction without its events."""


async def one_transaction(database: Database, chance: random.Random, numbers: list[int], *, fails: bool) -> None:
    """Append in pieces with pauses between them, so that transactions overlap and end out of order."""
    async with database.transaction() as session:
        while numbers:
            size = chance.randint(1, 12)
            await append(session, [happening(number) for number in numbers[:size]], "a writer")
            del numbers[:size]
            for _ in range(chance.choice([0, 0, 0, 30])):  # others go first
                await asyncio.sleep(0)
        if fails:
            raise RolledBackError


async def write_share(database: Database, writer: int, committed: list[int]) -> None:
    """Write one writer's share of the events, each transaction a few; every fifth is rolled back and written anew."""
    chance = random.Random(writer)
    numbers = list(range(writer, EVENTS, WRITERS))
    while numbers:
        size = chance.randint(1, 40)
        batch, numbers = numbers[:size], numbers[size:]
        if chance.random() < 0.2:
            with pytest.raises(RolledBackError):
                await one_transaction(database, chance, [-number - 1 for number in batch], fails=True)
        await one_transaction(database, chance, list(batch), fails=False)
        committed += batch


async def follow_reconnecting(feed: Feed, cursor: Cursor, chance: random.Random) -> list[EventRow]:
    """Follow until the last event, leaving at random and returning with the last one's cursor, as text."""
    seen: list[EventRow] = []
    while not seen or seen[-1].payload["number"] != LAST:
        stay = chance.randint(0, 700)
        after = Cursor.parse(str(seen[-1].cursor if seen else cursor))
        async with aclosing(feed.follow(after)) as events:
            async for event in events:
                seen.append(event)
                stay -= 1
                if stay < 0 or event.payload["number"] == LAST:
                    break
    return seen


async def test_none_lost_none_twice_in_order(database: Database) -> None:
    """10,000 events of 4 concurrent writers reach followers that reconnect at random: all, once, in order.

    Transactions overlap, some are slow, some are rolled back; the queue is small enough to overflow.
    """
    cursor = await here(database)
    committed: list[int] = []
    async with Feed(database, page=200, queue=50) as feed:
        followers = [asyncio.create_task(follow_reconnecting(feed, cursor, random.Random(seed))) for seed in range(3)]
        await asyncio.gather(*(write_share(database, writer, committed) for writer in range(WRITERS)))
        await write(database, happening(LAST))
        for seen in await asyncio.gather(*followers):
            numbers = [event.payload["number"] for event in seen[:-1]]
            assert sorted(numbers) == sorted(committed) == list(range(EVENTS))
            assert all(before.cursor < after.cursor for before, after in pairwise(seen))
            for writer in range(WRITERS):
                assert [number for number in numbers if number % WRITERS == writer] == list(
                    range(writer, EVENTS, WRITERS)
                )
    # The writers did overlap: in the order of ids alone the log would have been read wrongly.
    assert any(before.id > after.id for before, after in pairwise(seen))


async def test_replay_then_live(database: Database, feed: Feed) -> None:
    """From a cursor: first what is in the log, then what is written while following."""
    cursor = await here(database)
    await write(database, happening(0), happening(1))
    while feed.position == cursor:
        await here(database)
    async with aclosing(feed.follow(cursor)) as events:
        assert await take(events, 2) == [0, 1]
        await write(database, happening(2))
        assert await take(events, 1) == [2]


async def test_cursor_ahead_of_the_reader(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cursor that another process gave out before this one's reader got there: nothing is given again."""
    monkeypatch.setattr(feed_module, "LOOK_EVERY", 3600)
    async with Feed(database) as feed:
        await write(database, happening(0))
        while feed.position != await here(database):
            pass
        monkeypatch.setattr(database.poker, "poke", lambda: None)
        await write(database, happening(1))
        async with aclosing(feed.follow(await here(database))) as events:
            first = asyncio.create_task(take(events, 1))
            await joined(feed, database)
            monkeypatch.undo()
            await write(database, happening(2))
            assert await first == [2]


async def test_from_now_on(database: Database, feed: Feed) -> None:
    """Without a cursor a follower sees nothing of the past, and everything that commits after it began."""
    await write(database, happening(0))
    async with aclosing(feed.follow()) as events:
        first = asyncio.create_task(take(events, 1))
        await joined(feed, database)
        await write(database, happening(1))
        assert await first == [1]


async def test_filter_in_replay_and_live(database: Database, feed: Feed) -> None:
    """A follower gets what its filter wants, from the log as well as live."""
    cursor = await here(database)
    await write(database, happening(0, service="payments"), happening(1, service="orders"))
    async with aclosing(feed.follow(cursor, EventFilter(payload={"service": "orders"}))) as events:
        assert await take(events, 1) == [1]
        await write(database, happening(2, service="payments"), happening(3, service="orders"))
        assert await take(events, 1) == [3]


async def test_foreign_cursor(feed: Feed) -> None:
    """A cursor of another log is refused at the first step."""
    with pytest.raises(InvalidValue):
        await anext(feed.follow(Cursor(7, 1, 1)))


async def test_lost_poke_only_delays(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """An event of which nobody was told is found by the reader itself."""
    monkeypatch.setattr(database.poker, "poke", lambda: None)
    monkeypatch.setattr(feed_module, "LOOK_EVERY", 0.01)
    async with Feed(database) as feed, aclosing(feed.follow(await here(database))) as events:
        for number in range(2):
            await write(database, happening(number))
            assert await take(events, 1) == [number]


async def test_held_back_then_released_without_a_poke(
    database: Database, feed: Feed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Events that waited for another program's transaction come soon after it ends, though it pokes nobody."""
    monkeypatch.setattr(feed_module, "LOOK_EVERY", 3600)
    async with aclosing(feed.follow(await here(database))) as events:
        first = asyncio.create_task(take(events, 1))
        with psycopg.connect(database.address) as other:
            other.execute("select pg_current_xact_id()")
            await write(database, happening(0))
            await database.poker.close()
            assert not first.done()
            other.rollback()
        assert await first == [0]


async def test_listener_ended(database: Database, feed: Feed) -> None:
    """When the listening backend is ended, the feed listens again and misses nothing."""
    async with aclosing(feed.follow(await here(database))) as events:
        for number in range(3):
            await write(database, happening(number))
            assert await take(events, 1) == [number]
            await terminate(database, "interlock listen")


async def test_every_backend_ended_midway(database: Database, feed: Feed) -> None:
    """All connections of the process are ended again and again while it writes and follows: nothing is lost."""
    async with aclosing(feed.follow(await here(database))) as events:
        for number in range(10):
            await write(database, happening(number))
            await terminate(database, "interlock%")
        assert await take(events, 10) == list(range(10))


async def test_database_restarted(data_folder: Path) -> None:
    """The feed outlives a restart of the server: what is written afterwards arrives, and nothing before is lost."""
    with embedded.running(data_folder) as url:
        migrate.upgrade(url)
        database = Database(url)
        feed = Feed(database)
        await feed.start()
        events = feed.follow(await here(database))
        await write(database, happening(0))
        assert await take(events, 1) == [0]
        await write(database, happening(1))
    with embedded.running(data_folder):
        await write(database, happening(2))
        assert await take(events, 2) == [1, 2]
        await events.aclose()
        await feed.close()
        await database.close()


async def test_slow_follower_replays(database: Database) -> None:
    """A follower that takes nothing while its queue overflows gets everything afterwards, and others never wait."""
    async with Feed(database, page=20, queue=10) as feed:
        cursor = await here(database)
        async with aclosing(feed.follow(cursor)) as slow, aclosing(feed.follow(cursor)) as quick:
            await write(database, happening(0))
            assert await take(slow, 1) == [0]
            for start in range(1, 300, 10):
                await write(database, *(happening(number) for number in range(start, start + 10)))
            assert await take(quick, 301) == list(range(301))
            assert max(len(follower.waiting) for follower in feed.followers) <= 10
            assert await take(slow, 300) == list(range(1, 301))
            await write(database, happening(301))
            assert await take(slow, 1) == [301]


async def test_epoch_changes_while_following(database: Database, feed: Feed) -> None:
    """A follower goes on from the old epoch into the new one."""
    await ensure_epoch(database)
    cursor = await here(database)
    await write(database, happening(0))
    async with aclosing(feed.follow(cursor)) as events:
        assert await take(events, 1) == [0]
        async with database.transaction() as session:
            await session.execute(text("update log_epoch set system_identifier = 'another/1#1'"))
        assert await ensure_epoch(database) == 2
        await write(database, happening(1))
        event = await anext(events)
    assert (event.payload["number"], event.cursor.epoch) == (1, 2)


async def test_close_ends_followers(database: Database) -> None:
    """Closing the feed ends every follower's iteration, whether it waits or was never started."""
    async with Feed(database) as feed:
        waiting = asyncio.create_task(take_all(feed.follow()))
        late = feed.follow()
        await joined(feed, database)
    assert await waiting == []
    assert await take_all(late) == []
    assert not feed.followers


async def take_all(events: AsyncIterator[EventRow]) -> list[EventRow]:
    """Everything until the end."""
    return [event async for event in events]


async def test_whoever_hears_is_told_as_the_reader_reads(database: Database) -> None:
    """Each event once, in order, before the position is beyond it; a feed runs from its start to its end."""
    heard: list[int] = []
    feed = Feed(database)
    feed.hearing.append(lambda event: heard.append(event.payload["number"]))
    assert not feed.running
    async with feed, aclosing(feed.follow(await here(database))) as events:
        assert feed.running
        await write(database, happening(1), happening(2))
        await write(database, happening(3))
        assert await take(events, 3) == heard == [1, 2, 3]
    assert not feed.running


async def test_leaving_is_forgotten(database: Database, feed: Feed) -> None:
    """A follower that leaves is not offered anything any more."""
    cursor = await here(database)
    await write(database, happening(0))
    async with aclosing(feed.follow(cursor)) as events:
        await take(events, 1)
        assert len(feed.followers) == 1
    assert not feed.followers


async def test_read_before_start(database: Database) -> None:
    """A feed that was not started says so."""
    with pytest.raises(RuntimeError, match="call start"):
        await anext(Feed(database).follow())


async def test_reader_failing_for_good(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """When the reader meets an error that waiting does not cure, the followers end instead of hanging."""
    monkeypatch.setattr(feed_module, "LOOK_EVERY", 0.01)
    async with Feed(database) as feed:
        waiting = asyncio.create_task(take_all(feed.follow()))
        await joined(feed, database)
        async with database.transaction() as session:
            await session.execute(text("alter table event rename to gone"))
        assert await waiting == []
