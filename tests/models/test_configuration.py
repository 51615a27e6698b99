"""The configuration as rows and as history: what is read is what was written, now and as of every change."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.changing import Operation, changed
from domain.configuration.configuration import Configuration
from domain.configuration.document import document
from domain.configuration.kinds import Kind
from domain.errors import Problems
from domain.words import OperationKind
from models import changes
from models.configuration import Stored, current, load
from models.engine import Database
from models.tables import Environment, Service, placement
from resolvers.configuring import Asked, change
from tests.configurations import configurations, operations
from tests.configuring import author, creating, empty, register, update
from tests.entity_fields import NOW

pytestmark = pytest.mark.database
SOME = settings(
    max_examples=12,
    phases=[Phase.explicit, Phase.reuse, Phase.generate],
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)
"""A database is emptied for each example; making a failing one smaller would take minutes."""


async def stored(database: Database) -> Stored:
    """As another process reads it, which remembers nothing."""
    async with database.snapshot() as session:
        session.info.clear()
        return await current(session)


async def _placed(database: Database) -> set[tuple[str, str]]:
    statement = select(Service.name, Environment.name).select_from(placement).join(Service).join(Environment)
    async with database.reading() as connection:
        return {(row[0], row[1]) for row in await connection.execute(statement)}


def _selected(configuration: Configuration) -> set[tuple[str, str]]:
    """Where each service goes, as its selector says."""
    from domain import selectors

    places = configuration.places
    return {
        (service.name, name)
        for service in configuration.services.values()
        for name in places.names(places.mask(selectors.parse(service.placement)))
    }


async def _made(database: Database, *wanted: Operation) -> int:
    async with database.transaction() as session:
        return (await change(session, author(now=NOW, reason="as drawn"), Asked(operations=wanted))).number


@SOME
@given(st.data())
async def test_what_is_read_is_what_was_written(database: Database, data: st.DataObject) -> None:
    """After any changes: the rows, their placements, and the configuration as of each change, to the last digit."""
    await empty(database)
    told = {0: Configuration()}
    configuration = data.draw(configurations())
    told[await _made(database, *creating(configuration))] = configuration
    for _ in range(data.draw(st.integers(1, 5))):
        wanted = [data.draw(operations(configuration)) for _ in range(data.draw(st.integers(1, 4)))]
        try:
            configuration = changed(configuration, wanted, NOW)
        except Problems:
            continue
        told[await _made(database, *wanted)] = configuration
        found = await stored(database)
        assert found.configuration == configuration
        assert json.dumps(document(found.configuration)) == json.dumps(document(configuration))
        assert await _placed(database) == _selected(configuration)
    async with database.snapshot() as session:
        for number, then in told.items():
            after = await changes.configuration_after(session, number)
            assert after == then
            assert json.dumps(document(after)) == json.dumps(document(then))


@SOME
@given(configurations(), configurations())
async def test_a_whole_configuration_gives_way_to_another(
    database: Database, before: Configuration, after: Configuration
) -> None:
    """By one document; names that come back have their key, and one version more."""
    await empty(database)
    await _made(database, *creating(before))
    first = await stored(database)
    archived = [
        Operation(OperationKind.ARCHIVE, kind, key)
        for kind in Kind
        if kind not in (Kind.REGION, Kind.ORGANISATION)
        for key in before.of(kind)
    ]
    if archived:
        await _made(database, *archived)
    await _made(database, *creating(after))
    second = await stored(database)
    for kind in Kind:
        expected = before.of(kind) | after.of(kind) if kind in (Kind.REGION, Kind.ORGANISATION) else after.of(kind)
        assert second.configuration.of(kind).keys() == expected.keys()
        for key, row in first.rows[kind].items():
            again = second.rows[kind].get(key)
            assert again is None or again.id == row.id
            if again and kind not in (Kind.REGION, Kind.ORGANISATION):
                assert again.version == row.version + 2


async def test_a_process_reads_what_another_wrote(database: Database) -> None:
    """Each remembers the configuration, and asks for the number of the last change before it relies on that."""
    async with Database(database.url) as other:
        await stored(other)
        async with other.snapshot() as session:
            await current(session)
        async with database.transaction() as session:
            await register(session, Kind.TEAM, name="ours")
        async with other.snapshot() as session:
            assert "ours" in (await current(session)).configuration.teams


async def test_what_was_not_committed_is_not_remembered(database: Database) -> None:
    """A change that is rolled back leaves neither rows nor a memory of them; its number is given again."""

    async def fails() -> None:
        async with database.transaction() as session:
            await register(session, Kind.TEAM, name="lost")
            await register(session, Kind.TEAM, name="lost-too")
            raise LookupError

    async with database.transaction() as session:
        await register(session, Kind.TEAM, name="ours")
    with pytest.raises(LookupError):
        await fails()
    for name in ("theirs", "yours"):
        async with database.transaction() as session:
            await register(session, Kind.TEAM, name=name)
    async with database.snapshot() as session:
        found = await current(session)
        assert (found.number, sorted(found.configuration.teams)) == (3, ["ours", "theirs", "yours"])
        assert await load(session, 3) == found


async def test_what_comes_in_between_is_read_as_well(database: Database) -> None:
    """A transaction that holds nobody back: a wave whose stage was added when the stages had been read already."""
    between = [False]

    async def meanwhile() -> None:
        async with Database(database.url) as other, other.transaction() as session:
            await register(session, Kind.STAGE, name="alpha", position=1)
            await register(session, Kind.WAVE, name="alpha-1", stage="alpha", position=1)

    async with database.transaction() as session:
        await register(session, Kind.TEAM, name="ours")
    read = AsyncSession.execute

    async def reading(self: AsyncSession, statement: Any, *rest: Any, **more: Any) -> Any:
        found = await read(self, statement, *rest, **more)
        if not between[0] and "FROM stage" in str(statement):
            between[0] = True
            await meanwhile()
        return found

    async with Database(database.url) as own, own.transaction() as session:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(AsyncSession, "execute", reading)
            found = await current(session)
    assert "alpha-1" in found.configuration.waves
    assert between[0]
    assert found.number == 3


async def _statements(database: Database, number_of_environments: int) -> int:
    """How many statements one update takes in a fleet of that size."""
    await empty(database)
    places = [(f"{number:012}", f"a{number}") for number in range(number_of_environments)]
    fleet: dict[str, Any] = {
        "accounts": [{"awsId": key, "name": name} for key, name in places],
        "stages": [
            {
                "name": "prod",
                "production": True,
                "waves": [
                    {
                        "name": "prod-1",
                        "environments": [
                            {"name": f"e-{name}", "account": key, "region": "eu-west-1"} for key, name in places
                        ],
                    }
                ],
            }
        ],
        "services": [{"name": f"s-{name}", "repository": f"acme/{name}", "placement": ["*"]} for _, name in places],
    }
    async with database.transaction() as session:
        await change(session, author(), Asked(document=fleet))
    counted = []

    def count(*_: Any) -> None:
        counted.append(1)

    event.listen(database.engine.sync_engine, "before_cursor_execute", count)
    async with database.transaction() as session:
        await update(session, Kind.SERVICE, "s-a1", branch="other")
    event.remove(database.engine.sync_engine, "before_cursor_execute", count)
    return len(counted)


async def test_a_change_of_one_entity_takes_as_many_statements_in_a_large_fleet(database: Database) -> None:
    """The number of statements does not follow the number of environments and services."""
    small = await _statements(database, 3)
    assert small == await _statements(database, 60)
    assert small < 20
