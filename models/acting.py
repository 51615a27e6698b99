"""What actions on an execution rest on: how it came through its stages, who is in a stage, and who has passed it."""

from __future__ import annotations

from collections.abc import Collection
from uuid import UUID

from sqlalchemy import select, union_all
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from domain.acting import Action, Occupant, Passed
from domain.events import EventType
from domain.words import DeploymentStatus, ExecutionKind, ExecutionStatus
from models.tables import ActionExecution, Deployment, Environment, Event, PipelineExecution, StageExecution

MOST_TARGETS = 20
_APPROVAL = "Approval"
"""CodePipeline's category of actions that wait for a person."""


async def stages(session: AsyncSession, execution: UUID) -> dict[str, tuple[StageExecution, list[Action]]]:
    """The stages that an execution has entered, in order, each with its actions in order."""
    entered = select(StageExecution).where(StageExecution.execution_id == execution).order_by(StageExecution.position)
    found: dict[UUID, tuple[StageExecution, list[Action]]] = {
        stage.id: (stage, []) for stage in await session.scalars(entered)
    }
    actions = (
        select(ActionExecution, Environment.name)
        .outerjoin(Environment, Environment.id == ActionExecution.environment_id)
        .where(ActionExecution.stage_execution_id.in_(found))
        .order_by(ActionExecution.position, ActionExecution.name)
    )
    for action, environment in await session.execute(actions):
        found[action.stage_execution_id][1].append(
            Action(
                action.name,
                action.kind,
                action.status,
                environment,
                approval=action.category == _APPROVAL,
                ended_at=action.ended_at,
            )
        )
    return {stage.name: (stage, actions) for stage, actions in found.values()}


async def starters(session: AsyncSession, execution: PipelineExecution) -> list[str]:
    """Who has started an execution by this service: the pipeline, a stage of it again, or the rollback that it is.

    As the log has it, which keeps events for 90 days at least.
    """
    told, mine = Event.payload, execution.execution_id
    started = select(told["askedBy"].astext).where(
        Event.subject_id == execution.pipeline_id,
        Event.type == EventType.PIPELINE_STARTED,
        told["executionId"].astext == mine,
    )
    again = select(Event.actor).where(Event.subject_id == execution.id, Event.type == EventType.STAGE_RETRY_ASKED)
    statements = [started, again]
    if execution.kind is ExecutionKind.ROLLBACK:
        of = select(PipelineExecution.id).where(PipelineExecution.pipeline_id == execution.pipeline_id)
        asked = (Event.type == EventType.STAGE_ROLLBACK_ASKED, told["rollback"].astext == mine)
        statements.append(select(Event.actor).where(Event.subject_id.in_(of), *asked))
    return [actor for actor in await session.scalars(union_all(*statements)) if actor is not None]


async def occupant(session: AsyncSession, pipeline: UUID, stage: str) -> Occupant | None:
    """The execution that has entered a stage last."""
    statement = (
        select(PipelineExecution, StageExecution.status)
        .join(StageExecution, StageExecution.execution_id == PipelineExecution.id)
        .where(PipelineExecution.pipeline_id == pipeline, StageExecution.name == stage)
        .order_by(StageExecution.started_at.desc().nulls_last(), PipelineExecution.id.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return row and Occupant(row[0].execution_id, row[0].kind, row[1], row[0].revision)


async def passed(session: AsyncSession, pipeline: UUID, stage: str) -> list[Passed]:
    """The executions that have passed a stage, the latest first."""
    statement = (
        select(PipelineExecution, StageExecution.ended_at)
        .join(StageExecution, StageExecution.execution_id == PipelineExecution.id)
        .where(
            PipelineExecution.pipeline_id == pipeline,
            StageExecution.name == stage,
            StageExecution.status == ExecutionStatus.SUCCEEDED,
        )
        .order_by(StageExecution.ended_at.desc().nulls_last(), PipelineExecution.id.desc())
        .limit(MOST_TARGETS)
    )
    return [
        Passed(
            each.execution_id,
            each.kind,
            each.revision,
            each.version,
            each.started_at,
            at,
            each.commit_message,
            each.author,
        )
        for each, at in await session.execute(statement)
    ]


async def behind(session: AsyncSession, execution: PipelineExecution) -> str | None:
    """The revision of the newest execution of the same pipeline that began later, and is under way."""
    statement = (
        select(PipelineExecution.revision)
        .where(
            PipelineExecution.pipeline_id == execution.pipeline_id,
            PipelineExecution.kind == ExecutionKind.STANDARD,
            PipelineExecution.status == ExecutionStatus.IN_PROGRESS,
            PipelineExecution.started_at > execution.started_at,
        )
        .order_by(PipelineExecution.started_at.desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def deployed(session: AsyncSession, service: UUID, environments: Collection[str]) -> dict[str, str | None]:
    """The revision that was the last to succeed in each of these environments, where one was."""
    statement = (
        select(Environment.name, Deployment.revision)
        .join(Deployment, Deployment.environment_id == Environment.id)
        .where(
            Deployment.service_id == service,
            Environment.name.in_(environments),
            Deployment.status == DeploymentStatus.SUCCEEDED,
        )
        .ext(distinct_on(Environment.id))
        .order_by(Environment.id, Deployment.ended_at.desc().nulls_last(), Deployment.id.desc())
    )
    return {row.name: row.revision for row in await session.execute(statement)}
