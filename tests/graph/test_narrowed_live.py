"""What a narrowed viewer is told live, replayed, and by sockets that are shared."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from dataclasses import replace
from typing import Any

import orjson

from domain.events import EventType, Happening
from domain.permissions import Granted, Role, Scope
from models import tables
from models.engine import Database
from models.event_log import Cursor, append
from tests.graph.conftest import SCHEMA, Doors, Graph
from tests.graph.test_narrowed import ADMIN, RED, granted, leaks

BEGINNING = str(Cursor(1, 0, 0))
EVENTS = "subscription ($after: String) { events(after: $after) { type payload subjectId cursor } }"
DEPLOYMENTS = """subscription ($after: String) { deploymentChanged(after: $after) {
  cursor event { type payload } deployment { revision reason service { name } } } }"""
PIPELINES = """subscription ($after: String) { pipelineChanged(after: $after) {
  cursor event { type } pipeline { name service { name } latestExecution { revision } } } }"""


async def results(graph: Graph, document: str, after: str | None) -> AsyncIterator[Any]:
    found: Any = await SCHEMA.subscribe(document, variable_values={"after": after}, context_value=graph.context)
    async with aclosing(found) as told:
        async for each in told:
            assert not each.errors, each.errors
            yield orjson.loads(orjson.dumps(each.data))


async def tell(database: Database, doors: Doors, *teams: str) -> None:
    """A deployment of each of these teams has changed, in this order."""
    async with database.transaction() as session:
        happenings = [
            Happening(
                EventType.DEPLOYMENT_CHANGED,
                "Deployment",
                doors.company.of(team, tables.Deployment)[0].id,
                {"service": f"{team}-shop", "pipelineArn": f"{team}-arn", "environment": "beta-eu"},
            )
            for team in teams
        ]
        await append(session, happenings, "tester")


async def test_replayed_and_live_events_are_theirs(doors: Doors, database: Database) -> None:
    """From the beginning of the log on: each event that they may see, in order, and no byte of another's."""
    admin = {
        each["id"] for each in (await doors.by(ADMIN)("{ events(first: 500) { nodes { id } } }"))["events"]["nodes"]
    }
    page = (await doors.by(RED)("{ events(first: 500) { totalCount nodes { type payload subjectId cursor } } }"))[
        "events"
    ]
    assert 0 < page["totalCount"] < len(admin)
    async with aclosing(results(doors.graph, EVENTS, BEGINNING)) as told:
        replayed = [(await anext(told))["events"] for _ in page["nodes"]]
        assert replayed == page["nodes"]
        await tell(database, doors, "blue", "red", "blue", "red")
        live = [(await asyncio.wait_for(anext(told), 30))["events"] for _ in range(2)]
    assert [each["payload"]["service"] for each in live] == ["red-shop", "red-shop"]
    assert leaks(doors.company, "blue", orjson.dumps([replayed, live])) == []


async def test_what_changed_is_told_of_theirs_alone(doors: Doors) -> None:
    """Deployments and pipelines: each of the one team's, with its rows, and none of the other's."""
    for document, count in ((DEPLOYMENTS, 3), (PIPELINES, 1 + 1 + 3 + 3 + 3)):
        async with aclosing(results(doors.by(RED), document, BEGINNING)) as told:
            found = [await asyncio.wait_for(anext(told), 30) for _ in range(count)]
        assert leaks(doors.company, "blue", orjson.dumps(found)) == []
        assert b"red-shop" in orjson.dumps(found[0])


async def test_a_service_that_comes_to_them_is_told_from_then_on(doors: Doors, database: Database) -> None:
    """A running subscription sees by what is configured now: a service that changes hands is told to its new team."""
    viewer = doors.by(RED).context
    head = (await doors.graph("{ logHead }"))["logHead"]
    async with aclosing(results(doors.graph, DEPLOYMENTS, head)) as told:
        await tell(database, doors, "red")
        assert (await asyncio.wait_for(anext(told), 30))["deploymentChanged"]["deployment"]["service"][
            "name"
        ] == "red-shop"
        await doors.by(ADMIN).change("updateService service", name="blue-shop", team="red")
        doors.graph.context = viewer
        await tell(database, doors, "blue")
        found = (await asyncio.wait_for(anext(told), 30))["deploymentChanged"]
    assert found["deployment"]["service"]["name"] == "blue-shop"


async def test_who_sees_the_same_shares_and_no_other(doors: Doors) -> None:
    """The scope by which subscriptions are shared is equal for equal scopes, whatever the roles in them."""
    context = doors.graph.context
    scopes = (Scope(teams=frozenset({"red"})), Scope(stages=frozenset({"prod"})))
    same = replace(RED, actor="bob", granted=frozenset({Granted(Role.OPERATOR, scopes[0])}))
    names = [replace(context, viewer=each).scope for each in (RED, same, granted(scopes[1]), granted(*scopes), ADMIN)]
    assert names[0] == names[1]
    assert len(set(names)) == 4
    assert names[-1] == "all"
