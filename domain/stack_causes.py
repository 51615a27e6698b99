"""Why a stack failed: the root cause in the events of its latest operation, apart from the cascade.

Events come from DescribeEvents, which alone has early validation, or from DescribeStackEvents. A nested stack's own
events stand for the event that it has in the stack above.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.causes import LAST, MOST_FOLLOWERS, Cause, Follower
from domain.words import FailureKind

NESTED = "AWS::CloudFormation::Stack"
_BEGUN = frozenset({"CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS", "IMPORT_IN_PROGRESS"})
_UNDOING = frozenset({"ROLLBACK", "CONTINUE_ROLLBACK"})
_FOLLOWED = (
    "resource creation cancelled",
    "resource update cancelled",
    "resource deletion cancelled",
    "the following resource(s) failed",
    "the following hook(s) failed",
    "rollback requested",
    "validation failed with",
    "validation failure detected",
)
"""How AWS begins the reason of what failed because something else had, in lower case."""
_HOOK_SAID_NO = ("HOOK_COMPLETE_FAILED", "HOOK_FAILED")
_LATER = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class StackEvent:
    """One event of a stack, as either operation gives it; every field may be missing."""

    id: str = ""
    at: datetime | None = None
    operation: str | None = None
    operation_type: str | None = None
    resource: str = ""
    resource_type: str | None = None
    physical_id: str | None = None
    status: str = ""
    reason: str | None = None
    hook: str | None = None
    hook_status: str | None = None
    hook_reason: str | None = None
    hook_mode: str | None = None
    validation: str | None = None
    validation_status: str | None = None
    validation_reason: str | None = None
    validation_path: str | None = None
    validation_mode: str | None = None

    @property
    def order(self) -> tuple[object, ...]:
        """Total, so that the order in which events are given changes nothing."""
        said = (self.reason or "", self.validation_reason or "", self.validation_path or "", self.hook_reason or "")
        return (self.at or LAST, self.resource, self.status, said, self.id)


@dataclass(frozen=True, slots=True)
class StackEvidence:
    """A stack's events, and the evidence of the stacks nested in it, by their ids."""

    id: str
    name: str
    events: tuple[StackEvent, ...] = ()
    nested: Mapping[str, StackEvidence] = field(default_factory=dict)


def stack_cause(stack: StackEvidence, before: datetime | None = None) -> Cause | None:
    """The root cause of the stack's latest operation. before: when the failure was told; what is later is not its."""
    return _cause(stack, before, stack.name)


def latest_operation(stack_id: str, events: Iterable[StackEvent], before: datetime | None) -> list[StackEvent]:
    """The events of the latest operation that began before a time, in order; of the latest at all if none did.

    Undoing is part of what it undoes. Where operations have no ids, one begins with the stack's own first status.
    """
    known = sorted(set(events), key=lambda event: event.order)
    told = [each for each in known if before is None or each.at is None or each.at <= before + _LATER] or known
    operations = {each.operation for each in told if each.operation and each.operation_type not in _UNDOING}
    if operations and all(each.operation for each in told):
        last = max(
            operations,
            key=lambda id_: max((each.at or LAST, id_) for each in told if each.operation == id_),
        )
        return [each for each in told if each.operation == last]
    begun = [each.at for each in told if each.at and _is_own(each, stack_id) and _begins(each)]
    return [each for each in told if not begun or each.at is None or each.at >= max(begun)]


def _begins(event: StackEvent) -> bool:
    """A stack that is deleted because it could not be made is still within the operation that made it."""
    asked_for = "user initiated" in (event.reason or "").lower()
    return event.status in _BEGUN or (event.status == "DELETE_IN_PROGRESS" and asked_for)


def nested_failures(stack_id: str, events: Iterable[StackEvent]) -> list[str]:
    """The ids of the nested stacks that failed, in the order in which they did, each once."""
    failed = [
        each.physical_id
        for each in sorted(events, key=lambda event: event.order)
        if each.resource_type == NESTED and each.status.endswith("_FAILED") and not _is_own(each, stack_id)
    ]
    return list(dict.fromkeys(id_ for id_ in failed if id_))


def _cause(stack: StackEvidence, before: datetime | None, path: str) -> Cause | None:
    events = latest_operation(stack.id, stack.events, before)
    failed = [each for each in events if _kind(each, stack.id)]
    roots = [each for each in failed if not _followed(each)] or [each for each in failed if _reason(each)]
    if not roots:
        return _own(stack, events, path)
    first = min(roots, key=lambda event: (event.at or LAST, _RANK[_kind(event, stack.id)], event.order))
    cascade = _cascade([each for each in failed if each is not first], first)
    below = stack.nested.get(first.physical_id or "") if first.resource_type == NESTED else None
    inner = _cause(below, None, f"{path}/{first.resource}") if below else None
    if inner:
        return _with(inner, (*inner.cascade, Follower(first.resource, NESTED, _reason(first)), *cascade))
    kind = _kind(first, stack.id) or FailureKind.RESOURCE
    reason = _reason(first) or f"{first.resource or 'a resource'} is in {first.status}, and AWS does not say why"
    return Cause(kind, reason, first.resource or None, first.resource_type, first.physical_id or None, path, cascade)


def _own(stack: StackEvidence, events: Sequence[StackEvent], path: str) -> Cause | None:
    """What the stack says of itself, where no resource of it says anything."""
    own = [each for each in events if _is_own(each, stack.id) and _reason(each)]
    if not own:
        return None
    first = own[0]
    return Cause(FailureKind.RESOURCE, first.reason or "", stack.name, NESTED, stack.id, path)


def _kind(event: StackEvent, stack_id: str) -> FailureKind | None:
    """What kind of failure an event tells of; None where it tells of none."""
    if event.validation and event.validation_status in (None, "FAILED"):
        return None if event.validation_mode == "WARN" else FailureKind.EARLY_VALIDATION
    if event.hook and event.hook_status in _HOOK_SAID_NO:
        return None if event.hook_mode == "WARN" else FailureKind.HOOK
    if event.status.endswith("_FAILED") and not _is_own(event, stack_id):
        return FailureKind.RESOURCE
    return None


_RANK = {FailureKind.EARLY_VALIDATION: 0, FailureKind.HOOK: 1, FailureKind.RESOURCE: 2, None: 3}


def _reason(event: StackEvent) -> str | None:
    if event.validation and event.validation_reason:
        where = f"{event.validation_path}: " if event.validation_path else ""
        return f"{where}{event.validation_reason}"
    if event.hook and (event.hook_reason or event.hook_status in _HOOK_SAID_NO):
        return f"{event.hook}: {event.hook_reason or 'it said no, and not why'}"
    return event.reason or None


def _followed(event: StackEvent) -> bool:
    """Whether it merely followed from another failure. What has its own validation or hook has a reason of its own."""
    if event.validation or event.hook:
        return False
    return (event.reason or "").strip().lower().startswith(_FOLLOWED)


def _cascade(failed: Sequence[StackEvent], root: StackEvent) -> tuple[Follower, ...]:
    """What failed beside and after the root, in order, each with its own reason once."""
    ordered = sorted(failed, key=lambda event: event.order)
    found = [Follower(each.resource, each.resource_type, _reason(each)) for each in ordered]
    own = Follower(root.resource, root.resource_type, _reason(root))
    return tuple(each for each in dict.fromkeys(found) if each != own)[:MOST_FOLLOWERS]


def _is_own(event: StackEvent, stack_id: str) -> bool:
    return event.resource_type == NESTED and event.physical_id == stack_id


def _with(cause: Cause, cascade: tuple[Follower, ...]) -> Cause:
    return Cause(
        cause.kind,
        cause.reason,
        cause.resource,
        cause.resource_type,
        cause.physical_id,
        cause.stack_path,
        cascade[:MOST_FOLLOWERS],
        cause.log_tail,
    )
