"""An edit names the version that it was made from: what came since is told, also where nothing is left to edit."""

from __future__ import annotations

import pytest

from domain.configuration.changing import Operation
from domain.configuration.kinds import Kind
from domain.errors import Conflict, NotFound
from domain.words import OperationKind
from models.engine import Database
from tests.configuring import apply, archive, register, update


@pytest.fixture
async def ours(database: Database) -> Database:
    """A team at version 3."""
    async with database.transaction() as session:
        await register(session, Kind.TEAM, name="ours")
    for address in ("a@example.com", "b@example.com"):
        async with database.transaction() as session:
            await update(session, Kind.TEAM, "ours", email=address)
    return database


async def conflict(database: Database, verb: OperationKind, version: int) -> Conflict:
    """What an edit from this version meets."""
    async with database.transaction() as session:
        with pytest.raises(Conflict) as raised:
            await apply(session, Operation(verb, Kind.TEAM, "ours", {}, expected_version=version))
    return raised.value


async def test_every_change_since_is_told(ours: Database) -> None:
    """The oldest first, a sentence each; for an archiving too."""
    for verb in (OperationKind.UPDATE, OperationKind.ARCHIVE):
        found = await conflict(ours, verb, 1)
        assert found.path == ["expectedVersion"]
        first, second = found.changes
        assert first.startswith("Change 2: email None -> 'a@example.com', by tester at 20")
        assert second.startswith("Change 3: email 'a@example.com' -> 'b@example.com', by tester at 20")


async def test_a_version_that_there_was_not_yet(ours: Database) -> None:
    """Nothing came since; the edit is refused all the same."""
    found = await conflict(ours, OperationKind.UPDATE, 9)
    assert "at version 3; this edit was made from version 9" in found.message
    assert found.changes == []


async def test_what_was_archived_since_is_told(ours: Database) -> None:
    """By whom and when, rather than that there is none."""
    async with ours.transaction() as session:
        await archive(session, Kind.TEAM, "ours")
    found = await conflict(ours, OperationKind.UPDATE, 3)
    assert (
        "'ours' is no longer there; this edit was made from version 3. Change 4: archived, by tester" in found.message
    )


@pytest.mark.parametrize("name", ["ours", "\0", "x" * 100_000])
async def test_what_never_was_is_not_found(database: Database, name: str) -> None:
    """Whatever version is named, and whatever the name is."""
    async with database.transaction() as session:
        with pytest.raises(NotFound):
            await update(session, Kind.TEAM, name, version=1)
