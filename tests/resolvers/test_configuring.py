"""The one door: all or nothing, edits that meet, the same request twice, and what the log says of a change."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.changing import Operation
from domain.configuration.changing import register as registering
from domain.configuration.kinds import Kind
from domain.errors import Conflict, InvalidValue, Problems, Refused
from domain.words import OperationKind
from models.engine import Database
from models.queries import take_turns
from models.tables import Change, ChangeEntry, Event, Stage, Team, Wave
from resolvers.configuring import Asked, Done, change
from tests.configuring import UseCase, apply, archive, author, meanwhile, register, update
from tests.fleet import register_fleet


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A small fleet."""
    async with database.transaction() as session:
        await register_fleet(session)
    return database


async def made(database: Database, *operations: Operation, **given: Any) -> Done:
    """A change in a transaction of its own."""
    async with database.transaction() as session:
        return await apply(session, *operations, **given)


async def _count(database: Database, table: Any) -> int:
    async with database.reading() as connection:
        return int(await connection.scalar(select(func.count()).select_from(table)))


async def events(database: Database, change: int) -> list[tuple[str, dict[str, Any]]]:
    """Type and payload of each event of a change, in their order."""
    statement = select(Event.type, Event.payload).where(Event.payload["change"].as_integer() == change)
    async with database.reading() as connection:
        return [(row[0], row[1]) for row in await connection.execute(statement.order_by(Event.id))]


def team(name: str, **fields: Any) -> Operation:
    """Registers a team."""
    return registering(Kind.TEAM, {"name": name, **fields}, path=("operations", name))


def of_wave(name: str, version: int | None = None, **fields: Any) -> Operation:
    """Changes a wave."""
    return Operation(OperationKind.UPDATE, Kind.WAVE, name, fields, expected_version=version, path=("input",))


async def test_a_change_is_made_whole_or_not_at_all(database: Database) -> None:
    """One of three is wrong: no row, no history, no event; the path leads to the one."""
    with pytest.raises(InvalidValue) as raised:
        await made(database, team("one"), team("Two"), team("three"))
    assert raised.value.path == ["operations", "Two", "name"]
    assert [await _count(database, table) for table in (Team, Change, ChangeEntry, Event)] == [0, 0, 0, 0]


async def test_two_edits_of_one_version(fleet: Database) -> None:
    """One wins. The other is told what changed, by whom, when and why, and makes its edit from there."""

    def edit(minutes: int, actor: str, reason: str) -> UseCase:
        by = author(actor=actor, reason=reason)
        wanted = (of_wave("prod-1", 1, bake_minutes=minutes),)
        return lambda session: change(session, by, Asked(operations=wanted))

    with pytest.raises(Problems) as raised:
        await meanwhile(fleet, edit(30, "ada", "Peak season"), edit(60, "grace", "Other"))
    (conflict,) = raised.value.problems
    assert isinstance(conflict, Conflict)
    assert conflict.path == ["input", "expectedVersion"]
    assert "at version 2; this edit was made from version 1" in conflict.message
    (told,) = conflict.changes
    assert "bakeMinutes 0 -> 30, by ada at 20" in told
    assert told.endswith("because 'Peak season'.")
    async with fleet.transaction() as session:
        await change(session, author(), Asked(operations=(of_wave("prod-1", 2, bake_minutes=60),)))
        assert await session.scalar(select(Wave.bake_minutes).where(Wave.name == "prod-1")) == 60


async def test_edits_of_different_entities_do_not_meet(fleet: Database) -> None:
    """Each has its own version; they take turns."""
    await meanwhile(
        fleet,
        lambda session: apply(session, of_wave("prod-1", 1, bake_minutes=5)),
        lambda session: apply(session, of_wave("prod-2", 1, bake_minutes=5)),
    )


async def test_a_change_from_an_older_state_is_refused(fleet: Database) -> None:
    """`expectedChange` is about all of the configuration: what came since is told."""
    known = (await made(fleet, team("ours"))).number
    await made(fleet, team("theirs"), reason="They asked")
    asked = Asked(operations=(team("new"),), expected_change=known)
    async with fleet.transaction() as session:
        with pytest.raises(Conflict) as raised:
            await change(session, author(), asked)
    assert raised.value.path == ["expectedChange"]
    assert f"at change {known + 1}; this was made from change {known}" in raised.value.message
    assert "team theirs: registered, by tester" in raised.value.changes[0]
    async with fleet.transaction() as session:
        await change(session, author(), Asked(operations=(team("new"),), expected_change=known + 1))


async def test_the_same_again_is_made_once(database: Database) -> None:
    """Under one key: the same answer, one change; also for another's process, and after other changes."""
    first = await made(database, team("ours"), idempotency_key="k")
    await made(database, team("theirs"))
    again = await made(database, team("ours"), idempotency_key="k")
    assert (again.id, again.number) == (first.id, first.number)
    assert again.rows[Kind.TEAM]["ours"] == first.rows[Kind.TEAM]["ours"]
    assert await _count(database, Change) == 2


async def test_the_same_at_the_same_time_is_made_once(database: Database) -> None:
    """The second waits for the first, and has its answer."""

    def ask(session: AsyncSession) -> Awaitable[Done]:
        return apply(session, team("ours"), idempotency_key="k")

    assert (await meanwhile(database, ask, ask)).number == 1
    assert await _count(database, Change) == 1


async def test_a_key_is_for_one_thing(database: Database) -> None:
    """The same key for something else is refused, with what it was used for; another actor's is another."""
    await made(database, team("ours"), idempotency_key="k")
    with pytest.raises(Refused, match="used for change 1") as raised:
        await made(database, team("theirs"), idempotency_key="k")
    assert (raised.value.code, raised.value.path) == ("IDEMPOTENCY_KEY_REUSED", ["idempotencyKey"])
    await made(database, team("theirs"), idempotency_key="k", actor="another")
    deep: Any = []
    for _ in range(2000):
        deep = [deep]
    for odd in (deep, 10**30, "\ud800", float("nan")):
        async with database.transaction() as session:
            with pytest.raises(Refused, match="used for change 1"):
                await change(session, author(idempotency_key="k"), Asked(document={"teams": odd}))


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"reason": "a\0b"}, "reason"),
        ({"reason": "x" * 10_001}, "reason"),
        ({"idempotency_key": "\0"}, "idempotencyKey"),
        ({"idempotency_key": ""}, "idempotencyKey"),
        ({"idempotency_key": "k" * 201}, "idempotencyKey"),
    ],
)
async def test_what_cannot_be_kept_with_a_change_is_named(
    database: Database, given: dict[str, str], field: str
) -> None:
    """The reason and the key are the asker's words."""
    with pytest.raises(InvalidValue) as raised:
        await made(database, team("ours"), **given)
    assert raised.value.path == [field]


async def test_what_was_archived_comes_back_under_its_name(fleet: Database) -> None:
    """With the key that it had, one version more, and none of what was said of it before."""
    async with fleet.transaction() as session:
        row = await register(session, Kind.TEAM, name="ours", email="a@example.com")
        first = row.id  # type: ignore[attr-defined]
    async with fleet.transaction() as session:
        gone = await archive(session, Kind.TEAM, "ours")
        assert gone.rows[Kind.TEAM]["ours"] == (first, 2)
    done = await made(fleet, team("ours"))
    assert done.rows[Kind.TEAM]["ours"] == (first, 3)
    async with fleet.reading() as connection:
        found = await connection.execute(select(Team.email, Team.archived_at).where(Team.name == "ours"))
        assert list(found) == [(None, None)]


async def test_stages_and_waves_swap_their_positions_in_one_change(fleet: Database) -> None:
    """The database looks at what is unique when all of it is done."""
    swap = [of_wave("prod-1", position=2), of_wave("prod-2", position=1)]
    stages = [
        Operation(OperationKind.UPDATE, Kind.STAGE, "alpha", {"position": 2}),
        Operation(OperationKind.UPDATE, Kind.STAGE, "prod", {"position": 1}),
    ]
    await made(fleet, *swap, *stages)
    async with fleet.reading() as connection:
        assert list(await connection.scalars(select(Stage.name).order_by(Stage.position))) == ["prod", "alpha"]


async def test_what_differs_in_nothing_is_no_change(fleet: Database) -> None:
    """No number, no version, no event."""
    before = [await _count(fleet, table) for table in (Change, Event)]
    done = await made(fleet, of_wave("prod-1", bake_minutes=0))
    assert done.id is None
    assert done.rows[Kind.WAVE]["prod-1"].version == 1
    assert [await _count(fleet, table) for table in (Change, Event)] == before


async def test_the_events_of_a_change(fleet: Database) -> None:
    """The change's own first, with names by kind; then each entity's, with its fields, or those that differ."""
    archived = Operation(OperationKind.ARCHIVE, Kind.SERVICE, "payments")
    wanted = [of_wave("prod-1", bake_minutes=5), registering(Kind.ACCOUNT, {"aws_id": "2" * 12, "name": "two"})]
    done = await made(fleet, *wanted, archived, reason="Because", source="a test")
    (whole, wave, account, service) = await events(fleet, done.number)
    assert whole == (
        "configuration.changed",
        {
            "change": done.number,
            "reason": "Because",
            "source": "a test",
            "reverts": None,
            "registered": {"account": ["2" * 12]},
            "updated": {"wave": ["prod-1"]},
            "archived": {"service": ["payments"]},
        },
    )
    told = {"change": done.number, "version": 2, "name": "prod-1"}
    assert wave == ("wave.updated", {**told, "before": {"bakeMinutes": 0}, "after": {"bakeMinutes": 5}})
    said = {"awsId": "2" * 12, "name": "two", "organizationalUnit": None, "tags": {}}
    assert account == ("account.registered", {**said, "change": done.number, "version": 1})
    assert service[0] == "service.archived"
    assert service[1].items() >= {"name": "payments", "repository": "acme/payments", "version": 2}.items()


async def test_the_organisation_said_again_tells_what_differs(database: Database) -> None:
    """Its first event has nothing before."""
    given = {
        "name": "acme",
        "pipeline_account": "9" * 12,
        "pipeline_region": "eu-west-1",
        "connection_arn": "arn:aws:codeconnections:eu-west-1:999999999999:connection/x",
        "event_bus_arn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
    }
    for fields in (given, {**given, "name": "other"}):
        await made(database, registering(Kind.ORGANISATION, fields))
    (_, first), (_, second) = (await events(database, 1))[1], (await events(database, 2))[1]
    assert (first["before"], first["after"]["pipelineAccount"]) == ({}, "9" * 12)
    assert (second["before"], second["after"]) == ({"name": "acme"}, {"name": "other"})
    assert second["version"] == 2


async def test_a_service_that_is_placed_elsewhere_is_told(fleet: Database) -> None:
    """Environments that it gains and loses."""
    async with fleet.transaction() as session:
        await update(session, Kind.SERVICE, "payments", placement=["alpha-*"])
    statement = select(Event.payload).where(Event.type == "service.placed").order_by(Event.id.desc()).limit(1)
    async with fleet.reading() as connection:
        payload = (await connection.scalars(statement)).one()
    assert payload["added"] == []
    assert payload["removed"] == sorted(payload["removed"])
    assert all(name.startswith("prod-") for name in payload["removed"])


async def test_who_waits_too_long_for_a_turn_is_told_to_ask_again(database: Database) -> None:
    """A change that others keep from its turn is refused as BUSY: nothing was changed, and nothing is wrong with it."""
    async with database.transaction() as first, database.transaction() as second:
        await take_turns(first, "configuration")
        await second.execute(text("set local lock_timeout = '10ms'"))
        with pytest.raises(Refused, match="at this moment") as raised:
            await take_turns(second, "configuration")
    assert raised.value.code == "BUSY"
