"""Test environments through the one door: made, put off, ended; each an audited change."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.configuration.kinds import Kind
from domain.errors import InvalidValue, NotFound, Problem, Problems, Refused, each
from models.engine import Database
from models.tables import Change, Cleaning, Environment, Event
from resolvers import test_environments
from resolvers.configuring import Author
from resolvers.test_environments import Wish
from tests.configuring import TESTER, URL, archive, register
from tests.fleet import register_fleet

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
async def fleet(database: Database) -> Database:
    """Stages alpha and prod with shared environments, and a team."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register(session, Kind.TEAM, name="payments")
    return database


def by(now: datetime = NOW, **given: Any) -> Author:
    """Whoever asks, at a time."""
    return Author(TESTER, now, URL, **given)


async def create(database: Database, author: Author | None = None, **wish: Any) -> str:
    """The new test environment's name."""
    async with database.transaction() as session:
        done = await test_environments.create(
            session, author or by(), Wish(**{"stage": "alpha", "owner": "ada", **wish})
        )
        row = await session.get(Environment, done.environment)
        assert row is not None
        return row.name


async def extend(database: Database, name: str, days: int | None = None, author: Author | None = None) -> None:
    """Puts its end off."""
    async with database.transaction() as session:
        await test_environments.extend(session, author or by(), name, days)


async def delete(database: Database, name: str, author: Author | None = None) -> Any:
    """Ends it."""
    async with database.transaction() as session:
        return await test_environments.delete(session, author or by(), name)


async def environment(database: Database, name: str) -> Environment:
    """Its row."""
    async with database.transaction() as session:
        return (await session.scalars(select(Environment).where(Environment.name == name))).one()


async def scalars(database: Database, statement: Any) -> list[Any]:
    """A statement's only column."""
    async with database.transaction() as session:
        return list(await session.scalars(statement))


async def test_it_stands_where_the_shared_one_does(fleet: Database) -> None:
    """Account, Region and wave of the template; the limit's days; an audited change with its reason and event."""
    name = await create(fleet, by(reason="a new ledger"), team="payments", purpose="the ledger")
    assert name == "test-ada-1"
    made, shared = await environment(fleet, name), await environment(fleet, "alpha-eu-west-1")
    assert (made.account_id, made.region_id, made.wave_id) == (shared.account_id, shared.region_id, shared.wave_id)
    assert (made.kind, made.owner, made.purpose) == ("TEST", "ada", "the ledger")
    assert made.expires_at == NOW + 7 * DAY
    reasons = await scalars(fleet, select(Change.reason).order_by(Change.number))
    assert reasons[-1] == "a new ledger"
    told = await scalars(fleet, select(Event.payload).where(Event.type == "environment.registered"))
    assert told[-1]["name"] == name
    assert told[-1]["team"] == "payments"


async def test_names_count_up_and_never_come_back(fleet: Database) -> None:
    """What was archived keeps its name to itself: its history, and its tag, are its own."""
    first = await create(fleet)
    async with fleet.transaction() as session:
        await archive(session, Kind.ENVIRONMENT, first)
    assert await create(fleet) == "test-ada-2"
    assert await create(fleet, name="ledger") == "ledger"


async def test_one_that_comes_back_under_its_name_is_new(fleet: Database) -> None:
    """Neither warned nor being cleaned, whatever it was when it was archived."""
    name = await create(fleet, name="ledger")
    await delete(fleet, name)
    async with fleet.transaction() as session:
        await archive(session, Kind.ENVIRONMENT, name)
    await create(fleet, name="ledger", owner="grace")
    back = await environment(fleet, name)
    assert (back.owner, back.warned_at, back.cleaning_at, back.archived_at) == ("grace", None, None, None)
    assert await scalars(fleet, select(Cleaning.environment_id)) == []


async def test_the_quota_says_who_has_which(fleet: Database) -> None:
    """Of the person; nothing is made, and another person may."""
    for _ in range(3):
        await create(fleet)
    with pytest.raises(Problems) as refused:
        await create(fleet)
    (problem,) = refused.value.problems
    assert isinstance(problem, Refused)
    assert problem.code == "QUOTA"
    assert "ada has 3 of 3 test environments: test-ada-1 of ada until 2026-11-30T12:00+00:00; test-ada-2" in str(
        problem
    )
    assert await create(fleet, owner="grace") == "test-grace-1"


async def test_the_quota_holds_for_requests_at_the_same_time(fleet: Database) -> None:
    """Ten at once: three are made, and the names differ."""
    results = await asyncio.gather(*(create(fleet) for _ in range(10)), return_exceptions=True)
    made = [each for each in results if isinstance(each, str)]
    assert sorted(made) == ["test-ada-1", "test-ada-2", "test-ada-3"]
    assert all(isinstance(each, Problems) for each in results if not isinstance(each, str))


@pytest.mark.parametrize(
    ("wish", "kind", "path"),
    [
        ({"stage": "alhpa"}, NotFound, ["stage"]),
        ({"region": "sa-east-1"}, InvalidValue, ["region"]),
        ({"team": "payment"}, NotFound, ["team"]),
        ({"days": 8}, InvalidValue, ["days"]),
        ({"owner": " "}, InvalidValue, ["owner"]),
        ({"name": "Not A Name"}, InvalidValue, ["name"]),
    ],
)
async def test_what_is_wrong_is_told_with_its_place(
    fleet: Database, wish: dict[str, Any], kind: type[Problem], path: list[str]
) -> None:
    """And nothing is kept."""
    with pytest.raises(Problem) as refused:
        await create(fleet, **wish)
    (problem,) = each(refused.value)
    assert isinstance(problem, kind)
    assert problem.path == path
    assert await scalars(fleet, select(Environment.name).where(Environment.kind == "TEST")) == []


async def test_asked_again_under_its_key_it_is_the_same_one(fleet: Database) -> None:
    """Even later, when another name and another end would come out of it; something else is refused."""
    first = await create(fleet, by(idempotency_key="k"), days=3)
    await create(fleet)
    again = await create(fleet, by(NOW + DAY, idempotency_key="k"), days=3)
    assert (first, again) == ("test-ada-1", "test-ada-1")
    assert (await environment(fleet, first)).expires_at == NOW + 3 * DAY
    for other in (
        {"days": 2},
        {"days": 2**31 - 1},
        {"owner": "grace"},
        {"region": "us-east-1", "stage": "prod"},
        {"name": "another"},
    ):
        with pytest.raises(Refused) as refused:
            await create(fleet, by(NOW + DAY, idempotency_key="k"), **{"days": 3, **other})
        assert refused.value.code == "IDEMPOTENCY_KEY_REUSED"


async def test_an_end_is_put_off_twice_and_no_more(fleet: Database) -> None:
    """To so many days from now; its owner is warned of the new end."""
    name = await create(fleet, days=1)
    async with fleet.transaction() as session:
        (await session.get_one(Environment, (await environment(fleet, name)).id)).warned_at = NOW
    await extend(fleet, name, 2)
    there = await environment(fleet, name)
    assert (there.expires_at, there.extensions, there.warned_at) == (NOW + 2 * DAY, 1, None)
    await extend(fleet, name, author=by(NOW + DAY))
    assert (await environment(fleet, name)).expires_at == NOW + 8 * DAY
    with pytest.raises(Refused) as refused:
        await extend(fleet, name, author=by(NOW + 2 * DAY))
    assert refused.value.code == "EXTENSIONS"
    for days in (8, 0):
        with pytest.raises(InvalidValue):
            await extend(fleet, await create(fleet), days)


async def test_put_off_again_under_its_key_it_counts_once(fleet: Database) -> None:
    """The first answer stands, later too; for other days the key is refused."""
    name = await create(fleet, days=1)
    await extend(fleet, name, 2, by(idempotency_key="k"))
    await extend(fleet, name, 2, by(NOW + DAY, idempotency_key="k"))
    there = await environment(fleet, name)
    assert (there.expires_at, there.extensions) == (NOW + 2 * DAY, 1)
    with pytest.raises(Refused, match="asked for something else"):
        await extend(fleet, name, 3, by(idempotency_key="k"))


async def test_deleting_it_begins_cleaning(fleet: Database) -> None:
    """Its end is now, in an audited change; it stays in the fleet until nothing of it is left."""
    name = await create(fleet)
    await delete(fleet, name, by(reason="done", idempotency_key="k"))
    there = await environment(fleet, name)
    assert (there.expires_at, there.cleaning_at, there.archived_at) == (NOW, NOW, None)
    assert await scalars(fleet, select(Cleaning.next_at)) == [NOW]
    assert (await scalars(fleet, select(Change.reason).order_by(Change.number)))[-1] == "done"
    await delete(fleet, name, by(NOW + DAY, idempotency_key="k"))
    assert (await delete(fleet, name, by(NOW + DAY))).change is None
    assert (await environment(fleet, name)).cleaning_at == NOW
    with pytest.raises(Refused) as refused:
        await extend(fleet, name)
    assert refused.value.code == "CLEANING"


async def test_a_shared_environment_is_not_a_test_environment(fleet: Database) -> None:
    """It is neither put off nor deleted; an unknown one is told with the nearest."""
    name = await create(fleet)
    for act in (extend, delete):
        with pytest.raises(Refused, match="shared environment"):
            await act(fleet, "alpha-eu-west-1")
        with pytest.raises(NotFound) as unknown:
            await act(fleet, "test-ada-11")
        assert unknown.value.suggestions == [name]
