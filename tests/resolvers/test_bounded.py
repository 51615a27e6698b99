"""However much is wrong, what is told of it can be read, and is found in few statements."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from domain.configuration.changing import MOST_PROBLEMS, Operation, register
from domain.configuration.kinds import Kind
from domain.errors import Conflict, Problem, Problems
from domain.words import OperationKind
from models.engine import Database
from resolvers.configuring import Asked, change
from tests.configuring import apply, author

pytestmark = pytest.mark.database
MANY = 3 * MOST_PROBLEMS


async def refused(database: Database, asked: Asked) -> tuple[list[Problem], int]:
    """Why the change is refused, and how many statements that took."""
    statements: list[Any] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    with pytest.raises(Problems) as several:
        async with database.transaction() as session:
            await change(session, author(), asked)
    return several.value.problems, len(statements)


async def teams(database: Database) -> list[Operation]:
    """Many teams, each changed once since; edits of all of them that nobody has told so."""
    names = [f"team-{number}" for number in range(MANY)]
    members = tuple(f"member-{number}" for number in range(500))
    edits = [Operation(OperationKind.UPDATE, Kind.TEAM, name, {"members": members}) for name in names]
    async with database.transaction() as session:
        await apply(session, *(register(Kind.TEAM, {"name": name}) for name in names))
        await apply(session, *edits)
    fields = {"email": "a@example.com"}
    return [Operation(OperationKind.UPDATE, Kind.TEAM, name, fields, expected_version=1) for name in names]


async def test_stale_edits_are_told_as_far_as_anybody_reads(database: Database) -> None:
    """A hundred conflicts at once, each in sentences of some hundred characters."""
    found, statements = await refused(database, Asked(operations=tuple(await teams(database))))
    assert len(found) == MOST_PROBLEMS
    assert statements < MOST_PROBLEMS + 20
    assert all(isinstance(each, Conflict) and len("".join(each.changes)) < 1000 for each in found)


async def test_a_change_that_cannot_be_taken_back_says_so_a_hundred_times_at_most(database: Database) -> None:
    """Of the change that registered all of them."""
    await teams(database)
    found, statements = await refused(database, Asked(revert=1))
    assert len(found) == MOST_PROBLEMS
    assert statements < MOST_PROBLEMS + 20


async def test_unknown_holidays_are_told_a_hundred_times_at_most(database: Database) -> None:
    """One mistake many times."""
    fields = {"country": "DE", "subdivision": "XX"}
    wanted = [register(Kind.CALENDAR, {"name": f"calendar-{number}", **fields}) for number in range(MANY)]
    found, _ = await refused(database, Asked(operations=tuple(wanted)))
    assert len(found) == MOST_PROBLEMS


async def test_a_large_change_is_taken_back_in_few_statements(database: Database) -> None:
    """What nobody has touched since is known without asking for each."""
    async with database.transaction() as session:
        await apply(session, *(register(Kind.TEAM, {"name": f"team-{number}"}) for number in range(MANY)))
    statements: list[Any] = []
    event.listen(database.engine.sync_engine, "before_cursor_execute", lambda *given: statements.append(given[2]))
    async with database.transaction() as session:
        await change(session, author(), Asked(revert=1))
    assert len(statements) < 50
