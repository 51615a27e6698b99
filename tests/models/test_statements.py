"""Statements as text are remembered by how long they are."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from sqlalchemy import literal_column, select

from models.engine import Database
from models.statements import Statements


def _text(characters: int) -> SimpleNamespace:
    return SimpleNamespace(string="x" * characters)


def test_the_one_that_was_used_longest_ago_goes() -> None:
    """As many as their characters allow; one that comes again counts once, and one that is too long is not kept."""
    kept = Statements(most=10)
    for key in "ab":
        kept[key] = _text(4)
    assert kept.get("a") is not None
    kept["c"] = _text(4)
    assert [key for key in "abc" if kept.get(key)] == ["a", "c"]
    kept["c"] = _text(2)
    assert (len(kept), kept.characters) == (2, 6)
    kept["d"] = _text(11)
    assert (len(kept), kept.characters, kept.get("d", "none")) == (0, 0, "none")


@pytest.mark.database
async def test_a_database_remembers_its_statements_so(database: Database) -> None:
    """The same statement again is not made again, in autocommit as in a transaction; those of each pool are its own."""
    (kept, narrowed) = (
        each.sync_engine.get_execution_options()["compiled_cache"] for each in (database.engine, database.narrowed)
    )
    statement = select(literal_column("42"))
    async with database.reading() as connection:
        await connection.execute(statement)
    before = len(kept)
    async with database.reading() as connection, database.transaction() as session:
        await connection.execute(select(literal_column("42")))
        await (await session.connection()).execute(statement)
    assert len(kept) == before >= 1
    assert len(narrowed) == 0
