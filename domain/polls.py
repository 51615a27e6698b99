"""An execution that AWS was asked for, told as the envelopes that it would have sent: the same fold, no special case.

Only what is news becomes an envelope. CodePipeline's API tells neither attempts nor when an execution ended: the
attempt is that of what was told before, and it ended when the last thing in it did.
"""

from __future__ import annotations

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.envelopes import Fact, Level, PipelineName, State
from domain.words import ExecutionStatus

SOURCE = "interlock.poll"
LONGEST_WAIT = timedelta(hours=6)
LONGEST_TEXT = 4_096
_OF_EXECUTIONS = {
    "InProgress": State.STARTED,
    "Stopping": State.STOPPING,
    "Stopped": State.STOPPED,
    "Succeeded": State.SUCCEEDED,
    "Superseded": State.SUPERSEDED,
    "Failed": State.FAILED,
    "Cancelled": State.CANCELED,
}
_OF_ACTIONS = {
    "InProgress": State.STARTED,
    "Abandoned": State.ABANDONED,
    "Succeeded": State.SUCCEEDED,
    "Failed": State.FAILED,
}


@dataclass(frozen=True, slots=True)
class PolledAction:
    """One run of an action, as ListActionExecutions tells it."""

    run: str
    stage: str
    name: str
    status: str
    started_at: datetime | None = None
    updated_at: datetime | None = None
    provider: str | None = None
    category: str | None = None
    region: str | None = None
    external_id: str | None = None
    external_url: str | None = None
    summary: str | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Polled:
    """An execution, as GetPipelineExecution tells it, with its actions."""

    status: str
    version: int | None = None
    trigger: str | None = None
    trigger_detail: str | None = None
    revision: str | None = None
    message: str | None = None
    rolls_back: bool = False
    rollback_target: str | None = None
    status_summary: str | None = None
    actions: tuple[PolledAction, ...] = ()


@dataclass(frozen=True, slots=True)
class Recorded:
    """What is known of the execution. told: every fact of it."""

    pipeline: PipelineName
    execution_id: str
    status: ExecutionStatus
    attempt: int
    told: tuple[Fact, ...] = ()


def news(recorded: Recorded, polled: Polled, now: datetime) -> list[dict[str, Any]]:
    """The envelopes of what AWS's answer says and nobody has told, in order; none where it says nothing new."""
    envelopes = [each for action in polled.actions for each in _of_action(recorded, action, now)]
    state = _OF_EXECUTIONS.get(polled.status)
    told = any(fact.level is Level.PIPELINE for fact in recorded.told)
    if state and (state.status is not recorded.status or not told):
        detail = {"state": state.value, **_of_execution(polled)}
        envelopes.append(_envelope(recorded, Level.PIPELINE, _when(recorded, polled, state, now), detail))
    return envelopes


def gone(recorded: Recorded, what: str, now: datetime) -> list[dict[str, Any]]:
    """AWS knows the pipeline, or the execution, no longer: it is canceled, since nothing of it can go on.

    CodePipeline cancels what runs in a structure that is no more; here the whole pipeline is.
    """
    detail = {"state": State.CANCELED.value, "status-summary": what}
    return [_envelope(recorded, Level.PIPELINE, now, detail)]


def next_poll(silence: timedelta, tries: int) -> timedelta:
    """How long to leave an execution alone that told nothing new so often: the silence, doubled up to six hours."""
    return max(silence, min(silence * (1 << min(tries, 20)), LONGEST_WAIT))


def _when(recorded: Recorded, polled: Polled, state: State, now: datetime) -> datetime:
    """The same for the same answer, as far as it tells: the last moment that anything is known of."""
    if state is State.STARTED:
        return min((each.started_at for each in polled.actions if each.started_at), default=now)
    known = [each.updated_at for each in polled.actions if each.updated_at]
    return max([*known, *(fact.time for fact in recorded.told)], default=now)


def _of_execution(polled: Polled) -> dict[str, Any]:
    trigger = {
        "trigger-type": polled.trigger,
        "trigger-detail": _cut(polled.trigger_detail),
        "commit-id": _cut(polled.revision),
        "commit-message": _cut(polled.message),
    }
    given = {name: value for name, value in trigger.items() if value}
    return {
        **({"version": polled.version} if polled.version is not None else {}),
        **({"execution-trigger": given} if given else {}),
        **({"execution-type": "ROLLBACK"} if polled.rolls_back else {}),
        **(
            {"rollback-metadata": {"rollback-target-pipeline-execution-id": polled.rollback_target}}
            if polled.rollback_target
            else {}
        ),
        **({"status-summary": _cut(polled.status_summary)} if polled.status_summary else {}),
    }


def _of_action(recorded: Recorded, action: PolledAction, now: datetime) -> Iterable[dict[str, Any]]:
    """What is news of one run: that it started, and that it ended."""
    state = _OF_ACTIONS.get(action.status)
    told = _told_of(recorded.told, action)
    if state is None or any(fact.state.status.ended for fact in told):
        return
    attempts = [fact.attempt for fact in told if fact.attempt is not None]
    attempt = max(attempts, default=None)
    if not told:
        yield _action_envelope(recorded, action, State.STARTED, action.started_at or now, attempt)
    if state is not State.STARTED:
        yield _action_envelope(recorded, action, state, action.updated_at or now, attempt)


def _told_of(told: Sequence[Fact], action: PolledAction) -> list[Fact]:
    """The facts of this run; those that name no run may be of any."""
    of_stages: dict[str, list[Fact]] = defaultdict(list)
    for fact in told:
        part = fact.action
        if part and part.name == action.name and part.execution_id in (None, action.run):
            of_stages[fact.stage].append(fact)
    return of_stages[action.stage]


def _action_envelope(
    recorded: Recorded, action: PolledAction, state: State, at: datetime, attempt: int | None
) -> dict[str, Any]:
    result = {
        "external-execution-id": _cut(action.external_id),
        "external-execution-url": _cut(action.external_url),
        "external-execution-summary": _cut(action.summary),
        "error-code": _cut(action.error_code),
    }
    given = {name: value for name, value in result.items() if value} if state.status.ended else {}
    detail = {
        "stage": action.stage,
        "action": action.name,
        "action-execution-id": action.run,
        "state": state.value,
        "region": action.region,
        "type": {"owner": "AWS", "provider": action.provider, "category": action.category, "version": "1"},
        **({"execution-result": given} if given else {}),
    }
    return _envelope(recorded, Level.ACTION, at, detail, attempt)


def _envelope(
    recorded: Recorded, level: Level, at: datetime, detail: dict[str, Any], attempt: int | None = None
) -> dict[str, Any]:
    """In CodePipeline's form; its id follows from what it says. attempt: of this run, where that is known."""
    counted = any(fact.attempt is not None for fact in recorded.told)
    pipeline = recorded.pipeline
    told = {
        "version": "0",
        "detail-type": level.value,
        "source": SOURCE,
        "account": pipeline.account,
        "time": at.isoformat(),
        "region": pipeline.region,
        "resources": [pipeline.arn],
        "detail": {
            "pipeline": pipeline.name,
            "execution-id": recorded.execution_id,
            **({"pipeline-execution-attempt": attempt or recorded.attempt} if counted else {}),
            **detail,
        },
    }
    content = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return {**told, "id": f"poll-{hashlib.sha256(content.encode()).hexdigest()[:32]}"}


def _cut(text: str | None) -> str | None:
    """What PostgreSQL can hold of a text, bounded."""
    return text.encode(errors="replace").decode().replace("\x00", "")[:LONGEST_TEXT] if text else None
