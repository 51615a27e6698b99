"""Deleting what was deployed to a test environment: the stacks that carry its tag, and no others."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

from interlock_cli.aws.boto import ClientError
from interlock_cli.cdk.deploying import TAG

EVERY_SECONDS = 3.0
LONGEST_SECONDS = 3600.0


def tagged(session: Any, environment: str) -> list[str]:
    """The names of the stacks with the environment's tag that are there, without those nested in others."""
    pages = session.client("cloudformation").get_paginator("describe_stacks").paginate()
    return [stack["StackName"] for page in pages for stack in page["Stacks"] if _is_its(stack, environment)]


def _is_its(stack: Any, environment: str) -> bool:
    tags = {tag["Key"]: tag["Value"] for tag in stack.get("Tags", ())}
    return tags.get(TAG) == environment and not stack.get("ParentId") and stack["StackStatus"] != "DELETE_COMPLETE"


def delete_tagged(
    session: Any, environment: str, sleep: Callable[[float], None] = time.sleep
) -> tuple[list[str], dict[str, str]]:
    """Deletes them, those that others import from last. The names that are gone, and why the others are not.

    A stack whose exports are imported is refused until its importers are gone: so it goes round by round, until
    nothing changes any more.
    """
    first = tagged(session, environment)
    there, reasons = first, dict[str, str]()
    while there:
        reasons = dict(_round(session, there, sleep))
        left = tagged(session, environment)
        if set(left) == set(there):
            break
        there = left
    gone = [name for name in first if name not in there]
    return gone, {name: reasons.get(name, "it is still there") for name in there}


def _round(session: Any, names: list[str], sleep: Callable[[float], None]) -> Iterator[tuple[str, str]]:
    """Orders all deletions, then waits for each; gives those that failed, and why."""
    client = session.client("cloudformation")
    ordered = []
    for name in names:
        try:
            client.delete_stack(StackName=name)
            ordered.append(name)
        except ClientError as error:
            yield name, str(error.response.get("Error", {}).get("Message", error))
    for name in ordered:
        reason = _awaited(client, name, sleep)
        if reason:
            yield name, reason


def _awaited(client: Any, name: str, sleep: Callable[[float], None]) -> str | None:
    """Why the stack is not deleted; None when it is."""
    until = time.monotonic() + LONGEST_SECONDS
    while True:
        try:
            stack = client.describe_stacks(StackName=name)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in str(error):
                return None
            raise
        if stack["StackStatus"] == "DELETE_COMPLETE":
            return None
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return str(stack.get("StackStatusReason") or stack["StackStatus"])
        if time.monotonic() > until:
            return f"{stack['StackStatus']} for an hour"
        sleep(EVERY_SECONDS)
