"""What the event log costs its writers, and how soon a reader sees a commit.

The server is an embedded one whose every flush takes 3.5 ms, as on a cloud volume: `commit_delay` stands in for
the disk, and as there, transactions that commit meanwhile share the flush. Written to build/bench/event_log.json.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing, asynccontextmanager
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from bench import server
from bench.peers.measuring import finish
from bench.peers.results import Notes
from domain.events import EventType, Happening
from models.engine import Database
from models.epochs import ensure_epoch
from models.event_log import append
from subscriptions.feed import Feed

WRITERS = (1, 4, 16)
ROUNDS = 5
SECONDS = 0.6
COMMITS = 300
FLUSH = ("commit_delay=3500", "commit_siblings=0")
NOTHING = UUID(int=0)

Write = Callable[[AsyncSession], Awaitable[None]]

_PLAIN = text("""
    insert into event (epoch, xid, type, actor, subject_type, subject_id, payload)
    values (1, '0', 'bench', 'bench', 'Bench', :subject, '{}')
""")
_POSITION = text("""
    insert into event (epoch, type, actor, subject_type, subject_id, payload)
    values (1, 'bench', 'bench', 'Bench', :subject, '{}')
""")


async def plain(session: AsyncSession) -> None:
    """The row, with nothing that orders it."""
    await session.execute(_PLAIN, {"subject": NOTHING})


async def position(session: AsyncSession) -> None:
    """The row with its transaction's id."""
    await session.execute(_POSITION, {"subject": NOTHING})


async def notify(session: AsyncSession) -> None:
    """The row with its position, and a NOTIFY in the same transaction."""
    await position(session)
    await session.execute(text("notify interlock_events"))


async def ours(session: AsyncSession) -> None:
    """What use-cases do: append, and a poke after the commit."""
    await append(session, [Happening(EventType.SERVICE_REGISTERED, "Bench", NOTHING)], "bench")


PLAIN, NOTIFY, OURS = "plain insert", "with NOTIFY in the transaction", "append, poke after the commit"
READ = "append, read by four followers"
FOLLOWERS = 4
WAYS: dict[str, Write] = {PLAIN: plain, "with its position": position, NOTIFY: notify, OURS: ours, READ: ours}


async def commits_per_second(database: Database, write: Write, writers: int) -> float:
    """Transactions of one event each, written by so many writers at once."""
    done = 0
    end = time.perf_counter() + SECONDS

    async def writer() -> None:
        nonlocal done
        while time.perf_counter() < end:
            async with database.transaction() as session:
                await write(session)
            done += 1

    await asyncio.gather(*(writer() for _ in range(writers)))
    return done / SECONDS


@asynccontextmanager
async def followed(database: Database, followers: int) -> AsyncIterator[None]:
    """So many follow the log meanwhile, and take everything."""

    async def take(feed: Feed) -> None:
        async with aclosing(feed.follow()) as events:
            async for _ in events:
                pass

    async with Feed(database) as feed:
        tasks = [asyncio.create_task(take(feed)) for _ in range(followers)]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def throughput(database: Database, notes: Notes) -> None:
    """Print a row for each way to write, a column for each number of writers.

    The ways take turns, and the middle of their rounds counts: whatever else the machine does meets them all.
    """
    print("Commits per second; 1.00 = plain insert by as many writers")
    print(f"{'writers':34}" + "".join(f"{writers:>8}" for writers in WRITERS))
    rounds: dict[tuple[str, int], list[float]] = defaultdict(list)
    for writers in WRITERS:
        for _ in range(ROUNDS):
            for name, write in WAYS.items():
                async with followed(database, FOLLOWERS if name == READ else 0):
                    rate = await commits_per_second(database, write, writers)
                rounds[name, writers].append(rate)
                notes.note(name, {"per_second": rate}, writers=writers)
    middle = {cell: statistics.median(rates) for cell, rates in rounds.items()}
    for name in WAYS:
        ratios = (middle[name, writers] / middle[PLAIN, writers] for writers in WRITERS)
        print(f"{name:34}" + "".join(f"{ratio:8.2f}" for ratio in ratios))


async def latency(database: Database, notes: Notes) -> None:
    """Print how long after its commit a follower has an event, in units of one commit."""
    commits, delays = [], []
    async with Feed(database) as feed, aclosing(feed.follow()) as events:
        arrives = asyncio.ensure_future(anext(events))
        for _ in range(COMMITS):
            began = time.perf_counter()
            async with database.transaction() as session:
                await ours(session)
            committed = time.perf_counter()
            await arrives
            delays.append(time.perf_counter() - committed)
            commits.append(committed - began)
            arrives = asyncio.ensure_future(anext(events))
        arrives.cancel()
        await asyncio.gather(arrives, return_exceptions=True)
    commit = statistics.median(commits[COMMITS // 10 :])
    middle, *_, worst = (statistics.quantiles(delays[COMMITS // 10 :], n=100)[at] for at in (49, 98))
    notes.note(OURS, {"commit_ms": 1000 * commit, "p50": 1000 * middle, "p99": 1000 * worst})
    print("\nFrom the commit to a follower; 1.00 = the time of one such transaction")
    print(f"{'half of them within':34}{middle / commit:8.2f}\n{'99 of 100 within':34}{worst / commit:8.2f}")


async def measure(url: str) -> None:
    """Measure against one database."""
    notes = Notes("event_log")
    async with Database(url, pool_size=max(WRITERS)) as database:
        await ensure_epoch(database)
        await throughput(database, notes)
        await latency(database, notes)
    finish(notes, url)


def main() -> None:
    """Start a server of its own, measure, and leave nothing behind."""
    with server.running(FLUSH) as url:
        asyncio.run(measure(url))


if __name__ == "__main__":
    main()
