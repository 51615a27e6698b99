"""Baking in the graph: what a pipeline tells and is told, what a wave came to, what shadow checks would have done."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from domain.configuration import changing
from domain.configuration.kinds import Kind
from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen
from resolvers import checking
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import apply, update
from tests.fleet import TESTER, register_fleet, register_payments
from tests.graph.conftest import Graph

OBSERVE = """mutation ($run: ID!, $seen: JSON!) { observeBake(input: {checkRun: $run, observations: $seen}) {
  bake { status reasons askAgainSeconds dataPoints } errors { code message path remedy } } }"""
START = """mutation ($input: StartCheckRunsInput!) { startCheckRuns(input: $input) {
  checkRuns { id name kind configuration } } }"""
CONCLUDE = """mutation ($input: ConcludeWaveInput!) { concludeWave(input: $input) {
  verdict { passed outcome reasons } errors { code path } } }"""
SHADOW = "query { checks(first: 9) { nodes { name shadow { runs wouldHaveBlocked flakeRate since } } } }"
WAVE = {"executionId": stories.EXECUTION, "stage": "prod-1"}


async def _begin(graph: Graph, *checks: dict[str, Any]) -> None:
    async with graph.context.database.transaction() as session:
        await register_fleet(session)
        for check in checks:
            await apply(session, changing.register(Kind.CHECK, check))
        await update(session, Kind.WAVE, "prod-1", bake_minutes=600)
        await register_payments(session)
        await record_envelopes(session, stories.until_prod().envelopes)


async def test_a_bake_is_observed_and_ends_with_its_wave(graph: Graph) -> None:
    """The service judges; an observation that is none is refused with its place; who was left is named."""
    await _begin(graph, {"name": "pentest", "kind": CheckKind.EXTERNAL, "stage": "prod"})
    runs = (await graph(START, input=WAVE))["startCheckRuns"]["checkRuns"]
    bake = next(run for run in runs if run["kind"] == "BAKE")
    assert bake["configuration"]["minutes"] == 600
    eu = {"environment": "prod-eu-west-1", "alarms": [{"name": "a", "role": "AGGREGATE", "state": "OK"}]}
    told = (await graph(OBSERVE, run=bake["id"], seen=[eu]))["observeBake"]
    assert (told["errors"], told["bake"]["status"], told["bake"]["askAgainSeconds"]) == ([], "RUNNING", 60)
    assert told["bake"]["reasons"][0].endswith("left")
    told = (await graph(OBSERVE, run=bake["id"], seen=[{**eu, "mood": "good"}]))["observeBake"]
    assert told["bake"] is None
    assert (told["errors"][0]["code"], told["errors"][0]["path"]) == ("INVALID_VALUE", ["observations[0].mood"])
    alarm = {"name": "a", "role": "AGGREGATE", "state": "ALARM", "reason": "5xx"}
    told = (await graph(OBSERVE, run=bake["id"], seen=[{**eu, "alarms": [alarm]}]))["observeBake"]
    reason = "a is in ALARM in prod-eu-west-1: 5xx"
    assert told["bake"] == {"status": "FAILED", "reasons": [reason], "askAgainSeconds": 0, "dataPoints": 0}
    concluded = (await graph(CONCLUDE, input={**WAVE, "cancelledBy": bake["id"]}))["concludeWave"]
    assert concluded["verdict"] == {
        "passed": False,
        "outcome": "FAILED",
        "reasons": ["pentest on prod-1 was cancelled: bake on prod-1 said no", f"bake on prod-1 failed: {reason}"],
    }


async def _attempt(graph: Graph, statuses: dict[str, list[CheckRunStatus]]) -> None:
    """One attempt of the wave, in which each check says this on its subjects, in order of their names."""
    async with graph.context.database.transaction() as session:
        place = {"execution_id": stories.EXECUTION, "stage": "prod-1", "when": CheckWhen.AFTER}
        runs = await checking.start_check_runs(session, TESTER, now=stories.BEGIN, **place)
        for name, said in statuses.items():
            mine = sorted((run for run in runs if run.name == name), key=lambda run: run.subject)
            for run, status in zip(mine, said, strict=True):
                given = {"now": stories.BEGIN, "check_run": run.id, "status": status}
                await checking.finish_check_run(session, TESTER, **given)
        for run in runs:
            if run.kind is CheckKind.BAKE:
                later = stories.BEGIN + timedelta(days=1)
                given = {"now": later, "check_run": run.id, "status": CheckRunStatus.PASSED}
                await checking.finish_check_run(session, TESTER, **given)


async def test_what_shadow_checks_would_have_done(graph: Graph) -> None:
    """Waves that each would have held back, and how often it contradicts itself on one revision and subject."""
    lambda_ = {"kind": CheckKind.LAMBDA, "stage": "prod", "configuration": {"functionName": "{environment}"}}
    shadow = {**lambda_, "mode": CheckMode.SHADOW, "when": CheckWhen.AFTER}
    forgiving = {**shadow, "name": "forgiving", "failure_limit": 1}
    await _begin(graph, {**shadow, "name": "flaky"}, {**shadow, "name": "steady"}, forgiving)
    passed, failed, unsure = CheckRunStatus.PASSED, CheckRunStatus.FAILED, CheckRunStatus.INCONCLUSIVE
    await _attempt(graph, {"flaky": [passed, failed], "steady": [passed] * 2, "forgiving": [failed, passed]})
    await _attempt(graph, {"flaky": [passed] * 2, "steady": [passed] * 2, "forgiving": [failed, unsure]})
    found = {each["name"]: each["shadow"] for each in (await graph(SHADOW))["checks"]["nodes"]}
    since = "2026-11-22T23:00:00+00:00"
    assert found == {
        "flaky": {"runs": 4, "wouldHaveBlocked": 1, "flakeRate": 0.5, "since": since},
        "steady": {"runs": 4, "wouldHaveBlocked": 0, "flakeRate": 0, "since": since},
        "forgiving": {"runs": 4, "wouldHaveBlocked": 1, "flakeRate": 0.5, "since": since},
    }


async def test_a_check_that_never_ran_has_nothing_to_show(graph: Graph) -> None:
    """Nor has one that blocks: what it does is no trial."""
    await _begin(graph, {"name": "pentest", "kind": CheckKind.EXTERNAL, "stage": "prod"})
    (found,) = (await graph(SHADOW))["checks"]["nodes"]
    assert found["shadow"] == {"runs": 0, "wouldHaveBlocked": 0, "flakeRate": None, "since": None}
