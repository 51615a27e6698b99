"""Where a commit, a tag or a pull request is, through the graph."""

from __future__ import annotations

from typing import Any

import pytest

from domain.words import ExecutionStatus
from tests.deliveries import AP, EU, US, History, at
from tests.graph.conftest import Graph
from tests.graph.test_overview import FAILED, IN_PROGRESS, PENDING

ASKED = """query ($search: String!) { whereabouts(search: $search) { __typename
  ... on WhereaboutsFound { search whereabouts { service
    revision { __typename revision tag message execution { executionId } }
    environments { environment stage wave region state at expectedAt sentence deploymentId } } }
  ... on InvalidValue { code path value allowed message } } }"""
A, B, C = (letter * 40 for letter in "abc")


@pytest.fixture
async def history(graph: Graph) -> History:
    return await History(graph.context.database).begin()


async def places(graph: Graph, search: str) -> dict[str, Any]:
    """Of the one revision that is found, its environments by name."""
    (found,) = (await graph(ASKED, search=search))["whereabouts"]["whereabouts"]
    return {each["environment"]: each for each in found["environments"]}


async def test_a_revision_is_there_or_contained_or_on_its_way(graph: Graph, history: History) -> None:
    """Each environment for itself; the newest is deployed in one, the older one in another, and nothing in a third."""
    await history.run("one", (EU, 10, None), (US, 11, None), began=1, revision=A)
    await history.run(
        "two",
        (EU, 30, None),
        (US, 31, IN_PROGRESS),
        (AP, 40, PENDING),
        began=20,
        revision=B,
        came_to=ExecutionStatus.IN_PROGRESS,
    )
    found = await places(graph, "aaaa")
    assert (found[EU]["state"], found[EU]["at"]) == ("CONTAINED", at(10).isoformat())
    assert found[EU]["sentence"] == "bbbbbbbb, which is newer and has it, is there."
    assert (found[US]["state"], found[US]["sentence"]) == ("REACHED", "It is there.")
    assert (found[AP]["state"], found[AP]["stage"], found[AP]["wave"], found[AP]["region"]) == (
        "COMING",
        "prod",
        "prod-2",
        "ap-south-1",
    )
    newer = await places(graph, B)
    assert [newer[name]["state"] for name in (EU, US, AP)] == ["REACHED", "DEPLOYING", "COMING"]
    found = await graph("query ($id: ID!) { deployment(id: $id) { status } }", id=newer[US]["deploymentId"])
    assert found["deployment"]["status"] == "IN_PROGRESS"


async def test_what_is_not_coming_says_why(graph: Graph, history: History) -> None:
    """It failed, it was rolled back, or its execution did not come so far."""
    await history.run("zero", (US, 5, None), began=0, revision=C)
    await history.run(
        "one", (EU, 10, FAILED), (US, 11, None), began=1, revision=A, came_to=ExecutionStatus.FAILED, ended_at=at(12)
    )
    await history.run("back", (US, 20, None), began=15, revision=C, rolls_back_to="zero")
    found = await places(graph, A)
    assert {found[name]["state"] for name in (EU, US, AP)} == {"NOT_COMING"}
    assert found[EU]["sentence"] == "It failed to be deployed."
    assert found[US]["sentence"] == "It was there, and cccccccc has replaced it again."
    assert found[AP]["sentence"].startswith("Its execution failed before it came here")
    assert found[AP]["at"] == at(12).isoformat()


async def test_a_revision_is_found_by_whatever_it_is_called(graph: Graph, history: History) -> None:
    """A commit's first digits, its tag, its pull request, and their addresses; of another repository nothing."""
    told = {"commit_message": "Pay faster (#123)", "pull_request": 123}
    await history.run("one", (EU, 10, None), began=1, revision=A, **told)
    await history.run("again", (EU, 20, None), began=11, revision=A, tag="v1", **told)
    await history.run("other", (EU, 20, None), began=12, revision=A, service="orders")
    for search in ("v1", "#123", "https://github.com/Acme/payments/pull/123", f"github.com/acme/payments/commit/{A}"):
        found = (await graph(ASKED, search=search))["whereabouts"]
        assert (found["__typename"], found["search"]) == ("WhereaboutsFound", search)
        (one,) = found["whereabouts"]
        assert one["service"] == "payments"
        assert one["revision"] == {
            "__typename": "Revision",
            "revision": A,
            "tag": "v1",
            "message": "Pay faster (#123)",
            "execution": {"executionId": "one"},
        }
    both = (await graph(ASKED, search="AAAA"))["whereabouts"]["whereabouts"]
    assert [each["service"] for each in both] == ["orders", "payments"]
    for search in ("ffff", "#124", "https://github.com/acme/stock/pull/123"):
        assert (await graph(ASKED, search=search))["whereabouts"]["whereabouts"] == []


@pytest.mark.parametrize("search", ["", "abc", "https://example.com/pull/1"])
async def test_what_means_nothing_is_told_with_what_would(graph: Graph, search: str) -> None:
    found = (await graph(ASKED, search=search))["whereabouts"]
    assert (found["__typename"], found["code"], found["path"]) == ("InvalidValue", "INVALID_VALUE", ["search"])
    assert "a commit of 4 hex digits or more" in found["allowed"]
