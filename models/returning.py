"""What rollbacks rest on: the last success of a stage, who has been there since, and what was taken back."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import and_, func, literal, or_, select, true
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.safety.entering import TakenBack
from domain.safety.returning import Good
from domain.words import ActionKind, Decision, DeploymentStatus, ExecutionKind, ExecutionStatus
from models.tables import (
    ActionExecution,
    Deployment,
    DrillCertificate,
    Environment,
    PipelineExecution,
    StageExecution,
    WaveEntry,
)
from models.tables.evidence import constant, reached


async def last_good(session: AsyncSession, pipeline: UUID, stage: str) -> Good | None:
    """To which execution's revision a stage of a pipeline returns; None where none has passed it, or none is known.

    stage: CodePipeline's name. What came by a rollback counts as the execution that the rollback returned to.
    """
    last = (await session.scalars(_passed(pipeline, stage).limit(1))).one_or_none()
    if last is None or last.kind is ExecutionKind.STANDARD:
        return last and _good(last)
    brought = _passed(pipeline, stage).where(PipelineExecution.kind == ExecutionKind.STANDARD)
    if last.rollback_target:
        brought = select(PipelineExecution).where(
            PipelineExecution.pipeline_id == pipeline, PipelineExecution.execution_id == last.rollback_target
        )
    else:
        brought = brought.where(PipelineExecution.revision == last.revision)
    target = (await session.scalars(brought.limit(1))).one_or_none()
    return target and _good(target, rolled_back_to=True)


def _passed(pipeline: UUID, stage: str) -> Any:
    """The executions that have passed a stage, the latest first."""
    return (
        select(PipelineExecution)
        .join(StageExecution, StageExecution.execution_id == PipelineExecution.id)
        .where(
            PipelineExecution.pipeline_id == pipeline,
            StageExecution.name == stage,
            StageExecution.status == ExecutionStatus.SUCCEEDED,
        )
        .order_by(StageExecution.ended_at.desc(), PipelineExecution.id.desc())
    )


def _good(execution: PipelineExecution, *, rolled_back_to: bool = False) -> Good:
    return Good(execution.execution_id, execution.revision, execution.version, execution.started_at, rolled_back_to)


async def present_version(session: AsyncSession, pipeline: UUID) -> int | None:
    """The version of a pipeline's structure now: that of the execution that began last, where it is known."""
    statement = (
        select(PipelineExecution.version)
        .where(PipelineExecution.pipeline_id == pipeline, PipelineExecution.version.is_not(None))
        .order_by(PipelineExecution.started_at.desc().nulls_last())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def was_touched(session: AsyncSession, execution: UUID, stage: str) -> bool:
    """Whether an action that deploys has begun in a stage of an execution.

    Where nothing is known of what has failed in it, events were lost, and it may have been touched.
    """
    actions = (
        select(ActionExecution.id)
        .join(StageExecution, StageExecution.id == ActionExecution.stage_execution_id)
        .where(StageExecution.execution_id == execution, StageExecution.name == stage)
    )
    begun = actions.where(ActionExecution.kind == ActionKind.DEPLOY).exists()
    known = actions.where(ActionExecution.status == ExecutionStatus.FAILED).exists()
    return bool(await session.scalar(select(or_(begun, ~known))))


async def entered_since(
    session: AsyncSession, execution: PipelineExecution, stages: Collection[str], *, asks: bool
) -> PipelineExecution | None:
    """The newest execution that takes a revision through the pipeline, began after this one and has entered the stages.

    asks: the stages ask before they are entered. Whoever waits there still has deployed nothing: it is in the stage for
    CodePipeline alone.
    """
    there = (StageExecution.execution_id == PipelineExecution.id, StageExecution.name.in_(stages))
    entered = select(StageExecution.id).where(*there).exists()
    let_in = select(WaveEntry.id).where(
        WaveEntry.execution_id == PipelineExecution.id,
        WaveEntry.stage.in_(stages),
        WaveEntry.decision == Decision.PROCEED,
    )
    begun = select(ActionExecution.id).join(StageExecution, StageExecution.id == ActionExecution.stage_execution_id)
    begun = begun.where(*there, ActionExecution.kind != ActionKind.ENTER)
    beyond_asking = or_(let_in.exists(), begun.exists()) if asks else true()
    statement = (
        select(PipelineExecution)
        .where(
            PipelineExecution.pipeline_id == execution.pipeline_id,
            PipelineExecution.kind == ExecutionKind.STANDARD,
            PipelineExecution.started_at > execution.started_at,
            entered,
            beyond_asking,
        )
        .order_by(PipelineExecution.started_at.desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def rollbacks_since(
    session: AsyncSession, pipeline: UUID, stage: str, since: datetime | None
) -> list[PipelineExecution]:
    """The rollbacks of a stage that began at a time or later, the latest first."""
    statement = (
        select(PipelineExecution)
        .join(StageExecution, StageExecution.execution_id == PipelineExecution.id)
        .where(
            PipelineExecution.pipeline_id == pipeline,
            PipelineExecution.kind == ExecutionKind.ROLLBACK,
            PipelineExecution.started_at >= (literal(since) if since else PipelineExecution.started_at),
            StageExecution.name == stage,
        )
        .order_by(PipelineExecution.started_at.desc())
    )
    return list(await session.scalars(statement))


async def taken_back(session: AsyncSession, service: UUID, environments: Collection[str]) -> list[TakenBack]:
    """What the latest rollback of a service has taken out of each of these environments, by the environment's name.

    Nothing where the environment has held no other revision before, or where a newer one has succeeded since.
    """
    rollback, before, later = aliased(Deployment), aliased(Deployment), aliased(Deployment)
    rolling, rolled, bringing = aliased(PipelineExecution), aliased(PipelineExecution), aliased(PipelineExecution)

    def there(deployment: Any) -> Any:
        return and_(deployment.service_id == service, deployment.environment_id == Environment.id)

    latest = (
        select(rollback.started_at, rollback.revision)
        .select_from(rollback)
        .join(rolling, and_(rolling.id == rollback.execution_id, rolling.kind == constant(ExecutionKind.ROLLBACK)))
        .where(there(rollback), rollback.started_at.is_not(None))
        .order_by(rollback.started_at.desc())
        .limit(1)
        .correlate(Environment)
        .lateral("latest")
    )
    last = (
        select(before.revision, rolled.started_at)
        .select_from(before)
        .join(rolled, and_(rolled.id == before.execution_id, rolled.kind == constant(ExecutionKind.STANDARD)))
        .where(there(before), before.started_at < latest.c.started_at, reached(before))
        .order_by(before.started_at.desc(), before.id.desc())
        .limit(1)
        .correlate(Environment, latest)
        .lateral("last")
    )
    newer = (
        select(later.id)
        .join(bringing, and_(bringing.id == later.execution_id, bringing.kind == constant(ExecutionKind.STANDARD)))
        .where(
            there(later),
            later.status == DeploymentStatus.SUCCEEDED,
            later.started_at > latest.c.started_at,
            later.revision.is_distinct_from(last.c.revision),
        )
        .correlate(Environment, latest, last)
        .exists()
    )
    statement = (
        select(Environment.name, last.c.revision, latest.c.started_at.label("at"), last.c.started_at.label("began_at"))
        .select_from(Environment)
        .join(latest, literal(True))
        .join(last, literal(True))
        .where(Environment.name.in_(environments), ~newer)
        .where(func.coalesce(last.c.revision != latest.c.revision, True))
        .order_by(Environment.name)
    )
    return [TakenBack(*row) for row in await session.execute(statement)]


async def leads_back(session: AsyncSession, execution: PipelineExecution, stage: str) -> bool:
    """Whether what a rollback brings has passed a stage before: its revision, else its target. True for neither known.

    CodePipeline rolls back to nothing else; so whatever is told of an execution that brings another, it is no way out.
    """
    if execution.revision:
        named = PipelineExecution.revision == execution.revision
    elif execution.rollback_target:
        named = PipelineExecution.execution_id == execution.rollback_target
    else:
        return True
    before = _passed(execution.pipeline_id, stage).where(named, PipelineExecution.id != execution.id)
    return (await session.scalars(before.limit(1))).one_or_none() is not None


async def returned_since(
    session: AsyncSession, execution: PipelineExecution, environments: Collection[str]
) -> list[tuple[str, str | None]]:
    """(environment, revision) of rollbacks of the same pipeline that began after this execution had deployed there."""
    own, other = aliased(Deployment), aliased(Deployment)
    statement = (
        select(Environment.name, func.max(other.revision))
        .join(own, own.environment_id == Environment.id)
        .join(other, and_(other.environment_id == own.environment_id, other.service_id == own.service_id))
        .join(PipelineExecution, PipelineExecution.id == other.execution_id)
        .where(
            own.execution_id == execution.id,
            Environment.name.in_(environments),
            PipelineExecution.kind == ExecutionKind.ROLLBACK,
            PipelineExecution.pipeline_id == execution.pipeline_id,
            other.started_at > func.coalesce(own.ended_at, own.started_at),
        )
        .group_by(Environment.name)
        .order_by(Environment.name)
    )
    return [(name, revision) for name, revision in await session.execute(statement)]


async def certificate(
    session: AsyncSession, service: UUID, upgrade_to: str, downgrade_to: str
) -> DrillCertificate | None:
    """What was found out last of a pair of revisions; where nothing was, the drill that was begun last."""
    statement = (
        select(DrillCertificate)
        .where(
            DrillCertificate.service_id == service,
            DrillCertificate.upgrade_to == upgrade_to,
            DrillCertificate.downgrade_to == downgrade_to,
        )
        .order_by(DrillCertificate.passed.is_(None), DrillCertificate.at.desc(), DrillCertificate.began_at.desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()
