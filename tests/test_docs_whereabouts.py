"""docs/whereabouts.md is true: its operations run, and its table of states has all that there are."""

from __future__ import annotations

import re

import pytest

from domain.words import DeploymentStatus, RevisionState
from tests.deliveries import AP, EU, History
from tests.graph import conftest as graphs
from tests.service import ROOT

PAGE = (ROOT / "docs" / "whereabouts.md").read_text()
EXAMPLES = re.findall(r"^```graphql\n(.*?)^```$", PAGE, re.MULTILINE | re.DOTALL)

graph = graphs.graph


@pytest.mark.database
async def test_its_operations_run(graph: graphs.Graph) -> None:
    """And find what is there: the fleet's row, its revisions, what a deployment brings, and a pull request."""
    history = await History(graph.context.database).begin()
    merged = {"commit_message": "Pay faster (#123)", "pull_request": 123}
    await history.run("one", (EU, 10, None), (AP, 30, DeploymentStatus.PENDING), began=1, **merged)
    fleet, service, deployments, whereabouts = [await graph(example) for example in EXAMPLES]
    assert len(fleet["fleet"]) == 1
    assert service["service"]["revisions"][0]["message"] == "Pay faster (#123)"
    assert [len(each["commits"]) for each in deployments["deployments"]["nodes"]] == [1, 1]
    assert len(whereabouts["whereabouts"]["whereabouts"]) == 1


def test_every_state_has_its_row() -> None:
    """In the order of the enumeration."""
    assert re.findall(r"^\| `([A-Z_]+)` \|", PAGE, re.MULTILINE) == list(RevisionState)
