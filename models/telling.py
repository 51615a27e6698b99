"""What there is to tell of executions: who committed what, where it failed, what has not moved; and what was told."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, and_, exists, func, select, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.events import EventType
from domain.outcomes import Execution, Spot, Standing
from domain.words import CheckMode, CheckRunStatus, ExecutionStatus
from models.tables import (
    ActionExecution,
    CheckRun,
    Deployment,
    Environment,
    Event,
    Pipeline,
    PipelineExecution,
    Service,
    Stage,
    StageExecution,
    Wave,
)

_MOST_SPOTS = 20
_LATEST_STAGE = (StageExecution.started_at.desc().nulls_last(), StageExecution.position.desc())
_MINUTE = text("interval '1 minute'")


def _executions() -> Select[PipelineExecution, str, str, str, str]:
    statement = select(PipelineExecution, Pipeline.name, Pipeline.arn, Service.name, Service.repository)
    statement = statement.join(Pipeline, PipelineExecution.pipeline_id == Pipeline.id)
    return statement.outerjoin(Service, Pipeline.service_id == Service.id)


def _execution(row: Sequence[Any]) -> Execution:
    execution, pipeline, arn, service, repository = row[:5]
    return Execution(
        id=execution.execution_id,
        pipeline=pipeline,
        pipeline_arn=arn,
        kind=execution.kind,
        attempt=execution.attempt,
        service=service,
        repository=repository,
        revision=execution.revision,
        commit_message=execution.commit_message,
        author=execution.author,
        rollback_target=execution.rollback_target,
    )


async def executions(session: AsyncSession, ids: Iterable[str]) -> dict[str, Execution]:
    """Executions by CodePipeline's ids; those that are known."""
    wanted = sorted(set(ids))
    if not wanted:
        return {}
    rows = await session.execute(_executions().where(PipelineExecution.execution_id.in_(wanted)))
    return {row[0].execution_id: _execution(row) for row in rows}


async def of_key(session: AsyncSession, key: UUID) -> tuple[UUID, Execution] | None:
    """An execution by its row's key, with its pipeline's key."""
    row = (await session.execute(_executions().where(PipelineExecution.id == key))).one_or_none()
    return (row[0].pipeline_id, _execution(row)) if row else None


async def failures(session: AsyncSession, key: UUID) -> list[Spot]:
    """Where an execution failed: its failed actions, the first one first, with the reason that is known."""
    statement = (
        select(ActionExecution, StageExecution.name, Stage, Wave.name, Environment.name, Deployment.reason)
        .join(StageExecution, ActionExecution.stage_execution_id == StageExecution.id)
        .outerjoin(Stage, StageExecution.stage_id == Stage.id)
        .outerjoin(Wave, StageExecution.wave_id == Wave.id)
        .outerjoin(Environment, ActionExecution.environment_id == Environment.id)
        .outerjoin(Deployment, ActionExecution.deployment_id == Deployment.id)
        .where(StageExecution.execution_id == key, ActionExecution.status == ExecutionStatus.FAILED)
        .order_by(ActionExecution.ended_at, StageExecution.position, ActionExecution.position)
        .limit(_MOST_SPOTS)
    )
    return [_spot(*row) for row in await session.execute(statement)]


def _spot(
    action: ActionExecution, name: str, stage: Stage | None, wave: str | None, environment: str | None, why: str | None
) -> Spot:
    return Spot(
        pipeline_stage=name,
        action=action.name,
        kind=action.kind,
        stage=stage.name if stage else None,
        wave=wave,
        production=stage.production if stage else False,
        environment=environment,
        cause=why or action.summary or action.error_code,
    )


_NOT_PASSED = (CheckRunStatus.FAILED, CheckRunStatus.ERRORED, CheckRunStatus.TIMED_OUT, CheckRunStatus.INCONCLUSIVE)


async def failed_checks(session: AsyncSession, key: UUID) -> list[str]:
    """A sentence for each check that held the execution's latest attempt back."""
    latest = select(PipelineExecution.attempt).where(PipelineExecution.id == key).scalar_subquery()
    statement = (
        select(CheckRun)
        .where(CheckRun.execution_id == key, CheckRun.status.in_(_NOT_PASSED), CheckRun.mode == CheckMode.BLOCKING)
        .where(CheckRun.attempt == latest)
        .order_by(CheckRun.ended_at, CheckRun.id)
        .limit(_MOST_SPOTS)
    )
    runs = await session.scalars(statement)
    return [f"check {run.name} on {run.subject}: {run.cause or run.status}" for run in runs]


async def place(session: AsyncSession, key: UUID) -> Spot:
    """Where an execution is: the stage of it that began last, and what is in progress there."""
    statement = (
        select(StageExecution, Stage, Wave.name, ActionExecution, Environment.name)
        .outerjoin(Stage, StageExecution.stage_id == Stage.id)
        .outerjoin(Wave, StageExecution.wave_id == Wave.id)
        .outerjoin(
            ActionExecution,
            and_(
                ActionExecution.stage_execution_id == StageExecution.id,
                ActionExecution.status == ExecutionStatus.IN_PROGRESS,
            ),
        )
        .outerjoin(Environment, ActionExecution.environment_id == Environment.id)
        .where(StageExecution.execution_id == key)
        .order_by(*_LATEST_STAGE, ActionExecution.position)
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    if row is None:
        return Spot()
    action = row.ActionExecution
    return Spot(
        pipeline_stage=row.StageExecution.name,
        action=action.name if action is not None else None,
        kind=action.kind if action is not None else None,
        stage=row.Stage.name if row.Stage is not None else None,
        wave=row[2],
        production=row.Stage.production if row.Stage is not None else False,
        environment=row[4],
    )


async def stage(session: AsyncSession, key: UUID) -> str | None:
    """Our stage of a stage or an action execution, by its row's key."""
    of_stages = select(Stage.name).join(StageExecution, StageExecution.stage_id == Stage.id)
    of_actions = of_stages.join(ActionExecution, ActionExecution.stage_execution_id == StageExecution.id)
    found = of_stages.where(StageExecution.id == key).union_all(of_actions.where(ActionExecution.id == key))
    return (await session.execute(found)).scalar_one_or_none()


async def named_stage(session: AsyncSession, execution_id: str, name: str) -> str | None:
    """Our stage of an execution's stage, by CodePipeline's id and name."""
    statement = (
        select(Stage.name)
        .join(StageExecution, StageExecution.stage_id == Stage.id)
        .join(PipelineExecution, StageExecution.execution_id == PipelineExecution.id)
        .where(PipelineExecution.execution_id == execution_id, StageExecution.name == name)
    )
    return (await session.execute(statement)).scalar_one_or_none()


# --- what was told --------------------------------------------------------------------------------------------------


async def last_told(session: AsyncSession, subject: UUID, types: Iterable[EventType]) -> Event | None:
    """The newest event of these types about a row."""
    statement = (
        select(Event)
        .where(Event.subject_id == subject, Event.type.in_([each.value for each in types]))
        .order_by(Event.id.desc())
        .limit(1)
    )
    return (await session.scalars(statement)).one_or_none()


async def was_told(session: AsyncSession, subject: UUID, type_: EventType, payload: dict[str, Any]) -> bool:
    """Whether there is an event of this type about a row, whose payload has this."""
    there = exists().where(Event.subject_id == subject, Event.type == type_.value, Event.payload.contains(payload))
    return bool((await session.scalars(select(there))).one())


# --- what does not move ---------------------------------------------------------------------------------------------


async def standing(session: AsyncSession, before: datetime, now: datetime) -> list[Standing]:
    """Executions in progress of which nothing has moved since a moment, with the stage that they are in.

    One of whose checks runs, or bakes, within its own time limit does not stand: it is watched by that.
    """
    moved = func.greatest(
        PipelineExecution.started_at,
        _latest(StageExecution.started_at, StageExecution.ended_at, StageExecution.execution_id),
        _latest(CheckRun.started_at, CheckRun.ended_at, CheckRun.execution_id),
        select(func.max(func.greatest(ActionExecution.started_at, ActionExecution.ended_at)))
        .join(StageExecution, ActionExecution.stage_execution_id == StageExecution.id)
        .where(StageExecution.execution_id == PipelineExecution.id)
        .scalar_subquery(),
    )
    stage = select(StageExecution.name).where(StageExecution.execution_id == PipelineExecution.id)
    running = exists().where(
        CheckRun.execution_id == PipelineExecution.id,
        CheckRun.status == CheckRunStatus.RUNNING,
        CheckRun.started_at + CheckRun.timeout_minutes * _MINUTE > now,
    )
    statement = (
        _executions()
        .add_columns(moved, stage.order_by(*_LATEST_STAGE).limit(1).scalar_subquery())
        .where(PipelineExecution.status == ExecutionStatus.IN_PROGRESS, ~running, moved <= before)
        .order_by(moved, PipelineExecution.id)
    )
    return [
        Standing(row[0].id, _execution(row), Spot(pipeline_stage=name), moved_at)
        for *row, moved_at, name in await session.execute(statement)
    ]


def _latest(begin: Any, end: Any, of: Any) -> Any:
    return select(func.max(func.greatest(begin, end))).where(of == PipelineExecution.id).scalar_subquery()


async def waits_told(session: AsyncSession, keys: Iterable[UUID]) -> set[tuple[UUID, str | None, int, int]]:
    """The waits of executions that were told: the execution, CodePipeline's stage, the attempt and the minutes."""
    payload = Event.payload
    statement = select(
        Event.subject_id,
        payload["pipelineStage"].astext,
        payload["attempt"].as_integer(),
        payload["minutes"].as_integer(),
    ).where(Event.type == EventType.EXECUTION_WAITING.value, Event.subject_id.in_(sorted(set(keys))))
    return {(row[0], row[1], row[2], row[3]) for row in await session.execute(statement)}
