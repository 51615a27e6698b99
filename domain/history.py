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
    """The execution's revision reaching one environment."""

    environment: Environment
    status: DeploymentStatus
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class CheckRun:
    """One execution of a check. attempt: the pipeline execution's, when it was started.

    part: the stage of CodePipeline that deploys this part of the wave; the wave's name where it is not split.
    try_number: the check's own, where a run without a verdict is tried again.
    """

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
    part: str = ""


@dataclass(frozen=True, slots=True)
class Earlier:
    """Another execution of the same pipeline, as far as a link to it needs it.

    reached: whether it took its revision to an environment. update_…: of its action that updates the pipeline.
    entered: which stages it entered, under CodePipeline's names, and when.
    """

    execution_id: str
    status: ExecutionStatus
    kind: ExecutionKind = ExecutionKind.STANDARD
    attempt: int = 1
    revision: str | None = None
    started_at: datetime | None = None
    reached: bool = False
    update_began_at: datetime | None = None
    update_ended_at: datetime | None = None
    entered: tuple[tuple[str, datetime], ...] = ()


@dataclass(frozen=True, slots=True, order=True)
class Sealed:
    """An attempt whose spans were sealed. until: its end, as AWS told it; what had ended by then is in them."""

    attempt: int
    until: datetime


@dataclass(frozen=True, slots=True)
class PipelineExecution:
    """A run of a pipeline with everything that happened in it.

    execution_id: CodePipeline's UUID. repository: GitHub's owner/name. sealed: its attempts that were sealed.
    rollback_target: the execution to whose revision a rollback returns. earlier: other executions of the pipeline that
    it may be linked to (domain.links).
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
    sealed: tuple[Sealed, ...] = ()
    kind: ExecutionKind = ExecutionKind.STANDARD
    rollback_target: str | None = None
    stages: tuple[StageExecution, ...] = field(default=())
    actions: tuple[ActionExecution, ...] = field(default=())
    deployments: tuple[Deployment, ...] = field(default=())
    check_runs: tuple[CheckRun, ...] = field(default=())
    earlier: tuple[Earlier, ...] = field(default=())
