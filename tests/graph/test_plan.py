"""The plan: everything that synth needs, in one request and one statement."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tests.graph.conftest import Graph

DOCUMENT = max((Path(__file__).parent.parent / "client_queries").glob("pipelinekit-*-plan.graphql")).read_text()


async def _plan(graph: Graph, repository: str, contract: int = 1) -> Any:
    return (await graph(DOCUMENT, repository=repository, contract=contract))["plan"]


async def test_the_plan_is_one_statement_and_in_order(fleet: Graph) -> None:
    """Stages, waves and environments in the order of their deployment, with checks and bake."""
    await _plan(fleet, "acme/payments")  # the configuration is read once, and kept
    plan = await _plan(fleet, "acme/payments")
    assert len(fleet.statements) == 1
    assert plan["pipeline"] == {"name": "payments", "account": "999999999999", "region": "eu-west-1"}
    waves = [(stage["name"], wave["name"]) for stage in plan["stages"] for wave in stage["waves"]]
    assert waves == [("beta", "beta-1"), ("prod", "prod-1"), ("prod", "prod-2")]
    last = plan["stages"][1]["waves"][1]
    assert [each["name"] for each in last["environments"]] == ["prod-ap", "prod-sa", "prod-us"]
    assert last["bakeMinutes"] == 30
    assert [check["name"] for check in last["checks"]] == ["smoke"]
    assert plan["stages"][0]["waves"][0]["checks"] == []
    assert plan["requiredTags"] == [{"key": "service", "value": "payments"}]


async def test_equal_plans_have_equal_digests_and_an_edit_changes_it(fleet: Graph) -> None:
    """The digest says whether a pipeline is out of date."""
    before = (await _plan(fleet, "acme/payments"))["digest"]
    assert before == (await _plan(fleet, "acme/payments"))["digest"]
    assert before.startswith("sha256:")
    await fleet.change(
        "registerEnvironment environment", name="prod-ca", account="3" * 12, region="ca-central-1", wave="prod-2"
    )
    assert before != (await _plan(fleet, "acme/payments"))["digest"]


async def test_an_unknown_repository_is_told_with_the_nearest(fleet: Graph) -> None:
    """A typing error finds its correction."""
    plan = await _plan(fleet, "acme/paymets")
    assert plan["__typename"] == "NotFound"
    assert "did you mean acme/payments" in plan["message"]


async def test_a_service_without_environments_has_no_plan(fleet: Graph) -> None:
    """A pipeline that reaches nothing cannot be built: the globs are named."""
    await fleet.change("registerService service", name="ghost", repository="acme/ghost", placement=["nowhere-*"])
    plan = await _plan(fleet, "acme/ghost")
    assert (plan["__typename"], plan["code"]) == ("Refused", "NO_ENVIRONMENTS")
    assert "nowhere-*" in plan["message"]


async def test_an_unconfigured_organisation_has_no_plan(graph: Graph) -> None:
    """Without it nothing says where pipelines live."""
    await graph.change("registerService service", name="payments", repository="acme/payments", placement=["*"])
    assert (await _plan(graph, "acme/payments"))["code"] == "NOT_CONFIGURED"


async def test_another_contract_is_refused_with_who_must_upgrade(fleet: Graph) -> None:
    """An old library upgrades itself; a new one asks for a newer service."""
    old = await _plan(fleet, "acme/payments", contract=0)
    new = await _plan(fleet, "acme/payments", contract=2)
    assert old["__typename"] == new["__typename"] == "UpgradeRequired"
    assert "Upgrade pipelinekit" in old["remedy"]
    assert "Upgrade the service" in new["remedy"]
