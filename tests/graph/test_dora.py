"""DORA's measures through the graph: every number, and the deliveries and deployments behind it."""

from __future__ import annotations

from typing import Any

import pytest

from domain.words import CheckRunStatus, DeploymentStatus
from tests.deliveries import EU, US, History, at
from tests.graph.conftest import Graph

WINDOW = {"from": at(0).isoformat(), "to": at(7 * 24 * 60).isoformat()}
DAY = 24 * 60
EVERYTHING = """
query ($from: DateTime, $to: DateTime) { dora(from: $from, to: $to) { from to total {
  changeLeadTime {
    unit value sampleSize unknownCount
    distribution { sampleSize least most mean p50 p75 p90 p95 buckets { fromSeconds toSeconds count } }
    series(by: WEEK) { from to value count sampleSize }
    deliveries { totalCount nodes { revision leadTimeSeconds } }
    unknown { nodes { revision committedAt leadTimeSeconds } }
  }
  deploymentFrequency {
    unit value count rollbackCount sampleSize intervals { p50 } series { value count } deliveries { totalCount }
  }
  changeFailRate {
    unit value count sampleSize series { value count sampleSize } sample { totalCount }
    deliveries(first: 10) { nodes { failed failingSince recoveryTimeSeconds execution { executionId kind }
      deployments(first: 10) { environment { name } status
        failureEvidence { nodes { kind at detail checkRun { name } rollback { execution { executionId } } } } } } }
  }
  failedDeploymentRecoveryTime { unit value sampleSize unknownCount unknown { nodes { revision } } }
  deploymentReworkRate { unit value count deliveries { nodes { rollback rework } } }
} } }
"""

DAILY = """dora(from: "2024-01-01T00:00:00Z", to: "2024-11-02T00:00:00Z") {
  total { changeFailRate { series(by: DAY) { count } } } }"""


@pytest.fixture
async def history(graph: Graph) -> History:
    """A week of production: two changes of payments, of which one fails and is rolled back, and one of orders."""
    history = await History(graph.context.database).begin()
    await history.run("a", (EU, 60, None), (US, 90, None), committed=0)
    await history.run("b", (EU, DAY + 60, None), (US, DAY + 90, None), committed=DAY)
    await history.check("latency", "b", US, DAY + 100, CheckRunStatus.FAILED, cause="p99 is 3 s")
    await history.run("r", (US, DAY + 130, None), rolls_back_to="a")
    await history.run("o", (EU, 2 * DAY, DeploymentStatus.FAILED), service="orders", committed=0)
    return history


async def measured(graph: Graph, document: str, **given: Any) -> Any:
    """The answer for the week."""
    return (await graph(document, **WINDOW, **given))["dora"]


async def test_every_number_opens_what_is_behind_it(graph: Graph, history: History) -> None:
    """Values as worked out by hand, and their deliveries, with the evidence as planned rows of the deployments."""
    found = (await measured(graph, EVERYTHING))["total"]
    times = found["changeLeadTime"]
    assert (times["unit"], times["value"], times["sampleSize"], times["unknownCount"]) == ("SECONDS", 3600, 2, 0)
    assert {times["distribution"][each] for each in ("least", "most", "mean", "p50", "p95")} == {3600}
    assert [each["count"] for each in times["distribution"]["buckets"]] == [0, 0, 2, 0, 0, 0, 0, 0]
    assert [(each["value"], each["count"]) for each in times["series"]] == [(3600, 2)]
    assert [each["revision"] for each in times["deliveries"]["nodes"]] == ["revision-of-b", "revision-of-a"]
    frequency = found["deploymentFrequency"]
    assert (frequency["value"], frequency["count"], frequency["rollbackCount"]) == (3 / 7, 3, 1)
    assert [each["count"] for each in frequency["series"]] == [1, 2, 0, 0, 0, 0, 0]
    assert [each["value"] for each in frequency["series"]] == [1, 2, None, None, None, None, None]
    rate = found["changeFailRate"]
    assert (rate["unit"], rate["value"], rate["count"], rate["sampleSize"]) == ("SHARE", 2 / 4, 2, 4)
    assert [each["value"] for each in rate["series"][:4]] == [0, 1 / 2, 1, None]
    orders, payments = rate["deliveries"]["nodes"]
    assert orders["recoveryTimeSeconds"] is None
    assert [each["kind"] for each in orders["deployments"][0]["failureEvidence"]["nodes"]] == ["DEPLOYMENT"]
    assert (payments["failingSince"], payments["recoveryTimeSeconds"]) == (at(DAY + 100).isoformat(), 1800)
    assert payments["execution"] == {"executionId": "b", "kind": "STANDARD"}
    shown = {each["environment"]["name"]: each["failureEvidence"]["nodes"] for each in payments["deployments"]}
    assert shown[EU] == []
    assert [(each["kind"], each["detail"], each["checkRun"], each["rollback"]) for each in shown[US]] == [
        ("ALARM", "p99 is 3 s", {"name": "latency"}, None),
        ("ROLLBACK", None, None, {"execution": {"executionId": "r"}}),
    ]
    recovery = found["failedDeploymentRecoveryTime"]
    assert (recovery["value"], recovery["sampleSize"], recovery["unknownCount"]) == (1800, 1, 1)
    assert recovery["unknown"]["nodes"] == [{"revision": "revision-of-o"}]
    assert found["deploymentReworkRate"]["deliveries"]["nodes"] == [{"rollback": True, "rework": True}]


async def test_without_data_every_value_is_null(graph: Graph, history: History) -> None:
    """Of a window in which nothing was delivered."""
    empty = {"from": at(-DAY).isoformat(), "to": at(-1).isoformat()}
    found = (await graph(EVERYTHING, **empty))["dora"]["total"]
    assert [each["value"] for each in found.values()] == [None] * 5
    assert [each["sampleSize"] for each in found.values() if "sampleSize" in each] == [0] * 4
    assert found["changeLeadTime"]["distribution"] is None
    assert found["deploymentFrequency"]["intervals"] is None


async def test_a_page_asks_once_for_each_field(graph: Graph, history: History) -> None:
    """The deployments of a page's deliveries are one statement, and so are their executions; aliases do not mix."""
    document = """query ($from: DateTime, $to: DateTime) { dora(from: $from, to: $to) { total {
      changeFailRate { sample {
        nodes { execution { executionId } deployments { status }
        two: deployments(first: 1) { environment { name } } }
      edges { node { deployments { environment { name } } } } } } } } }"""
    found = (await measured(graph, document))["total"]["changeFailRate"]["sample"]
    statements = [each for each in graph.statements if "ANY (" in each]
    assert len(statements) == 4
    assert [each["execution"]["executionId"] for each in found["nodes"]] == ["o", "r", "b", "a"]
    assert [len(each["deployments"]) for each in found["nodes"]] == [1, 1, 2, 2]
    assert [len(each["two"]) for each in found["nodes"]] == [1, 1, 1, 1]
    assert found["edges"][3]["node"]["deployments"] == [{"environment": {"name": EU}}, {"environment": {"name": US}}]


async def test_pages_of_any_size_are_the_whole(graph: Graph, history: History) -> None:
    """The newest first, each once; a bound of seconds opens a bucket."""
    document = """query ($from: DateTime, $to: DateTime, $after: String) { dora(from: $from, to: $to) { total {
      changeFailRate { sample(first: 1, after: $after) {
        totalCount edges { cursor node { revision service } } pageInfo { hasNextPage endCursor } } }
      changeLeadTime { deliveries(atLeastSeconds: 3600, belowSeconds: 14400) { totalCount }
        none: deliveries(belowSeconds: 3600) { totalCount nodes { revision } } } } } }"""
    seen, after = [], None
    while True:
        total = (await measured(graph, document, after=after))["total"]
        page = total["changeFailRate"]["sample"]
        seen += [each["node"]["service"] for each in page["edges"]]
        after = page["pageInfo"]["endCursor"]
        if not page["pageInfo"]["hasNextPage"]:
            break
    assert seen == ["orders", "payments", "payments", "payments"]
    assert total["changeLeadTime"] == {"deliveries": {"totalCount": 2}, "none": {"totalCount": 0, "nodes": []}}


async def test_groups_are_measured_apart(graph: Graph, history: History) -> None:
    """By service, team and stage, in one query; the total counts each delivery once."""
    document = """query ($from: DateTime, $to: DateTime) {
      dora(from: $from, to: $to, filter: {productionOnly: false}) {
        total { deploymentFrequency { count } }
        services: groups(by: SERVICE) { name metrics { changeFailRate { value count sampleSize } } }
        teams: groups(by: TEAM) { name metrics { deploymentFrequency { count } } }
        stages: groups(by: STAGE, first: 1) { name metrics { changeFailRate { count deliveries { nodes { stage
          deployments { environment { name } } } } } } }
        second: groups(by: SERVICE, after: "orders") { name } } }"""
    found = await measured(graph, document)
    assert found["total"]["deploymentFrequency"]["count"] == 3
    assert found["services"] == [
        {"name": "orders", "metrics": {"changeFailRate": {"value": 1, "count": 1, "sampleSize": 1}}},
        {"name": "payments", "metrics": {"changeFailRate": {"value": 1 / 3, "count": 1, "sampleSize": 3}}},
    ]
    assert found["teams"] == [{"name": None, "metrics": {"deploymentFrequency": {"count": 3}}}]
    assert found["stages"][0]["name"] == "prod"
    deliveries = found["stages"][0]["metrics"]["changeFailRate"]["deliveries"]["nodes"]
    assert [(each["stage"], len(each["deployments"])) for each in deliveries] == [("prod", 1), ("prod", 2)]
    assert found["second"] == [{"name": "payments"}]


@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ('dora(from: "2024-11-03T00:00:00Z", to: "2024-11-02T00:00:00Z") { to }', "a time before 'to'"),
        ('dora(from: "2024-11-03T00:00:00Z", to: "2024-11-03T00:00:00Z") { to }', "a time before 'to'"),
        ('dora(from: "2023-11-02T00:00:00Z", to: "2024-11-04T00:00:00Z") { to }', "at most 366 days"),
        ('dora(from: "2024-11-03T00:00:00") { to }', "with its zone"),
        ('dora(from: "2199-11-03T00:00:00Z") { to }', "a time before now"),
        ('dora(to: "0001-01-02T00:00:00Z") { to }', "after the year 1"),
        ('dora(filter: {services: ["nobody"]}) { to }', "no service"),
        ('dora(filter: {stage: "alpha"}) { to }', "productionOnly: false"),
        (DAILY, "WEEK for a window longer than 92 days"),
        ("dora { groups(by: TEAM, first: 101) { name } }", "from 0 to 100"),
        ('dora { total { changeFailRate { sample(after: "x") { totalCount } } } }', "a cursor"),
        ('dora { total { changeFailRate { sample(after: "W10=") { totalCount } } } }', "a cursor"),
        ("dora { total { changeFailRate { sample(first: 501) { totalCount } } } }", "from 0 to 500"),
    ],
)
async def test_what_cannot_be_meant_is_refused(graph: Graph, history: History, asked: str, says: str) -> None:
    """With its code, the value, what is allowed, and what to do."""
    result = await graph.result(f"{{ {asked} }}")
    assert result.errors is not None
    assert result.errors[0].extensions["code"] in ("INVALID_VALUE", "NOT_FOUND")
    assert result.errors[0].extensions["remedy"]
    assert says in result.errors[0].message


async def test_a_window_never_goes_beyond_now(graph: Graph, history: History) -> None:
    """An end that is to come would make what was delivered rarer than it was."""
    found = (await graph('{ dora(to: "2199-01-01T00:00:00Z") { from to } }'))["dora"]
    assert found["to"] < "2199"
    assert found["from"] < found["to"]
