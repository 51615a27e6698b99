"""The worker's turns over a real database, at times that the tests choose, in accounts of a real emulator."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from sqlalchemy import select

from aws.accounts import Accounts
from aws.pipelines import CodePipelines, in_accounts
from domain.configuration.kinds import Kind
from models.engine import Database
from models.tables import Event
from resolvers import test_environments
from resolvers.configuring import Author
from resolvers.test_environments import Wish
from tests.configuring import TESTER, URL, register
from tests.emulator import HUB, Cloud, emulator
from upkeep.turn import Turn

__all__ = ["emulator"]

NOW = datetime(2026, 11, 23, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EUROPE, AMERICA = "eu-west-1", "us-east-1"
CLEANER, STARTER = "INTERLOCK_CLEANER_ROLE", "INTERLOCK_STARTER_ROLE"


@dataclass
class World:
    """A database, a clock, and a worker."""

    database: Database
    now: datetime = NOW
    cleaner: Accounts = field(default_factory=lambda: Accounts("interlock-cleaner", CLEANER))
    starter: Accounts = field(default_factory=lambda: Accounts("interlock-starter", STARTER))
    stop: asyncio.Event = field(default_factory=asyncio.Event)

    async def turn(self, later: timedelta = timedelta(0)) -> None:
        """A turn of the worker, so much later."""
        self.now += later
        starter = CodePipelines(in_accounts(self.starter), "Look at it.")
        turn = Turn(self.database, URL, self.cleaner, starter, self.stop, lambda: self.now)
        await turn.take()

    def by(self, **given: Any) -> Author:
        """Whoever asks, now."""
        return Author(TESTER, self.now, URL, **given)

    async def register(self, kind: Kind, /, **fields: Any) -> Any:
        """The new entity's row."""
        async with self.database.transaction() as session:
            return await register(session, kind, **fields)

    async def create(self, stage: str = "alpha", **wish: Any) -> str:
        """A test environment of ada's; its name."""
        name = str(wish.pop("name", f"test-{random.getrandbits(40):x}"))
        async with self.database.transaction() as session:
            await test_environments.create(session, self.by(), Wish(stage=stage, owner="ada", name=name, **wish))
        return name

    async def scalars(self, statement: Any) -> list[Any]:
        """A statement's only column."""
        async with self.database.transaction() as session:
            return list(await session.scalars(statement))

    async def told(self, *types: str) -> list[tuple[str, dict[str, Any]]]:
        """The events of these types, in the order in which they were appended."""
        statement = select(Event.type, Event.payload).where(Event.type.in_(types)).order_by(Event.id)
        async with self.database.transaction() as session:
            return [(row[0], row[1]) for row in await session.execute(statement)]


@pytest.fixture
async def world(database: Database) -> World:
    """Stages alpha and beta, each of one wave and one account of the test's own; a team."""
    made = World(database)
    for position, stage in enumerate(("alpha", "beta"), start=1):
        await made.register(Kind.STAGE, name=stage, position=position)
        await made.register(Kind.WAVE, stage=stage, name=f"{stage}-1", position=1)
        account = f"{random.randrange(10**11, 10**12)}"
        await made.register(Kind.ACCOUNT, aws_id=account, name=f"account-{stage}")
        place = {"account": account, "region": EUROPE, "wave": f"{stage}-1"}
        await made.register(Kind.ENVIRONMENT, name=f"{stage}-eu", **place)
    await made.register(Kind.TEAM, name="payments")
    return made


class Stacks:
    """CloudFormation of one account of the emulator, and what stacks are made of there."""

    def __init__(self, endpoint: str, account: str, region: str = EUROPE) -> None:
        self.account = account
        given = {"endpoint_url": endpoint, "region_name": region, "aws_secret_access_key": "test"}
        self._given: dict[str, Any] = {**given, "aws_access_key_id": account}
        self.cloudformation = self.client("cloudformation")

    def client(self, service: str) -> Any:
        """A client of any service, in this account and Region."""
        return boto3.client(service, **self._given)

    def make(self, name: str, environment: str | None, resources: dict[str, Any], **more: Any) -> str:
        """A stack with the tag of an environment; its id."""
        outputs = more.pop("outputs", {})
        template = json.dumps({"Resources": resources, "Outputs": outputs})
        tags = [{"Key": "interlock:environment", "Value": environment}] if environment else []
        made = self.cloudformation.create_stack(StackName=name, TemplateBody=template, Tags=tags, **more)
        self.settle()
        assert self.statuses()[name] == "CREATE_COMPLETE"
        return str(made["StackId"])

    def statuses(self) -> dict[str, str]:
        """What there is, with its status."""
        pages = self.cloudformation.get_paginator("describe_stacks").paginate()
        return {each["StackName"]: each["StackStatus"] for page in pages for each in page["Stacks"]}

    def settle(self) -> dict[str, str]:
        """What there is when nothing is under way any more."""
        while any(status.endswith("_IN_PROGRESS") for status in self.statuses().values()):
            time.sleep(0.02)
        return self.statuses()


@pytest.fixture
def credentials(emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The service's own, of the hub's account; the emulator's address."""
    for name, value in Cloud(emulator, HUB).environment.items():
        monkeypatch.setenv(name, value)
    return emulator
