"""Use-cases at the same time: one waits for the other, or is told what the other took; nothing is lost between them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.kinds import Kind
from domain.errors import AlreadyExists
from models.engine import Database
from models.tables import Environment, Organisation, Pipeline, placement
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import register
from tests.fleet import register_fleet, register_payments

UseCase = Callable[[AsyncSession], Awaitable[Any]]

_WAITING = text(
    "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
)


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A small fleet."""
    async with database.transaction() as session:
        await register_fleet(session)
    return database


async def _meanwhile(database: Database, first: UseCase, second: UseCase) -> Any:
    """The second use-case's answer, which was asked when the first was done and not yet committed."""

    async def run() -> Any:
        async with database.transaction() as session:
            return await second(session)

    async with database.transaction() as session, database.reading() as observer:
        await first(session)
        asked = asyncio.create_task(run())
        while not asked.done() and not await observer.scalar(_WAITING):
            pass
    return await asked


def _service(session: AsyncSession) -> Awaitable[Any]:
    return register(session, Kind.SERVICE, name="new", repository="acme/new", placement=["*"])


def _environment(session: AsyncSession) -> Awaitable[Any]:
    given = {"name": "new", "account": "111111111111", "region": "eu-west-2", "wave": "alpha-1"}
    return register(session, Kind.ENVIRONMENT, **given)


@pytest.mark.parametrize(("first", "second"), [(_service, _environment), (_environment, _service)])
async def test_a_service_and_an_environment_find_each_other(fleet: Database, first: UseCase, second: UseCase) -> None:
    """Whichever comes first, the service is placed in the environment."""
    await _meanwhile(fleet, first, second)
    async with fleet.reading() as connection:
        found = select(func.count()).select_from(placement).join(Environment).where(Environment.name == "new")
        assert await connection.scalar(found) == 2, "payments and the new service"


async def test_a_pipeline_is_registered_while_its_events_come(fleet: Database) -> None:
    """Whoever knows of the pipeline first, there is one, with its service."""
    envelopes = stories.until_prod().envelopes
    await _meanwhile(fleet, lambda session: record_envelopes(session, envelopes), register_payments)
    async with fleet.reading() as connection:
        assert [row.service_id is not None for row in await connection.execute(select(Pipeline.service_id))] == [True]


async def test_a_pipeline_is_registered_twice(fleet: Database) -> None:
    """A request that is sent again before it was answered is no failure."""
    await _meanwhile(fleet, register_payments, register_payments)


async def test_the_organisation_is_configured_twice(database: Database) -> None:
    """The later one replaces the earlier one, though neither saw a row."""

    def configure(name: str) -> UseCase:
        return lambda session: register(
            session,
            Kind.ORGANISATION,
            name=name,
            pipeline_account="9" * 12,
            pipeline_region="eu-west-1",
            connection_arn="arn:aws:codeconnections:eu-west-1:999999999999:connection/x",
            event_bus_arn="arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
        )

    await _meanwhile(database, configure("one"), configure("two"))
    async with database.reading() as connection:
        assert list(await connection.scalars(select(Organisation.name))) == ["two"]


async def test_what_another_took_is_named(fleet: Database) -> None:
    """The field whose value was taken a moment ago, and not the name, which is free."""

    def stage(name: str) -> UseCase:
        return lambda session: register(session, Kind.STAGE, name=name, position=9)

    with pytest.raises(AlreadyExists, match="position 9") as taken:
        await _meanwhile(fleet, stage("gamma"), stage("delta"))
    assert taken.value.path == ["position"]


async def test_the_place_that_another_took_is_named(fleet: Database) -> None:
    """Two environments of one wave, account and Region."""

    def environment(name: str) -> UseCase:
        given = {"name": name, "account": "111111111111", "region": "eu-west-2", "wave": "alpha-1"}
        return lambda session: register(session, Kind.ENVIRONMENT, **given)

    with pytest.raises(AlreadyExists, match="taken by the environment 'one'") as taken:
        await _meanwhile(fleet, environment("one"), environment("two"))
    assert taken.value.path == ["region"]
