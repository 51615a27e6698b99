"""What CloudFormation says of stacks, whoever deployed them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from interlock_cli.aws.boto import ClientError


def status_of(session: Any, stack: str) -> str | None:
    """CloudFormation's status of a stack; None for one that is not there."""
    try:
        found = session.client("cloudformation").describe_stacks(StackName=stack)["Stacks"]
    except ClientError as error:
        if "does not exist" in str(error):
            return None
        raise
    return str(found[0]["StackStatus"])


def standing(session: Any, stacks: Iterable[str]) -> list[str]:
    """A sentence for each stack."""
    said = []
    for name in stacks:
        status = status_of(session, name)
        goes_on = ": CloudFormation goes on by itself" if status and status.endswith("IN_PROGRESS") else ""
        said.append(f"{name} is {status}{goes_on}." if status else f"{name} is not there.")
    return said
