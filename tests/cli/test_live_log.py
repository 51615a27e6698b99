"""The log of a build that runs, followed to its end."""

from __future__ import annotations

from typing import Any

import pytest

from interlock_cli import live_log
from interlock_cli.errors import CommandError
from interlock_cli.said import Build, of_execution

TRACE = "00-aaaa-bbbb-01"


class Missing(Exception):
    """The stream is not there yet."""


class Aws:
    """CodeBuild and CloudWatch Logs: of each look at the build its status, and what is written by then."""

    exceptions = type("Exceptions", (), {"ResourceNotFoundException": Missing})

    def __init__(self, *looks: tuple[str, list[str] | None]) -> None:
        self.looks = list(looks)
        self.written: list[str] | None = None
        self.tokens: list[str | None] = []

    def client(self, _: str) -> Aws:
        return self

    def batch_get_builds(self, ids: list[str]) -> Any:
        if not self.looks:
            return {"builds": []}
        status, self.written = self.looks.pop(0)
        logs = {"groupName": "g", "streamName": "s"} if self.written is not None else {}
        return {"builds": [{"id": ids[0], "buildStatus": status, "logs": logs}]}

    def get_log_events(self, nextToken: str | None = None, **_: Any) -> Any:  # noqa: N803 - boto3's
        self.tokens.append(nextToken)
        if self.written == ["missing"]:
            raise Missing
        return {"events": [{"message": f"{line}\n"} for line in self.written or ()], "nextForwardToken": "next"}


def test_a_log_is_followed_to_its_end() -> None:
    """From the first line, each once; when the build has ended, until nothing more is there."""
    aws = Aws(
        ("IN_PROGRESS", None),
        ("IN_PROGRESS", ["missing"]),
        ("IN_PROGRESS", ["one", "two"]),
        ("IN_PROGRESS", []),
        ("FAILED", ["three"]),
        ("FAILED", []),
    )
    slept: list[float] = []
    assert list(live_log.lines(aws, "p:1", slept.append)) == ["one", "two", "three"]
    assert aws.tokens == [None, None, "next", "next", "next"]
    assert len(slept) == 3


def test_a_build_that_is_gone() -> None:
    """Is said, with how long builds are kept."""
    with pytest.raises(CommandError, match="no build 'p:1' any more"):
        list(live_log.lines(Aws(), "p:1"))


class Builds(Aws):
    """Two builds of a project, one of which a check started."""

    def list_builds_for_project(self, **_: str) -> Any:
        return {"ids": ["p:1", "p:2"]}

    def batch_get_builds(self, ids: list[str]) -> Any:
        given = {"p:1": [], "p:2": [{"name": "TRACEPARENT", "value": TRACE}]}
        return {"builds": [{"id": each, "environment": {"environmentVariables": given[each]}} for each in ids]}


def test_the_build_of_a_check_that_runs_is_found_by_its_trace() -> None:
    """Its id is told at its end alone."""
    assert live_log.id_of(Builds(), Build("1", "eu-west-1", "p", TRACE)) == "p:2"
    assert live_log.id_of(Builds(), Build("1", "eu-west-1", "p:7")) == "p:7"
    with pytest.raises(CommandError, match="No build of p for this check is there yet"):
        live_log.id_of(Builds(), Build("1", "eu-west-1", "p", "00-other"))


def check(**told: Any) -> dict[str, Any]:
    run = {
        "name": "integration",
        "kind": "CODEBUILD",
        "part": "beta-1",
        "subject": "beta-1",
        "status": "RUNNING",
        "cause": None,
        "detail": None,
        "configuration": {"project": "p"},
        "traceparent": TRACE,
        "tryNumber": 1,
        "failure": None,
    }
    return run | told


@pytest.mark.parametrize(
    ("run", "build"),
    [
        (check(), Build("999999999999", "eu-west-1", "p", TRACE)),
        (check(status="PASSED", detail={"build": "p:1"}), Build("999999999999", "eu-west-1", "p:1")),
        (check(status="PASSED"), None),
        (check(kind="LAMBDA"), None),
        (check(configuration=None), None),
    ],
)
def test_which_build_a_check_is(run: dict[str, Any], build: Build | None) -> None:
    """In the pipeline's account and Region."""
    home = {"accountId": "999999999999", "regionName": "eu-west-1"}
    (said,) = of_execution({"stages": {"nodes": []}, "checkRuns": {"nodes": [run]}, "pipeline": home})
    assert said.build == build


def test_what_an_action_that_failed_said() -> None:
    """Its cause, the resource in its stacks, the end of its log, and its links."""
    why = {
        "cause": "the tests failed",
        "resource": "BUILD",
        "resourceType": None,
        "stackPath": "Payments/Inner",
        "physicalId": "queue-1",
        "logTail": "1 failed",
        "unexplained": None,
    }
    work = {
        "kind": "BUILD",
        "arn": "arn:aws:codebuild:eu-west-1:1:build/p:1",
        "accountId": "1",
        "regionName": "eu-west-1",
        "logUrl": "https://logs",
        "cause": None,
    }
    action = {
        "name": "Synth",
        "status": "FAILED",
        "startedAt": "2026-11-30T12:00:00+00:00",
        "environment": None,
        "deployment": None,
        "failure": why,
        "work": work,
        "externalUrl": "https://aws",
        "summary": None,
        "errorCode": None,
    }
    stages = {"nodes": [{"name": "Build", "actions": {"nodes": [action]}}]}
    (said,) = of_execution({"stages": stages, "checkRuns": {"nodes": []}, "pipeline": {}})
    assert (said.cause, said.tail, said.open) == ("the tests failed", "1 failed", True)
    assert said.resource == "BUILD in Payments/Inner, queue-1"
    assert said.links == (("log", "https://logs"), ("in AWS", "https://aws"), ("what", work["arn"]))
    assert said.build == Build("1", "eu-west-1", "p:1")
