"""The names in a metric's dimensions, and an alarm's, that only a deployment gives: asked of CloudFormation.

The map of actions says them as {"stack", "logicalId"}: the resource's physical id. `after`, where it is there, is the
text behind whose last occurrence the name begins (a load balancer's, in its ARN), and `then` what is joined to it.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from .aws import Aws

Json = dict[str, Any]


class UnresolvedError(Exception):
    """The map, or what CloudFormation answers, does not say a name."""


def resolved(dimensions: Mapping[str, str | Json], aws: Aws, known: dict[str, str] | None = None) -> dict[str, str]:
    """Dimensions with every name known: `aws` is AWS as seen from the environment, in its role for checks.

    known: physical ids that were asked for already, filled for the next dimensions.

    Raises UnresolvedError, or AwsError as the gate's other calls do: a stack that is not there is one.
    """
    known = {} if known is None else known
    return {name: _resolved(value, aws, known) for name, value in dimensions.items()}


def _resolved(value: str | Json, aws: Aws, known: dict[str, str]) -> str:
    """One name: text as it is, a resource's as CloudFormation has it."""
    if isinstance(value, str):
        return value
    stack, logical_id = value.get("stack"), value.get("logicalId")
    if not isinstance(stack, str) or not isinstance(logical_id, str):
        raise UnresolvedError(f"{value} names no resource: it must have `stack` and `logicalId`")
    key = f"{stack}/{logical_id}"
    if key not in known:
        known[key] = aws.physical_id(stack, logical_id)
    found = known[key]
    after = value.get("after") or ""
    if after not in found:
        raise UnresolvedError(f"{logical_id} of {stack} is {found}, in which there is no {after}")
    return (found.rpartition(after)[2] if after else found) + (value.get("then") or "")
