"""What a process remembers of the configuration is what the database has, whatever happened to the database."""

from __future__ import annotations

import pytest

from domain.configuration.kinds import Kind
from models.configuration import current
from models.engine import Database
from tests.configuring import empty, register

pytestmark = pytest.mark.database


async def _teams(database: Database) -> set[str]:
    async with database.snapshot() as session:
        return set((await current(session)).configuration.teams)


async def _register(database: Database, name: str) -> None:
    async with database.transaction() as session:
        await register(session, Kind.TEAM, name=name)


async def test_another_history_of_as_many_changes_is_not_taken_for_this_one(database: Database) -> None:
    """A database restored from a backup: its changes have numbers that a process knows of others."""
    await _register(database, "lost")
    assert await _teams(database) == {"lost"}
    async with Database(database.url) as other:
        await empty(other)
        await _register(other, "kept")
    assert await _teams(database) == {"kept"}


async def test_the_newest_history_is_remembered(database: Database) -> None:
    """After a restore the process reads the database once, not at each request, though its numbers are smaller."""
    for name in ("lost", "lost-too"):
        await _register(database, name)
    async with Database(database.url) as other:
        await empty(other)
        await _register(other, "kept")
    assert await _teams(database) == {"kept"}
    assert database.configuration.stored is not None
    assert set(database.configuration.stored.configuration.teams) == {"kept"}
