"""The graph without HTTP: documents executed against a database, and the statements that they took."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import orjson
import pytest
from sqlalchemy import URL, event, select

from domain.permissions import Role, Viewer
from graph import cost, limits, scanning
from graph.context import Context
from graph.schema import build
from models.engine import Database
from models.settings import Settings
from models.tables import Event
from subscriptions.feed import Feed
from tests.companies import Company, configure, happen
from tests.conftest import own_database
from tests.service import Forked, answers, environment, free_port

SCHEMA = build()


class Door(NamedTuple):
    """A running service. url: its base address."""

    url: str
    process: Forked


class Graph:
    """Executes documents. statements: the SQL of the last one."""

    def __init__(self, database: Database, feed: Feed) -> None:
        self.context = Context(
            database=database, feed=feed, settings=Settings(), viewer=Viewer("tester", frozenset({Role.ADMIN}))
        )
        self.statements: list[str] = []
        event.listen(database.engine.sync_engine, "before_cursor_execute", self._count)
        database.direct.told.append(lambda statement, *_: self.statements.append(statement))

    def _count(self, _connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        self.statements.append(statement)

    async def result(self, document: str, **variables: Any) -> Any:
        """The result with its errors."""
        self.statements.clear()
        return await SCHEMA.execute(document, variable_values=variables, context_value=self.context)

    async def __call__(self, document: str, **variables: Any) -> Any:
        """The data of a document that must not fail."""
        result = await self.result(document, **variables)
        assert not result.errors, result.errors
        return orjson.loads(orjson.dumps(result.data))

    async def newest_event(self, fields: str) -> Any:
        """The fields of the newest event. By its cursor: a list waits for all writers of the test's whole server."""
        async with self.context.database.reading() as connection:
            cursor = await connection.scalar(select(Event.cursor).order_by(Event.id.desc()).limit(1))
        return (await self(f"query ($c: String!) {{ event(cursor: $c) {{ {fields} }} }}", c=cursor))["event"]

    async def change(self, mutation: str, **given: Any) -> Any:
        """The id that a mutation's entity got; given: its input."""
        name, entity = mutation.split()
        kind = name[0].upper() + name[1:]
        document = (
            f"mutation ($input: {kind}Input!) {{ {name}(input: $input)"
            f" {{ {entity} {{ id }} errors {{ code message path }} }} }}"
        )
        payload = (await self(document, input=given))[name]
        assert not payload["errors"], payload["errors"]
        return payload[entity]["id"]


@pytest.fixture
async def graph(database: Database) -> AsyncIterator[Graph]:
    """The graph over a database with the schema and no rows but AWS's Regions."""
    async with Database(database.url) as own, Feed(own) as feed:  # the feed's looks are not counted
        yield Graph(database, feed)


@pytest.fixture(scope="session")
def template_with_fleet(server_url: URL, template: str, worker_id: str) -> Iterator[str]:
    """The name of a database with the fleet: two dozen mutations, made once."""
    name = f"fleet_{worker_id}"
    with own_database(server_url, name, template) as url:
        asyncio.run(_filled(url))
        yield name


@pytest.fixture
def beginning(request: pytest.FixtureRequest, template: str) -> str:
    """A test of the fleet, or of the company of two teams, begins with it."""
    if "doors" in request.fixturenames:
        return str(request.getfixturevalue("template_with_company")[0])
    return str(request.getfixturevalue("template_with_fleet")) if "fleet" in request.fixturenames else template


@pytest.fixture
def fleet(graph: Graph) -> Graph:
    """Two stages, three waves, six environments in three accounts, two services: what `beginning` has brought."""
    return graph


@dataclass
class Doors:
    """The graph, as whoever may ask; what happened in the company."""

    graph: Graph
    company: Company

    def by(self, viewer: Viewer) -> Graph:
        """The graph, asked by somebody from now on."""
        self.graph.context = replace(self.graph.context, viewer=viewer)
        return self.graph

    async def bytes(self, viewer: Viewer, document: str, **variables: Any) -> bytes:
        """Data and errors, as they are sent."""
        result = await self.by(viewer).result(document, **variables)
        return orjson.dumps({"data": result.data, "errors": [each.formatted for each in result.errors or ()]})


@pytest.fixture(scope="session")
def template_with_company(server_url: URL, template: str, worker_id: str) -> Iterator[tuple[str, Company]]:
    """The name of a database with the company of two teams, and what happened there."""
    company = Company()

    async def fill(url: URL) -> None:
        async with Database(url) as database, Database(url) as own, Feed(own) as feed:
            await configure(Graph(database, feed).change)
            await happen(database, company)

    name = f"company_{worker_id}"
    with own_database(server_url, name, template) as url:
        asyncio.run(fill(url))
        yield name, company


@pytest.fixture
async def doors(
    database: Database, template_with_company: tuple[str, Company], monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Doors]:
    """The company of two teams; documents may be as long as the schema is wide."""
    for what in ("fields", "aliases", "comparisons of equal fields"):
        monkeypatch.setitem(limits.MOST, what, 1_000_000)
    for what in scanning.MOST:
        monkeypatch.setitem(scanning.MOST, what, 1_000_000)
    monkeypatch.setattr(cost, "LARGEST_COST", 1_000_000)
    async with Database(database.url) as own, Feed(own) as feed:
        yield Doors(Graph(database, feed), template_with_company[1])


async def _filled(url: URL) -> None:
    async with Database(url) as database, Database(url) as own, Feed(own) as feed:
        await _register_fleet(Graph(database, feed))


async def _register_fleet(graph: Graph) -> None:
    await graph.change(
        "configureOrganisation organisation",
        name="acme",
        pipelineAccount="999999999999",
        pipelineRegion="eu-west-1",
        connectionArn="arn:aws:codeconnections:eu-west-1:999999999999:connection/0f5b706a",
        eventBusArn="arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
    )
    for number, name in enumerate(("one", "two", "three"), 1):
        await graph.change("registerAccount account", awsId=str(number) * 12, name=name)
    await graph.change("registerStage stage", name="beta", position=1)
    await graph.change("registerStage stage", name="prod", position=2, production=True)
    await graph.change("registerWave wave", stage="beta", name="beta-1", position=1)
    await graph.change("registerWave wave", stage="prod", name="prod-1", position=1, bakeMinutes=60)
    await graph.change("registerWave wave", stage="prod", name="prod-2", position=2, bakeMinutes=30)
    for name, account, region, wave in (
        ("beta-eu", "1" * 12, "eu-west-1", "beta-1"),
        ("beta-us", "1" * 12, "us-east-1", "beta-1"),
        ("prod-eu", "2" * 12, "eu-west-1", "prod-1"),
        ("prod-us", "2" * 12, "us-east-1", "prod-2"),
        ("prod-ap", "3" * 12, "ap-northeast-1", "prod-2"),
        ("prod-sa", "3" * 12, "sa-east-1", "prod-2"),
    ):
        await graph.change("registerEnvironment environment", name=name, account=account, region=region, wave=wave)
    await graph.change("registerService service", name="payments", repository="acme/payments", placement=["*"])
    await graph.change("registerService service", name="orders", repository="acme/orders", placement=["prod-*"])
    await graph.change(
        "registerCheck check",
        name="smoke",
        kind="LAMBDA",
        stage="prod",
        configuration={"functionName": "{service}-{environment}"},
    )


@pytest.fixture(scope="session")
def door(server_url: URL, template: str, worker_id: str) -> Iterator[Door]:
    """A running service for all tests that only knock: they leave nothing that another would notice."""
    port = free_port()
    with own_database(server_url, f"door_{worker_id}", template) as url:
        process = Forked("serve", environment(url, INTERLOCK_PORT=str(port)))
        try:
            answers(f"http://127.0.0.1:{port}", process)
            yield Door(f"http://127.0.0.1:{port}", process)
        finally:
            process.end()
