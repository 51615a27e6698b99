"""REQUIRED_TAGS: the tags that a resource carries, in each shape, against those that are asked for."""

from __future__ import annotations

import pytest

from pipelinekit.policies.resources import Resource
from pipelinekit.policies.tags import broken, tags_of
from tests.pipelinekit.policies.resources import problems, resource

ASKED = {"tags": {"owner": "*", "cost-center": "42"}}
CARRIED = [{"Key": "owner", "Value": "ada"}, {"Key": "cost-center", "Value": "42"}]


@pytest.mark.parametrize(
    "properties",
    [
        {"Tags": CARRIED},
        {"Tags": [{"key": each["Key"], "value": each["Value"]} for each in CARRIED]},
        {"Tags": {each["Key"]: each["Value"] for each in CARRIED}},
        {"HostedZoneTags": CARRIED},
    ],
)
def test_tags_come_in_several_shapes(properties: dict[str, object]) -> None:
    """Lists of keys and values, objects, and under names of their own."""
    found = resource("AWS::SQS::Queue", **properties)
    assert tags_of(found) == {"owner": "ada", "cost-center": "42"}
    assert problems(broken(ASKED, [found], lambda _: True)) == []


def test_what_is_missing_or_different_is_said() -> None:
    """A tag that is not there, and one with another value than the policy's."""
    found = resource("AWS::SQS::Queue", Tags=[{"Key": "cost-center", "Value": "7"}])
    assert problems(broken(ASKED, [found], lambda _: True)) == [
        "It: it has no tag owner (anything)",
        "It: its tag cost-center is 7 and not 42",
    ]


def test_what_takes_no_tags_is_left_alone() -> None:
    """Only a resource that lacks a tag is asked about."""
    asked: list[Resource] = []

    def takes_tags(found: Resource) -> bool:
        asked.append(found)
        return False

    queue, policy = resource("AWS::SQS::Queue", Tags=CARRIED), resource("AWS::IAM::Policy", "Policy")
    assert problems(broken(ASKED, [queue, policy], takes_tags)) == []
    assert asked == [policy]
