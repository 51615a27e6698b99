"""Failures are noted with what told of them: any order, any duplicates, the same rows."""

from __future__ import annotations

import asyncio
import random

import pytest
from sqlalchemy import select, text, update

from models.engine import Database
from models.tables import Failure
from resolvers.recording import record_envelopes
from tests import stories
from tests.fleet import register_fleet, register_payments

pytestmark = pytest.mark.database

STACK = "arn:aws:cloudformation:us-east-1:111111111111:stack/payments-prod/2f0c7a10"


def failing_twice() -> stories.Story:
    """An action that fails, is retried, and fails again, in a stage that is retried and then succeeds."""
    story = stories.failed()
    story.retry()
    story.stage("prod-1", "RESUMED")
    story.action("prod-1", "prod-us-east-1.Deploy", "STARTED", id=STACK)
    story.action("prod-1", "prod-us-east-1.Deploy", "FAILED", summary="again")
    story.stage("prod-1", "FAILED")
    story.run("FAILED")
    return story


@pytest.fixture
async def fleet(database: Database) -> Database:
    """The small fleet, and the pipeline with its map."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    return database


async def rows(database: Database) -> list[tuple[object, ...]]:
    """What is noted, without keys and times of ours."""
    columns = (Failure.kind, Failure.cause, Failure.external_id, Failure.account_id, Failure.region_name)
    more = (Failure.attempt, Failure.occurred_at, Failure.environment_id, Failure.service_id)
    async with database.transaction() as session:
        statement = select(*columns, *more).order_by(Failure.attempt, Failure.occurred_at)
        return [tuple(row) for row in await session.execute(statement)]


@pytest.mark.parametrize("seed", range(4))
async def test_any_order_in_any_batches(fleet: Database, seed: int) -> None:
    """In pieces, out of order, repeated, and at the same time: a failure for each attempt, where its stack is."""
    told = failing_twice().envelopes
    chance = random.Random(seed)
    shuffled = chance.sample(told, len(told)) + chance.sample(told, 10)

    async def record(start: int) -> None:
        async with fleet.transaction() as session:
            await record_envelopes(session, shuffled[start : start + 7])

    if seed % 2:
        await asyncio.gather(*(record(start) for start in range(0, len(shuffled), 7)))
    else:
        for start in range(0, len(shuffled), 7):
            await record(start)
    found = await rows(fleet)
    assert [row[:6] for row in found] == [
        ("ACTION", stories.FAILURE, None, "1" * 12, "us-east-1", 1),
        ("ACTION", "again", STACK, "1" * 12, "us-east-1", 2),
    ]
    assert all(row[7] and row[8] for row in found)


async def test_a_map_that_arrives_late_says_where(database: Database) -> None:
    """The environment and the service of a failure of which only CodePipeline had told."""
    async with database.transaction() as session:
        await record_envelopes(session, failing_twice().envelopes)
    assert [row[7:] for row in await rows(database)] == [(None, None)] * 2
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    assert all(row[7] and row[8] for row in await rows(database))


async def test_what_is_explained_is_not_touched_again(fleet: Database) -> None:
    """Told again by whatever: the cause that was found stays."""
    story = failing_twice()
    async with fleet.transaction() as session:
        await record_envelopes(session, story.envelopes[:-1])
        await session.execute(update(Failure).values(cause="found", explained_at=text("now()")))
        await record_envelopes(session, story.envelopes)
    assert [row[1] for row in await rows(fleet)] == ["found", "found"]
