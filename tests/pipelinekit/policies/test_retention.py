"""LOG_RETENTION: groups with the days that are asked for, and functions with a group at all."""

from __future__ import annotations

import pytest

from pipelinekit.policies.retention import broken
from tests.pipelinekit.policies.resources import problems, resource

NINETY = {"days": 90}
FUNCTION = resource("AWS::Lambda::Function", "Fn", FunctionName="handler")


@pytest.mark.parametrize(
    ("given", "kept"), [(None, "for ever"), (30, "for 30 days"), ({"Ref": "Days"}, "for {'Ref': 'Days'} days")]
)
def test_a_group_keeps_exactly_so_many_days(given: object, kept: str) -> None:
    """Neither fewer nor more; what is known at deployment only is not known."""
    group = resource("AWS::Logs::LogGroup", **({} if given is None else {"RetentionInDays": given}))
    assert problems(broken(NINETY, [group])) == [f"It: it keeps logs {kept} and not for 90 days"]
    assert problems(broken(NINETY, [resource("AWS::Logs::LogGroup", RetentionInDays=90)])) == []


def test_a_function_without_a_group_keeps_logs_for_ever() -> None:
    """Lambda makes the group by itself, and gives it no days."""
    said = "Fn: its logs go to a group that Lambda makes, which keeps them for ever"
    other = resource("AWS::Logs::LogGroup", LogGroupName="/aws/lambda/other", RetentionInDays=90)
    assert problems(broken(NINETY, [FUNCTION, other])) == [said]


@pytest.mark.parametrize(
    "name",
    ["/aws/lambda/handler", {"Fn::Join": ["", ["/aws/lambda/", {"Ref": "Fn"}]]}, {"Fn::Sub": "/aws/lambda/${Fn}"}],
)
@pytest.mark.parametrize("kind", ["AWS::Logs::LogGroup", "Custom::LogRetention"])
def test_a_group_of_the_functions_name_is_its_own(kind: str, name: object) -> None:
    """By its name as text or by reference; CDK's older `log_retention` says the days as text."""
    assert problems(broken(NINETY, [FUNCTION, resource(kind, LogGroupName=name, RetentionInDays="90")])) == []


def test_a_function_may_name_its_group() -> None:
    """The group may be in another stack: there it is looked at."""
    function = resource("AWS::Lambda::Function", LoggingConfig={"LogGroup": {"Fn::ImportValue": "Logs"}})
    assert problems(broken(NINETY, [function])) == []
