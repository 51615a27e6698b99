"""Revisions: what a service's pipelines have seen, and what a deployment brings."""

from __future__ import annotations

from typing import Any

import pytest

from graph.planner.execute import global_id
from tests.deliveries import EU, History, at
from tests.graph.conftest import Graph
from tests.graph.test_overview import FAILED, PENDING


@pytest.fixture
async def history(graph: Graph) -> History:
    return await History(graph.context.database).begin()


async def brought(graph: Graph, history: History, name: str) -> list[str]:
    """The commits that a deployment to EU brings."""
    found = await graph(
        "query ($id: ID!) { deployment(id: $id) { commits { revision } } }",
        id=global_id("Deployment", history.deployments[name, EU]),
    )
    assert len(graph.statements) == 1
    return [each["revision"] for each in found["deployment"]["commits"]]


async def revisions(graph: Graph, first: int = 50, fields: str = "revision") -> list[Any]:
    document = f'query ($n: Int!) {{ service(name: "payments") {{ revisions(first: $n) {{ {fields} }} }} }}'
    return (await graph(document, n=first))["service"]["revisions"]


async def test_each_commit_is_told_once_as_it_was_seen_first(graph: Graph, history: History) -> None:
    """The newest first; what runs again, or returns, is known already."""
    told = {"commit_message": "Pay twice\n\nNever.", "author": "ada", "tag": "v1", "committed": 0}
    await history.run("one", (EU, 10, None), began=1, revision="a", **told)
    await history.run("two", began=15, revision="b")
    await history.run("again", began=25, revision="a")
    await history.run("back", (EU, 40, None), began=35, revision="a", rolls_back_to="one")
    await history.run("other", began=36, service="orders", revision="x")
    assert await revisions(graph) == [{"revision": "b"}, {"revision": "a"}]
    assert await revisions(graph, first=1) == [{"revision": "b"}]
    below = "executionId traceId deployments { totalCount }"
    fields = f"tag message author committedAt seenAt execution {{ {below} }}"
    assert (await revisions(graph, fields=fields))[1] == {
        "tag": "v1",
        "message": "Pay twice\n\nNever.",
        "author": "ada",
        "committedAt": at(0).isoformat(),
        "seenAt": at(1).isoformat(),
        "execution": {"executionId": "one", "traceId": "one", "deployments": {"totalCount": 1}},
    }


async def test_a_wrong_page_is_refused(graph: Graph, history: History) -> None:
    """As for connections."""
    result = await graph.result('{ service(name: "payments") { revisions(first: 501) { revision } } }')
    assert result.errors[0].extensions["code"] == "INVALID_VALUE"


async def test_a_deployment_brings_what_is_new_there(graph: Graph, history: History) -> None:
    """All that the pipeline saw since what had succeeded there before; what failed in between brought nothing."""
    await history.run("zero", began=0)
    await history.run("one", (EU, 10, None), began=1)
    await history.run("two", began=15)
    await history.run("three", (EU, 30, FAILED), began=25)
    await history.run("four", (EU, 50, None), began=45)
    await history.run("back", (EU, 70, None), began=65, revision="revision-of-one", rolls_back_to="one")
    await history.run("five", (EU, 90, PENDING), began=85)
    assert await brought(graph, history, "one") == ["revision-of-one", "revision-of-zero"]
    assert await brought(graph, history, "three") == ["revision-of-three", "revision-of-two"]
    assert await brought(graph, history, "four") == ["revision-of-four", "revision-of-three", "revision-of-two"]
    assert await brought(graph, history, "back") == []
    assert (await brought(graph, history, "five"))[:2] == ["revision-of-five", "revision-of-four"]
