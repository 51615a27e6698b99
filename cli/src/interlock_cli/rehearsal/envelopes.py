"""The EventBridge envelopes that CodePipeline emits, built from what happened. No clock and no I/O.

Shapes: AWS, "Detect and react to changes in pipeline state with Amazon EventBridge". `version` is the pipeline's
structure and a float there, as is the attempt.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from interlock_cli.rehearsal.assembly import Action
from interlock_cli.rehearsal.places import Place

Envelope = dict[str, Any]


@dataclass(frozen=True)
class Trigger:
    """The commit that started the execution, as a connection's webhook tells it."""

    repository: str
    branch: str
    commit: str
    message: str
    author: str
    email: str
    date: str
    connection: str

    def detail(self) -> dict[str, str]:
        """The `execution-trigger` of a pipeline's events."""
        return {
            "full-repository-name": self.repository,
            "provider-type": "GitHub",
            "branch-name": self.branch,
            "commit-id": self.commit,
            "commit-message": self.message,
            "author-id": self.author,
            "author-display-name": self.author,
            "author-email": self.email,
            "author-date": self.date,
            "connection-arn": self.connection,
        }


@dataclass(frozen=True)
class Subject:
    """The execution that the envelopes are about. `started` is when it began.

    version: of the pipeline's structure. attempt: from 1, one more with each retry of a stage. target: the execution to
    whose revision it rolls a stage back; None where it is no rollback.
    """

    pipeline: str
    place: Place
    execution: str
    started: datetime
    trigger: Trigger
    version: int = 1
    attempt: int = 1
    target: str | None = None

    def pipeline_event(self, state: str, now: datetime) -> Envelope:
        """A change of the pipeline execution's state, with the trigger; of a rollback, with what it returns to."""
        extra: dict[str, Any] = {"state": state, "execution-trigger": self.trigger.detail()}
        if self.target:
            extra["execution-trigger"]["trigger-type"] = "AutomatedRollback"
            extra["execution-type"] = "ROLLBACK"
            extra["rollback-metadata"] = {"rollback-target-pipeline-execution-id": self.target}
        return self._envelope("Pipeline", self.started, now, extra)

    def stage_event(self, stage: str, state: str, started: datetime, now: datetime) -> Envelope:
        """A change of a stage's state; `started` is when the stage began."""
        return self._envelope("Stage", started, now, {"stage": stage, "state": state})

    def action_event(
        self,
        stage: str,
        action: Action,
        action_execution: str,
        state: str,
        started: datetime,
        now: datetime,
        result: Mapping[str, str] | None = None,
    ) -> Envelope:
        """A change of an action's state. `result` holds external-execution-id, -url, -summary and error-code."""
        detail = {
            "stage": stage,
            "action": action.name,
            "action-execution-id": action_execution,
            "state": state,
            "region": action.region or self.place.region,
            "type": {
                "owner": action.owner,
                "provider": action.provider,
                "category": action.category,
                "version": action.version,
            },
        }
        if result:
            detail["execution-result"] = dict(result)
        return self._envelope("Action", started, now, detail)

    def _envelope(self, kind: str, started: datetime, now: datetime, detail: Mapping[str, Any]) -> Envelope:
        home = self.place
        return {
            "version": "0",
            "id": str(uuid.uuid4()),
            "detail-type": f"CodePipeline {kind} Execution State Change",
            "source": "aws.codepipeline",
            "account": home.account,
            "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": home.region,
            "resources": [f"arn:aws:codepipeline:{home.region}:{home.account}:{self.pipeline}"],
            "detail": {
                "pipeline": self.pipeline,
                "execution-id": self.execution,
                "start-time": _milliseconds(started),
                "version": float(self.version),
                "pipeline-execution-attempt": float(self.attempt),
                **detail,
            },
        }


def alarm_event(place: Place, name: str, state: str, reason: str, now: datetime) -> Envelope:
    """The change of an alarm's state, as CloudWatch tells it to its account's bus."""
    stamp = now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.000+0000")
    return {
        "version": "0",
        "id": str(uuid.uuid4()),
        "detail-type": "CloudWatch Alarm State Change",
        "source": "aws.cloudwatch",
        "account": place.account,
        "time": now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"),
        "region": place.region,
        "resources": [f"arn:aws:cloudwatch:{place.region}:{place.account}:alarm:{name}"],
        "detail": {
            "alarmName": name,
            "state": {"value": state, "reason": reason, "timestamp": stamp},
            "previousState": {"value": "ALARM" if state == "OK" else "OK", "timestamp": stamp},
            "configuration": {"metrics": []},
        },
    }


def _milliseconds(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
