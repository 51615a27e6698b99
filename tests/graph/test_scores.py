"""Safety scores through the graph: of services, of all the worst first, in previews and as refusals; waivers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from domain.safety.score_rules import RULES
from tests import safe
from tests.graph.conftest import Graph

pytestmark = pytest.mark.database
GRANT = """mutation ($input: GrantWaiverInput!) { grantWaiver(input: $input) {
  waiver { id name rule service { name waivers { nodes { name } } } stage { name } wave { name } }
  errors { code message path remedy } } }"""
REVOKE = """mutation ($input: RevokeWaiverInput!) { revokeWaiver(input: $input) {
  waiver { revokedBy revocation } errors { code } } }"""
LEFT = """mutation { updateStage(input: {name: "prod", onFailure: NONE}) { stage { onFailure } errors {
  __typename code message path remedy ... on SafetyLowered { services rules lowered } } } }"""
POINTS = "score of waived points { rule sentence source met points of kept missing remedy waiver { name expired } }"


@pytest.fixture
async def paying(graph: Graph) -> Graph:
    """The safe fleet, whose pipeline has registered itself."""
    async with graph.context.database.transaction() as session:
        await safe.load(session)
        await safe.registers(session, now=datetime.now(UTC))  # the graph's own clock says whether it is out of date
    return graph


def soon(**more: float) -> str:
    """A time from now."""
    return (datetime.now(UTC) + timedelta(**(more or {"days": 7}))).isoformat()


async def granted(graph: Graph, **given: Any) -> Any:
    """The payload of a grant, of ROLLBACK for payments when nothing is said."""
    asked = {"rule": "ROLLBACK", "service": "payments", "reason": "moving", "expiresAt": soon(), **given}
    return (await graph(GRANT, input=asked))["grantWaiver"]


async def test_a_service_has_its_score(paying: Graph) -> None:
    """Every point with what is missing; in a number of statements that services do not change."""
    found = (await paying(f'{{ service(name: "payments") {{ name safety {{ {POINTS} }} }} }}'))["service"]
    one = len(paying.statements)
    safety = found["safety"]
    assert (safety["score"], safety["of"], safety["waived"]) == (94, 98, 0)
    assert len(safety["points"]) == len(RULES) - 1
    missing = {each["rule"]: each for each in safety["points"] if not each["met"]}
    assert missing.keys() == {"DRILL", "KINDS_APART"}
    assert missing["DRILL"] == {
        "rule": "DRILL",
        "sentence": "Production begins only with the certificate of an upgrade-downgrade drill.",
        "source": "Ensuring rollback safety during deployments (Amazon Builders' Library)",
        "met": False,
        "points": 0,
        "of": 3,
        "kept": True,
        "missing": "prod-1 demands no drill",
        "remedy": "Let the first wave of production demand the drill's certificate.",
        "waiver": None,
    }
    for number in range(3):
        name = f"more-{number}"
        await paying.change("registerService service", name=name, repository=f"acme/{name}", placement=["*"])
    every = await paying("{ services { nodes { name safety { score of } } } }")
    assert len(every["services"]["nodes"]) == 4
    assert len(paying.statements) <= one


async def test_what_is_not_in_the_fleet_has_no_score(paying: Graph) -> None:
    """A service that was archived."""
    await paying.change("archiveService service", name="payments")
    found = await paying("{ services(filter: {archived: true}) { nodes { name safety { score } } } }")
    assert found["services"]["nodes"] == [{"name": "payments", "safety": None}]
    assert (await paying("{ safety { service } }"))["safety"] == []


async def test_the_worst_comes_first(paying: Graph) -> None:
    """A page after the other, and of a team alone."""
    await paying.change("registerService service", name="orders", repository="acme/orders", placement=["prod-*"])
    found = await paying("{ safety { service safety { score of } } }")
    assert [each["service"] for each in found["safety"]] == ["orders", "payments"]
    page = await paying('{ safety(first: 1, after: "orders") { service } other: safety(team: "pay") { service } }')
    assert page == {"safety": [{"service": "payments"}], "other": [{"service": "payments"}]}
    whole = await paying(f"{{ safety(first: 500) {{ service safety {{ {POINTS} }} }} }}")
    assert len(whole["safety"][0]["safety"]["points"]) > 10
    for wrong in ("first: 501", "first: 0", 'after: "unknown"'):
        result = await paying.result(f"{{ safety({wrong}) {{ service }} }}")
        assert result.errors[0].extensions["code"] == "INVALID_VALUE"


async def test_a_refusal_is_a_type_of_its_own(paying: Graph) -> None:
    """With the services, the rules, a sentence each, and what to do."""
    payload = (await paying(LEFT))["updateStage"]
    assert payload["stage"] is None
    [error] = payload["errors"]
    assert error["message"].startswith("The safety of payments would be lowered.")
    assert "grantWaiver" in error["remedy"]
    assert {name: error[name] for name in ("__typename", "code", "services", "rules", "lowered")} == {
        "__typename": "SafetyLowered",
        "code": "SAFETY_LOWERED",
        "services": ["payments"],
        "rules": ["ROLLBACK"],
        "lowered": ["payments would no longer keep ROLLBACK: prod is left as it is."],
    }


async def test_a_preview_tells_what_would_be_lowered(paying: Graph) -> None:
    """And by which waiver it may be."""
    document = """query ($input: ChangeInput!) { previewChange(input: $input) {
      entries { name } lowered { service rule missing remedy waiver } errors { code } } }"""
    asked = {"operations": [{"updateStage": {"name": "prod", "onFailure": "NONE"}}]}
    found = (await paying(document, input=asked))["previewChange"]
    assert found["lowered"] == [
        {
            "service": "payments",
            "rule": "ROLLBACK",
            "missing": "prod is left as it is",
            "remedy": "Give the stage onFailure ROLLBACK.",
            "waiver": None,
        }
    ]
    assert found["errors"] == [{"code": "SAFETY_LOWERED"}]
    await granted(paying, service=None, stage="prod")
    found = (await paying(document, input=asked))["previewChange"]
    assert ([each["waiver"] for each in found["lowered"]], found["errors"]) == (["waiver-1"], [])


async def test_a_waiver_is_granted_found_and_revoked(paying: Graph) -> None:
    """From its service, by name, in the list; and what is waived is not met."""
    payload = await granted(paying)
    assert payload["errors"] == []
    assert payload["waiver"]["service"] == {"name": "payments", "waivers": {"nodes": [{"name": "waiver-1"}]}}
    assert (await paying(LEFT))["updateStage"]["errors"] == []
    safety = (await paying(f'{{ service(name: "payments") {{ safety {{ {POINTS} }} }} }}'))["service"]["safety"]
    assert (safety["score"], safety["waived"]) == (87, 7)
    [point] = [each for each in safety["points"] if each["rule"] == "ROLLBACK"]
    assert (point["met"], point["waiver"]) == (False, {"name": "waiver-1", "expired": False})
    revoked = (await paying(REVOKE, input={"name": "waiver-1", "reason": "moved"}))["revokeWaiver"]
    assert revoked == {"waiver": {"revokedBy": "tester", "revocation": "moved"}, "errors": []}
    found = await paying(
        """{ waiver(name: "waiver-1") { rule revokedAt } waivers(filter: {revoked: false}) { totalCount }
          every: waivers(filter: {rule: "ROLLBACK", service: "payments"}) { totalCount } }"""
    )
    assert found["waiver"]["revokedAt"] is not None
    assert (found["waivers"], found["every"]) == ({"totalCount": 0}, {"totalCount": 1})


@pytest.mark.parametrize(
    ("given", "code", "path"),
    [
        ({"expiresAt": soon(days=91)}, "INVALID_VALUE", ["expiresAt"]),
        ({"expiresAt": soon(days=-1)}, "INVALID_VALUE", ["expiresAt"]),
        ({"reason": "  "}, "INVALID_VALUE", ["reason"]),
        ({"service": None}, "INVALID_VALUE", ["service"]),
        ({"service": "nobody"}, "NOT_FOUND", ["service"]),
    ],
)
async def test_what_is_no_waiver(paying: Graph, given: dict[str, Any], code: str, path: list[str]) -> None:
    """Each is refused with its place."""
    payload = await granted(paying, **given)
    assert payload["waiver"] is None
    assert [(each["code"], each["path"]) for each in payload["errors"]] == [(code, path)]
