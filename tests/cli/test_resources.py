"""`interlock resources`, and what it asks of AWS."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from click.testing import Result

from interlock_cli.errors import InputError
from interlock_cli.resources.stacks import _of as stack_of
from interlock_cli.resources.tree import look
from interlock_cli.resources.wanted import Tag, Wanted, tag, tagged, with_tag
from tests.cli.test_looking import answered, words

Run = Callable[..., Result]
ARN = "arn:aws:cloudformation:eu-west-1:555555555555:stack/{}/0a1b2c3d-0000-0000-0000-000000000000"


class CloudFormation:
    """A stack with a queue, and a nested one with a topic, as CloudFormation tells them."""

    def describe_stacks(self, StackName: str) -> Any:  # noqa: N803 - boto3's
        return {
            "Stacks": [
                {
                    "StackName": "Payments",
                    "StackStatus": "UPDATE_COMPLETE",
                    "DriftInformation": {"StackDriftStatus": "DRIFTED"},
                    "Tags": [{"Key": "team", "Value": "payments"}],
                }
            ]
        }

    def get_paginator(self, _: str) -> CloudFormation:
        return self

    def paginate(self, StackName: str) -> list[Any]:  # noqa: N803 - boto3's
        inside = [
            _told("Inner", "AWS::CloudFormation::Stack", ARN.format("Payments-Inner")),
            _told("Queue", "AWS::SQS::Queue"),
        ]
        topic = _told("Topic", "AWS::SNS::Topic", "arn:aws:sns:eu-west-1:555555555555:topic-1")
        return [{"StackResourceSummaries": [topic] if "Inner" in StackName else inside}]


def _told(logical: str, kind: str, physical: str = "https://sqs.eu-west-1.amazonaws.com/555555555555/queue-1") -> Any:
    drift = {"StackResourceDriftStatus": "NOT_CHECKED" if kind == "AWS::SNS::Topic" else "MODIFIED"}
    return {
        "LogicalResourceId": logical,
        "PhysicalResourceId": physical,
        "ResourceType": kind,
        "ResourceStatus": "CREATE_COMPLETE",
        "DriftInformation": drift,
    }


def test_a_stack_is_looked_at_with_what_is_nested_in_it() -> None:
    """Each resource with the stacks that it is in, its drift where somebody looked, and its page."""
    found = look(CloudFormation(), ARN.format("Payments"), "eu-west-1")
    assert (found.status, found.drift, found.tags) == ("UPDATE_COMPLETE", "DRIFTED", {"team": "payments"})
    assert [(each.stack, each.logical_id, each.drift) for each in found.resources] == [
        ("Payments", "Inner", "MODIFIED"),
        ("Payments/Inner", "Topic", None),
        ("Payments", "Queue", "MODIFIED"),
    ]
    _, topic, queue = found.resources
    console = "https://eu-west-1.console.aws.amazon.com/"
    assert topic.url == f"{console}go/view?arn=arn%3Aaws%3Asns%3Aeu-west-1%3A555555555555%3Atopic-1"
    assert queue.url.startswith(f"{console}cloudformation/home?region=eu-west-1#/stacks/resources?stackId=arn%3Aaws")


@pytest.mark.parametrize(
    ("arns", "wanted", "has"),
    [
        ({"arn:aws:sqs:eu-west-1:555555555555:queue-1"}, Tag("team"), ["Queue"]),
        ({"arn:aws:sns:eu-west-1:555555555555:topic-1"}, Tag("team"), ["Topic"]),
        (set(), Tag("team"), []),
        (None, Tag("team", "payments"), ["Inner", "Topic", "Queue"]),
        (None, Tag("team", "shop"), []),
        (None, Tag("other"), []),
    ],
)
def test_what_has_a_tag(arns: set[str] | None, wanted: Tag, has: list[str]) -> None:
    """By its ARN, or by the name that ends it; where nobody can be asked, by the tags of its stack."""
    found = look(CloudFormation(), ARN.format("Payments"), "eu-west-1")
    assert [each.logical_id for each in with_tag(found, wanted, arns)] == has


@pytest.mark.parametrize(
    ("wanted", "has"),
    [
        (Wanted(), ["Inner", "Topic", "Queue"]),
        (Wanted(type="sqs"), ["Queue"]),
        (Wanted(type="AWS::S?S::*"), ["Topic", "Queue"]),
        (Wanted(name="TOPIC"), ["Topic"]),
        (Wanted(name="*/queue-1"), ["Queue"]),
        (Wanted(type="sqs", name="topic"), []),
    ],
)
def test_what_is_looked_for(wanted: Wanted, has: list[str]) -> None:
    """A part or a glob of the type, and of the logical or the physical id."""
    found = look(CloudFormation(), ARN.format("Payments"), "eu-west-1")
    assert [each.logical_id for each in found.resources if wanted.has(each)] == has


def test_a_tag_has_a_key() -> None:
    """And a value, which may be empty."""
    assert (tag("team"), tag("team="), str(tag("team=a=b"))) == (Tag("team"), Tag("team", ""), "team=a=b")
    with pytest.raises(InputError, match="'=payments' is no tag"):
        tag("=payments")


def test_a_stack_is_known_by_its_work_its_id_or_its_address() -> None:
    """The ARN is in the address of a change set as well; what names none is left out."""
    of_work = {"work": {"arn": ARN.format("A")}, "externalId": ARN.format("B"), "externalUrl": None}
    of_url = {
        "work": None,
        "externalId": "x",
        "externalUrl": f"https://c/?stackId={ARN.format('C').replace(':', '%3A')}",
    }
    assert [each.name for each in stack_of(of_work)] == ["A"]
    assert [(each.name, each.account, each.region) for each in stack_of(of_url)] == [("C", "555555555555", "eu-west-1")]
    assert list(stack_of({"work": None, "externalId": None, "externalUrl": None})) == []


def test_resources_of_a_stack(interlock: Run, deployed_stack: dict[str, str]) -> None:
    """Each call as the `aws` line that does the same; then the stack and what is in it."""
    found = interlock("resources", "payments", "prod-eu-west-1", env=deployed_stack)
    assert "$ aws --profile acme-prod-eu-west-1 --region eu-west-1 cloudformation describe-stacks" in found.stderr
    assert "prod-eu-west-1 prod-eu-west-1-Payments CREATE_COMPLETE" in words(found)
    assert "prod-eu-west-1-Payments Captures AWS::SQS::Queue CREATE_COMPLETE" in words(found)


def test_resources_are_searched_everywhere(interlock: Run, deployed_stack: dict[str, str]) -> None:
    """By tag too; where nothing is found, its stack is not shown."""
    everywhere = ("resources", "payments", "--all-environments")
    (place,) = answered(interlock(*everywhere, "--tag", "team=payments", "-o", "json", env=deployed_stack))
    assert place["environment"] == "prod-eu-west-1"
    assert [each["logical_id"] for each in place["stacks"][0]["resources"]] == ["Captures"]
    nothing = interlock(*everywhere, "--type", "dynamodb", env=deployed_stack)
    assert (nothing.exit_code, nothing.stdout) == (0, "")


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("payments",), 2, "Say where to look, once."),
        (("payments", "prod-eu-west-1", "--all-environments"), 2, "Say where to look, once."),
        (("paymets", "prod-eu-west-1"), 1, "Did you mean payments?"),
        (("payments", "prod-eu-west-9"), 1, "Did you mean prod-eu-west-1"),
        (("orders", "prod-sa-east-1"), 1, "orders does not go to prod-sa-east-1"),
        (("payments", "alpha-eu-west-1"), 1, "No stack of payments in alpha-eu-west-1 is known"),
    ],
)
def test_resources_of_nothing(arguments: tuple[str, ...], code: int, said: str, interlock: Run) -> None:
    """What is wrong, and what would be right."""
    refused = interlock("resources", *arguments)
    assert (refused.exit_code, said in refused.stderr) == (code, True), refused.stderr


def test_an_account_that_cannot_be_asked(interlock: Run, deployed_stack: dict[str, str]) -> None:
    """Is an error, and not an empty list."""
    gone = deployed_stack | {"AWS_ENDPOINT_URL": "http://127.0.0.1:9", "AWS_MAX_ATTEMPTS": "1"}
    refused = interlock("resources", "payments", "prod-eu-west-1", "-o", "json", env=gone)
    assert (refused.exit_code, refused.stdout) == (1, "")
    assert "AWS cannot be asked in prod-eu-west-1 (555555555555, eu-west-1)" in refused.stderr


def test_tags_that_cannot_be_asked() -> None:
    """Are None, and not an empty set."""

    class Refusing:
        def get_paginator(self, _: str) -> Any:
            raise EndpointConnectionError(endpoint_url="http://x")

    assert tagged(Refusing(), Tag("team")) is None
