"""One execution of a pipeline as it was, whole: the frozen value that its trace is derived from.

The lists are sets in all but name: neither their order nor a repeated row carries meaning. Times are aware and in UTC.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime

from domain.words import (
    ActionKind,
    CheckKind,
    CheckMode,
    CheckRunStatus,
    CheckWhen,
    DeploymentStatus,
    ExecutionKind,
    ExecutionStatus,
)


@dataclass(frozen=True, slots=True)
class Place:
    """A wave and its stage, by name. production: whether customers are served from there."""

    stage: str
    wave: str | None = None
    production: bool = False


@dataclass(frozen=True, slots=True)
class Environment:
    """One account and Region in a wave."""

    name: str
    account: str
    region: str
    place: Place


@dataclass(frozen=True, slots=True)
class StageExecution:
    """A stage under CodePipeline's name for it; `place` is ours, for the stages that have one."""

    name: str
    position: int
    status: ExecutionStatus
    started_at: datetime | None = None
    ended_at: datetime | None = None
    place: Place | None = None


@dataclass(frozen=True, slots=True)
class ActionExecution:
    """An action under CodePipeline's names for it and its stage: its latest attempt."""

    stage: str
    name: str
    position: int
    kind: ActionKind
    status: ExecutionStatus
    provider: str = ""
    region: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    external_id: str | None = None
    external_url: str | None = None
    summary: str | None = None
    error_code: str | None = None
    environment: Environment | None = None


@dataclass(frozen=True, slots=True)
class Deployment:
    """The execution's revision reaching one environment. id: the row's key, as text."""

    id: str
    environment: Environment
    status: DeploymentStatus
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One execution of a check. id: the row's key, as text. attempt: the pipeline execution's, when it was started.

    try_number: the check's own, where a run without a verdict is tried again.
    """

    id: str
    name: str
    subject: str
    kind: CheckKind
    when: CheckWhen
    mode: CheckMode
    status: CheckRunStatus
    attempt: int
    place: Place
    started_at: datetime | None = None
    ended_at: datetime | None = None
    cause: str | None = None
    try_number: int = 1


@dataclass(frozen=True, slots=True)
class PipelineExecution:
    """A run of a pipeline with everything that happened in it.

    execution_id: CodePipeline's UUID. repository: GitHub's owner/name. sealed_at: when the spans of an earlier attempt
    were sealed; what had ended by then is in them. rollback_target: the execution to whose revision a rollback returns.
    """

    execution_id: str
    pipeline: str
    pipeline_arn: str
    region: str
    status: ExecutionStatus
    attempt: int = 1
    service: str | None = None
    repository: str | None = None
    branch: str | None = None
    revision: str | None = None
    author: str | None = None
    trigger: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    sealed_at: datetime | None = None
    kind: ExecutionKind = ExecutionKind.STANDARD
    rollback_target: str | None = None
    stages: tuple[StageExecution, ...] = field(default=())
    actions: tuple[ActionExecution, ...] = field(default=())
    deployments: tuple[Deployment, ...] = field(default=())
    check_runs: tuple[CheckRun, ...] = field(default=())
