"""`interlock pipeline`: what would happen is shown first, as the service judges it; then it is asked for."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from tests.cli.conftest import Pretend, as_json
from tests.cli.deploying.conftest import Fleet, Interlock

ARN = "arn:aws:codepipeline:eu-west-1:999999999999:small"
OLD, NEW = "11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "22222222-bbbb-4bbb-8bbb-bbbbbbbbbbbb"


def execution(id_: str, revision: str, status: str, **stages: str) -> dict[str, Any]:
    found = [{"name": name.replace("_", "-"), "status": each, "stage": None} for name, each in stages.items()]
    told = {"revision": revision * 40, "commitMessage": "x", "author": "ann", "startedAt": None}
    return {"executionId": id_, "status": status, **told, "stages": {"nodes": found}}


@pytest.fixture
def pipelines(fleet: Fleet) -> Fleet:
    """`small` has two executions, the newer of which has failed in beta."""
    executions = [
        execution(NEW, "b", "FAILED", Source="SUCCEEDED", alpha_1="SUCCEEDED", beta_1="FAILED"),
        execution(OLD, "a", "SUCCEEDED", Source="SUCCEEDED", alpha_1="SUCCEEDED", beta_1="SUCCEEDED"),
    ]
    pipeline = {
        "name": "small",
        "arn": ARN,
        "accountId": "999999999999",
        "regionName": "eu-west-1",
        "staleAt": None,
        "service": {"name": "small", "repository": "acme/small", "branch": "main"},
        "executions": {"nodes": executions},
    }
    fleet.said["PipelinesActedOn"] = {"pipelines": {"nodes": [pipeline], "pageInfo": {"hasNextPage": False}}}
    fleet.said["ActionEffect"] = {"actionEffect": effect("b returns to a.")}
    done = {"errors": [], "execution": {"executionId": NEW, "status": "STOPPING", "revision": None, "pipeline": None}}
    for operation in ("StopExecution", "RetryStage", "RollBackStage"):
        fleet.said[operation] = {operation[0].lower() + operation[1:]: done}
    fleet.said["StartPipeline"] = {"startPipeline": {"errors": [], "pipeline": {"name": "small", "startedAt": None}}}
    return fleet


def effect(sentence: str, **more: Any) -> dict[str, Any]:
    targets = [
        {"executionId": OLD, "revision": "a" * 40, "possible": True, "sentence": "CodePipeline does it."},
        {"executionId": NEW, "revision": "c" * 40, "possible": False, "sentence": "Another structure."},
    ]
    plain = {"possible": True, "environments": ["beta-us-east-1"], "instead": None, "targets": targets}
    return {"__typename": "ActionEffect", "sentences": [sentence], **plain, **more}


@pytest.mark.parametrize(
    ("arguments", "operation", "wanted"),
    [
        (("stop", "small"), "StopExecution", {"executionId": NEW, "abandon": False}),
        (("stop", "small", "--execution", "aaaaaaa", "--abandon"), "StopExecution", {"executionId": OLD}),
        (("retry", "small"), "RetryStage", {"executionId": NEW, "stage": "beta-1", "mode": "FAILED_ACTIONS"}),
        (("retry", "small", "--stage", "alpha-1", "--all-actions"), "RetryStage", {"mode": "ALL_ACTIONS"}),
        (("rollback", "small", "--stage", "beta-1"), "RollBackStage", {"executionId": NEW, "targetExecutionId": OLD}),
        (("rollback", "small", "--stage", "beta-1", "--to", "aaaa"), "RollBackStage", {"targetExecutionId": OLD}),
    ],
)
def test_the_effect_is_shown_and_then_it_is_done(
    pipelines: Fleet, ask: Interlock, arguments: tuple[str, ...], operation: str, wanted: dict[str, Any]
) -> None:
    """With the reason, which is kept; the newest execution, and the stage that failed, are what is meant."""
    result = ask("pipeline", *arguments, "--reason", "the alarm", "--yes")
    assert (result.exit_code, result.stdout) == (0, "b returns to a.\n")
    ((asked, given),) = pipelines.inputs
    assert asked == operation
    assert given["reason"] == "the alarm"
    assert given.items() >= wanted.items()


def test_a_pipeline_is_started_under_a_key(pipelines: Fleet, ask: Interlock) -> None:
    """What it starts with is said first; asked twice by a network that fails, it starts once."""
    result = ask("pipeline", "start", "small", "--yes", "-o", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout) == {"pipeline": "small", "startedAt": None}
    assert "starts with the last commit of main in acme/small" in result.stderr
    ((_, given),) = pipelines.inputs
    assert given["arn"] == ARN
    assert len(given["idempotencyKey"]) == 36


def test_a_start_whose_answer_is_lost_is_asked_again_under_its_key(
    pipelines: Fleet, pretend: Pretend, ask: Interlock
) -> None:
    """As every change that has one."""
    answer, lost = pretend.answer, [True]

    def losing(payload: dict[str, Any]) -> Any:
        said = answer(payload)
        return as_json({}, 502) if "mutation" in payload["query"] and lost and lost.pop() else said

    pretend.answer = losing
    assert ask("pipeline", "start", "small", "--yes").exit_code == 0
    (_, first), (_, second) = pipelines.inputs
    assert first == second


def test_a_dry_run_does_nothing(pipelines: Fleet, ask: Interlock) -> None:
    """And needs no reason."""
    result = ask("pipeline", "retry", "small", "--dry-run", "-o", "json")
    assert result.exit_code == 0
    assert json.loads(result.stdout)["effect"]["environments"] == ["beta-us-east-1"]
    assert pipelines.inputs == []


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("stop", "small", "--yes"), 2, "A reason is needed"),
        (("stop", "small", "--reason", "x"), 2, "in beta-us-east-1, and nobody can be asked here"),
        (("stop", "smal", "--yes"), 1, "no pipeline or service 'smal'. Did you mean small?"),
        (("stop", "small", "--execution", "9999999"), 1, "no execution '9999999' among its last 2"),
        (("retry", "small", "--execution", OLD), 1, "No stage of the execution .* is FAILED: Source SUCCEEDED"),
        (("retry", "small", "--stage", "beta"), 1, "has no stage 'beta'. It has: Source, alpha-1, beta-1."),
        (("rollback", "small", "--stage", "beta"), 1, "no stage of small 'beta'. Did you mean beta-1"),
        (("rollback", "small", "--stage", "beta-1", "--to", "ddd"), 1, f"called 'ddd'. Possible: {OLD} .aaaaaaaa."),
    ],
)
def test_what_is_meant_must_be_there(
    pipelines: Fleet, ask: Interlock, arguments: tuple[str, ...], code: int, message: str
) -> None:
    """Nothing is done, and the nearest that there is named."""
    result = ask("pipeline", *arguments)
    assert result.exit_code == code
    assert re.search(message, result.stderr)
    assert pipelines.inputs == []


def test_what_is_not_possible_says_why_and_what_else(pipelines: Fleet, ask: Interlock) -> None:
    """The service's own judgement, before anything is asked of AWS."""
    pipelines.said["ActionEffect"] = {
        "actionEffect": effect("It is a rollback.", possible=False, instead="Deploy anew.")
    }
    result = ask("pipeline", "rollback", "small", "--stage", "beta-1", "--reason", "x", "--yes")
    assert result.exit_code == 1
    assert f"It is a rollback. Deploy anew. Possible targets: {OLD} (aaaaaaaa)." in result.stderr
    assert pipelines.inputs == []


def test_what_the_service_refuses_fails_the_command(pipelines: Fleet, ask: Interlock) -> None:
    """CodePipeline may know more than the service."""
    refused = {"code": "AWS_BUSY", "message": "CodePipeline is busy.", "path": [], "remedy": "Wait."}
    pipelines.said["StopExecution"] = {"stopExecution": {"errors": [refused], "execution": None}}
    result = ask("pipeline", "stop", "small", "--reason", "x", "--yes")
    assert (result.exit_code, "CodePipeline is busy." in result.stderr) == (1, True)
