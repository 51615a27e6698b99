"""Versions of the service beside each other: trees of its code, whose programs run over one database."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Self

import httpx
from sqlalchemy import URL

from models import migrate
from tests.pods import at_work
from tests.service import ROOT, Forked, answers, environment, free_port

ROOMS = ("aws", "domain", "graph", "intake", "models", "reporting", "resolvers", "subscriptions", "upkeep")
MIGRATION = '''"""{about}"""

import sqlalchemy as sa
from alembic import op

revision = "{revision}"
down_revision = "{before}"
branch_labels = None
depends_on = None
{contract}

def upgrade() -> None:
    {up}


def downgrade() -> None:
    """Nobody takes it back: going back leaves the schema as it is."""
'''
EXPANDS = """op.add_column("team", sa.Column("motto", sa.Text(), nullable=True))
    with op.get_context().autocommit_block():
        op.create_index("ix_team_motto", "team", ["motto"], postgresql_concurrently=True)"""


class Version:
    """A tree of code. It is never changed, and runs with the environment of this checkout."""

    def __init__(self, tree: Path) -> None:
        self.tree = tree

    @classmethod
    def at(cls, reference: str, folder: Path) -> Self:
        """What a commit, a branch or a tag of this repository has."""
        packed = subprocess.run(["git", "archive", reference, *ROOMS], cwd=ROOT, check=True, capture_output=True)
        subprocess.run(["tar", "-x", "-C", str(folder)], input=packed.stdout, check=True)
        return cls(folder)

    @classmethod
    def after_this(cls, folder: Path, up: str, *, contract: bool = False) -> Self:
        """This version and one migration more. up: the statements of its way up."""
        for room in ROOMS:
            shutil.copytree(ROOT / room, folder / room, ignore=shutil.ignore_patterns("__pycache__"))
        told = MIGRATION.format(
            about="The next version's.",
            revision="f00000000000",
            before=migrate.head(),
            contract="CONTRACT = True\n" if contract else "",
            up=up,
        )
        (folder / "models/migrations/versions/2099_01_01_next.py").write_text(told)
        return cls(folder)

    def start(self, program: str, url: URL, log: Path, **settings: str) -> Forked | Started:
        """One of its programs. log: where it writes. This checkout's are forked, which takes a moment."""
        env = environment(url, **settings)
        if self.tree == ROOT:
            return Forked(program, env, log)
        command = [sys.executable, "-m", "graph", program]
        with log.open("a") as errors:
            return Started(command, cwd=self.tree, env=env | {"PYTHONPATH": str(self.tree)}, stderr=errors)

    def ends(self, program: str, url: URL, folder: Path, **settings: str) -> tuple[int | None, str]:
        """What a program that ends by itself ended with, and what it said."""
        (log := folder / f"{program}.log").write_text("")
        process = self.start(program, url, log, **settings)
        code = process.wait(120)
        process.kill()
        return code, log.read_text()


class Started(subprocess.Popen[bytes]):
    """A program with what tests use of `Forked`."""

    def end(self) -> int | None:
        """SIGTERM, and its end; what it ended with."""
        self.terminate()
        return self.wait(60)

    def kill(self) -> None:
        """SIGKILL, unless it has ended."""
        super().kill()
        self.wait()


class Endpoints:
    """Where requests go: the processes that say they are ready, as a cluster knows it. ready: their addresses."""

    def __init__(self, log: Path) -> None:
        self.ready: list[str] = []
        self._log = log
        self._running: dict[str, Forked | Started] = {}

    async def watch(self) -> None:
        """Asks all of them again and again until it is cancelled."""
        async with httpx.AsyncClient(timeout=5) as client:
            while True:
                for base in list(self._running):
                    await self._look(client, base)
                await asyncio.sleep(0.05)

    async def _look(self, client: httpx.AsyncClient, base: str) -> None:
        try:
            ready = (await client.get(f"{base}/readyz")).status_code == 200
        except httpx.HTTPError:
            ready = False
        if ready and base not in self.ready:
            self.ready.append(base)
        elif not ready and base in self.ready:
            self.ready.remove(base)

    async def add(self, version: Version, url: URL) -> str:
        """One process more; its address, once it is ready."""
        base = f"http://127.0.0.1:{(port := free_port())}"
        process = version.start("serve", url, self._log, INTERLOCK_PORT=str(port), INTERLOCK_GRACE_SECONDS="2")
        self._running[base] = process
        await asyncio.to_thread(answers, base, process)
        while base not in self.ready:  # noqa: ASYNC110 - another task looks
            await asyncio.sleep(0.02)
        return base

    async def drain(self, base: str) -> int | None:
        """SIGTERM, and what it ended with."""
        code = await asyncio.to_thread(self._running[base].end)
        del self._running[base]
        return code

    def kill(self) -> None:
        """No process is left."""
        for process in self._running.values():
            process.kill()


@asynccontextmanager
async def endpoints(log: Path) -> AsyncIterator[Endpoints]:
    """They are watched; their processes are killed at the end. log: where these write."""
    found = Endpoints(log)
    try:
        async with at_work(found.watch()):
            yield found
    finally:
        found.kill()
