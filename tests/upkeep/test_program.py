"""The program: `python -m graph upkeep`, poked by a change, killed and stopped."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import select

from models.engine import Database
from models.tables import Environment
from resolvers import test_environments
from tests.emulator import HUB, Cloud
from tests.service import environment, running
from tests.upkeep.conftest import World

pytestmark = [pytest.mark.database, pytest.mark.slow]


async def archived(database: Database, name: str) -> None:
    """Returns when the environment is no longer in the fleet; fails after a minute."""
    statement = select(Environment.archived_at).where(Environment.name == name)
    for _ in range(1200):
        async with database.reading() as connection:
            if (await connection.execute(statement)).scalar_one() is not None:
                return
        await asyncio.sleep(0.05)
    raise AssertionError(f"{name} is still there")


async def test_it_does_what_is_due_and_what_it_is_poked_for(world: World, credentials: str) -> None:
    """Killed, another one goes on; an environment that is deleted meanwhile goes without waiting; SIGTERM ends it well.

    The role is assumed in the environment's account, and the address is that of AWS_ENDPOINT_URL.
    """
    settings = Cloud(credentials, HUB).environment | {"INTERLOCK_CLEANER_ROLE": "interlock-cleaner"}
    env = environment(world.database.url, **settings)
    world.now = datetime.now(UTC)
    due, later = await world.create(), await world.create()
    await _delete(world, due)
    with running("upkeep", env) as first:
        await archived(world.database, due)
        first.kill()
        await asyncio.to_thread(first.wait)
    with running("upkeep", env) as second, running("upkeep", env) as third:
        await _delete(world, later)
        await archived(world.database, later)
        for process in (second, third):
            process.terminate()
            assert await asyncio.to_thread(process.wait, 60) == 0


async def _delete(world: World, name: str) -> None:
    async with world.database.transaction() as session:
        await test_environments.delete(session, world.by(), name)
