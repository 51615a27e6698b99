"""The fleet at a glance: what is where, what was tried last, and how far each place is behind."""

from __future__ import annotations

from typing import Any

import pytest

from domain.words import DeploymentStatus
from tests.deliveries import AP, EU, History, at
from tests.graph.conftest import Graph

IN_PROGRESS, PENDING, FAILED, STOPPED = (
    DeploymentStatus.IN_PROGRESS,
    DeploymentStatus.PENDING,
    DeploymentStatus.FAILED,
    DeploymentStatus.STOPPED,
)
ALL = """query ($services: [String!]) { fleet(services: $services) {
  service team tier repository changeKind pipelineArn
  cells { environment deploymentId status revision tag changedAt
          deployedRevision deployedTag deployedAt commitsBehind } } }"""


@pytest.fixture
async def history(graph: Graph) -> History:
    return await History(graph.context.database).begin()


async def cells(graph: Graph, service: str = "payments") -> dict[str, Any]:
    """The cells of a service, by environment."""
    (row,) = (await graph(ALL, services=[service]))["fleet"]
    assert len(graph.statements) == 1
    return {each["environment"]: each for each in row["cells"]}


async def test_each_service_has_a_cell_for_each_of_its_environments(graph: Graph, history: History) -> None:
    """Services by name, environments on their way, whether anything was ever there or not."""
    found = (await graph(ALL))["fleet"]
    assert [row["service"] for row in found] == ["orders", "payments"]
    row = found[1]
    assert (row["repository"], row["changeKind"], row["team"], row["tier"]) == (
        "acme/payments",
        "APPLICATION",
        None,
        None,
    )
    assert row["pipelineArn"] == "arn:aws:codepipeline:eu-west-1:999999999999:payments"
    names = [each["environment"] for each in row["cells"]]
    assert names[0].startswith("alpha")
    assert names[-1] == AP
    empty = {key: value for key, value in row["cells"][0].items() if key != "environment"}
    assert set(empty.values()) == {None}


async def test_what_is_there_and_what_was_tried_last_are_told_apart(graph: Graph, history: History) -> None:
    """A newer revision that failed is not there; what is there says since when, and how many are newer."""
    await history.run("one", (EU, 10, None), began=1, tag="v1")
    await history.run("two", (EU, 30, FAILED), began=20, tag="v2")
    cell = (await cells(graph))[EU]
    assert (cell["status"], cell["revision"], cell["tag"]) == ("FAILED", "revision-of-two", "v2")
    assert cell["changedAt"] == at(30).isoformat()
    assert (cell["deployedRevision"], cell["deployedTag"]) == ("revision-of-one", "v1")
    assert (cell["deployedAt"], cell["commitsBehind"]) == (at(10).isoformat(), 1)
    (row,) = (await graph('{ fleet(services: ["payments"]) { cells { deploymentId } } }'))["fleet"]
    ids = [each["deploymentId"] for each in row["cells"] if each["deploymentId"]]
    found = await graph("query ($id: ID!) { deployment(id: $id) { status } }", id=ids[0])
    assert found["deployment"]["status"] == "FAILED"


async def test_what_is_under_way_is_not_hidden_by_what_only_comes(graph: Graph, history: History) -> None:
    """A pending deployment shows where nothing has begun; one stopped before it began has changed nothing."""
    await history.run("one", (EU, 10, IN_PROGRESS), began=1)
    await history.run("two", (EU, 30, PENDING), (AP, 30, PENDING), began=20)
    found = await cells(graph)
    assert (found[EU]["status"], found[EU]["revision"]) == ("IN_PROGRESS", "revision-of-one")
    assert (found[AP]["status"], found[AP]["changedAt"], found[AP]["deployedRevision"]) == ("PENDING", None, None)


async def test_behind_are_newer_revisions_once_each(graph: Graph, history: History) -> None:
    """A revision that runs again counts once; a rollback leaves a place behind all that came after its revision."""
    await history.run("one", (EU, 10, None), (AP, 11, None), began=1, revision="a")
    await history.run("two", (EU, 20, None), began=15, revision="b")
    await history.run("again", began=25, revision="b")
    await history.run("three", began=26, revision="c")
    await history.run("back", (EU, 40, None), began=35, revision="a", rolls_back_to="one")
    found = await cells(graph)
    assert (found[EU]["deployedRevision"], found[EU]["commitsBehind"]) == ("a", 2)
    assert (found[AP]["deployedRevision"], found[AP]["commitsBehind"]) == ("a", 2)


async def test_a_revision_that_runs_again_is_as_old_as_it_was(graph: Graph, history: History) -> None:
    """What counts is when it was seen first: deployed again it is behind as before, and run again it is no newer."""
    await history.run("one", (AP, 10, None), began=1, revision="a")
    await history.run("two", (EU, 20, None), began=15, revision="b")
    await history.run("three", began=25, revision="c")
    await history.run("one again", (AP, 40, None), began=35, revision="a")
    found = await cells(graph)
    assert (found[AP]["deployedRevision"], found[AP]["commitsBehind"]) == ("a", 2)
    assert (found[EU]["deployedRevision"], found[EU]["commitsBehind"]) == ("b", 1)


async def test_the_answer_has_what_was_asked_for(graph: Graph, history: History) -> None:
    """Aliases, type names and lists that are asked for twice are as anywhere else."""
    await history.run("one", (EU, 10, None), began=1)
    document = '{ fleet(services: ["payments"]) { __typename name: service places: cells { environment } cells {'
    (row,) = (await graph(document + " __typename there: deployedRevision } } }"))["fleet"]
    assert (row["__typename"], row["name"], len(row["places"])) == ("FleetRow", "payments", len(row["cells"]))
    assert {"__typename": "FleetCell", "there": "revision-of-one"} in row["cells"]
    assert (await graph('{ fleet(services: ["nothing"]) { service } }'))["fleet"] == []
