"""What the example organisation has lived through, for the pages to show: told through the graph, as pipelines tell it.

payments: two revisions went everywhere, the third is in prod-1, watched. orders: failed in prod-us-east-1.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import yaml

from tests import stories
from tests.service import ROOT
from tests.stories import Story

ORGANISATION = ROOT / "examples" / "organisation.yaml"
OLDEST, OLDER, NEWEST, FAILED, LATER = (f"{number}" * 8 + "-6a3e-4f0e-9d52-6f8c6c1d2e3f" for number in range(1, 6))
"""Ids of executions: three of payments, the one of orders, and one of payments that comes later."""
COMMITS = {OLDEST: "a1" * 20, OLDER: "b2" * 20, NEWEST: "c3" * 20, FAILED: "d4" * 20, LATER: "e5" * 20}
MESSAGES = {
    OLDEST: "Accept payments in euros (#41)",
    OLDER: "Refund partly captured payments (#42)",
    NEWEST: "Raise the limit of a payment (#43)",
    FAILED: "Put orders into a queue of their own (#7)",
    LATER: "Say why a payment was declined (#44)",
}
CAUSE = "Stack prod-us-east-1-Orders is in UPDATE_ROLLBACK_COMPLETE: the name of a FIFO queue can only include letters"
FAILS_AT = "prod-us-east-1"

Ask = Callable[..., Awaitable[dict[str, Any]]]

APPLY = "mutation ($input: ChangeInput!) { answer: applyChange(input: $input) { errors { message } } }"
PLAN = """query ($repository: String!) { plan(repository: $repository) { ... on Plan {
  digest pipeline { name account region } stages { name waves { name wave environments { name } } } } } }"""
REGISTER = """mutation ($input: RegisterPipelineInput!) {
  answer: registerPipeline(input: $input) { errors { message } } }"""
REPORT = "mutation ($input: ReportEventsInput!) { answer: reportEvents(input: $input) { accepted errors { message } } }"
ENTER = "mutation ($input: EnterWaveInput!) { answer: enterWave(input: $input) { errors { message } } }"
CHECKS = """mutation ($input: StartCheckRunsInput!) {
  answer: startCheckRuns(input: $input) { checkRuns { id name kind status } errors { message } } }"""
FINISH = "mutation ($input: FinishCheckRunInput!) { answer: finishCheckRun(input: $input) { errors { message } } }"


async def tell(ask: Ask, now: datetime | None = None) -> None:
    """Everything, ending now."""
    end = (now or datetime.now(UTC)).replace(microsecond=0)
    await _do(ask, APPLY, document=yaml.safe_load(ORGANISATION.read_text("utf-8")), reason="the example")
    payments = await _registered(ask, "acme/payments")
    await _report(ask, _whole(payments, OLDEST, end - timedelta(days=3)))
    await _report(ask, _whole(payments, OLDER, end - timedelta(days=1)))
    going = _until(payments, "prod-1", NEWEST, end - timedelta(minutes=50))
    await _report(ask, going)
    for stage in _names(payments):
        if stage == "prod-1":
            break
        await _checked(ask, NEWEST, stage)
    await _watched(ask, payments, going)
    await _report(ask, _failing(await _registered(ask, "acme/orders"), end - timedelta(hours=5)))


async def newer_revision(ask: Ask) -> None:
    """Another revision of payments comes as far as beta-1, now."""
    payments = await _registered(ask, "acme/payments")
    await _report(ask, _until(payments, "beta-1", LATER, datetime.now(UTC).replace(microsecond=0)))


async def _do(ask: Ask, mutation: str, **given: Any) -> dict[str, Any]:
    answer: dict[str, Any] = (await ask(mutation, {"input": given}))["answer"]
    assert answer["errors"] == [], answer["errors"]
    return answer


async def _registered(ask: Ask, repository: str) -> dict[str, Any]:
    """The map of a pipeline as pipelinekit makes it from the plan, registered."""
    plan = (await ask(PLAN, {"repository": repository}))["plan"]
    waves = [
        stories.wave(wave["name"], stage["name"], *(each["name"] for each in wave["environments"]))
        | {"wave": wave["wave"]}
        for stage in plan["stages"]
        for wave in stage["waves"]
    ]
    for wave in waves:
        wave["actions"].insert(0, {"name": f"{wave['name']}.Enter", "kind": "ENTER", "environment": None})
    home = plan["pipeline"]
    structure = stories.MAP | {
        "pipeline": home["name"],
        "repository": repository,
        "planDigest": plan["digest"],
        "stages": [*stories.MAP["stages"][:3], *waves],
    }
    given = {"name": home["name"], "account": home["account"], "region": home["region"]}
    await _do(ask, REGISTER, **given, repository=repository, planDigest=plan["digest"], structure=structure)
    return structure


async def _report(ask: Ask, story: Story) -> None:
    told = story.envelopes
    for start in range(0, len(told), 50):
        await _do(ask, REPORT, envelopes=told[start : start + 50])


def _names(structure: dict[str, Any]) -> list[str]:
    return [stage["name"] for stage in structure["stages"] if stage["wave"]]


def _begun(structure: dict[str, Any], execution: str, begin: datetime) -> Story:
    story = Story(pipeline=structure["pipeline"], execution=execution, begin=begin)
    story.run(
        "STARTED",
        **{
            "commit-id": COMMITS[execution],
            "commit-message": MESSAGES[execution],
            "author-display-name": "Mary Maintainer",
            "author-date": (begin - timedelta(minutes=7)).strftime("%Y-%m-%dT%H:%M:%SZ"),
        },
    )
    return story


def _until(structure: dict[str, Any], last: str, execution: str, begin: datetime) -> Story:
    """Everything before a stage, and that stage deployed and entered into its validation."""
    story = _begun(structure, execution, begin)
    for stage in structure["stages"]:
        if stage["name"] == last:
            break
        story.good_stage(stage["name"], *stories.names_of(stage))
    story.stage(last, "STARTED")
    for action in stories.names_of(stage)[:-1]:
        story.action(last, action, "STARTED")
        story.action(last, action, "SUCCEEDED")
    story.action(last, stories.names_of(stage)[-1], "STARTED")
    return story


def _whole(structure: dict[str, Any], execution: str, begin: datetime) -> Story:
    story = _begun(structure, execution, begin)
    for stage in structure["stages"]:
        story.good_stage(stage["name"], *stories.names_of(stage))
    story.run("SUCCEEDED")
    return story


def _failing(structure: dict[str, Any], begin: datetime) -> Story:
    story = _begun(structure, FAILED, begin)
    for stage in structure["stages"]:
        failing = f"{FAILS_AT}.Deploy"
        names = stories.names_of(stage)
        if failing not in names:
            story.good_stage(stage["name"], *names)
            continue
        story.stage(stage["name"], "STARTED")
        for name in names[: names.index(failing)]:
            story.action(stage["name"], name, "STARTED")
            story.action(stage["name"], name, "SUCCEEDED")
        story.action(stage["name"], failing, "STARTED")
        story.action(stage["name"], failing, "FAILED", summary=CAUSE)
        story.stage(stage["name"], "FAILED")
        story.run("FAILED")
        break
    return story


async def _checked(ask: Ask, execution: str, stage: str) -> None:
    """All checks after a wave, passed."""
    answer = await _do(ask, CHECKS, executionId=execution, stage=stage)
    for run in answer["checkRuns"]:
        if run["status"] == "RUNNING":
            await _do(ask, FINISH, checkRun=run["id"], status="PASSED")


async def _watched(ask: Ask, structure: dict[str, Any], story: Story) -> None:
    """The bake and the other checks of prod-1 have begun; its second wave would have to wait."""
    await _do(ask, CHECKS, executionId=story.execution, stage="prod-1")
