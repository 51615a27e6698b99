"""Registering pipelines: no two services deploy one stack."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.kinds import Kind
from domain.errors import NotFound, Refused
from models.engine import Database
from models.tables import Pipeline
from resolvers.pipelines import register_pipeline
from tests import stories
from tests.configuring import archive, meanwhile, register
from tests.fleet import TESTER, register_fleet


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A fleet with a second service, orders."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register(session, Kind.SERVICE, name="orders", repository="acme/orders", branch="main", placement=["*"])
    return database


async def _register(database: Database, service: str, stack: str | None, name: str | None = None) -> Pipeline:
    action = {"name": "Deploy", "kind": "DEPLOY", "environment": "prod-eu-west-1"}
    place = {"account": "111111111111", "region": "eu-west-1", "stack": stack}
    stages: list[Any] = [{"name": "prod-1", "stage": "prod", "wave": "prod-1", "actions": [{**action, **place}]}]
    async with database.transaction() as session:
        return await register_pipeline(
            session,
            TESTER,
            now=stories.BEGIN,
            name=name or service,
            account=stories.ACCOUNT,
            region=stories.REGION,
            repository=f"acme/{service}",
            plan_digest="sha256:" + "0" * 64,
            structure={"stages": stages if stack else []},
        )


async def test_a_stack_has_one_service(fleet: Database) -> None:
    """A second service with a stack of that name, account and Region is refused, and nothing of it is kept."""
    await _register(fleet, "payments", "prod-eu-west-1-Main")
    with pytest.raises(Refused, match=r"prod-eu-west-1-Main in account 111111111111 .* 'payments' already") as refused:
        await _register(fleet, "orders", "prod-eu-west-1-Main")
    assert refused.value.code == "STACK_TAKEN"
    await _register(fleet, "orders", "prod-eu-west-1-Orders")


async def test_a_service_may_take_its_own_stack_again(fleet: Database) -> None:
    """Registered again, or as a pipeline that was moved, the same service keeps its stacks."""
    await _register(fleet, "payments", "prod-eu-west-1-Main")
    await _register(fleet, "payments", "prod-eu-west-1-Main")
    await _register(fleet, "payments", "prod-eu-west-1-Main", name="payments-moved")


async def test_a_stack_is_free_when_its_pipeline_no_longer_names_it(fleet: Database) -> None:
    """What the remedy says: a map without stages takes nothing."""
    await _register(fleet, "payments", "prod-eu-west-1-Main")
    await _register(fleet, "payments", None)
    await _register(fleet, "orders", "prod-eu-west-1-Main")


async def test_a_service_that_is_archived_meanwhile_gets_no_pipeline(fleet: Database) -> None:
    """The registration waits for the change, and then finds what the change has left."""

    async def archived(session: AsyncSession) -> Any:
        return await archive(session, Kind.SERVICE, "orders")

    async def registered(session: AsyncSession) -> Any:
        with pytest.raises(NotFound) as missing:
            await register_pipeline(
                session,
                TESTER,
                now=stories.BEGIN,
                name="orders",
                account=stories.ACCOUNT,
                region=stories.REGION,
                repository="acme/orders",
                plan_digest="sha256:" + "0" * 64,
                structure={"stages": []},
            )
        return missing.value

    assert (await meanwhile(fleet, archived, registered)).path == ["repository"]
