"""CloudFormation's envelopes: the status of a stack, and of its resources.

Shapes: AWS, "CloudFormation events". They carry no pipeline: the stack's ARN is what an action names as its own.
"""

from __future__ import annotations

import re
from typing import Any

from domain.envelopes.reading import (
    LONGEST_IDENTIFIER,
    Head,
    arn,
    detail_of,
    head,
    identifier,
    nested,
    reason,
    shortened,
    text,
    wrong,
)
from domain.envelopes.works import Failure, WorkFact
from domain.words import WorkKind, WorkStatus

SOURCE = "aws.cloudformation"
STACK = "CloudFormation Stack Status Change"
RESOURCE = "CloudFormation Resource Status Change"

_STATE = re.compile(r"[A-Z_]{1,60}_(IN_PROGRESS|COMPLETE|FAILED|SKIPPED)")
_BEGINNINGS = tuple(f"{word}_IN_PROGRESS" for word in ("CREATE", "UPDATE", "DELETE", "IMPORT", "REVIEW"))


def stack_fact(envelope: dict[str, Any]) -> WorkFact:
    """What an envelope says of a stack."""
    detail, sent, stack = _told(envelope)
    state, said = _status(detail)
    status = _stack_status(state)
    return _fact(
        sent,
        stack,
        state=state,
        status=status,
        begins=state in _BEGINNINGS,
        continues="ROLLBACK" in state,
        started_at=sent.time if state in _BEGINNINGS else None,
        ended_at=sent.time if status.ended else None,
        cause=said,
    )


def resource_fact(envelope: dict[str, Any]) -> WorkFact:
    """What an envelope says of a resource of a stack: something for the stack only where it failed."""
    detail, sent, stack = _told(envelope)
    state, said = _status(detail)
    if not state.endswith("_FAILED"):
        return _fact(sent, stack, state=state)
    failure = Failure(
        name=identifier(detail, "logical-resource-id"),
        state=state,
        time=sent.time,
        type=_cut(detail.get("resource-type")),
        resource=_cut(detail.get("physical-resource-id")),
        reason=said,
    )
    return _fact(sent, stack, state=state, failures=(failure,))


def _fact(sent: Head, stack: str, **more: Any) -> WorkFact:
    name = shortened(stack.split("/")[1])
    return WorkFact(sent.event_id, WorkKind.STACK, stack, sent.account, sent.region, name, sent.time, **more)


def _told(envelope: dict[str, Any]) -> tuple[dict[str, Any], Head, str]:
    detail = detail_of(envelope)
    sent = head(envelope, SOURCE)
    return detail, sent, arn("stack-id", detail.get("stack-id"), "cloudformation", "stack/", sent)


def _status(detail: dict[str, Any]) -> tuple[str, str | None]:
    details = nested(detail.get("status-details"))
    state = details.get("status")
    if not isinstance(state, str) or not _STATE.fullmatch(state):
        raise wrong("status", state, "a status of CloudFormation: 'UPDATE_ROLLBACK_COMPLETE'")
    return state, reason(details.get("status-reason"))


def _stack_status(state: str) -> WorkStatus:
    """CloudFormation adds statuses; what their endings mean stays. A rollback that is complete is a failure."""
    if state.endswith("_IN_PROGRESS"):
        return WorkStatus.IN_PROGRESS
    failed = state.endswith(("_FAILED", "ROLLBACK_COMPLETE"))
    return WorkStatus.FAILED if failed else WorkStatus.SUCCEEDED


def _cut(value: object) -> str | None:
    found = text(value)
    return shortened(found, LONGEST_IDENTIFIER) if found else None
