"""Step Functions' envelopes: the status of a state machine's execution. Times are in milliseconds since 1970."""

from __future__ import annotations

from typing import Any

from domain import moments
from domain.envelopes.reading import HIDDEN, arn, detail_of, head, nested, reason, shortened, text, wrong
from domain.envelopes.works import WorkFact
from domain.words import WorkKind, WorkStatus

SOURCE = "aws.states"
STATUS = "Step Functions Execution Status Change"
STATUSES = {
    "RUNNING": WorkStatus.IN_PROGRESS,
    "PENDING_REDRIVE": WorkStatus.IN_PROGRESS,
    "SUCCEEDED": WorkStatus.SUCCEEDED,
    "FAILED": WorkStatus.FAILED,
    "TIMED_OUT": WorkStatus.FAILED,
    "ABORTED": WorkStatus.STOPPED,
}


def fact(envelope: dict[str, Any]) -> WorkFact:
    """What an envelope says of its execution. One that is RUNNING may have been redriven after a failure."""
    detail = detail_of(envelope)
    sent = head(envelope, SOURCE)
    state = detail.get("status")
    if not isinstance(state, str) or state not in STATUSES:
        raise wrong("status", state, "one of " + ", ".join(STATUSES))
    execution = arn("executionArn", detail.get("executionArn"), "states", "execution:", sent)
    status = STATUSES[state]
    return WorkFact(
        event_id=sent.event_id,
        kind=WorkKind.STATE_MACHINE,
        arn=execution,
        account=sent.account,
        region=sent.region,
        name=shortened(_machine(execution)),
        time=sent.time,
        status=status,
        state=state,
        begins=status is WorkStatus.IN_PROGRESS,
        started_at=moments.parse_or_none(detail.get("startDate")),
        ended_at=(moments.parse_or_none(detail.get("stopDate")) or sent.time) if status.ended else None,
        cause=reason(text(detail.get("cause")) or text(detail.get("error"))) if status.ended else None,
    )


def masked(envelope: dict[str, Any]) -> dict[str, Any]:
    """The envelope without the execution's input and output, which may hold anything: nothing is folded from them."""
    detail = nested(envelope.get("detail"))
    hidden = {name: HIDDEN for name in ("input", "output") if detail.get(name) is not None}
    return envelope | {"detail": detail | hidden} if hidden else envelope


def _machine(execution: str) -> str:
    """The state machine's name in the ARN of its execution: `…:execution:NAME:ID`."""
    return execution.split(":")[6]
