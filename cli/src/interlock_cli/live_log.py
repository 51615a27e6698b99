"""The log of a build as it is written: asked of CloudWatch in the account that the build runs in."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from interlock_cli.aws.sessions import session
from interlock_cli.aws.targets import Target, organisation_of
from interlock_cli.client import Client
from interlock_cli.errors import CommandError
from interlock_cli.said import Build

SECONDS = 3.0
"""Between two looks: CodeBuild writes every few seconds."""
RUNS = "IN_PROGRESS"
NEWEST = 20
"""Builds of a project, among which a running check's is looked for."""


def aws(client: Client, build: Build) -> tuple[Target, Any]:
    """Where the build runs, and a boto3 session there. Raises CommandError where a person may not enter."""
    where = Target(
        environment=f"the account of {build.id.partition(':')[0]}",
        account=build.account,
        account_name=build.account,
        region=build.region,
        stage="pipelines",
        production=True,  # read, and nothing else
        organisation=organisation_of(client),
    )
    return where, session(where, say=False)


def id_of(boto: Any, build: Build) -> str:
    """The build's id; of a check that runs, that of the newest build with its trace. Raises CommandError."""
    if build.traceparent is None:
        return build.id
    builds = boto.client("codebuild")
    newest = builds.list_builds_for_project(projectName=build.id, sortOrder="DESCENDING")["ids"][:NEWEST]
    for each in builds.batch_get_builds(ids=newest)["builds"] if newest else ():
        given = {one["name"]: one["value"] for one in each.get("environment", {}).get("environmentVariables", ())}
        if given.get("TRACEPARENT") == build.traceparent:
            return str(each["id"])
    raise CommandError(f"No build of {build.id} for this check is there yet.", "Ask again in a moment.")


def lines(boto: Any, build: str, sleep: Callable[[float], None] = time.sleep) -> Iterator[str]:
    """Every line from the beginning, until the build has ended. Raises CommandError for a build that is not there."""
    token: str | None = None
    while True:
        told = _build(boto, build)
        ended = told["buildStatus"] != RUNS  # asked before its log is: nothing is written after
        written, token = _written(boto, told.get("logs", {}), token)
        yield from written
        if ended and not written:
            return
        if not written:
            sleep(SECONDS)


def _build(boto: Any, build: str) -> Any:
    found = boto.client("codebuild").batch_get_builds(ids=[build])["builds"]
    if not found:
        raise CommandError(f"CodeBuild has no build {build!r} any more.", "It keeps builds for a year.")
    return found[0]


def _written(boto: Any, logs: Any, token: str | None) -> tuple[list[str], str | None]:
    """What was written since the token, and the next one; nothing before the build has a log."""
    group, stream = logs.get("groupName"), logs.get("streamName")
    if not group or not stream:
        return [], token
    client = boto.client("logs")
    place = {"logGroupName": group, "logStreamName": stream}
    try:
        page = client.get_log_events(**place, startFromHead=True, **({"nextToken": token} if token else {}))
    except client.exceptions.ResourceNotFoundException:
        return [], token
    return [each["message"].rstrip("\n") for each in page["events"]], page["nextForwardToken"]
