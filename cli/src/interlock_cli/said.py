"""What each action and check of an execution said: its cause, the end of its log, and where the rest of it is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from interlock_cli.client import Data

WELL = ("SUCCEEDED", "PASSED", "SUPERSEDED")
"""Statuses of which nobody needs to read a log."""


@dataclass(frozen=True)
class Build:
    """A build of CodeBuild's that has a log of its own. id: `project:uuid`.

    Of a check that runs, which build that is will be told at its end: then id is the project, and traceparent is what
    its build was given.
    """

    account: str
    region: str
    id: str
    traceparent: str | None = None


@dataclass(frozen=True)
class Said:
    """An action or a check run. place: the environment, or the subject of a check. links: (what it is, its address)."""

    stage: str
    name: str
    status: str
    place: str | None = None
    cause: str | None = None
    resource: str | None = None
    tail: str | None = None
    unexplained: str | None = None
    links: tuple[tuple[str, str], ...] = ()
    build: Build | None = None

    @property
    def open(self) -> bool:
        """Whether it failed or goes on: what a person looks for first."""
        return self.status not in WELL


def told(said: Said) -> dict[str, Any]:
    """As it is printed for a program."""
    return asdict(said) | {"links": [{"what": what, "url": url} for what, url in said.links]}


def of_execution(execution: Data, deployment: str | None = None) -> list[Said]:
    """All that has begun, in the order of the pipeline, its checks behind it; of one deployment alone, if given."""
    actions = [
        (stage["name"], action) for stage in execution["stages"]["nodes"] for action in stage["actions"]["nodes"]
    ]
    runs = execution["checkRuns"]["nodes"]
    if deployment is not None:
        actions = [each for each in actions if (each[1]["deployment"] or {}).get("id") == deployment]
        places = {action["environment"]["name"] for _, action in actions if action["environment"]}
        runs = [run for run in runs if run["subject"] in places]
    found = [_action(stage, action) for stage, action in actions if action["startedAt"]]
    return [*found, *(_check(run, execution["pipeline"]) for run in runs)]


def _action(stage: str, action: Data) -> Said:
    failure, work = action["failure"] or {}, action["work"] or {}
    return Said(
        stage,
        action["name"],
        action["status"],
        place=(action["environment"] or {}).get("name"),
        cause=failure.get("cause") or work.get("cause") or action["summary"] or action["errorCode"],
        resource=_resource(failure),
        tail=failure.get("logTail"),
        unexplained=failure.get("unexplained"),
        links=tuple(_links(action, work)),
        build=_build_of(work),
    )


def _resource(failure: Data) -> str | None:
    """`Queue (AWS::SQS::Queue) in Stack/Nested, physically name`, as far as known."""
    if not failure.get("resource"):
        return None
    kind = f" ({failure['resourceType']})" if failure["resourceType"] else ""
    inside = f" in {failure['stackPath']}" if failure["stackPath"] else ""
    physical = f", {failure['physicalId']}" if failure["physicalId"] else ""
    return f"{failure['resource']}{kind}{inside}{physical}"


def _links(action: Data, work: Data) -> Iterator[tuple[str, str]]:
    if work.get("logUrl"):
        yield "log", work["logUrl"]
    if action["externalUrl"]:
        yield "in AWS", action["externalUrl"]
    if work.get("arn"):
        yield "what", work["arn"]


def _build_of(work: Data) -> Build | None:
    if work.get("kind") != "BUILD":
        return None
    return Build(work["accountId"], work["regionName"], str(work["arn"]).partition(":build/")[2])


def _check(run: Data, home: Data) -> Said:
    failure = run["failure"] or {}
    detail = run["detail"] if isinstance(run["detail"], dict) else {}
    tried = f" (try {run['tryNumber']})" if run["tryNumber"] > 1 else ""
    return Said(
        run["part"],
        f"{run['name']}{tried}",
        run["status"],
        place=run["subject"],
        cause=run["cause"] or failure.get("cause"),
        tail=failure.get("logTail"),
        unexplained=failure.get("unexplained"),
        build=_build_of_check(run, detail, home),
    )


def _build_of_check(run: Data, detail: Data, home: Data) -> Build | None:
    account, region = home["accountId"], home["regionName"]
    if isinstance(detail.get("build"), str):
        return Build(account, region, detail["build"])
    project = (run["configuration"] or {}).get("project") if run["kind"] == "CODEBUILD" else None
    if run["status"] == "RUNNING" and isinstance(project, str):
        return Build(account, region, project, run["traceparent"])
    return None
