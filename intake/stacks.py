"""What CloudFormation says of a stack, or a change set, that failed: events read into evidence, nested stacks too."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from boto3.session import Session
from botocore.exceptions import ClientError

from aws.accounts import CONFIG
from domain.causes import Cause
from domain.stack_causes import StackEvent, StackEvidence, latest_operation, nested_failures, stack_cause
from domain.words import FailureKind

DEEPEST = 5
MOST_STACKS = 20
MOST_PAGES = 30
"""Of 100 events: a stack holds 500 resources, and each has a handful in one operation."""
CLOCKS_DIFFER = timedelta(minutes=1)
_UNKNOWN_OPERATION = (
    *("InvalidAction", "UnknownOperationException", "UnknownAction", "NotImplemented", "AccessDenied"),
    "ValidationError",
)
"""AWS's codes for which DescribeStackEvents is tried: where it, too, is refused, that is the answer."""
_EMPTY = ("didn't contain changes", "No updates are to be performed")


def why_stack_failed(session: Session, stack_id: str, began: datetime | None, at: datetime) -> Cause | None:
    """The root cause of the stack's latest operation before a time. Raises what AWS raises, such as AccessDenied.

    began: when the action started: failed events from before it, which DescribeEvents gives too, are of another.
    """
    client = session.client("cloudformation", config=CONFIG)
    return stack_cause(_evidence(client, stack_id, began, at, {stack_id}, 0), at)


def why_change_set_failed(session: Session, change_set: str, began: datetime | None, at: datetime) -> Cause | None:
    """Why a change set could not be made: what early validation or a hook found; else its own reason."""
    client = session.client("cloudformation", config=CONFIG)
    described = client.describe_change_set(ChangeSetName=change_set)
    stack, reason = described.get("StackId", ""), described.get("StatusReason", "")
    name = described.get("StackName") or _name(stack)
    events = tuple(_operation_events(client, ChangeSetName=change_set))
    found = stack_cause(StackEvidence(stack, name, events), at) if events else None
    if found and found.kind is not FailureKind.RESOURCE:
        return found
    if described.get("Status") == "FAILED" and reason and not any(words in reason for words in _EMPTY):
        return Cause(FailureKind.CHANGE_SET, reason, described.get("ChangeSetName"), None, change_set, name)
    # It was made, so what failed is its execution: by a template that was refused before, or by a resource.
    return why_stack_failed(session, stack, began, at) if stack else None


def _evidence(
    client: Any, stack_id: str, began: datetime | None, at: datetime | None, seen: set[str], depth: int
) -> StackEvidence:
    since = began - CLOCKS_DIFFER if began else None
    failed = (each for each in _operation_events(client, StackName=stack_id) if _is_since(each, since))
    events = tuple(failed) or tuple(_stack_events(client, stack_id))
    nested: dict[str, StackEvidence] = {}
    for below in nested_failures(stack_id, latest_operation(stack_id, events, at)):
        if below not in seen and len(seen) < MOST_STACKS and depth < DEEPEST:
            seen.add(below)
            nested[below] = _evidence(client, below, began, None, seen, depth + 1)
    return StackEvidence(stack_id, _name(stack_id), events, nested)


def _is_since(event: StackEvent, since: datetime | None) -> bool:
    return since is None or event.at is None or event.at >= since


def _operation_events(client: Any, **of: str) -> Iterator[StackEvent]:
    """The failed events by DescribeEvents; none where the endpoint, or the role, does not know the operation."""
    try:
        for event in _pages(client.describe_events, "OperationEvents", **of, Filters={"FailedEvents": True}):
            yield _event(event)
    except ClientError as error:
        if error.response["Error"].get("Code") not in _UNKNOWN_OPERATION:
            raise


def _stack_events(client: Any, stack_id: str) -> Iterator[StackEvent]:
    """All events by DescribeStackEvents, the newest first, as far back as the pages go."""
    for event in _pages(client.describe_stack_events, "StackEvents", StackName=stack_id):
        yield _event(event)


def _pages(operation: Any, name: str, **given: Any) -> Iterable[Mapping[str, Any]]:
    token: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        answer = operation(**given, **token)
        yield from answer.get(name, [])
        if not answer.get("NextToken"):
            return
        token = {"NextToken": answer["NextToken"]}


def _event(told: Mapping[str, Any]) -> StackEvent:
    return StackEvent(
        id=told.get("EventId", ""),
        at=told.get("Timestamp") or told.get("EndTime") or told.get("StartTime"),
        operation=told.get("OperationId"),
        operation_type=told.get("OperationType"),
        resource=told.get("LogicalResourceId", ""),
        resource_type=told.get("ResourceType"),
        physical_id=told.get("PhysicalResourceId"),
        status=told.get("ResourceStatus", ""),
        reason=told.get("ResourceStatusReason"),
        hook=told.get("HookType"),
        hook_status=told.get("HookStatus"),
        hook_reason=told.get("HookStatusReason"),
        hook_mode=told.get("HookFailureMode"),
        validation=told.get("ValidationName"),
        validation_status=told.get("ValidationStatus"),
        validation_reason=told.get("ValidationStatusReason"),
        validation_path=told.get("ValidationPath"),
        validation_mode=told.get("ValidationFailureMode"),
    )


def _name(stack_id: str) -> str:
    """The name in a stack's ARN; any other text is one."""
    parts = stack_id.split("/")
    return parts[1] if len(parts) > 1 else stack_id
