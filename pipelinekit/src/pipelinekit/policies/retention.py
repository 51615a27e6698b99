"""LOG_RETENTION: logs are kept for so many days, and no longer."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelinekit.policies.resources import Broken, Resource, of_kind, references, texts, value_at

SETTER = "Custom::LogRetention"
"""What CDK makes of a function's `log_retention`: it sets the days of a group that Lambda makes."""


def broken(configuration: Mapping[str, Any], resources: Sequence[Resource]) -> Iterator[Broken]:
    """Groups with other days, and functions whose logs go to a group that Lambda makes, which keeps them for ever."""
    days = configuration["days"]
    for resource in of_kind(resources, "AWS::Logs::LogGroup", SETTER):
        given = resource.properties.get("RetentionInDays")
        if str(given) != str(days):
            kept = "for ever" if given is None else f"for {given} days"
            yield Broken(
                resource.path, f"it keeps logs {kept} and not for {days} days", f"let its retention be {days} days"
            )
    for function in of_kind(resources, "AWS::Lambda::Function"):
        if not _has_a_group(function, resources):
            yield Broken(
                function.path,
                "its logs go to a group that Lambda makes, which keeps them for ever",
                f"give it log_group=logs.LogGroup(…) of {days} days",
            )


def _has_a_group(function: Resource, resources: Sequence[Resource]) -> bool:
    if value_at(function.properties, "LoggingConfig.LogGroup") is not None:
        return True
    beside = [each for each in of_kind(resources, "AWS::Logs::LogGroup", SETTER) if each.stack == function.stack]
    return any(_is_of(each.properties.get("LogGroupName"), function) for each in beside)


def _is_of(name: object, function: Resource) -> bool:
    """Whether a group's name is the one under which Lambda writes the function's logs."""
    given = function.properties.get("FunctionName")
    if isinstance(name, str):
        return isinstance(given, str) and name == f"/aws/lambda/{given}"
    return function.logical_id in references(name) and any("/aws/lambda/" in text for text in texts(name))
