"""What an execution amounts to in each environment that its pipeline's map names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from domain.folded import FoldedAction, FoldedDeployment, FoldedExecution, FoldedStage
from domain.structure import Structure
from domain.words import DeploymentStatus, ExecutionStatus

_CUT_SHORT = (ExecutionStatus.STOPPED, ExecutionStatus.ABANDONED, ExecutionStatus.CANCELED)


@dataclass(frozen=True, slots=True)
class _Step:
    """One action that deploys to the environment; without a status while nothing is known of it."""

    status: ExecutionStatus | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str | None = None


def deployments_of(execution: FoldedExecution, structure: Structure) -> tuple[FoldedDeployment, ...]:
    """One for each environment of the map, from the moment that the execution is known."""
    stages = {stage.name: stage for stage in execution.stages}
    actions = {(stage.name, action.name): action for stage in execution.stages for action in stage.actions}
    return tuple(
        _deployment(
            environment,
            [_step(stages.get(stage), actions.get((stage, name))) for stage, name in names],
            execution,
        )
        for environment, names in structure.deploying().items()
    )


def _step(stage: FoldedStage | None, action: FoldedAction | None) -> _Step:
    """In a stage that succeeded, an action that nothing was told of has succeeded: its events were lost."""
    if action is not None:
        reason = action.summary or action.error_code or f"{action.name} failed"
        return _Step(action.status, action.started_at, action.ended_at, reason)
    if stage is not None and stage.status is ExecutionStatus.SUCCEEDED:
        return _Step(stage.status, stage.started_at, stage.ended_at)
    return _Step()


def _deployment(environment: str, steps: Sequence[_Step], execution: FoldedExecution) -> FoldedDeployment:
    status = _status(steps, execution.status)
    failed = [step for step in steps if step.status is ExecutionStatus.FAILED]
    cause = min(failed, key=_end_of, default=None)
    return FoldedDeployment(
        environment=environment,
        status=status,
        reason=cause.reason if cause else None,
        started_at=min((step.started_at for step in steps if step.started_at), default=None),
        ended_at=_ended_at(status, steps, cause, execution),
    )


def _status(steps: Sequence[_Step], execution: ExecutionStatus) -> DeploymentStatus:
    statuses = {step.status for step in steps}
    if ExecutionStatus.FAILED in statuses:
        return DeploymentStatus.FAILED
    if statuses == {ExecutionStatus.SUCCEEDED}:
        return DeploymentStatus.SUCCEEDED
    if execution.ended or statuses.intersection(_CUT_SHORT):
        return DeploymentStatus.STOPPED
    return DeploymentStatus.PENDING if statuses == {None} else DeploymentStatus.IN_PROGRESS


def _ended_at(
    status: DeploymentStatus, steps: Sequence[_Step], cause: _Step | None, execution: FoldedExecution
) -> datetime | None:
    if status in (DeploymentStatus.PENDING, DeploymentStatus.IN_PROGRESS):
        return None
    if cause is not None:
        return cause.ended_at
    ends = [step.ended_at for step in steps if step.ended_at is not None]
    if status is DeploymentStatus.STOPPED:
        ends = [execution.ended_at] if execution.ended_at else ends
    return max(ends)


def _end_of(step: _Step) -> datetime:
    assert step.ended_at is not None  # it has failed
    return step.ended_at
