"""An execution read whole, as the frozen value that its trace is derived from."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain import history, spans
from models import earlier
from models.tables import (
    Account,
    ActionExecution,
    CheckRun,
    Deployment,
    Environment,
    Pipeline,
    PipelineExecution,
    Region,
    Service,
    Stage,
    StageExecution,
    Wave,
)

_PLACE = (Stage.name, Wave.name, Stage.production)
_CHECK_RUNS = select(CheckRun, *_PLACE).join(Wave, CheckRun.wave_id == Wave.id).join(Stage, Wave.stage_id == Stage.id)
_ENVIRONMENT = (Environment.name, Account.aws_id, Region.name, *_PLACE)


async def load(session: AsyncSession, key: UUID) -> history.PipelineExecution | None:
    """The execution with everything in it, held against changes until the transaction ends."""
    held = select(PipelineExecution.id).where(PipelineExecution.id == key).with_for_update(key_share=True)
    if await session.scalar(held) is None:
        return None
    return (await load_many(session, [key])).get(key)


async def load_many(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, history.PipelineExecution]:
    """Executions with everything in them, as they stand; six statements, however many are asked for."""
    statement = (
        select(PipelineExecution, Pipeline, Service)
        .join(Pipeline, PipelineExecution.pipeline_id == Pipeline.id)
        .outerjoin(Service, Pipeline.service_id == Service.id)
        .where(PipelineExecution.id.in_(keys))
    )
    rows = (await session.execute(statement)).all()
    stages, actions = await _stages(session, keys), await _actions(session, keys)
    deployments, check_runs = await _deployments(session, keys), await _check_runs(session, keys)
    near = await earlier.load(session, keys)
    return {
        execution.id: replace(
            _execution(execution, pipeline, service),
            stages=tuple(stages[execution.id]),
            actions=tuple(actions[execution.id]),
            deployments=tuple(deployments[execution.id]),
            check_runs=tuple(check_runs[execution.id]),
            earlier=near.get(execution.id, ()),
        )
        for execution, pipeline, service in rows
    }


def _execution(execution: PipelineExecution, pipeline: Pipeline, service: Service | None) -> history.PipelineExecution:
    return history.PipelineExecution(
        execution_id=execution.execution_id,
        pipeline=pipeline.name,
        pipeline_arn=pipeline.arn,
        region=pipeline.region_name,
        status=execution.status,
        attempt=execution.attempt,
        service=service.name if service is not None else None,
        repository=service.repository if service is not None else None,
        branch=service.branch if service is not None else None,
        revision=execution.revision,
        author=execution.author,
        trigger=execution.trigger,
        started_at=execution.started_at,
        ended_at=execution.ended_at,
        sealed=tuple(
            history.Sealed(each["attempt"], datetime.fromisoformat(each["until"])) for each in execution.sealed
        ),
        kind=execution.kind,
        rollback_target=execution.rollback_target,
    )


async def _stages(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, list[history.StageExecution]]:
    statement = (
        select(StageExecution, *_PLACE)
        .outerjoin(Stage, StageExecution.stage_id == Stage.id)
        .outerjoin(Wave, StageExecution.wave_id == Wave.id)
        .where(StageExecution.execution_id.in_(keys))
    )
    found: dict[UUID, list[history.StageExecution]] = defaultdict(list)
    for row, stage, wave, production in await session.execute(statement):
        found[row.execution_id].append(
            history.StageExecution(
                row.name, row.position, row.status, row.started_at, row.ended_at, _place(stage, wave, production)
            )
        )
    return found


async def _actions(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, list[history.ActionExecution]]:
    statement = _with_environment(
        select(StageExecution.execution_id, ActionExecution, StageExecution.name, *_ENVIRONMENT)
        .join(StageExecution, ActionExecution.stage_execution_id == StageExecution.id)
        .outerjoin(Environment, ActionExecution.environment_id == Environment.id)
        .where(StageExecution.execution_id.in_(keys))
    )
    found: dict[UUID, list[history.ActionExecution]] = defaultdict(list)
    for key, *row in await session.execute(statement):
        found[key].append(_action(*row))
    return found


def _action(row: ActionExecution, stage: str, *environment: Any) -> history.ActionExecution:
    return history.ActionExecution(
        stage=stage,
        name=row.name,
        position=row.position,
        kind=row.kind,
        status=row.status,
        provider=row.provider,
        region=row.region_name,
        started_at=row.started_at,
        ended_at=row.ended_at,
        external_id=row.external_id,
        external_url=row.external_url,
        summary=row.summary,
        error_code=row.error_code,
        environment=_environment(*environment) if row.environment_id else None,
    )


async def _deployments(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, list[history.Deployment]]:
    statement = _with_environment(
        select(Deployment, *_ENVIRONMENT)
        .join(Environment, Deployment.environment_id == Environment.id)
        .where(Deployment.execution_id.in_(keys))
    )
    found: dict[UUID, list[history.Deployment]] = defaultdict(list)
    for row, *environment in await session.execute(statement):
        found[row.execution_id].append(
            history.Deployment(_environment(*environment), row.status, row.started_at, row.ended_at, row.reason)
        )
    return found


async def _check_runs(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, list[history.CheckRun]]:
    found: dict[UUID, list[history.CheckRun]] = defaultdict(list)
    statement = _CHECK_RUNS.where(CheckRun.execution_id.in_(keys))
    for row, stage, wave, production in await session.execute(statement):
        found[row.execution_id].append(_check_run(row, stage, wave, production))
    return found


async def traceparents(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, str]:
    """What each of these check runs is given as `traceparent`, in one statement."""
    statement = (
        _CHECK_RUNS.add_columns(PipelineExecution.execution_id)
        .join(PipelineExecution, CheckRun.execution_id == PipelineExecution.id)
        .where(CheckRun.id.in_(keys))
    )
    return {
        row.id: spans.check_traceparent(execution_id, _check_run(row, stage, wave, production))
        for row, stage, wave, production, execution_id in await session.execute(statement)
    }


async def environment_names(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, str]:
    """Names of environments by key."""
    found = await session.execute(select(Environment.id, Environment.name).where(Environment.id.in_(keys)))
    return {key: name for key, name in found}  # noqa: C416 - rows are no tuples to the type checker


def _check_run(row: CheckRun, stage: str, wave: str, production: bool) -> history.CheckRun:
    return history.CheckRun(
        name=row.name,
        subject=row.subject,
        kind=row.kind,
        when=row.when,
        mode=row.mode,
        status=row.status,
        attempt=row.attempt,
        place=history.Place(stage, wave, production),
        started_at=row.started_at,
        ended_at=row.ended_at,
        cause=row.cause,
        try_number=row.try_number,
        part=row.part,
    )


def _with_environment(statement: Any) -> Any:
    return (
        statement.outerjoin(Account, Environment.account_id == Account.id)
        .outerjoin(Region, Environment.region_id == Region.id)
        .outerjoin(Wave, Environment.wave_id == Wave.id)
        .outerjoin(Stage, Wave.stage_id == Stage.id)
    )


def _environment(name: str, account: str, region: str, stage: str, wave: str, production: bool) -> history.Environment:
    return history.Environment(name, account, region, history.Place(stage, wave, production))


def _place(stage: str | None, wave: str | None, production: bool | None) -> history.Place | None:
    return history.Place(stage, wave, bool(production)) if stage else None
