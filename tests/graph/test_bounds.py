"""What a process keeps in memory has a bound: the table is in docs/reliability.md."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from aws import secrets
from aws.secrets import Secrets
from graph.planner import plans
from graph.readiness import Draining, NoNewSockets
from tests.graph.conftest import Graph

pytestmark = pytest.mark.database


async def test_sockets_beyond_the_most_are_sent_elsewhere() -> None:
    """1013, "try again later", for whoever comes while there are as many as may be; one leaves, one comes."""
    leaving = asyncio.Event()

    async def held(scope: Any, receive: Any, send: Any) -> None:
        await leaving.wait()

    draining = Draining()
    door = NoNewSockets(held, draining, most=2)
    scope = {"type": "websocket", "subprotocols": [], "headers": [], "path": "/graphql"}

    async def come() -> list[Any]:
        sent: list[Any] = []
        arriving = iter([{"type": "websocket.connect"}])

        async def receive() -> Any:
            return next(arriving)

        async def send(message: Any) -> None:
            sent.append(message)

        await door(scope, receive, send)
        return sent

    inside = [asyncio.create_task(come()) for _ in range(2)]
    await asyncio.sleep(0)
    assert draining.sockets == 2  # what /metrics tells as interlock_open_sockets
    refused = await come()
    assert [(each["type"], each.get("code")) for each in refused] == [
        ("websocket.accept", None),
        ("websocket.close", 1013),
    ]
    leaving.set()
    assert await asyncio.gather(*inside, come()) == [[], [], []]
    assert draining.sockets == 0


async def test_a_plan_of_large_variables_is_not_kept(graph: Graph) -> None:
    """The answer is the same; plans are remembered for variables that may come again."""
    document = "query ($types: [String!]) { events(filter: {types: $types}) { nodes { cursor } } }"
    assert await graph(document, types=["x"]) == {"events": {"nodes": []}}
    before = len(plans._plans)
    assert await graph(document, types=["x" * 300] * 100) == {"events": {"nodes": []}}
    assert len(plans._plans) == before


async def test_plans_are_kept_by_their_fields(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """Large ones take the place of several small ones, the oldest first; the sum is of those that are there."""
    plans.forget()
    monkeypatch.setattr(plans, "MOST_FIELDS", 12)
    for name in ("teams", "stages", "waves"):
        await graph(f"{{ {name} {{ nodes {{ name id }} }} }}")  # four fields
    assert (len(plans._plans), plans._fields) == (3, 12)
    await graph("{ regions { totalCount nodes { name id } } }")
    kept = [each.asked.name for each in plans._plans.values()]
    assert (kept, plans._fields) == (["waves", "regions"], 9)
    plans.forget()
    assert plans._fields == 0


def test_secrets_that_are_kept_are_so_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """The oldest goes, and is read again when it is asked for."""
    monkeypatch.setattr(secrets, "MOST_KEPT", 2)
    asked: list[str] = []
    now = iter(float(each) for each in range(1_000, 2_000))

    def fetch(arn: str) -> str:
        asked.append(arn)
        return f"secret of {arn}"

    kept = Secrets(fetch, lambda: next(now))
    for arn in ("a", "b", "c", "c", "b", "a"):
        assert kept.get(arn) == f"secret of {arn}"
    assert asked == ["a", "b", "c", "a"]
