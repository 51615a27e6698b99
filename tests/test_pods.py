"""Several processes of the service, killed, cut off and drained: nothing is lost, nothing is done twice.

`make test-chaos` does it for longer, and says what was held: docs/reliability.md.
"""

from __future__ import annotations

import asyncio
import os
import random
import time
from contextlib import suppress
from typing import Any

import httpx
import psycopg
import pytest
from sqlalchemy import URL, text

from models.engine import Database
from models.event_log import Cursor, read_after, read_head
from tests.pods import Pod, Registrar, Watcher, at_work, pods
from tests.proxy import Proxy

pytestmark = [pytest.mark.database, pytest.mark.slow]

SECONDS = float(os.environ.get("INTERLOCK_TEST_CHAOS_SECONDS", "3"))
"""For how long processes are killed: 60 by `make test-chaos`."""
PODS = 4
WATCHERS = 8
REGISTRARS = 4
SOCKETS = 200
CATCH_UP_SECONDS = 60


async def caught_up(watchers: list[Watcher], last: str) -> None:
    """Returns when everybody has seen the last event."""
    async with asyncio.timeout(CATCH_UP_SECONDS):
        while not all(watcher.after == last for watcher in watchers):  # noqa: ASYNC110 - tasks of many clients
            await asyncio.sleep(0.05)


async def here(database: Database) -> str:
    """The head of the log, behind everything that has committed."""
    async with database.reading() as connection, asyncio.timeout(20):
        while (found := await read_head(connection)).held:  # noqa: ASYNC110 - of other processes
            await asyncio.sleep(0.02)
    return str(found.cursor)


async def log(database: Database, after: str) -> list[str]:
    """The cursors of all events behind one, when nothing is under way any more."""
    await here(database)
    async with database.reading() as connection:
        found = await read_after(connection, Cursor.parse(after), limit=1_000_000)
    return [str(each.cursor) for each in found]


async def disturb(running: list[Pod], proxy: Proxy) -> tuple[int, int]:
    """Kills a process each second, in turn, and resets all connections to the database now and then; how often."""
    ends, kills, resets = time.monotonic() + SECONDS, 0, 0
    while time.monotonic() < ends:
        await asyncio.sleep(random.uniform(0.8, 1.2))
        await running[kills % PODS].killed()
        kills += 1
        if kills % 3 == 2:
            proxy.reset()
            resets += 1
    return kills, resets


@pytest.mark.timeout(600)
async def test_processes_are_killed_under_load(database: Database) -> None:
    """Killed each second, and cut off from the database: each event once and in order, each change once and whole."""
    start = await here(database)
    stop = asyncio.Event()
    async with Proxy(database.url) as proxy, pods(proxy.url, PODS) as running:
        bases = [pod.base for pod in running]
        watchers = [Watcher(bases, start, number) for number in range(WATCHERS)]
        registrars = [Registrar(bases, f"team-{number}") for number in range(REGISTRARS)]
        async with at_work(*(watcher.watch() for watcher in watchers)):
            async with asyncio.TaskGroup() as working:
                for registrar in registrars:
                    working.create_task(registrar.work(stop))
                kills, resets = await disturb(running, proxy)
                stop.set()
            expected = await log(database, start)
            await caught_up(watchers, expected[-1])
    for watcher in watchers:
        assert [each["cursor"] for each in watcher.seen] == expected
    done = sorted(name for registrar in registrars for name in registrar.done)
    await each_once(database, done)
    again = sum(registrar.asked_again for registrar in registrars)
    print(  # noqa: T201 - the figures of docs/reliability.md
        f"\n{SECONDS:g} s, {PODS} processes, {kills} killed, connections to the database reset {resets} times:"
        f" {len(done)} changes, {again} asked again, {len(expected)} events to {WATCHERS} subscriptions,"
        f" {sum(len(each.closed) for each in watchers)} sockets lost; no event lost or twice, no change half or twice"
    )


async def each_once(database: Database, names: list[str]) -> None:
    """Each was done once, and whole: its row, its change and its event."""
    async with database.reading() as connection:
        for statement in (
            "select name from team",
            "select idempotency_key from change where idempotency_key is not null",
            "select payload->>'name' from event where type = 'team.registered'",
        ):
            assert sorted((await connection.execute(text(statement))).scalars()) == names, statement


async def registered(client: httpx.AsyncClient, base: str, name: str) -> httpx.Response:
    """A team, registered at one process."""
    query = f'mutation {{ registerTeam(input: {{name: "{name}"}}) {{ errors {{ message }} }} }}'
    return await client.post(f"{base}/graphql", json={"query": query})


async def test_drained(database: Database, database_url: URL) -> None:
    """SIGTERM: sockets are closed with 1012, what runs is finished, exit 0; 200 subscriptions go on elsewhere."""
    async with pods(database_url, 2, INTERLOCK_GRACE_SECONDS="1") as running, httpx.AsyncClient(timeout=20) as client:
        old, new = running
        watchers = [Watcher([old.base, new.base]) for _ in range(SOCKETS)]
        async with at_work(*(watcher.watch() for watcher in watchers)):
            await asyncio.gather(*(watcher.joined.wait() for watcher in watchers))
            start = await here(database)
            await registered(client, new.base, "before")
            await caught_up(watchers, await here(database))
            await drained(client, database, old)
            await registered(client, new.base, "after")
            expected = await log(database, start)
            await caught_up(watchers, expected[-1])
    for watcher in watchers:
        assert [each["cursor"] for each in watcher.seen] == expected
        assert watcher.closed[0] == 1012


async def drained(client: httpx.AsyncClient, database: Database, old: Pod) -> None:
    """One process is told to end while a request of its waits for a lock, which it gets after the grace."""
    with psycopg.connect(database.address) as holding:
        holding.execute("lock table team in exclusive mode")
        slow = asyncio.create_task(registered(client, old.base, "slow"))
        await waiting(database)
        ended = asyncio.create_task(asyncio.to_thread(old.process.end))
        await closed(client, old)
        assert not ended.done()  # the request still runs
    assert (await slow).json()["data"]["registerTeam"]["errors"] == []
    assert await ended == 0


async def waiting(database: Database) -> None:
    """Returns when a transaction waits for a lock."""
    statement = text("select exists (select from pg_locks where not granted)")
    async with database.reading() as connection, asyncio.timeout(20):
        while not (await connection.execute(statement)).scalar_one():  # noqa: ASYNC110 - of another process
            await asyncio.sleep(0.02)


async def closed(client: httpx.AsyncClient, pod: Pod) -> None:
    """Returns when nobody listens on its port any more."""
    with suppress(httpx.TransportError):
        async with asyncio.timeout(20):
            while True:
                await client.get(f"{pod.base}/healthz")
                await asyncio.sleep(0.05)


async def told_to_go(client: httpx.AsyncClient, pod: Pod) -> None:
    """Returns when the probe is told; the process lives, answers, and takes no new socket."""
    ready: Any = None
    async with asyncio.timeout(20):
        while ready is None or ready.status_code == 200:
            ready = await client.get(f"{pod.base}/readyz")
    assert (ready.status_code, ready.json()) == (503, {"service": "draining"})
    assert (await client.get(f"{pod.base}/healthz")).status_code == 200
    newcomer = Watcher([pod.base])
    async with at_work(newcomer.watch()), asyncio.timeout(20):
        while not newcomer.closed:  # noqa: ASYNC110 - a task that never ends
            await asyncio.sleep(0.01)
    assert not newcomer.joined.is_set()
    assert set(newcomer.closed) == {1012}


async def test_a_second_sigterm_ends_at_once(database: Database, database_url: URL) -> None:
    """However long the grace is. Meanwhile it is not ready, answers, and takes no socket."""
    async with pods(database_url, 1, INTERLOCK_GRACE_SECONDS="300") as (pod,), httpx.AsyncClient() as client:
        pod.process.terminate()
        await told_to_go(client, pod)
        assert await asyncio.to_thread(pod.process.end) == 128 + 15
