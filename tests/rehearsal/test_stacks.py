"""Why a stack failed: the first cause since it last began to change, not what followed from it."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from hypothesis import given
from hypothesis import strategies as st

from interlock_cli.rehearsal.stacks import first_failures

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
