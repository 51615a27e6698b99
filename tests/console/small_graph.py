"""A small real graph for the pages: the root fields that they ask for, and a log that a test writes to.

It stands in for the service so that a failure here is the pages' own.
"""

import asyncio
from collections.abc import AsyncGenerator, Iterable
from datetime import UTC, datetime
from enum import Enum
from itertools import count

import strawberry
from strawberry.asgi import GraphQL
from strawberry.scalars import JSON
from strawberry.schema.config import StrawberryConfig
from strawberry.subscriptions import GRAPHQL_TRANSPORT_WS_PROTOCOL


@strawberry.enum
class EnvironmentKind(Enum):
    SHARED = "SHARED"
    TEST = "TEST"


@strawberry.type
class Account:
    aws_id: str
    name: str


@strawberry.type
class Region:
    name: str


@strawberry.type
class Stage:
    name: str
    production: bool


@strawberry.type
class Wave:
    name: str
    stage: Stage


@strawberry.type
class Environment:
    name: str
    kind: EnvironmentKind
    account: Account
    region: Region
    wave: Wave


@strawberry.type
class Service:
    name: str
    repository: str
    placement: list[str]


@strawberry.type
class ServiceConnection:
    total_count: int
    nodes: list[Service]


@strawberry.type
class EnvironmentConnection:
    total_count: int
    nodes: list[Environment]


@strawberry.type
class EventConnection:
    nodes: list["Event"]


@strawberry.type
class Total:
    total_count: int


@strawberry.type
class Event:
    cursor: str
    time: datetime
    type: str
    actor: str
    subject_type: str
    subject_id: str
    payload: JSON


class Log:
    """An append-only list of events that any number of subscribers read from a position."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.resumed: list[str | None] = []
        self.numbers = count(1)
        self._changed = asyncio.Condition()

    async def append(self, *types: str) -> None:
        """One event of each type, all at once."""
        async with self._changed:
            self.events += (_event(next(self.numbers), type_) for type_ in types)
            self._changed.notify_all()

    async def subscribed(self, times: int) -> None:
        """Returns once that many subscriptions have begun reading since the start."""
        async with asyncio.timeout(20), self._changed:
            await self._changed.wait_for(lambda: len(self.resumed) >= times)

    async def read(self, after: str | None) -> AsyncGenerator[Event, None]:
        """Events behind the cursor, or from now on, then each as it is appended."""
        position = len(self.events) if after is None else int(after)
        async with self._changed:
            self.resumed.append(after)
            self._changed.notify_all()
        while True:
            async with self._changed:
                await self._changed.wait_for(lambda: len(self.events) > position)  # noqa: B023 - read at once
                fresh, position = self.events[position:], len(self.events)
            for event in fresh:
                yield event


def _event(number: int, type_: str) -> Event:
    return Event(
        cursor=str(number),
        time=datetime(2026, 11, 23, 9, 0, number % 60, tzinfo=UTC),
        type=type_,
        actor="pipeline/payments",
        subject_type="Deployment",
        subject_id="payments:alpha-eu-west-1",
        payload=JSON({"revision": "4f2c9e1", "status": "SUCCEEDED"}),
    )


def _environments() -> Iterable[Environment]:
    for index, stage in enumerate(("alpha", "beta", "prod"), start=1):
        yield Environment(
            name=f"{stage}-eu-west-1",
            kind=EnvironmentKind.SHARED,
            account=Account(aws_id=str(index) * 12, name=f"payments-{stage}"),
            region=Region(name="eu-west-1"),
            wave=Wave(name=f"{stage}-1", stage=Stage(name=stage, production=stage == "prod")),
        )


@strawberry.type
class Query:
    """What there is to deploy to, and what is deployed."""

    @strawberry.field(description="What a repository deploys.")
    def services(self, first: int = 50) -> ServiceConnection:
        names = ("payments", "orders", "search")
        services = [Service(name=name, repository=f"acme/{name}", placement=["*-eu-west-1"]) for name in names]
        return ServiceConnection(total_count=len(services), nodes=services[:first])

    @strawberry.field(description="One account and Region in a wave.")
    def environments(self, first: int = 50) -> EnvironmentConnection:
        environments = list(_environments())
        return EnvironmentConnection(total_count=len(environments), nodes=environments[:first])

    @strawberry.field
    def accounts(self, first: int = 50) -> Total:
        return Total(total_count=12)

    @strawberry.field
    def regions(self, first: int = 50) -> Total:
        return Total(total_count=6)

    @strawberry.field
    def pipelines(self, first: int = 50) -> Total:
        return Total(total_count=3)

    @strawberry.field
    def deployments(self, first: int = 50) -> Total:
        return Total(total_count=1234)

    @strawberry.field
    def log_head(self, info: strawberry.Info) -> str:
        return str(len(info.context["log"].events))

    @strawberry.field
    def events(self, info: strawberry.Info, last: int = 50) -> EventConnection:
        return EventConnection(nodes=info.context["log"].events[-last:])


@strawberry.type
class Subscription:
    """What is happening."""

    @strawberry.subscription(description="The event log: from a cursor, or from now on.")
    async def events(self, info: strawberry.Info, after: str | None = None) -> AsyncGenerator[Event, None]:
        async for event in info.context["log"].read(after):
            yield event


class SmallGraph(GraphQL[dict[str, Log], None]):
    """The endpoint at /graphql, over HTTP and graphql-transport-ws, around one log."""

    def __init__(self, log: Log) -> None:
        schema = strawberry.Schema(Query, subscription=Subscription, config=StrawberryConfig())
        super().__init__(schema, graphql_ide=None, subscription_protocols=[GRAPHQL_TRANSPORT_WS_PROTOCOL])
        self._log = log

    async def get_context(self, request: object, response: object) -> dict[str, Log]:
        """What the resolvers may reach: the log."""
        return {"log": self._log}
