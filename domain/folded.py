"""What a fold gives: an execution with its stages, their actions, and the deployments that they amount to."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from domain.words import ActionKind, DeploymentStatus, ExecutionKind, ExecutionStatus


@dataclass(frozen=True, slots=True)
class FoldedAction:
    """The latest run of an action. environment: ours, by name, where the map gives one."""

    name: str
    position: int
    kind: ActionKind
    provider: str
    category: str
    region: str | None
    status: ExecutionStatus
    started_at: datetime
    ended_at: datetime | None
    external_id: str | None
    external_url: str | None
    summary: str | None
    error_code: str | None
    environment: str | None


@dataclass(frozen=True, slots=True)
class FoldedStage:
    """A stage that the execution has entered; stage and wave are ours, by name, where the map gives them."""

    name: str
    position: int
    status: ExecutionStatus
    started_at: datetime
    ended_at: datetime | None
    stage: str | None
    wave: str | None
    actions: tuple[FoldedAction, ...]


@dataclass(frozen=True, slots=True)
class FoldedDeployment:
    """What the execution amounts to in one environment. reason: why it failed, in AWS's words."""

    environment: str
    status: DeploymentStatus
    reason: str | None
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class FoldedExecution:
    """An execution. Stages are in the order of the map, else of their beginning; deployments in the map's.

    committed_at: the commit's author date, where AWS told it. tag: where a CI system told it. rollback_target:
    CodePipeline's id of the execution to whose revision a rollback returns, where AWS told it. version: of the
    pipeline's structure, likewise.
    """

    execution_id: str
    kind: ExecutionKind
    status: ExecutionStatus
    attempt: int
    revision: str | None
    commit_message: str | None
    author: str | None
    committed_at: datetime | None
    tag: str | None
    trigger: str | None
    rollback_target: str | None
    version: int | None
    started_at: datetime
    ended_at: datetime | None
    stages: tuple[FoldedStage, ...]
    deployments: tuple[FoldedDeployment, ...]
