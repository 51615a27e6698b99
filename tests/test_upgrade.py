"""Two versions of the service over one database, under load: docs/upgrade.md.

The one before is this checkout, and the one after it has a migration more. `make test-upgrade OLD=COMMIT` upgrades from
that commit to this checkout instead.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from sqlalchemy import URL

from models.engine import Database
from tests.pods import Registrar, Watcher, at_work
from tests.service import ROOT, free_port
from tests.test_pods import caught_up, each_once, here, log
from tests.versions import EXPANDS, Endpoints, Version, endpoints

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(600)]

OLD = os.environ.get("INTERLOCK_TEST_OLD")
WATCHERS = 20
REGISTRARS = 4


@pytest.fixture
def old(tmp_path_factory: pytest.TempPathFactory) -> Version:
    """The version that runs."""
    return Version.at(OLD, tmp_path_factory.mktemp("old")) if OLD else Version(ROOT)


@pytest.fixture
def new(tmp_path_factory: pytest.TempPathFactory) -> Version:
    """The version that comes, whose migration expands the schema."""
    return Version(ROOT) if OLD else Version.after_this(tmp_path_factory.mktemp("new"), EXPANDS)


class Load:
    """Whoever uses the service all the while."""

    def __init__(self, places: Endpoints) -> None:
        self.watchers = [Watcher(places.ready, at=number) for number in range(WATCHERS)]
        self.registrars = [Registrar(places.ready, f"team-{number}") for number in range(REGISTRARS)]

    @asynccontextmanager
    async def running(self, database: Database) -> AsyncIterator[None]:
        """In the block teams are registered and the log is followed; at its end everybody has seen all of it."""
        start, stop = await here(database), asyncio.Event()
        for watcher in self.watchers:
            watcher.after = start
        async with at_work(*(watcher.watch() for watcher in self.watchers)):
            async with asyncio.TaskGroup() as working:
                for registrar in self.registrars:
                    working.create_task(registrar.work(stop))
                yield
                stop.set()
            self.expected = await log(database, start)
            await caught_up(self.watchers, self.expected[-1])

    async def done(self) -> int:
        """How many were registered; returns when each client has one more."""
        wanted = [len(each.done) + 1 for each in self.registrars]
        async with asyncio.timeout(60):
            while any(len(each.done) < most for each, most in zip(self.registrars, wanted, strict=True)):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
        return sum(wanted)


async def replaced(places: Endpoints, before: list[str], after: Version, url: URL, load: Load) -> list[str]:
    """A rolling update: one process of the version that comes, then one of the others drained, and so on."""
    found = []
    for base in before:
        found.append(await places.add(after, url))
        await load.done()
        assert await places.drain(base) == 0
        await load.done()
    return found


async def test_nobody_notices_an_upgrade(empty_database_url: URL, old: Version, new: Version, tmp_path: Path) -> None:
    """Migrated, replaced and rolled back under load: no request failed, no event lost, none twice."""
    url = empty_database_url
    assert old.ends("migrate", url, tmp_path)[0] == 0
    async with Database(url, pool_size=3) as database, endpoints(tmp_path / "serve.log") as places:
        running = [await places.add(old, url) for _ in range(2)]
        load = Load(places)
        async with load.running(database):
            await load.done()
            code, said = await asyncio.to_thread(new.ends, "migrate", url, tmp_path)
            assert code == 0, said
            if not OLD:
                running.append(await places.add(old, url))  # as where a node ends: the old one over the new schema
                await load.done()
                assert await places.drain(running.pop(0)) == 0
            running = await replaced(places, running, new, url, load)
            if not OLD:
                code, said = await asyncio.to_thread(old.ends, "migrate", url, tmp_path)
                assert (code, "f00000000000" in said) == (0, True), said
                running = await replaced(places, running, old, url, load)
        await all_once(database, load)


async def all_once(database: Database, load: Load) -> None:
    """Each change once, without asking twice; each event to each client once; sockets closed only to go elsewhere."""
    await each_once(database, sorted(name for registrar in load.registrars for name in registrar.done))
    assert sum(registrar.asked_again for registrar in load.registrars) == 0
    for watcher in load.watchers:
        assert [each["cursor"] for each in watcher.seen] == load.expected
        assert set(watcher.closed[:-1]) <= {1012}


def test_a_contraction_keeps_the_old_version_out(empty_database_url: URL, tmp_path: Path) -> None:
    """Behind a migration that takes something away, the version before neither serves nor migrates, and says why."""
    new = Version.after_this(tmp_path / "new", 'op.drop_column("team", "email")', contract=True)
    assert new.ends("migrate", empty_database_url, tmp_path)[0] == 0
    for program in ("serve", "migrate"):
        code, said = Version(ROOT).ends(program, empty_database_url, tmp_path, INTERLOCK_PORT=str(free_port()))
        assert (code, "a later Interlock made it. Run that one" in said) == (1, True), said
        assert "Traceback" not in said
