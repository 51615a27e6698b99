"""The SQL of the measures of delivery: what reached the environments that are looked at, and what shows that it failed.

Three statements whatever the number of deliveries: the deliveries of a window, the evidence linked to them, and when
each environment in which one failed was deployed to with success again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import CTE, Column, Select, Subquery, Uuid, bindparam, func, null, select, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.dora import Evidence
from domain.periods import Window
from domain.words import DeploymentStatus, EnvironmentKind, EvidenceKind, ExecutionKind, IncidentRole
from models.tables import (
    Deployment,
    Environment,
    FailureEvidence,
    IncidentLink,
    PipelineExecution,
    Service,
    Stage,
    Team,
    Wave,
)
from models.tables.evidence import constant, reached


@dataclass(frozen=True, slots=True)
class Scope:
    """The environments and services that are looked at. Test environments never are: no pipeline deploys to them.

    services: names, None for all. team: the owner's name. stage: one stage's name. production: of production alone.
    """

    services: tuple[str, ...] | None = None
    team: str | None = None
    stage: str | None = None
    production: bool = True


class Delivered(NamedTuple):
    """A row of the deliveries: the fields of `domain.dora.Delivery`, without its failures."""

    id: UUID
    service: str
    team: str | None
    stage: str | None
    reached_at: datetime
    deployed_at: datetime | None
    revision: str | None
    committed_at: datetime | None
    rollback: bool
    repeated: bool
    fixes: bool


class Shown(NamedTuple):
    """A piece of evidence, and the deployment, execution and stage that it is about."""

    execution: UUID
    stage: str
    deployment: UUID
    evidence: Evidence


async def deliveries(session: AsyncSession, window: Window, scope: Scope, *, by_stage: bool) -> list[Delivered]:
    """What first reached an environment of the scope within the window, the oldest first; by stage, once in each."""
    found = await session.execute(_deliveries(window, scope, by_stage=by_stage))
    return [Delivered(*row) for row in found]


async def evidence(session: AsyncSession, window: Window, scope: Scope) -> list[Shown]:
    """What shows that deployments failed, of executions of which one ended in the window; the earliest first."""
    environments, candidates = _environments(scope), _candidates(window)
    statement = (
        select(
            Deployment.execution_id,
            environments.c.stage,
            Deployment.id,
            FailureEvidence.__table__.c.kind,
            FailureEvidence.__table__.c.at,
            FailureEvidence.__table__.c.over_at,
        )
        .select_from(FailureEvidence.__table__)
        .join(Deployment, Deployment.id == FailureEvidence.__table__.c.deployment_id)
        .join(environments, environments.c.id == Deployment.environment_id)
        .where(Deployment.execution_id.in_(select(candidates.c.execution_id)))
        .order_by(FailureEvidence.__table__.c.at, FailureEvidence.__table__.c.id)
    )
    return [
        Shown(execution, stage, deployment, Evidence(EvidenceKind(kind), at, over_at))
        for execution, stage, deployment, kind, at, over_at in await session.execute(statement)
    ]


async def next_successes(session: AsyncSession, began: Mapping[UUID, datetime]) -> dict[UUID, datetime]:
    """When the environment of each deployment was first deployed to with success after that failed; none, no entry.

    began: since when each has failed. A success that ended by then, or before the deployment did, is no recovery.
    """
    found = await session.execute(_NEXT, {"ids": list(began), "moments": list(began.values())})
    return {row.id: row.ended_at for row in found}


_NEXT = text("""
    select failed.id, later.ended_at
    from unnest(cast(:ids as uuid[]), cast(:moments as timestamptz[])) as given (id, began_at)
    join deployment as failed on failed.id = given.id
    cross join lateral (
        select next.ended_at from deployment as next
        where next.service_id = failed.service_id and next.environment_id = failed.environment_id
          and next.started_at >= failed.started_at and next.id <> failed.id and next.status = 'SUCCEEDED'
          and next.ended_at > given.began_at and next.ended_at > failed.ended_at
        order by next.ended_at
        limit 1
    ) as later
""")


async def deployments(
    session: AsyncSession, scope: Scope, executions: Collection[UUID]
) -> list[tuple[UUID, str, UUID]]:
    """The deployments of these executions in the scope: (execution, stage, deployment), as they were reached."""
    environments = _environments(scope)
    statement = (
        select(Deployment.execution_id, environments.c.stage, Deployment.id)
        .join(environments, environments.c.id == Deployment.environment_id)
        .where(Deployment.execution_id == func.any(bindparam("executions", list(executions), type_=ARRAY(Uuid))))
        .order_by(Deployment.started_at.nulls_last(), Deployment.id)
    )
    return [(execution, stage, key) for execution, stage, key in await session.execute(statement)]


def _environments(scope: Scope) -> Subquery:
    """(id, stage): the environments of the scope. What was archived since was deployed to all the same."""
    statement = (
        select(Environment.id, Stage.name.label("stage"))
        .join(Environment.wave)
        .join(Wave.stage)
        .where(Environment.kind == EnvironmentKind.SHARED)
    )
    if scope.production:
        statement = statement.where(Stage.production)
    if scope.stage is not None:
        statement = statement.where(Stage.name == scope.stage)
    return statement.subquery("looked_at")


def _candidates(window: Window) -> CTE:
    """Executions of which something ended within the window; whether they reached something earlier is seen later."""
    statement = select(Deployment.execution_id).distinct()
    ended = Deployment.status.in_([DeploymentStatus.SUCCEEDED, DeploymentStatus.FAILED])
    within = (Deployment.ended_at >= window.start, Deployment.ended_at < window.end)
    return statement.where(ended, *within).cte("candidate")


def _deliveries(window: Window, scope: Scope, *, by_stage: bool) -> Select[Any]:
    executed, stage = _reaching(window, scope, by_stage=by_stage)
    statement = (
        select(
            executed.c.execution_id,
            Service.name,
            Team.name,
            executed.c.stage if by_stage else null(),
            executed.c.reached_at,
            executed.c.deployed_at,
            PipelineExecution.revision,
            PipelineExecution.committed_at,
            PipelineExecution.kind == constant(ExecutionKind.ROLLBACK),
            _there_before(scope, executed, stage),
            executed.c.fixes,
        )
        .join(PipelineExecution, PipelineExecution.id == executed.c.execution_id)
        .join(Service, Service.id == executed.c.service_id)
        .outerjoin(Team, Team.id == Service.team_id)
        .order_by(executed.c.reached_at, executed.c.execution_id)
    )
    if scope.services is not None:
        statement = statement.where(Service.name.in_(scope.services))
    if scope.team is not None:
        statement = statement.where(Team.name == scope.team)
    return statement


def _reaching(window: Window, scope: Scope, *, by_stage: bool) -> tuple[Subquery, Any]:
    """Each candidate, folded over its environments; those that had reached one before the window are left out."""
    environments, candidates = _environments(scope), _candidates(window)
    fixes = Deployment.id.in_(select(IncidentLink.deployment_id).where(IncidentLink.role == constant(IncidentRole.FIX)))
    first = func.min(Deployment.ended_at)
    success = Deployment.status == constant(DeploymentStatus.SUCCEEDED)
    stage: Any = environments.c.stage if by_stage else null()
    keys: list[Any] = [Deployment.execution_id, Deployment.service_id, *([environments.c.stage] if by_stage else [])]
    statement = (
        select(
            Deployment.execution_id,
            Deployment.service_id,
            stage.label("stage"),
            first.label("reached_at"),
            first.filter(success).label("deployed_at"),
            func.bool_or(fixes).label("fixes"),
        )
        .join(environments, environments.c.id == Deployment.environment_id)
        .where(Deployment.execution_id.in_(select(candidates.c.execution_id)), reached(_of_deployment()))
        .group_by(*keys)
        .having(first >= window.start, first < window.end)
    )
    executed = statement.subquery("executed")
    return executed, executed.c.stage if by_stage else None


def _of_deployment() -> Any:
    return Deployment.__table__.c


def _there_before(scope: Scope, executed: Subquery, stage: Column[Any] | None) -> Any:
    """Whether the revision had been deployed to the scope, or the stage, by an earlier execution of the service."""
    environments = _environments(scope).alias("there")
    other = aliased(Deployment)
    statement = (
        select(other.id)
        .join(environments, environments.c.id == other.environment_id)
        .where(
            other.service_id == executed.c.service_id,
            other.revision == PipelineExecution.revision,
            other.execution_id != executed.c.execution_id,
            other.status == constant(DeploymentStatus.SUCCEEDED),
            other.ended_at < executed.c.deployed_at,
        )
    )
    if stage is not None:
        statement = statement.where(environments.c.stage == stage)
    return statement.correlate(executed, PipelineExecution).exists()
