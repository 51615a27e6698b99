"""What is in a stack and in the stacks nested in it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import quote

from interlock_cli.aws.console import DOMAINS
from interlock_cli.aws.targets import partition_of

NESTED = "AWS::CloudFormation::Stack"
DEEPEST = 10
"""Stacks within each other: a stop for what refers to itself; nobody nests so deep."""
UNKNOWN_DRIFT = "NOT_CHECKED"


@dataclass(frozen=True)
class Resource:
    """One resource. stack: the names of the stacks that it is in, from the deployed one down, with slashes.

    drift: CloudFormation's word from when somebody looked last; None where nobody did. url: of the AWS console.
    """

    stack: str
    logical_id: str
    type: str
    physical_id: str | None
    status: str
    reason: str | None
    drift: str | None
    url: str


@dataclass(frozen=True)
class Found:
    """A stack, and all that is in it. tags: its own, which most of its resources share."""

    arn: str
    name: str
    status: str
    drift: str | None
    changed_at: str | None
    url: str
    tags: Mapping[str, str] = field(default_factory=dict)
    resources: tuple[Resource, ...] = ()


def look(client: Any, arn: str, region: str) -> Found:
    """The stack as it is now. client: boto3's of CloudFormation in the stack's Region. Raises what botocore raises."""
    stack = client.describe_stacks(StackName=arn)["Stacks"][0]
    changed = stack.get("LastUpdatedTime") or stack.get("CreationTime")
    return Found(
        arn,
        stack["StackName"],
        stack["StackStatus"],
        _drift(stack.get("DriftInformation"), "StackDriftStatus"),
        changed.isoformat() if changed else None,
        stack_page(arn, region),
        {tag["Key"]: tag["Value"] for tag in stack.get("Tags", ())},
        tuple(_resources(client, arn, stack["StackName"], region, 0)),
    )


def _resources(client: Any, arn: str, path: str, region: str, depth: int) -> Iterator[Resource]:
    """In CloudFormation's order; what is in a nested stack stands behind it."""
    for page in client.get_paginator("list_stack_resources").paginate(StackName=arn):
        for each in page["StackResourceSummaries"]:
            yield _resource(each, arn, path, region)
            physical = each.get("PhysicalResourceId", "")
            if each["ResourceType"] == NESTED and physical and depth < DEEPEST:
                yield from _resources(client, physical, f"{path}/{each['LogicalResourceId']}", region, depth + 1)


def _resource(told: Mapping[str, Any], arn: str, path: str, region: str) -> Resource:
    physical = told.get("PhysicalResourceId") or None
    return Resource(
        path,
        told["LogicalResourceId"],
        told["ResourceType"],
        physical,
        told["ResourceStatus"],
        told.get("ResourceStatusReason") or None,
        _drift(told.get("DriftInformation"), "StackResourceDriftStatus"),
        _page(physical, arn, region),
    )


def _drift(told: Mapping[str, Any] | None, key: str) -> str | None:
    status = (told or {}).get(key)
    return None if status in (None, UNKNOWN_DRIFT) else str(status)


def _page(physical: str | None, stack: str, region: str) -> str:
    """The console's page of what has an ARN; of anything else, its stack's list of resources."""
    if physical and physical.startswith("arn:"):
        return f"{_console(region)}/go/view?arn={quote(physical, safe='')}"
    return stack_page(stack, region, "resources")


def stack_page(arn: str, region: str, tab: str = "stackinfo") -> str:
    """The console's page of a stack."""
    return f"{_console(region)}/cloudformation/home?region={region}#/stacks/{tab}?stackId={quote(arn, safe='')}"


def _console(region: str) -> str:
    return f"https://{region}.console.{DOMAINS[partition_of(region)]}"
