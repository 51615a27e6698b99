"""Overrides through the graph: granted and revoked with typed errors, and seen from all that passed."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from domain.permissions import Role, Viewer
from domain.safety.blockers import Blocker, Entry
from domain.words import BlockerKind, DeploymentStatus
from graph.planner.execute import global_id
from models.tables import PipelineExecution, Wave
from resolvers import overrides
from tests.configuring import author
from tests.deliveries import EU, History
from tests.graph.conftest import Graph

GRANT = """mutation ($input: GrantOverrideInput!) { grantOverride(input: $input) {
  override { id name kinds service { name } environment { name } expiresAt } errors { code message path remedy } } }"""
REVOKE = """mutation ($input: RevokeOverrideInput!) { revokeOverride(input: $input) {
  override { name revokedBy revokedBecause revokedAt } errors { code message path } } }"""
NOW = datetime.now(UTC)
GIVEN = {
    "service": "payments",
    "kinds": ["ALARM"],
    "reason": "the fix",
    "expiresAt": (NOW + timedelta(hours=4)).isoformat(),
}


@pytest.fixture
async def history(graph: Graph) -> History:
    """A revision that is about to reach an environment of production."""
    history = await History(graph.context.database).begin()
    await history.run("a", (EU, 100, DeploymentStatus.PENDING))
    return history


async def test_it_is_seen_from_all_that_passed_because_of_it(graph: Graph, history: History) -> None:
    """From the execution, the deployment, and the override itself: who let what pass, and why."""
    made = (await graph(GRANT, input=GIVEN))["grantOverride"]
    assert made["errors"] == []
    assert made["override"]["kinds"] == ["ALARM"]
    blocker = Blocker(BlockerKind.ALARM, "the alarm high is in ALARM", "high", override="override-1")
    async with graph.context.database.transaction() as session:
        execution = (await session.scalars(select(PipelineExecution))).one()
        wave = (await session.scalars(select(Wave).filter_by(name="prod-1"))).one()
        assert await overrides.used(session, author(), execution, wave, [EU], Entry([blocker])) == ["override-1"]
    found = await graph(
        """query ($id: ID!) {
          deployment(id: $id) { overrideUses { nodes { blockers { kind sentence subject } wave { name }
            override { name grantedBy reason } } } }
          executions { nodes { overrideUses { nodes { environment { name } deployment { id } } } } }
          override(name: "override-1") { uses { nodes { execution { executionId } } } } }""",
        id=global_id("Deployment", history.deployments["a", EU]),
    )
    assert found["deployment"]["overrideUses"]["nodes"] == [
        {
            "blockers": [{"kind": "ALARM", "sentence": "the alarm high is in ALARM", "subject": "high"}],
            "wave": {"name": "prod-1"},
            "override": {"name": "override-1", "grantedBy": "tester", "reason": "the fix"},
        }
    ]
    assert found["executions"]["nodes"][0]["overrideUses"]["nodes"] == [
        {"environment": {"name": EU}, "deployment": {"id": global_id("Deployment", history.deployments["a", EU])}}
    ]
    assert found["override"]["uses"]["nodes"] == [{"execution": {"executionId": "a"}}]
    event = await graph.newest_event("type subject { ... on Override { name } }")
    assert event == {"type": "override.used", "subject": {"name": "override-1"}}


async def test_a_list_says_which_are_in_force(graph: Graph, history: History) -> None:
    """Narrowed by what they are for; revoked, one is in force no longer."""
    await graph(GRANT, input=GIVEN)
    await graph(GRANT, input={**GIVEN, "service": None, "environment": EU})
    listed = """{ force: overrides(filter: {inForce: true}) { nodes { name } }
      over: overrides(filter: {inForce: false}) { nodes { name } }
      payments: overrides(filter: {service: "payments"}) { nodes { name } }
      there: overrides(filter: {environment: "prod-eu-west-1"}) { nodes { name } } }"""
    names = {each: [node["name"] for node in list_["nodes"]] for each, list_ in (await graph(listed)).items()}
    assert names == {
        "force": ["override-2", "override-1"],
        "over": [],
        "payments": ["override-1"],
        "there": ["override-2"],
    }
    done = (await graph(REVOKE, input={"name": "override-1", "reason": "mistaken"}))["revokeOverride"]
    assert (done["override"]["revokedBy"], done["override"]["revokedBecause"]) == ("tester", "mistaken")
    found = await graph(listed)
    assert [[each["name"] for each in found[list_]["nodes"]] for list_ in ("force", "over")] == [
        ["override-2"],
        ["override-1"],
    ]


async def test_a_second_person_confirms_it(graph: Graph, history: History) -> None:
    """It waits, and is no longer in force; whoever granted it is refused; another person confirms it."""
    two = (
        """mutation { updateStage(input: {name: "prod", twoPersons: true}) { stage { twoPersons } errors { code } } }"""
    )
    assert (await graph(two))["updateStage"] == {"stage": {"twoPersons": True}, "errors": []}
    confirm = """mutation ($input: ConfirmOverrideInput!) { confirmOverride(input: $input) {
      override { waitsForSecondPerson confirmedBy } errors { code message remedy } } }"""
    listed = """{ force: overrides(filter: {inForce: true}) { nodes { name } }
      standing: overrides(filter: {standing: true}) { nodes { name waitsForSecondPerson needsConfirmation } } }"""
    assert (await graph(GRANT, input=GIVEN))["grantOverride"]["errors"] == []
    found = await graph(listed)
    waits = {"name": "override-1", "waitsForSecondPerson": True, "needsConfirmation": True}
    assert (found["force"]["nodes"], found["standing"]["nodes"]) == ([], [waits])
    own = (await graph(confirm, input={"name": "override-1"}))["confirmOverride"]
    assert (own["override"], [each["code"] for each in own["errors"]]) == (None, ["SECOND_PERSON"])
    graph.context = replace(graph.context, viewer=Viewer("grace", frozenset({Role.OPERATOR})))
    done = (await graph(confirm, input={"name": "override-1", "reason": "seen"}))["confirmOverride"]
    assert done == {"override": {"waitsForSecondPerson": False, "confirmedBy": "grace"}, "errors": []}
    assert [each["name"] for each in (await graph(listed))["force"]["nodes"]] == ["override-1"]


@pytest.mark.parametrize(
    ("given", "code", "path", "says"),
    [
        ({"service": "paymets"}, "NOT_FOUND", ["service"], "did you mean payments"),
        ({"kinds": ["IN_FLIGHT"]}, "INVALID_VALUE", ["kinds"], "nobody may override IN_FLIGHT"),
        ({"expiresAt": "2199-01-01T00:00:00Z"}, "INVALID_VALUE", ["expiresAt"], "7 days"),
        ({"service": None, "kinds": []}, "INVALID_VALUE", ["kinds"], "everything everywhere"),
        ({"reason": ""}, "INVALID_VALUE", ["reason"], "a sentence"),
        ({"idempotencyKey": ""}, "INVALID_VALUE", ["idempotencyKey"], "1 to 200"),
    ],
)
async def test_what_cannot_be_granted_is_told(
    graph: Graph, history: History, given: dict[str, Any], code: str, path: list[str], says: str
) -> None:
    """As members of the payload, with what to do; nothing is there afterwards."""
    payload = (await graph(GRANT, input={**GIVEN, **given}))["grantOverride"]
    assert payload["override"] is None
    (error,) = payload["errors"]
    assert (error["code"], error["path"]) == (code, path)
    assert says in error["message"]
    assert error["remedy"]
    assert (await graph("{ overrides { totalCount } }"))["overrides"]["totalCount"] == 0


async def test_one_that_is_not_there_is_told(graph: Graph, history: History) -> None:
    """With the nearest that there is."""
    await graph(GRANT, input=GIVEN)
    payload = (await graph(REVOKE, input={"name": "override-2"}))["revokeOverride"]
    assert payload["errors"][0]["code"] == "NOT_FOUND"
    assert "override-1" in payload["errors"][0]["message"]
