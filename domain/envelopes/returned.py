"""Envelopes of our own source: what a validation machine tells of a stage that it returns to its last good revision.

CodePipeline knows nothing of such a rollback. It is told as an execution of its kind all the same, of the same pipeline
and with the actions of its map, so that it is kept, folded and told as those of CodePipeline are.
"""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from domain.envelopes.codepipeline import Fact, Level, PipelineName, State, told, trigger_of
from domain.envelopes.reading import detail_of, head, identifier, wrong

SOURCE = "interlock.rollback"
LEVELS = {
    "Interlock Rollback Execution State Change": Level.PIPELINE,
    "Interlock Rollback Stage State Change": Level.STAGE,
    "Interlock Rollback Action State Change": Level.ACTION,
}
TRIGGER = "InterlockRollback"
"""What has started such an execution, in the place of CodePipeline's AutomatedRollback."""
_DETAIL_TYPES = {level: name for name, level in LEVELS.items()}
_NAMESPACE = uuid.UUID("1d7c8d64-0f3b-5c1e-8a55-0c2b9e4f7a31")
"""Of our own, and never to be changed: executions are found again by what is derived under it."""


@dataclass(frozen=True, slots=True)
class Returned:
    """A stage of a pipeline that is returned. failed: the execution that failed in it. attempt: its attempt.

    target: the execution to whose revision it returns. The others are of that revision.
    """

    pipeline: PipelineName
    failed: str
    stage: str
    attempt: int
    target: str
    revision: str | None = None
    message: str | None = None
    author: str | None = None
    committed_at: datetime | None = None
    tag: str | None = None

    @property
    def execution_id(self) -> str:
        """The rollback's own id: one for each stage of an execution, whose attempts are its attempts."""
        return rollback_of(self.failed, self.stage)


@dataclass(frozen=True, slots=True)
class OfStack:
    """One action of the map that a stack's restoring stands for. arn: the stack's, where it is known.

    stage: the action's, where the wave is split over several; else the stage that is returned.
    """

    action: str
    region: str | None = None
    arn: str | None = None
    summary: str | None = None
    stage: str | None = None


def rollback_of(failed: str, stage: str) -> str:
    """The id of the execution that returns a stage in which another has failed."""
    return _derived(failed, stage)


def of_execution(returned: Returned, state: State, time: datetime) -> dict[str, Any]:
    """The rollback as a whole."""
    return _envelope(returned, Level.PIPELINE, state, time, {"execution-trigger": _trigger(returned)})


def of_stage(returned: Returned, state: State, time: datetime, stage: str | None = None) -> dict[str, Any]:
    """The stage that is returned, or another one over which its wave is split."""
    return _envelope(returned, Level.STAGE, state, time, {"stage": stage or returned.stage})


def of_action(returned: Returned, state: State, time: datetime, of: OfStack) -> dict[str, Any]:
    """An action of the stage, under its name in the map."""
    run = _derived(returned.execution_id, str(returned.attempt), of.action)
    result = {"external-execution-id": of.arn, "external-execution-summary": of.summary}
    detail = {
        "stage": of.stage or returned.stage,
        "action": of.action,
        "action-execution-id": run,
        "region": of.region,
        "type": {"owner": "Interlock", "provider": "CloudFormation", "category": "Deploy", "version": "1"},
        "execution-result": _given(result),
    }
    return _envelope(returned, Level.ACTION, state, time, _given(detail))


def fact(envelope: dict[str, Any]) -> Fact:
    """The fact in an envelope of this source. Raises InvalidValue."""
    detail = detail_of(envelope)
    source = envelope.get("source")
    if source != SOURCE:
        raise wrong("source", source, f"{SOURCE!r}, which alone sends such events")
    sent = head(envelope, SOURCE)
    pipeline = PipelineName(identifier(detail, "pipeline"), sent.account, sent.region)
    level = LEVELS[str(envelope["detail-type"])]
    found = told(detail, level, sent.event_id, pipeline, sent.time)
    return replace(found, trigger=trigger_of(detail))


def _envelope(returned: Returned, level: Level, state: State, time: datetime, more: dict[str, Any]) -> dict[str, Any]:
    """Said again, at whatever time, it has the same id."""
    execution = returned.execution_id
    said = [execution, level, str(returned.attempt), str(more.get("stage", "")), str(more.get("action", "")), state]
    return {
        "version": "0",
        "id": _derived(*said),
        "detail-type": _DETAIL_TYPES[level],
        "source": SOURCE,
        "account": returned.pipeline.account,
        "region": returned.pipeline.region,
        "time": time.isoformat(),
        "resources": [],
        "detail": {
            "pipeline": returned.pipeline.name,
            "execution-id": execution,
            "failed-execution-id": returned.failed,
            "state": state.value,
            "pipeline-execution-attempt": returned.attempt,
            "execution-type": "ROLLBACK",
            "rollback-metadata": {"rollback-target-pipeline-execution-id": returned.target},
            **more,
        },
    }


def _trigger(returned: Returned) -> dict[str, Any]:
    return _given(
        {
            "trigger-type": TRIGGER,
            "commit-id": returned.revision,
            "commit-message": returned.message,
            "author-display-name": returned.author,
            "author-date": returned.committed_at.isoformat() if returned.committed_at else None,
            "tag": returned.tag,
        }
    )


def _given(values: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in values.items() if value is not None}


def _derived(*parts: str) -> str:
    return str(uuid.uuid5(_NAMESPACE, json.dumps(parts)))
