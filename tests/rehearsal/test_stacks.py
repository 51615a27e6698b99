"""Why a stack failed: the first cause since it last began to change, not what followed from it."""

import threading
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from hypothesis import given
from hypothesis import strategies as st

from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.stacks import Stacks, first_failures

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.literals import ResourceStatusType
    from mypy_boto3_cloudformation.type_defs import StackEventTypeDef

STACK = "arn:aws:cloudformation:eu-west-1:111111111111:stack/payments/1"
CANCELED = "Resource creation cancelled"


def event(name: str, status: "ResourceStatusType", reason: str = "", identity: str = "") -> "StackEventTypeDef":
    """An event as DescribeStackEvents gives it."""
    return {
        "StackId": STACK,
        "EventId": f"{name}-{status}",
        "StackName": "payments",
        "LogicalResourceId": name,
        "PhysicalResourceId": identity,
        "ResourceStatus": status,
        "ResourceStatusReason": reason,
        "Timestamp": datetime(2026, 11, 22, tzinfo=UTC),
    }


def own(status: "ResourceStatusType") -> "StackEventTypeDef":
    """An event of the stack itself."""
    return event("payments", status, identity=STACK)


def test_the_first_cause_comes_first() -> None:
    """Events come the newest first; the cause is the oldest failure."""
    newest_first = [
        own("ROLLBACK_COMPLETE"),
        event("Table", "CREATE_FAILED", "AlreadyExists"),
        event("Queue", "CREATE_FAILED", "bad name"),
        own("CREATE_IN_PROGRESS"),
    ]
    assert [each["LogicalResourceId"] for each in first_failures(newest_first)] == ["Queue", "Table"]


def test_what_was_merely_canceled_is_no_cause() -> None:
    """CloudFormation cancels the neighbors of what failed."""
    newest_first = [event("Topic", "CREATE_FAILED", CANCELED), event("Queue", "CREATE_FAILED", "bad name")]
    assert [each["LogicalResourceId"] for each in first_failures(newest_first)] == ["Queue"]


def test_failures_of_an_earlier_change_are_past() -> None:
    """Only what happened since the stack last began to change counts."""
    newest_first = [
        event("New", "UPDATE_FAILED", "today"),
        own("UPDATE_IN_PROGRESS"),
        event("Old", "CREATE_FAILED", "yesterday"),
        own("CREATE_IN_PROGRESS"),
    ]
    assert [each["LogicalResourceId"] for each in first_failures(newest_first)] == ["New"]


@given(st.lists(st.sampled_from(["CREATE_FAILED", "CREATE_COMPLETE", "UPDATE_FAILED", "DELETE_COMPLETE"])))
def test_only_failures_are_answered_and_in_the_order_of_time(statuses: "list[ResourceStatusType]") -> None:
    """Whatever happened, in whatever order."""
    newest_first = [event(str(index), status, "why") for index, status in enumerate(statuses)]
    found = first_failures(newest_first)
    assert all(each["ResourceStatus"].endswith("_FAILED") for each in found)
    assert [int(each["LogicalResourceId"]) for each in found] == sorted(
        (int(each["LogicalResourceId"]) for each in found), reverse=True
    )


class Described:
    """CloudFormation that only knows the events of some stacks."""

    def __init__(self, events: "dict[str, list[StackEventTypeDef]]") -> None:
        self._events = events

    def cloudformation(self, _: Place) -> "Described":
        """Itself, whatever the place."""
        return self

    def get_paginator(self, _: str) -> "Described":
        """Itself, of one page."""
        return self

    def paginate(self, StackName: str) -> "list[dict[str, list[StackEventTypeDef]]]":  # noqa: N803 - AWS's name
        """The one page."""
        return [{"StackEvents": self._events[StackName]}]


def test_the_cause_in_a_nested_stack_is_followed_inwards() -> None:
    """`Embedded stack … was not successfully created` says nothing; the inner stack's first failure does."""
    inner = "arn:aws:cloudformation:eu-west-1:111111111111:stack/inner/2"
    embedded = event("Inner", "CREATE_FAILED", "Embedded stack was not successfully created", inner)
    embedded["ResourceType"] = "AWS::CloudFormation::Stack"
    failed = event("Queue", "CREATE_FAILED", "bad name")
    failed["StackId"] = inner
    described: Any = Described({STACK: [embedded], inner: [failed]})
    said = Stacks(described, threading.Event()).failure(Place("1" * 12, "eu-west-1"), "s", "ROLLBACK_COMPLETE", STACK)
    assert said == "Stack s is in ROLLBACK_COMPLETE: Inner: Queue: bad name"
