"""pipelinekit and the service, face to face: what the library and its gate ask, the service answers."""

from __future__ import annotations

from typing import Any

import pytest

from domain.configuration import changing
from domain.configuration.kinds import Kind
from domain.spans import traceparent
from domain.words import CheckKind, PolicyKind
from models.engine import Database
from pipelinekit import client
from pipelinekit.gate import entering, index
from pipelinekit.gate.service import InterlockRefusedError, InterlockUnavailableError, Service
from pipelinekit.layout import lay_out
from pipelinekit.plan import Plan
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import apply, update
from tests.fleet import register_fleet, register_payments
from tests.pipelinekit import plans

STAGE = {"executionId": stories.EXECUTION, "stage": "prod-1"}


@pytest.fixture
async def gate_at(database: Database, service: str) -> Service:
    """The gate's view of a running service, in which prod has one check with two retries."""
    async with database.transaction() as session:
        await register_fleet(session)
        approval = {"name": "approval", "kind": CheckKind.EXTERNAL, "stage": "prod", "retries": 2}
        await apply(session, changing.register(Kind.CHECK, approval))
        await register_payments(session)
        await record_envelopes(session, stories.until_prod().envelopes)
    return Service(service)


def reported(gate_at: Service, run: str, status: str) -> dict[str, Any]:
    return index.report({"checkRun": run, "outcome": {"status": status, "cause": "because"}}, gate_at)


def test_a_check_is_tried_again_and_the_wave_concluded(gate_at: Service) -> None:
    """A run without a verdict is answered with the next; said twice, with the same; the last one decides."""
    (check,) = index.start(STAGE, gate_at, lambda: stories.MAP)["checks"]
    assert (check["name"], check["subject"], check["kind"]) == ("approval", "prod-1", "EXTERNAL")
    second = reported(gate_at, check["id"], "INCONCLUSIVE")
    assert second == reported(gate_at, check["id"], "INCONCLUSIVE")
    assert second["again"] != check["id"]
    late = {"checkRun": second["again"], "outcome": {"status": "ERRORED"}, "check": check}
    waiting = index.conclude({**STAGE, "unreported": [late]}, gate_at)
    (again,) = waiting["checks"]
    assert {**again, "id": check["id"], "traceparent": check["traceparent"]} == check
    what = ("check", "prod-1", "AFTER", "approval", "prod-1")
    spans = [traceparent(stories.EXECUTION, 1, *what, *again_) for again_ in ((), ("2",), ("3",))]
    assert [each["traceparent"] for each in (check, second, again)] == spans
    assert [each["id"] for each in index.start(STAGE, gate_at, lambda: stories.MAP)["checks"]] == [again["id"]]
    assert reported(gate_at, again["id"], "TIMED_OUT") == {"recorded": True}
    reason = "approval on prod-1 gave no outcome in its time in 3 tries: because"
    assert index.conclude(STAGE, gate_at) == {"passed": False, "reasons": [reason], "checks": []}


def test_a_later_try_that_passes_lets_the_wave_pass(gate_at: Service) -> None:
    """What an earlier one could not tell is history; an outcome is never rewritten."""
    (check,) = index.start(STAGE, gate_at, lambda: stories.MAP)["checks"]
    again = reported(gate_at, check["id"], "ERRORED")["again"]
    assert reported(gate_at, again, "PASSED") == {"recorded": True}
    refused = reported(gate_at, check["id"], "PASSED")
    assert refused["recorded"] is False
    assert "already ended as ERRORED" in refused["reason"]
    assert index.conclude(STAGE, gate_at) == {"passed": True, "reasons": [], "checks": []}


def asked(gate_at: Service, stage: str = "prod-1", structure: dict[str, Any] | None = None) -> dict[str, Any]:
    """What the gate makes of the service's decision."""
    event = {"executionId": stories.EXECUTION, "stage": stage}
    return entering.enter(event, gate_at, lambda: structure or stories.MAP, index.within, lambda _: None)


async def test_the_gate_enters_waits_and_stops_as_the_service_decides(database: Database, gate_at: Service) -> None:
    """PROCEED, WAIT with its reasons and the checks before the wave, STOP: as they were decided."""
    open_ = {"decision": "PROCEED", "reasons": [], "checks": [], "events": 0}
    assert {**asked(gate_at), "askAgainSeconds": 0} == {**open_, "askAgainSeconds": 0}
    async with database.transaction() as session:
        before = {"name": "ready", "kind": CheckKind.HTTP, "when": "BEFORE", "stage": "prod"}
        await apply(session, changing.register(Kind.CHECK, {**before, "configuration": {"url": "http://127.0.0.1:1/"}}))
    waiting = asked(gate_at)
    assert (waiting["decision"], waiting["reasons"]) == ("WAIT", ["ready on prod-1 has not reported"])
    (check,) = waiting["checks"]
    assert (check["name"], check["kind"]) == ("ready", "HTTP")
    assert asked(gate_at)["checks"][0]["id"] == check["id"]
    assert reported(gate_at, check["id"], "FAILED")["recorded"]
    stopped = asked(gate_at)
    assert (stopped["decision"], stopped["checks"]) == ("STOP", [])
    assert stopped["reasons"] == ["ready on prod-1 failed: because"]


def test_what_the_service_does_not_know_yet_and_never_will(gate_at: Service) -> None:
    """An execution is a matter of time; a stage that the registered map does not have is a no."""
    event = {"executionId": "5c1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e40", "stage": "prod-1"}
    with pytest.raises(InterlockUnavailableError, match="does not know this execution yet"):
        entering.enter(event, gate_at, lambda: stories.MAP, index.within, lambda _: None)
    with pytest.raises(InterlockRefusedError, match="prod-11"):
        asked(gate_at, "prod-11")


async def test_a_plan_comes_with_its_parts_and_policies(database: Database, service: str) -> None:
    """What the service plans is typed, laid out and written back: a service's wave size makes parts of its waves."""
    organisation = {
        "name": "acme",
        "pipeline_account": stories.ACCOUNT,
        "pipeline_region": stories.REGION,
        "connection_arn": plans.CONNECTION,
        "event_bus_arn": plans.plan([])["hub"]["eventBusArn"],
    }
    office = {"name": "office", "cron": "0 9 * * 1-5", "minutes": 480, "stage": "prod"}
    tags = {"name": "tags", "kind": PolicyKind.REQUIRED_TAGS, "configuration": {"tags": {"owner": "*"}}}
    async with database.transaction() as session:
        await register_fleet(session)
        await apply(session, changing.register(Kind.ORGANISATION, organisation))
        await apply(session, changing.register(Kind.WINDOW, office), changing.register(Kind.POLICY, tags))
        await update(session, Kind.SERVICE, "payments", wave_size=1)
    answered = client.Service(service).plan("acme/payments")
    plan = Plan.from_json(answered)
    assert plan.to_json() == answered
    assert [(wave.name, wave.wave) for _, wave in plan.waves] == [
        ("alpha-1", "alpha-1"),
        ("prod-1-part-1", "prod-1"),
        ("prod-1-part-2", "prod-1"),
        ("prod-2", "prod-2"),
    ]
    assert [wave.name for wave in lay_out(plan).waves] == [wave.name for _, wave in plan.waves]
    assert [(policy.name, policy.kind) for policy in plan.policies] == [("tags", "REQUIRED_TAGS")]
    assert plan.stages[1].waves[0].windows[0].time_zone is None
