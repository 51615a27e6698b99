"""What AWS tells of a pipeline: EventBridge's envelopes of CodePipeline, read into frozen facts.

Reading is total: any text gives a `Fact` or `InvalidValue`, which says what was wrong, and nothing else.
The shapes are those of "CodePipeline events" in AWS's user guide, with what is seen in practice: numbers that
arrive as floats or as strings, attempts that are missing, and dates in several spellings.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache
from typing import Any

from domain import moments
from domain.envelopes.reading import (
    LONGEST_IDENTIFIER,
    detail_of,
    head,
    identifier,
    link,
    nested,
    one_of,
    text,
    whole,
    wrong,
)
from domain.words import ActionKind, ExecutionStatus

MOST_ATTEMPTS = 1_000_000
"""Far above what CodePipeline can count to, and within PostgreSQL's integer."""

SOURCE = "aws.codepipeline"

EXECUTION_ID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII | re.IGNORECASE)


class Level(StrEnum):
    """Which of the three kinds of envelope a fact came in: its value is the envelope's `detail-type`."""

    PIPELINE = "CodePipeline Pipeline Execution State Change"
    STAGE = "CodePipeline Stage Execution State Change"
    ACTION = "CodePipeline Action Execution State Change"


class State(StrEnum):
    """CodePipeline's states in its events; not its statuses: STARTED and RESUMED are both IN_PROGRESS."""

    STARTED = "STARTED"
    RESUMED = "RESUMED"
    STOPPING = "STOPPING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    STOPPED = "STOPPED"
    CANCELED = "CANCELED"
    SUPERSEDED = "SUPERSEDED"
    ABANDONED = "ABANDONED"

    @property
    def status(self) -> ExecutionStatus:
        """The status that an execution has after this state."""
        started = self in (State.STARTED, State.RESUMED)
        return ExecutionStatus.IN_PROGRESS if started else ExecutionStatus[self.value]


_PARTITIONS = {"cn-": "aws-cn", "us-gov-": "aws-us-gov"}
_ROLLBACKS = ("ManualRollback", "AutomatedRollback")
"""The trigger types of rollbacks."""
_ONLY_OF = {State.SUPERSEDED: Level.PIPELINE, State.ABANDONED: Level.ACTION}


@dataclass(frozen=True, slots=True)
class PipelineName:
    """Where a pipeline is: what its ARN is made of.

    provider, repository: of a pipeline of a CI system that is not CodePipeline, which has no account and no Region.
    """

    name: str
    account: str
    region: str
    provider: str | None = None
    repository: str | None = None

    @property
    def arn(self) -> str:
        """The pipeline's ARN; the partition follows from the Region. Of another CI system, a key of the same use."""
        if self.provider:
            return f"ci:{self.provider}:{self.repository}:{self.name}"
        return f"arn:{_partition(self.region)}:codepipeline:{self.region}:{self.account}:{self.name}"


@lru_cache(maxsize=1_000)
def _partition(region: str) -> str:
    return next((_PARTITIONS[start] for start in _PARTITIONS if region.startswith(start)), "aws")


@dataclass(frozen=True, slots=True)
class Trigger:
    """`execution-trigger`: what made the pipeline run. Every part may be missing.

    committed_at: the commit's author date. tag: its name in the repository; CodePipeline tells none.
    rollback_target: the id of the execution to whose revision a rollback returns.
    """

    kind: str | None = None
    revision: str | None = None
    message: str | None = None
    author: str | None = None
    committed_at: datetime | None = None
    tag: str | None = None
    rollback_target: str | None = None
    rolls_back: bool = False


_UNTOLD = Trigger()


@dataclass(frozen=True, slots=True)
class ActionPart:
    """What an action's envelope adds: which run of which action, its type, and its `execution-result`.

    kind, environment: what the action does, and where, as CI systems say of each; a map says it of CodePipeline's.
    """

    name: str
    execution_id: str | None = None
    region: str | None = None
    provider: str = ""
    category: str = ""
    external_id: str | None = None
    external_url: str | None = None
    summary: str | None = None
    error_code: str | None = None
    kind: ActionKind | None = None
    environment: str | None = None


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that AWS said of one execution.

    attempt: the pipeline execution's, from 1; None when the sender does not count. time: EventBridge's, in
    whole seconds. start_time: `detail.start-time`. stage: CodePipeline's name, empty for pipelines. action:
    set for actions alone.
    """

    event_id: str
    level: Level
    pipeline: PipelineName
    execution_id: str
    state: State
    time: datetime
    attempt: int | None = None
    start_time: datetime | None = None
    version: int | None = None
    stage: str = ""
    action: ActionPart | None = None
    trigger: Trigger | None = None

    @property
    def natural_key(self) -> tuple[object, ...]:
        """Equal for two envelopes that tell the same under different event ids.

        Where attempts are not counted the time stands in: a second failure, after a retry, is another fact.
        """
        run = (self.action.name, self.action.execution_id) if self.action else ()
        attempt = self.attempt if self.attempt is not None else self.time
        return (self.level, self.execution_id, attempt, self.stage, run, self.state)


def fact(envelope: dict[str, Any]) -> Fact:
    """The fact in an opened envelope, or InvalidValue with the field that is wrong."""
    detail = detail_of(envelope)
    level = one_of(Level, "detail-type", envelope.get("detail-type"))
    sent = head(envelope, SOURCE)
    pipeline = PipelineName(identifier(detail, "pipeline"), sent.account, sent.region)
    _require_own(pipeline, envelope.get("resources"))
    return told(detail, level, sent.event_id, pipeline, sent.time)


def told(detail: dict[str, Any], level: Level, event_id: str, pipeline: PipelineName, time: datetime) -> Fact:
    """The fact in an event's detail, whoever sent it."""
    return Fact(
        event_id=event_id,
        level=level,
        pipeline=pipeline,
        execution_id=_execution_id(detail),
        state=_state(level, detail),
        time=time,
        attempt=_attempt(detail.get("pipeline-execution-attempt")),
        start_time=moments.parse_or_none(detail.get("start-time")),
        version=_version(detail.get("version")),
        stage="" if level is Level.PIPELINE else identifier(detail, "stage"),
        action=_action(detail) if level is Level.ACTION else None,
        trigger=trigger_of(detail) if level is Level.PIPELINE else None,
    )


def _require_own(pipeline: PipelineName, resources: object) -> None:
    """The resources of an envelope, where it has any, are the pipeline that its detail names."""
    for resource in resources if isinstance(resources, list) else ():
        if isinstance(resource, str) and ":codepipeline:" in resource and resource != pipeline.arn:
            raise wrong("resources", resource, f"the pipeline that the detail names, {pipeline.arn}")


def _execution_id(detail: dict[str, Any]) -> str:
    value = detail.get("execution-id")
    if not isinstance(value, str) or not EXECUTION_ID.fullmatch(value):
        raise wrong("execution-id", value, "a UUID: '0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f'")
    return value.lower()


def _state(level: Level, detail: dict[str, Any]) -> State:
    state = one_of(State, "state", detail.get("state"))
    if _ONLY_OF.get(state, level) is not level:
        raise wrong("state", state.value, f"a state that {_ONLY_OF[state].value!r} alone may carry")
    return state


def _action(detail: dict[str, Any]) -> ActionPart:
    type_, result = nested(detail.get("type")), nested(detail.get("execution-result"))
    run = detail.get("action-execution-id")
    return ActionPart(
        name=identifier(detail, "action"),
        execution_id=identifier(detail, "action-execution-id") if run is not None else None,
        region=text(detail.get("region")),
        provider=text(type_.get("provider")) or "",
        category=text(type_.get("category")) or "",
        external_id=text(result.get("external-execution-id")),
        external_url=link(result.get("external-execution-url")),
        summary=text(result.get("external-execution-summary")),
        error_code=text(result.get("error-code")),
    )


def trigger_of(detail: dict[str, Any]) -> Trigger | None:
    """What made the execution run, as the detail of an event says.

    AWS's guide shows no event of a rollback: its fields are spelt as GetPipelineExecution's are, in this style.
    """
    said = nested(detail.get("execution-trigger"))
    kind = text(said.get("trigger-type")) or text(said.get("provider-type"))
    target = text(nested(detail.get("rollback-metadata")).get("rollback-target-pipeline-execution-id"))
    tag = text(said.get("tag"))
    trigger = Trigger(
        kind=kind,
        revision=text(said.get("commit-id")),
        message=text(said.get("commit-message")),
        author=text(said.get("author-display-name")) or text(said.get("author-id")),
        committed_at=moments.parse_or_none(said.get("author-date")),
        tag=tag[:LONGEST_IDENTIFIER] if tag else None,
        rollback_target=target[:LONGEST_IDENTIFIER].lower() if target else None,
        rolls_back=target is not None or kind in _ROLLBACKS or detail.get("execution-type") == "ROLLBACK",
    )
    return trigger if trigger != _UNTOLD else None


def commit_message(summary: str | None) -> str | None:
    """The commit's message in the summary of a source's revision: JSON for a connection, plain text for CodeCommit."""
    if summary is None or not summary.startswith("{"):
        return summary
    try:
        message = json.loads(summary).get("CommitMessage")
    except (ValueError, RecursionError):
        return summary
    return message if isinstance(message, str) else None


def _version(value: object) -> int | None:
    """Of the pipeline's structure; None for what no pipeline can have, for it decides nothing that is recorded."""
    version = whole(value)
    return version if version is not None and 1 <= version <= MOST_ATTEMPTS else None


def _attempt(value: object) -> int | None:
    if value is None:
        return None
    attempt = whole(value)
    if attempt is None or not 1 <= attempt <= MOST_ATTEMPTS:
        raise wrong("pipeline-execution-attempt", value, "a whole number from 1")
    return attempt
