"""Whose something is: the service, and its team, of an execution, a run of a check, a pipeline or a repository."""

from __future__ import annotations

from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Select, select
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import CheckRun, Pipeline, PipelineExecution, Service, Team


class Owner(NamedTuple):
    """A service's name, and that of its team."""

    service: str
    team: str | None


_OWNERS = select(Service.name, Team.name).outerjoin(Team, Service.team_id == Team.id)
_OF_EXECUTIONS = _OWNERS.join(Pipeline, Pipeline.service_id == Service.id).join(
    PipelineExecution, PipelineExecution.pipeline_id == Pipeline.id
)


async def of_execution(session: AsyncSession, execution_id: str) -> Owner | None:
    """Of an execution by CodePipeline's id; None for one that nobody knows, or whose pipeline is no service's yet."""
    return await _one(session, PipelineExecution.execution_id.in_({execution_id, execution_id.lower()}), _OF_EXECUTIONS)


async def of_check_run(session: AsyncSession, key: UUID) -> Owner | None:
    """Of a run of a check; None where there is no such run."""
    runs = _OF_EXECUTIONS.join(CheckRun, CheckRun.execution_id == PipelineExecution.id)
    return await _one(session, CheckRun.id == key, runs)


async def of_pipeline(session: AsyncSession, arn: str) -> Owner | None:
    """Of a pipeline; None for one that is no service's yet."""
    pipelines = _OWNERS.join(Pipeline, Pipeline.service_id == Service.id)
    return await _one(session, Pipeline.arn == arn, pipelines)


async def of_repository(session: AsyncSession, repository: str) -> Owner | None:
    """Of a repository, `owner/name`; None where no service deploys it."""
    here = (Service.repository == repository) & Service.archived_at.is_(None)
    return await _one(session, here, _OWNERS)


async def _one(session: AsyncSession, condition: ColumnElement[bool], owners: Select[str, str]) -> Owner | None:
    row = (await session.execute(owners.where(condition).limit(1))).first()
    return Owner(*row) if row else None
