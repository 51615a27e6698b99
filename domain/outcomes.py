"""What executions come to for those who look after a pipeline: it is broken, has recovered, is rolled back, waits."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from domain.words import ActionKind, ExecutionKind

LONGEST_CAUSE = 2_000
"""Characters of a cause that an event repeats."""


@dataclass(frozen=True, slots=True)
class Spot:
    """Where in a pipeline: CodePipeline's names of the stage and the action, and ours where it has them."""

    pipeline_stage: str | None = None
    action: str | None = None
    kind: ActionKind | None = None
    stage: str | None = None
    wave: str | None = None
    production: bool = False
    environment: str | None = None
    cause: str | None = None


@dataclass(frozen=True, slots=True)
class Execution:
    """An execution as it is told of. team: that of its service. spots: where it failed, the first one first."""

    id: str
    pipeline: str
    pipeline_arn: str
    kind: ExecutionKind
    attempt: int
    service: str | None = None
    repository: str | None = None
    revision: str | None = None
    commit_message: str | None = None
    author: str | None = None
    rollback_target: str | None = None

    def named(self) -> dict[str, Any]:
        """How an event's payload names it."""
        return {
            "pipeline": self.pipeline,
            "pipelineArn": self.pipeline_arn,
            "service": self.service,
            "executionId": self.id,
        }


def where(spot: Spot) -> dict[str, Any]:
    """How an event's payload says where."""
    return {
        "stage": spot.stage,
        "wave": spot.wave,
        "production": spot.production,
        "pipelineStage": spot.pipeline_stage,
        "action": spot.action,
        "environment": spot.environment,
    }


def failed(spots: Sequence[Spot], checks: Sequence[str]) -> Spot:
    """Where an execution failed first, and why: what the checks said, where its checks are what failed.

    checks: a sentence for each check of the wave that held it back.
    """
    first = spots[0] if spots else Spot()
    said = "; ".join(checks) if checks and first.kind in (ActionKind.VALIDATE, None) else None
    cause = said or next((each.cause for each in spots if each.cause), None)
    return Spot(
        first.pipeline_stage,
        first.action,
        first.kind,
        first.stage,
        first.wave,
        first.production,
        first.environment,
        cause[:LONGEST_CAUSE] if cause else None,
    )


def broken(execution: Execution, spot: Spot, since: datetime, *, again: bool) -> dict[str, Any]:
    """The payload of `pipeline.broken`."""
    return {
        **execution.named(),
        **where(spot),
        "attempt": execution.attempt,
        "kind": execution.kind,
        "revision": execution.revision,
        "author": execution.author,
        "cause": spot.cause,
        "since": since.isoformat(),
        "again": again,
    }


def recovered(execution: Execution, since: str | None) -> dict[str, Any]:
    """The payload of `pipeline.recovered`."""
    return {**execution.named(), "revision": execution.revision, "author": execution.author, "since": since}


def rolled_back(execution: Execution, spot: Spot) -> dict[str, Any]:
    """The payload of `rollback.started`."""
    return {
        **execution.named(),
        "stage": spot.stage,
        "wave": spot.wave,
        "production": spot.production,
        "revision": execution.revision,
        "target": execution.rollback_target,
    }


@dataclass(frozen=True, slots=True)
class Standing:
    """An execution in progress. key: its row's. moved_at: when anything of it began or ended last."""

    key: UUID
    execution: Execution
    spot: Spot
    moved_at: datetime


def thresholds(standing: Standing, minutes: Iterable[int], now: datetime) -> list[int]:
    """Those of the numbers of minutes for which nothing has moved, in order."""
    return [each for each in sorted(set(minutes)) if standing.moved_at + timedelta(minutes=each) <= now]


def waiting(standing: Standing, minutes: int) -> dict[str, Any]:
    """The payload of `execution.waiting`."""
    return {
        **standing.execution.named(),
        **where(standing.spot),
        "attempt": standing.execution.attempt,
        "since": standing.moved_at.isoformat(),
        "minutes": minutes,
    }
