"""PostgreSQL on a file system that is really full: a small one, mounted for the test, which only root may do."""

from __future__ import annotations

import asyncio
import os
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from sqlalchemy import make_url, text

from graph.app import application
from models import embedded, migrate, regions
from models.engine import Database
from models.epochs import ensure_epoch
from models.settings import Settings
from tests.graph.test_availability import REGISTER, is_unavailable

pytestmark = [pytest.mark.database, pytest.mark.timeout(300)]

SIZE = "200m"


@pytest.fixture
def disk() -> Iterator[Path]:
    """A folder that holds 200 MB."""
    if os.geteuid() != 0:
        pytest.skip("only root may mount a file system: run as root to fill a real disk")
    with tempfile.TemporaryDirectory(prefix="interlock-disk-") as made:
        folder = Path(made)
        mounted = subprocess.run(
            ["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=0711", "tmpfs", made], capture_output=True, check=False
        )
        if mounted.returncode:
            pytest.skip(f"a file system cannot be mounted here: {mounted.stderr.decode().strip()}")
        try:
            yield folder
        finally:
            subprocess.run(["umount", "--lazy", made], check=True)


@pytest.fixture
async def database(disk: Path) -> AsyncIterator[Database]:
    """A database of its own there."""
    async with embedded.running_async(disk) as url:
        await asyncio.to_thread(migrate.upgrade, url)
        await asyncio.to_thread(regions.register_known, url)
        async with Database(make_url(url), pool_size=3) as opened:
            await ensure_epoch(opened)
            yield opened


def fill(disk: Path) -> Path:
    """A file that leaves no byte."""
    ballast = disk / "ballast"
    with ballast.open("wb", buffering=0) as file, suppress(OSError):
        for size in (1_000_000, 4_096):
            with suppress(OSError):
                while file.write(b"\0" * size) == size:
                    pass
    return ballast


async def kept(database: Database) -> dict[str, tuple[int, int]]:
    """The teams, with how many changes and events tell of each."""
    statement = """
        select name, (select count(*) from change_entry where name = team.name and kind = 'team'),
               (select count(*) from event where type = 'team.registered' and payload->>'name' = team.name)
        from team
    """
    async with database.reading() as connection:
        return {row[0]: (row[1], row[2]) for row in await connection.execute(text(statement))}


async def test_a_disk_that_is_full_and_has_room_again(disk: Path, database: Database) -> None:
    """Changes go on until one needs a page: then 503 and when to ask again, nothing half-written; reads are answered.

    When there is room, it goes on by itself; what was refused is done once under its key.
    """
    app = application(Settings(), database)
    transport = httpx.ASGITransport(app)
    async with app.router.lifespan_context(app), httpx.AsyncClient(transport=transport) as client:

        async def ask(query: str, **variables: object) -> httpx.Response:
            asked = {"query": query, "variables": variables}
            return await client.post("http://localhost/graphql", json=asked)

        async def register(number: int) -> httpx.Response:
            return await ask(REGISTER, input={"name": f"team-{number}", "idempotencyKey": f"key-{number}"})

        assert (await register(0)).status_code == 200
        ballast = fill(disk)
        done, refused = {"team-0"}, 0
        for number in range(1, 2_000):
            answer = await register(number)
            if answer.status_code == 503:
                is_unavailable(answer, "The disk of the database is full.")
                refused = number
                break
            done.add(f"team-{number}")
        assert refused, "2,000 changes have found room on a full disk"
        assert (await ask("{ teams(first: 1) { totalCount } }")).json() == {
            "data": {"teams": {"totalCount": len(done)}}
        }
        assert await kept(database) == dict.fromkeys(done, (1, 1))
        ballast.unlink()
        for number in (refused, refused, refused + 1):
            answer = await register(number)
            assert (answer.status_code, answer.json()["data"]["registerTeam"]["errors"]) == (200, [])
            done.add(f"team-{number}")
        assert (await client.get("http://localhost/readyz")).status_code == 200
        assert await kept(database) == dict.fromkeys(done, (1, 1))
