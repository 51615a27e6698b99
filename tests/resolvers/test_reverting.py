"""A change taken back: each kind of operation, a revert of a revert, and when it is refused."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from domain.configuration.changing import Operation, changed
from domain.configuration.changing import register as registering
from domain.configuration.configuration import Configuration
from domain.configuration.kinds import Kind
from domain.errors import AlreadyExists, Conflict, InUse, NotFound, Problems
from domain.words import OperationKind
from models.configuration import current
from models.engine import Database
from models.tables import Change
from resolvers.configuring import Asked, Done, change
from tests.configurations import configurations, operations
from tests.configuring import apply, author, creating, empty
from tests.entity_fields import NOW


def team(name: str, verb: OperationKind = OperationKind.REGISTER, **fields: Any) -> Operation:
    """What is done to a team."""
    named = {"name": name} if verb is OperationKind.REGISTER else {}
    return Operation(verb, Kind.TEAM, name, {**named, **fields})


WHY = "a test: a stage may need two persons no more"


async def made(database: Database, *wanted: Operation) -> Done:
    """A change in a transaction of its own."""
    async with database.transaction() as session:
        return await apply(session, *wanted, reason=WHY)


async def reverted(database: Database, number: int, **given: Any) -> Done:
    """The change taken back; where one thing alone is wrong, that problem."""
    async with database.transaction() as session:
        try:
            return await change(session, author(**{"reason": WHY, **given}), Asked(revert=number))
        except Problems as several:
            if len(several.problems) == 1:
                raise several.problems[0] from several
            raise


async def teams(database: Database) -> dict[str, str | None]:
    """The teams that there are, with their addresses."""
    async with database.snapshot() as session:
        return {name: each.email for name, each in (await current(session)).configuration.teams.items()}


async def test_each_kind_of_operation_is_taken_back_and_again(database: Database) -> None:
    """What was registered goes, what was changed is as it was, what was archived is there; and the other way round."""
    await made(database, team("stays", email="a@example.com"), team("goes", members=["ada"]))
    before = await teams(database)
    batch = [
        team("comes"),
        team("stays", OperationKind.UPDATE, email="b@example.com"),
        team("goes", OperationKind.ARCHIVE),
    ]
    number = (await made(database, *batch)).number
    after = await teams(database)
    back = await reverted(database, number, reason="A mistake")
    assert await teams(database) == before
    await reverted(database, back.number)
    assert await teams(database) == after
    async with database.reading() as connection:
        audited = await connection.execute(select(Change.number, Change.reverts, Change.reason).order_by(Change.number))
        assert list(audited)[2:] == [(3, 2, "A mistake"), (4, 3, WHY)]


async def test_what_changed_since_is_not_overwritten(database: Database) -> None:
    """All of what changed is told; a change of something else does not matter."""
    number = (await made(database, team("one"), team("two"), team("three"))).number
    await made(database, team("other"))
    await made(database, team("one", OperationKind.UPDATE, email="a@example.com"))
    await made(database, team("two", OperationKind.ARCHIVE))
    with pytest.raises(Problems) as raised:
        await reverted(database, number)
    conflicts = raised.value.problems
    assert [(type(each), each.path) for each in conflicts] == [(Conflict, ["revert"])] * 2
    assert "'one' has changed since change 1" in conflicts[0].message
    assert conflicts[0].remedy.startswith("Take those changes back first")
    assert "email None -> 'a@example.com', by tester" in conflicts[0].message
    assert "Change 4: archived" in conflicts[1].message


async def test_a_revert_is_a_change_like_any_other(database: Database) -> None:
    """What is in use does not go, and a place that was taken is not given back."""
    number = (await made(database, team("ours"))).number
    service = {"name": "pay", "repository": "acme/pay", "placement": [], "team": "ours"}
    await made(database, registering(Kind.SERVICE, service))
    with pytest.raises(InUse, match="service pay"):
        await reverted(database, number)
    moved = await made(database, Operation(OperationKind.UPDATE, Kind.SERVICE, "pay", {"repository": "acme/new"}))
    await made(database, registering(Kind.SERVICE, {**service, "name": "other"}))
    with pytest.raises(AlreadyExists, match="'other'") as raised:
        await reverted(database, moved.number)
    assert raised.value.path == ["revert", "repository"]


@pytest.mark.parametrize("number", [0, -1, 2, 2**31 - 1])
async def test_a_change_that_there_is_not(database: Database, number: int) -> None:
    """The message says which there are."""
    await made(database, team("ours"))
    with pytest.raises(NotFound, match=f"no change '{number}'") as raised:
        await reverted(database, number)
    assert "1 to 1" in raised.value.remedy


@settings(
    max_examples=10,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(st.data())
async def test_taken_back_it_is_as_it_was(database: Database, data: st.DataObject) -> None:
    """Whatever the change was, unless it configured the organisation for the first time."""
    await empty(database)
    before = data.draw(configurations())
    await made(database, *creating(before))
    kinds = [kind for kind in Kind if kind is not Kind.ORGANISATION or before.organisation]
    wanted = [data.draw(operations(before, kinds)) for _ in range(data.draw(st.integers(1, 4)))]
    try:
        after = changed(before, wanted, NOW)
    except Problems:
        after = before
    if after != before:
        await reverted(database, (await made(database, *wanted)).number)
    async with database.snapshot() as session:
        session.info.clear()
        found: Configuration = (await current(session)).configuration
    assert found == before
