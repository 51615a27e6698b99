"""CodeBuild's envelopes: the state of a build, and the end of each of its phases.

Shapes: AWS, "CodeBuild sample event input". Dates read "Nov 22, 2026 11:30:00 PM"; the phase `COMPLETED` is listed too.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from domain import moments
from domain.envelopes.reading import (
    HIDDEN,
    LONGEST_IDENTIFIER,
    Head,
    arn,
    detail_of,
    head,
    identifier,
    link,
    nested,
    objects,
    reason,
    shortened,
    text,
    wrong,
)
from domain.envelopes.works import Failure, WorkFact
from domain.words import WorkKind, WorkStatus

SOURCE = "aws.codebuild"
STATE = "CodeBuild Build State Change"
PHASE = "CodeBuild Build Phase Change"
MOST_PHASES = 20
"""A build has eleven phases; a build in batches has them for each."""

STATUSES = {
    "IN_PROGRESS": WorkStatus.IN_PROGRESS,
    "SUCCEEDED": WorkStatus.SUCCEEDED,
    "FAILED": WorkStatus.FAILED,
    "FAULT": WorkStatus.FAILED,
    "TIMED_OUT": WorkStatus.FAILED,
    "STOPPED": WorkStatus.STOPPED,
}
_FAILED = ("FAILED", "FAULT", "TIMED_OUT", "CLIENT_ERROR")


def fact(envelope: dict[str, Any]) -> WorkFact:
    """What an envelope of either kind says of its build."""
    detail = detail_of(envelope)
    sent = head(envelope, SOURCE)
    more = nested(detail.get("additional-information"))
    if envelope.get("detail-type") == PHASE:
        state, phases = "IN_PROGRESS", [_completed(detail)]
    else:
        state, phases = _state(detail), objects(more.get("phases"), MOST_PHASES)
    failures = tuple(_failure(phase, sent) for phase in phases if phase.get("phase-status") in _FAILED)
    status = STATUSES[state]
    return WorkFact(
        event_id=sent.event_id,
        kind=WorkKind.BUILD,
        arn=arn("build-id", detail.get("build-id"), "codebuild", "build/", sent),
        account=sent.account,
        region=sent.region,
        name=identifier(detail, "project-name"),
        time=sent.time,
        status=status,
        state=state,
        started_at=moments.parse_or_none(more.get("build-start-time")),
        ended_at=_last(phases, sent.time) if status.ended else None,
        cause=next((each.reason for each in failures if each.reason), None) if status is WorkStatus.FAILED else None,
        failures=failures,
        log_url=_log(nested(more.get("logs"))),
    )


def masked(envelope: dict[str, Any]) -> dict[str, Any]:
    """The envelope without the values of the build's environment variables: what is written in them may be secret.

    CodeBuild tells the values of those of type PLAINTEXT, and of the others where their values are kept.
    """
    detail = nested(envelope.get("detail"))
    more = nested(detail.get("additional-information"))
    around = nested(more.get("environment"))
    variables = around.get("environment-variables")
    if not isinstance(variables, list):
        return envelope
    hidden = [each | {"value": HIDDEN} if isinstance(each, dict) and "value" in each else each for each in variables]
    around = around | {"environment-variables": hidden}
    return envelope | {"detail": detail | {"additional-information": more | {"environment": around}}}


def _state(detail: dict[str, Any]) -> str:
    state = detail.get("build-status")
    if not isinstance(state, str) or state not in STATUSES:
        raise wrong("build-status", state, "one of " + ", ".join(STATUSES))
    return state


def _completed(detail: dict[str, Any]) -> dict[str, Any]:
    """A phase as an event of its own tells it, spelt as the event of the state does."""
    context = detail.get("completed-phase-context")
    return {
        "phase-type": detail.get("completed-phase"),
        "phase-status": detail.get("completed-phase-status"),
        "end-time": detail.get("completed-phase-end"),
        "phase-context": [context] if isinstance(context, str) else context,
    }


def _failure(phase: dict[str, Any], sent: Head) -> Failure:
    context = phase.get("phase-context")
    said = (
        [each for each in context if isinstance(each, str) and each.strip(" :[]")] if isinstance(context, list) else []
    )
    return Failure(
        name=shortened(text(phase.get("phase-type")) or "UNKNOWN"),
        state=str(phase["phase-status"]),
        time=moments.parse_or_none(phase.get("end-time")) or sent.time,
        reason=reason("; ".join(said).removeprefix("[").removesuffix("]")),
    )


def _last(phases: list[dict[str, Any]], otherwise: datetime) -> datetime:
    ends = [moments.parse_or_none(phase.get("end-time")) for phase in phases]
    return max((end for end in ends if end), default=otherwise)


def _log(logs: dict[str, Any]) -> str | None:
    """The log's address; of one that has none, its group and stream."""
    group, stream = text(logs.get("group-name")), text(logs.get("stream-name"))
    place = link(logs.get("deep-link")) or (f"{group}:{stream}" if group and stream else None)
    return place if place and len(place) <= 4 * LONGEST_IDENTIFIER else None
