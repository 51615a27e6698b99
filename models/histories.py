"""An execution read whole, as the frozen value that its trace is derived from."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from domain import history
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
_ENVIRONMENT = (Environment.name, Account.aws_id, Region.name, *_PLACE)


async def load(session: AsyncSession, key: UUID) -> history.PipelineExecution | None:
    """The execution with everything in it, held against changes until the transaction ends."""
    statement = (
        select(PipelineExecution, Pipeline, Service)
        .join(Pipeline, PipelineExecution.pipeline_id == Pipeline.id)
        .outerjoin(Service, Pipeline.service_id == Service.id)
        .where(PipelineExecution.id == key)
        .with_for_update(of=PipelineExecution, key_share=True)
    )
    found = (await session.execute(statement)).one_or_none()
    if found is None:
        return None
    execution, pipeline, _ = found
    service: Service | None = found.Service
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
        sealed_at=execution.sealed_at,
        kind=execution.kind,
        rollback_target=execution.rollback_target,
        stages=await _stages(session, key),
        actions=await _actions(session, key),
        deployments=await _deployments(session, key),
        check_runs=await _check_runs(session, key),
    )


async def _stages(session: AsyncSession, key: UUID) -> tuple[history.StageExecution, ...]:
    statement = (
        select(StageExecution, *_PLACE)
        .outerjoin(Stage, StageExecution.stage_id == Stage.id)
        .outerjoin(Wave, StageExecution.wave_id == Wave.id)
        .where(StageExecution.execution_id == key)
    )
    return tuple(
        history.StageExecution(
            row.name, row.position, row.status, row.started_at, row.ended_at, _place(stage, wave, production)
        )
        for row, stage, wave, production in await session.execute(statement)
    )


async def _actions(session: AsyncSession, key: UUID) -> tuple[history.ActionExecution, ...]:
    statement = _with_environment(
        select(ActionExecution, StageExecution.name, *_ENVIRONMENT)
        .join(StageExecution, ActionExecution.stage_execution_id == StageExecution.id)
        .outerjoin(Environment, ActionExecution.environment_id == Environment.id)
        .where(StageExecution.execution_id == key)
    )
    return tuple(_action(*row) for row in await session.execute(statement))


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


async def _deployments(session: AsyncSession, key: UUID) -> tuple[history.Deployment, ...]:
    statement = _with_environment(
        select(Deployment, *_ENVIRONMENT)
        .join(Environment, Deployment.environment_id == Environment.id)
        .where(Deployment.execution_id == key)
    )
    return tuple(
        history.Deployment(
            str(row.id), _environment(*environment), row.status, row.started_at, row.ended_at, row.reason
        )
        for row, *environment in await session.execute(statement)
    )


async def _check_runs(session: AsyncSession, key: UUID) -> tuple[history.CheckRun, ...]:
    statement = (
        select(CheckRun, *_PLACE)
        .join(Wave, CheckRun.wave_id == Wave.id)
        .join(Stage, Wave.stage_id == Stage.id)
        .where(CheckRun.execution_id == key)
    )
    return tuple(_check_run(*row) for row in await session.execute(statement))


def _check_run(row: CheckRun, stage: str, wave: str, production: bool) -> history.CheckRun:
    return history.CheckRun(
        id=str(row.id),
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
