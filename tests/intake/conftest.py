"""The emulator, for intake's own tests, and a fleet in accounts of each test's own."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from sqlalchemy import select

from aws.accounts import Accounts
from domain.configuration.kinds import Kind
from intake.explaining import Explainer
from models.engine import Database
from models.tables import Event, Failure
from resolvers.pipelines import register_pipeline
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import register
from tests.emulator import HUB, Cloud, emulator

__all__ = ["emulator"]

READER = "INTERLOCK_READER_ROLE"
NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)
PLACES = {"prod-eu": "eu-west-1", "prod-us": "us-east-1", "prod-ap": "ap-southeast-2"}


@dataclass
class World:
    """A service whose wave prod-1 has three environments, each in an account of its own."""

    database: Database
    accounts: dict[str, str]

    async def tell(self, story: stories.Story) -> None:
        """All envelopes of a story, recorded."""
        async with self.database.transaction() as session:
            await record_envelopes(session, story.envelopes)

    async def scalars(self, statement: Any) -> list[Any]:
        """A statement's only column."""
        async with self.database.transaction() as session:
            return list(await session.scalars(statement))

    async def failures(self) -> list[Failure]:
        """All that failed, in order."""
        return await self.scalars(select(Failure).order_by(Failure.occurred_at, Failure.id))

    async def told(self, type_: str) -> list[dict[str, Any]]:
        """The payloads of the events of a type, in order."""
        return await self.scalars(select(Event.payload).where(Event.type == type_).order_by(Event.id))


@pytest.fixture
async def world(database: Database) -> World:
    """The pipeline is registered with its map; its account is the organisation's."""
    accounts = {name: f"{random.randrange(10**11, 10**12)}" for name in PLACES}
    async with database.transaction() as session:
        await register(session, Kind.STAGE, name="prod", position=1)
        await register(session, Kind.WAVE, stage="prod", name="prod-1", position=1)
        for name, region in PLACES.items():
            await register(session, Kind.ACCOUNT, aws_id=accounts[name], name=f"account-{name}")
            place = {"account": accounts[name], "region": region, "wave": "prod-1"}
            await register(session, Kind.ENVIRONMENT, name=name, **place)
        await register(session, Kind.SERVICE, name="payments", repository="acme/payments", placement=["*"])
    made = World(database, accounts)
    await registered(made, "payments")
    return made


async def registered(world: World, name: str) -> None:
    """A pipeline of the service of this name, with a map of one wave."""
    async with world.database.transaction() as session:
        await register_pipeline(
            session,
            "tester",
            now=stories.BEGIN,
            name=name,
            account=stories.ACCOUNT,
            region=stories.REGION,
            repository=f"acme/{name}",
            plan_digest="sha256:" + "0" * 64,
            structure=stories.MAP | {"pipeline": name, "stages": [stories.wave("prod-1", "prod", *PLACES)]},
        )


def deploying(
    failing: dict[str, str], *, begin: datetime | None = None, ends: str = "FAILED", **given: Any
) -> stories.Story:
    """An execution that deploys to all three. failing: the stacks' ARNs by the environments where it fails."""
    story = stories.Story(begin=begin or datetime.now(UTC) - timedelta(seconds=5), **given)
    story.run("STARTED", **{"commit-id": given.get("revision", "9f2c1ab")})
    story.stage("prod-1", "STARTED")
    for name in PLACES:
        story.action("prod-1", f"{name}.Deploy", "STARTED")
        if name in failing:
            words = {"id": failing[name], "summary": f"Stack of {name} is in ROLLBACK_COMPLETE"}
            story.action("prod-1", f"{name}.Deploy", "FAILED", **words)
        else:
            story.action("prod-1", f"{name}.Prepare", "SUCCEEDED")
            story.action("prod-1", f"{name}.Deploy", "SUCCEEDED")
    story.stage("prod-1", ends)
    story.run(ends)
    return story


class Aws(Accounts):
    """Accounts whose clients are given, a stub each; keeps which places were asked for."""

    def __init__(self, **clients: Any) -> None:
        super().__init__("interlock-reader", READER)
        self.clients = clients
        self.asked: list[tuple[str, str]] = []

    def session(self, account: str, region: str) -> Any:
        self.asked.append((account, region))
        return self

    def client(self, service: str, **_: Any) -> Any:
        return self.clients[service]


def client(service: str, region: str = "eu-west-1") -> Any:
    """A client whose answers are to be stubbed."""
    return boto3.Session("key", "secret", region_name=region).client(service)  # type: ignore[call-overload]


@pytest.fixture
def credentials(emulator: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """The service's own, of the hub's account; the emulator's address."""
    for name, value in Cloud(emulator, HUB).environment.items():
        monkeypatch.setenv(name, value)
    return emulator


def stack(world: World, name: str) -> str:
    """The ARN of an environment's stack."""
    return f"arn:aws:cloudformation:{PLACES[name]}:{world.accounts[name]}:stack/payments-{name}/2f0c7a10"


def explainer(world: World, aws: Aws, later: timedelta = timedelta(0)) -> Explainer:
    """A worker, so much later."""
    return Explainer(world.database, aws, lambda: NOW + later)


async def explain(world: World, aws: Aws, later: timedelta = timedelta(0)) -> list[Failure]:
    """All that is due is explained; what failed."""
    while await explainer(world, aws, later).turn():
        pass
    return await world.failures()


def ended(action: str, **result: str) -> stories.Story:
    """An execution one of whose actions failed."""
    story = stories.Story(begin=NOW - HOUR)
    story.run("STARTED")
    story.stage("prod-1", "STARTED")
    story.action("prod-1", action, "FAILED", **result)
    story.stage("prod-1", "FAILED")
    story.run("FAILED")
    return story
