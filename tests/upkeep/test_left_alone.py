"""What upkeep must not delete: what is no longer at its end, and what has been shared."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.configuration.kinds import Kind
from domain.errors import Refused
from domain.upkeep import Look
from models.tables import Account, Cleaning
from resolvers import upkeep
from tests.configuring import archive, update
from tests.upkeep.conftest import DAY, EUROPE, World
from tests.upkeep.test_cleaning import CLEANING, TOPIC, of, stacks_of

pytestmark = pytest.mark.database

HOUR = timedelta(hours=1)


async def begun(world: World) -> str:
    """A test environment at its end, whose cleaning has begun; nothing was looked at."""
    name = await world.create(days=1)
    world.now += DAY
    async with world.database.transaction() as session:
        await upkeep.begin_cleaning(session, world.now)
    return name


async def claim(world: World) -> Any:
    """What a worker would look at now."""
    async with world.database.transaction() as session:
        return await upkeep.claim_cleaning(session, world.now)


async def like_shared(world: World, name: str, **more: Any) -> dict[str, Any]:
    """The fields of an environment where alpha's shared one is."""
    (account,) = await world.scalars(select(Account.aws_id).where(Account.name == "account-alpha"))
    return {"name": name, "account": account, "region": EUROPE, "wave": "alpha-1", **more}


async def test_an_end_that_was_edited_ends_the_cleaning(world: World) -> None:
    """Whoever puts it off with updateEnvironment has it back: nothing more is deleted."""
    name = await begun(world)
    async with world.database.transaction() as session:
        await update(session, Kind.ENVIRONMENT, name, expires_at=world.now + DAY)
    assert await claim(world) is None
    async with world.database.transaction() as session:
        await upkeep.begin_cleaning(session, world.now)
    assert await world.scalars(select(Cleaning.environment_id)) == []
    assert (await of(world, name)).cleaning_at is None
    world.now += DAY
    async with world.database.transaction() as session:
        assert await upkeep.begin_cleaning(session, world.now) == 1


async def test_one_that_comes_back_is_not_what_was_being_cleaned(world: World) -> None:
    """Archived and registered anew before the worker has looked: what it has now is not deleted."""
    name = await begun(world)
    async with world.database.transaction() as session:
        await archive(session, Kind.ENVIRONMENT, name)
    more = {"kind": "TEST", "owner": "ada", "expires_at": world.now + DAY}
    await world.register(Kind.ENVIRONMENT, **await like_shared(world, name, **more))
    assert await claim(world) is None


async def test_a_look_at_what_has_changed_since_archives_nothing(world: World) -> None:
    """It was put off, or is elsewhere now: what was found there says nothing of it."""
    name = await begun(world)
    place = await claim(world)
    async with world.database.transaction() as session:
        await update(session, Kind.ENVIRONMENT, name, expires_at=world.now + DAY)
    async with world.database.transaction() as session:
        await upkeep.record_look(session, upkeep.worker(world.now, "http://127.0.0.1:8400"), place, Look())
    assert (await of(world, name)).archived_at is None
    assert await world.told(*CLEANING) == []


@pytest.mark.slow
async def test_what_was_shared_is_never_deleted(world: World, credentials: str) -> None:
    """A TEST environment with the name of an archived shared one ends: what runs stays, and it is told why."""
    await world.register(Kind.ENVIRONMENT, **await like_shared(world, "alpha-old", region="us-east-1"))
    stacks = await stacks_of(world, credentials, "alpha")
    stacks.make("running", "alpha-old", TOPIC)
    async with world.database.transaction() as session:
        await archive(session, Kind.ENVIRONMENT, "alpha-old")
    more = {"kind": "TEST", "owner": "ada", "expires_at": world.now + HOUR}
    await world.register(Kind.ENVIRONMENT, **await like_shared(world, "alpha-old", **more))
    await world.turn(HOUR)
    await world.turn(HOUR)
    assert await asyncio.to_thread(stacks.settle) == {"running": "CREATE_COMPLETE"}
    ((type_, said),) = await world.told(*CLEANING)
    assert type_ == "environment.cleaning_failed"
    assert "was a shared environment" in said["cause"]
    assert (await of(world, "alpha-old")).archived_at is None


async def test_no_test_environment_takes_the_name_of_a_shared_one(world: World) -> None:
    """Not even of one that is archived: what it deployed may still run under that name."""
    await world.register(Kind.ENVIRONMENT, **await like_shared(world, "alpha-old", region="us-east-1"))
    async with world.database.transaction() as session:
        await archive(session, Kind.ENVIRONMENT, "alpha-old")
    with pytest.raises(Refused) as refused:
        await world.create(name="alpha-old")
    assert refused.value.code == "WAS_SHARED"
