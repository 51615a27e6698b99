"""Incidents through the graph: what is declared is found from its service and its deployments, and is evidence."""

from __future__ import annotations

from typing import Any

import pytest

from graph.planner.execute import global_id
from tests.deliveries import EU, US, History, at
from tests.graph.conftest import Graph

DECLARE = """mutation ($input: DeclareIncidentInput!) { declareIncident(input: $input) {
  incident { id name service { name } } errors { code message path remedy } } }"""
GIVEN = {"service": "payments", "title": "cards are refused", "severity": "CRITICAL", "startedAt": at(110).isoformat()}


@pytest.fixture
async def history(graph: Graph) -> History:
    """A revision that reached two environments of production."""
    history = await History(graph.context.database).begin()
    await history.run("a", (EU, 100, None), (US, 200, None))
    return history


def id_of(history: History, environment: str) -> str:
    """The global id of the deployment to an environment."""
    return global_id("Deployment", history.deployments["a", environment])


async def test_an_incident_is_found_from_all_that_it_is_about(graph: Graph, history: History) -> None:
    """From its service, from its deployments with what they are to it, in the log, and as evidence."""
    causes, fixes = [id_of(history, EU)], [id_of(history, US)]
    made = (await graph(DECLARE, input={**GIVEN, "causes": causes, "fixes": fixes}))["declareIncident"]
    assert made["errors"] == []
    found = await graph(
        """query ($cause: ID!, $fix: ID!) {
          service(name: "payments") { incidents(filter: {open: true, severity: [CRITICAL, MAJOR]}) { nodes { name } } }
          cause: deployment(id: $cause) {
            incidents { nodes { name } } incidentLinks { nodes { role incident { title } } }
            failureEvidence { nodes { id kind at overAt detail incident { name } deployment { id } } } }
          fix: deployment(id: $fix) { incidentLinks { nodes { role linkedBy } } failureEvidence { totalCount } }
          incident(name: "incident-1") { severity startedAt resolvedAt links { totalCount } }
          incidents(filter: {service: "orders"}) { totalCount } }""",
        cause=causes[0],
        fix=fixes[0],
    )
    assert found["service"]["incidents"]["nodes"] == [{"name": "incident-1"}]
    assert found["cause"]["incidents"]["nodes"] == [{"name": "incident-1"}]
    assert found["cause"]["incidentLinks"]["nodes"] == [{"role": "CAUSE", "incident": {"title": "cards are refused"}}]
    evidence = found["cause"]["failureEvidence"]["nodes"][0]
    id_ = evidence.pop("id")
    assert evidence == {
        "kind": "INCIDENT",
        "at": at(110).isoformat(),
        "overAt": None,
        "detail": "cards are refused",
        "incident": {"name": "incident-1"},
        "deployment": {"id": causes[0]},
    }
    assert found["fix"] == {
        "incidentLinks": {"nodes": [{"role": "FIX", "linkedBy": "tester"}]},
        "failureEvidence": {"totalCount": 0},
    }
    assert found["incident"]["links"]["totalCount"] == 2
    assert found["incidents"]["totalCount"] == 0
    node = await graph("query ($id: ID!) { node(id: $id) { ... on FailureEvidence { kind } } }", id=id_)
    assert node["node"] == {"kind": "INCIDENT"}
    event = await graph.newest_event("type actor subjectType subject { ... on Incident { name } }")
    assert event == {
        "type": "incident.declared",
        "actor": "tester",
        "subjectType": "Incident",
        "subject": {"name": "incident-1"},
    }


async def test_a_page_of_deployments_with_their_evidence_is_one_statement(graph: Graph, history: History) -> None:
    """Evidence is derived in SQL: it is planned as any other relation."""
    await graph("{ deployments { nodes { failureEvidence { nodes { kind checkRun { name } } } } } }")
    assert len(graph.statements) == 1


@pytest.mark.parametrize(
    ("given", "code", "path", "says"),
    [
        ({"causes": ["x"]}, "INVALID_VALUE", ["causes"], "an id that this graph returned"),
        ({"fixes": [global_id("Service", "0" * 32)]}, "INVALID_VALUE", ["fixes"], "the id of a Deployment"),
        ({"causes": [global_id("Deployment", "0" * 32)]}, "NOT_FOUND", ["causes"], "no deployment"),
        ({"service": "paymets"}, "NOT_FOUND", ["service"], "did you mean payments"),
        ({"startedAt": "2199-01-01T00:00:00Z"}, "INVALID_VALUE", ["startedAt"], "a time that has been"),
        ({"title": ""}, "INVALID_VALUE", ["title"], "1 to 200"),
        ({"idempotencyKey": ""}, "INVALID_VALUE", ["idempotencyKey"], "1 to 200"),
        ({"reason": "x" * 10_001}, "INVALID_VALUE", ["reason"], "10,000"),
    ],
)
async def test_what_cannot_be_declared_is_told(
    graph: Graph, history: History, given: dict[str, Any], code: str, path: list[str], says: str
) -> None:
    """As members of the payload, with what to do; nothing is there afterwards."""
    payload = (await graph(DECLARE, input={**GIVEN, **given}))["declareIncident"]
    assert payload["incident"] is None
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == (code, path)
    assert says in error["message"]
    assert error["remedy"]
    assert (await graph("{ incidents { totalCount } }"))["incidents"]["totalCount"] == 0


@pytest.mark.parametrize("name", ["linkIncident", "resolveIncident", "reopenIncident"])
async def test_an_incident_that_is_not_there_is_told(graph: Graph, history: History, name: str) -> None:
    """Each mutation of one names the nearest that there is."""
    await graph(DECLARE, input=GIVEN)
    kind = name[0].upper() + name[1:]
    document = (
        f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ incident {{ id }} errors {{ code message }} }} }}"
    )
    payload = (await graph(document, input={"name": "incident-2"}))[name]
    assert payload["incident"] is None
    assert payload["errors"][0]["code"] == "NOT_FOUND"
    assert "incident-1" in payload["errors"][0]["message"]
