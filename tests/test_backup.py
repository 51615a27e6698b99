"""A living service's database is dumped and restored with the commands of docs/operations.md, and goes on."""

from __future__ import annotations

import asyncio
import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import URL, make_url

from domain.errors import InvalidValue
from domain.events import EventType, Happening
from models import embedded
from models.embedded import place, programs
from models.engine import Database
from models.epochs import ensure_epoch
from models.event_log import Cursor, append, read_after
from tests.fleet import register_fleet
from tests.service import ROOT, environment
from tests.test_pods import here

pytestmark = [pytest.mark.database, pytest.mark.slow]

PAGE = ROOT / "docs" / "operations.md"
SUBJECT = UUID(int=1)


def commands(title: str) -> list[str]:
    """The lines of the shell block under a heading of the page."""
    section = PAGE.read_text().split(f"### {title}\n", 1)[1]
    found = re.search(r"```shell\n(.*?)```", section, re.DOTALL)
    assert found is not None
    return [line for line in found[1].splitlines() if line and not line.startswith("#")]


def bin_folder() -> Path:
    """Where the wheel's pg_dump and pg_restore are: they are clients, and run as anybody."""
    return programs.programs(None, lambda: place.PRIVATE)


def run(line: str, folder: Path, database: URL) -> None:
    """One line in a shell, as an operator would type it."""
    env = environment(database.set(drivername="postgresql"))
    env["PATH"] = os.pathsep.join([str(bin_folder()), str(ROOT / ".venv" / "bin"), env["PATH"]])
    done = subprocess.run(["bash", "-c", line], env=env, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


@pytest.fixture
def another(data_folder: Path) -> Iterator[URL]:
    """The address of an empty database on a server that has never seen the first one."""
    with embedded.running(data_folder, options=("fsync=off",)) as url:
        yield make_url(url)


async def happen(database: Database, number: int) -> str:
    """One more event; its cursor's text, or later."""
    async with database.transaction() as session:
        await append(session, [Happening(EventType.SERVICE_REGISTERED, "Service", SUBJECT, {"number": number})], "a")
    return await here(database)


async def numbers(database: Database, after: str) -> list[int]:
    """The numbers of what is read behind a cursor."""
    async with database.reading() as connection:
        return [each.payload["number"] for each in await read_after(connection, Cursor.parse(after), limit=100_000)]


async def test_a_dump_goes_on_at_another_server(database: Database, another: URL, tmp_path: Path) -> None:
    """Everything is there, and cursors hold: of before the dump, and of after it. One of another log is refused."""
    async with database.transaction() as session:
        await register_fleet(session)
    before = await happen(database, 0)
    await happen(database, 1)
    stop = asyncio.Event()
    writing = asyncio.create_task(written(database, stop))
    for line in commands("Backup"):
        await asyncio.to_thread(run, line, tmp_path, database.url)
    stop.set()
    after = await writing
    for line in commands("Restore"):
        await asyncio.to_thread(run, line, tmp_path, another)
    async with Database(another) as restored:
        assert await ensure_epoch(restored) == 2  # as every program does when it starts
        kept = await numbers(restored, before)
        assert kept == list(range(1, len(kept) + 1))  # without a gap, to the moment of the dump
        await happen(restored, 1_000)
        assert await numbers(restored, before) == [*kept, 1_000]
        assert await numbers(restored, after) == [1_000]
        with pytest.raises(InvalidValue, match="restored"):
            await numbers(restored, str(Cursor(7, 1, 1)))
    assert (await numbers(database, before))[: len(kept)] == kept


async def written(database: Database, stop: asyncio.Event) -> str:
    """Events while somebody dumps; the last cursor."""
    number, cursor = 1, ""
    while not (stop.is_set() and cursor):
        number += 1
        cursor = await happen(database, number)
        await asyncio.sleep(0.01)
    return cursor
