"""Whoever may report for one service alone: every report about another is refused, and its own are taken."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from domain.configuration import changing
from domain.configuration.kinds import Kind
from domain.permissions import Granted, Permission, Role, Scope, Viewer
from domain.words import CheckKind, CheckWhen
from graph.permitting import OF_MUTATION
from graph.planner.execute import global_id
from models.queries import find
from models.tables import Pipeline
from resolvers.checking import start_check_runs
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import apply, register
from tests.fleet import register_fleet, register_payments
from tests.graph.conftest import Graph

REPORTS = sorted(name for name, needed in OF_MUTATION.items() if needed is Permission.REPORT)
OTHERS = "7d2f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f"
"""An execution of a pipeline that nobody has registered."""
PIPELINE = {
    "name": "payments",
    "account": stories.ACCOUNT,
    "region": stories.REGION,
    "repository": "acme/payments",
    "planDigest": "sha256:" + "0" * 64,
    "structure": stories.MAP,
}
RUN = {"provider": "github-actions", "pipeline": "deploy", "repository": "acme/payments", "runId": "812"}


def gate(service: str, *everywhere: Role) -> Viewer:
    """The gate of a service's pipeline."""
    scope = Scope(services=frozenset({service}))
    return Viewer("gate", frozenset(everywhere), frozenset({Granted(Role.PIPELINE, scope)}))


class Asking:
    """Reports about payments. run: the id of a run of one of its checks."""

    def __init__(self, graph: Graph, run: str) -> None:
        self.graph, self.run = graph, run

    def about_payments(self, name: str) -> dict[str, Any]:
        """An input of the mutation that is about payments."""
        at: dict[str, Any] = {"executionId": stories.EXECUTION, "stage": "prod-1"}
        of_run = {"checkRun": self.run}
        return {
            "registerPipeline": PIPELINE,
            "reportEvents": {"envelopes": [stories.until_prod().envelopes[-1]]},
            "reportExecution": RUN | {"state": "STARTED"},
            "enterWave": at,
            "observeBake": of_run | {"observations": []},
            "startCheckRuns": at,
            "finishCheckRun": of_run | {"status": "PASSED"},
            "concludeWave": at,
            "planRollback": at,
            "reportRollback": at | {"attempt": 1, "target": stories.EXECUTION, "state": "STARTED"},
            "planDrill": of_run,
        }[name]

    async def codes(self, viewer: Viewer, name: str, given: dict[str, Any]) -> list[str]:
        """The codes of what is wrong about a report of somebody's."""
        self.graph.context = replace(self.graph.context, viewer=viewer)
        kind = name[0].upper() + name[1:]
        document = f"mutation ($input: {kind}Input!) {{ {name}(input: $input) {{ errors {{ code message }} }} }}"
        return [error["code"] for error in (await self.graph(document, input=given))[name]["errors"]]


@pytest.fixture
async def asking(graph: Graph) -> Asking:
    """The service payments with its pipeline and a check, an execution of it, and the service orders without any."""
    organisation = {
        "name": "acme",
        "pipeline_account": stories.ACCOUNT,
        "pipeline_region": stories.REGION,
        "connection_arn": "arn:aws:codeconnections:eu-west-1:999999999999:connection/0f5b706a",
        "event_bus_arn": "arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
    }
    approval = {"name": "approval", "kind": CheckKind.EXTERNAL, "stage": "prod"}
    stranger = stories.until_prod(execution=OTHERS, pipeline="orders")
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        await register(session, Kind.SERVICE, name="orders", repository="acme/orders", placement=["*"])
        await apply(session, changing.register(Kind.ORGANISATION, organisation))
        await apply(session, changing.register(Kind.CHECK, approval))
        await register_payments(session)
        await record_envelopes(session, [*stories.until_prod().envelopes, *stranger.envelopes])
        at = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}
        [run] = await start_check_runs(session, "gate", now=stories.BEGIN, **at)
    return Asking(graph, global_id("CheckRun", run.id))


async def test_no_report_is_taken_about_another_s_pipeline(asking: Asking) -> None:
    """Every one that there is: FORBIDDEN, and nothing of it is done; also of whoever reads everything."""
    before = (await asking.graph("{ logHead }"))["logHead"]
    for name in REPORTS:
        given = asking.about_payments(name)
        assert await asking.codes(gate("orders"), name, given) == ["FORBIDDEN"], name
        assert await asking.codes(gate("orders", Role.VIEWER), name, given) == ["FORBIDDEN"], name
    assert (await asking.graph("{ logHead }"))["logHead"] == before


@pytest.mark.parametrize("viewer", [gate("payments"), Viewer("token:ci", frozenset({Role.PIPELINE}))])
async def test_what_is_about_one_s_own_is_judged_as_before(asking: Asking, viewer: Viewer) -> None:
    """By the rules of each use-case; a token of the role PIPELINE reports for all of them."""
    assert await asking.codes(viewer, "enterWave", asking.about_payments("enterWave")) == []
    for name in REPORTS:
        assert "FORBIDDEN" not in await asking.codes(viewer, name, asking.about_payments(name)), name


async def test_nobody_registers_another_s_pipeline_as_its_own(asking: Asking) -> None:
    """By the repository of its own it would take over the pipeline, and with it what may be said of it."""
    own = PIPELINE | {"name": "orders", "repository": "acme/orders"}
    for wrong in (
        {"name": "payments"},
        {"account": "111111111111"},
        {"region": "us-east-1"},
        {"repository": "acme/payments"},
        {"repository": "acme/none"},
    ):
        assert await asking.codes(gate("orders"), "registerPipeline", own | wrong) == ["FORBIDDEN"], wrong
    async with asking.graph.context.database.transaction() as session:
        pipeline = await find(session, Pipeline, name="payments")
        assert pipeline is not None
        assert (pipeline.structure or {})["pipeline"] == "payments"
    structure = stories.MAP | {"pipeline": "orders", "repository": "acme/orders", "stages": []}
    assert await asking.codes(gate("orders"), "registerPipeline", own | {"structure": structure}) == []


async def test_nobody_tells_of_another_s_execution_by_its_own_name(asking: Asking) -> None:
    """An execution's id may be a run's own; and of several envelopes, each is looked at."""
    forged = RUN | {"repository": "acme/orders", "runId": stories.EXECUTION.upper(), "state": "FAILED"}
    assert await asking.codes(gate("orders"), "reportExecution", forged) == ["FORBIDDEN"]
    own = RUN | {"repository": "acme/orders", "state": "STARTED"}
    assert await asking.codes(gate("orders"), "reportExecution", own) == []
    payments, orders = stories.until_prod().envelopes[-1], stories.until_prod(pipeline="orders").envelopes[-1]
    for envelopes in ([payments, orders], ["{"], [{"detail-type": "Interlock External Check"}]):
        assert await asking.codes(gate("payments"), "reportEvents", {"envelopes": envelopes}) == ["FORBIDDEN"]
    assert await asking.codes(gate("payments"), "reportEvents", {"envelopes": [payments] * 3}) == []


async def test_what_nobody_knows_yet_is_not_found(asking: Asking) -> None:
    """As for everybody: the gate then registers its pipeline, and asks again. Nothing is told of it."""
    for name in ("enterWave", "startCheckRuns", "concludeWave", "planRollback", "reportRollback"):
        for execution in (OTHERS, "00000000-0000-4000-8000-000000000000"):
            given = asking.about_payments(name) | {"executionId": execution}
            for viewer in (gate("payments"), gate("orders")):
                assert await asking.codes(viewer, name, given) == ["NOT_FOUND"], (name, execution)


async def test_a_synth_asks_for_its_plan_and_a_gate_for_the_clock(asking: Asking) -> None:
    """What pipelines read is theirs to read."""
    scope = Scope(services=frozenset({"payments"}))
    synth = Viewer("synth", frozenset(), frozenset({Granted(Role.VIEWER, scope)}))
    for viewer in (synth, gate("payments")):
        asking.graph.context = replace(asking.graph.context, viewer=viewer)
        found = await asking.graph('{ clock { now } plan(repository: "acme/payments", contract: 1) { __typename } }')
        assert (found["plan"]["__typename"], bool(found["clock"]["now"])) == ("Plan", True)
    assert await asking.codes(synth, "enterWave", asking.about_payments("enterWave")) == ["FORBIDDEN"]
