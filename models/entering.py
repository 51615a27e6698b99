"""The SQL of decisions before waves: what an execution has passed, who else is under way, and what is known of alarms.

Each question is one statement, however large the wave is.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import select, text, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.words import AlarmState, DeploymentStatus, ExecutionStatus
from models.tables import (
    Alarm,
    CheckRun,
    Deployment,
    Pipeline,
    PipelineExecution,
    Service,
    StageExecution,
    WaveEntry,
)


class Asking(NamedTuple):
    """An execution that asks, its pipeline, and the name of the service; None where nobody has registered it."""

    execution: PipelineExecution
    pipeline: Pipeline
    service: str | None


class StageRow(NamedTuple):
    """A stage of an execution, under CodePipeline's name."""

    name: str
    status: ExecutionStatus
    started_at: datetime | None
    ended_at: datetime | None


class FlightRow(NamedTuple):
    """An execution that is in a wave now. environments: its part's; deploying: those that it changes now."""

    execution_id: str
    revision: str | None
    service: str
    wave: str
    since: datetime | None
    environments: list[str]
    deploying: list[str]


class Newer(NamedTuple):
    """A newer execution of the same pipeline."""

    execution_id: str
    revision: str | None


async def asking(session: AsyncSession, execution_id: str) -> Asking | None:
    """The execution with CodePipeline's id, held until the transaction ends."""
    statement = (
        select(PipelineExecution, Pipeline, Service.name)
        .join(Pipeline, Pipeline.id == PipelineExecution.pipeline_id)
        .outerjoin(Service, Service.id == Pipeline.service_id)
        .where(PipelineExecution.execution_id == execution_id)
        .with_for_update(of=PipelineExecution, key_share=True)
    )
    row = (await session.execute(statement)).one_or_none()
    return row and Asking(*row)


async def pipelines_of(session: AsyncSession, service: UUID) -> Sequence[Pipeline]:
    """The service's pipelines, by ARN."""
    statement = select(Pipeline).where(Pipeline.service_id == service).order_by(Pipeline.arn)
    return (await session.scalars(statement)).all()


async def newest(session: AsyncSession, pipeline: UUID, limit: int) -> Sequence[PipelineExecution]:
    """The executions of a pipeline that are under way, and the newest others: the newest first."""
    statement = (
        select(PipelineExecution)
        .where(PipelineExecution.pipeline_id == pipeline, PipelineExecution.started_at.is_not(None))
        .order_by(PipelineExecution.started_at.desc(), PipelineExecution.id.desc())
        .limit(limit)
    )
    return (await session.scalars(statement)).all()


async def stages_of(session: AsyncSession, executions: Collection[UUID]) -> dict[UUID, dict[str, StageRow]]:
    """The stages that these executions have begun, by name."""
    columns = (StageExecution.name, StageExecution.status, StageExecution.started_at, StageExecution.ended_at)
    statement = select(StageExecution.execution_id, *columns).where(StageExecution.execution_id.in_(executions))
    found: dict[UUID, dict[str, StageRow]] = {key: {} for key in executions}
    for row in await session.execute(statement):
        found[row[0]][row[1]] = StageRow(row[1], row[2], row[3], row[4])
    return found


async def runs_of(session: AsyncSession, execution: UUID, parts: Collection[str]) -> Sequence[CheckRun]:
    """The runs of the checks of these parts, in the order in which they began."""
    statement = (
        select(CheckRun)
        .where(CheckRun.execution_id == execution, CheckRun.part.in_(parts))
        .order_by(CheckRun.attempt, CheckRun.try_number, CheckRun.id)
    )
    return (await session.scalars(statement)).all()


async def entries_of(session: AsyncSession, executions: Collection[UUID]) -> dict[tuple[UUID, str], WaveEntry]:
    """What was decided for these executions, by their key and CodePipeline's name of the stage."""
    statement = select(WaveEntry).where(WaveEntry.execution_id.in_(executions))
    return {(each.execution_id, each.stage): each for each in await session.scalars(statement)}


_FLIGHTS = text("""
    with entered as (
        select execution.id, execution.execution_id, execution.revision, pipeline.service_id, pipeline.structure,
               execution.kind, stage.name, stage.wave_id, stage.started_at, stage.decision
        from pipeline_execution as execution
        join pipeline on pipeline.id = execution.pipeline_id
        cross join lateral (  -- whoever was told to enter is in the stage, even if its events are on their way still
            select stage.name, stage.wave_id, stage.started_at, entry.decision, stage.id
            from stage_execution as stage
            left join wave_entry as entry on entry.execution_id = stage.execution_id and entry.stage = stage.name
            where stage.execution_id = execution.id and stage.status in ('IN_PROGRESS', 'STOPPING')
              and stage.wave_id is not null
            union all
            select entry.stage, entry.wave_id, entry.since, entry.decision, null
            from wave_entry as entry
            where entry.execution_id = execution.id and entry.decision = 'PROCEED'
              and not exists (select from stage_execution as stage
                              where stage.execution_id = entry.execution_id and stage.name = entry.stage)
        ) as stage
        where execution.status in ('IN_PROGRESS', 'STOPPING') and execution.id <> :execution
          and (pipeline.service_id = :service or stage.wave_id = :wave)
          and (execution.kind = 'ROLLBACK'  -- it waits for nobody, and what it restores is told at its end alone
               or stage.decision = 'PROCEED'  -- who waits before a wave is not in it; of before 0.4.0, none asks
               or exists (select from action_execution as action
                          where action.stage_execution_id = stage.id and action.kind <> 'ENTER'))
    )
    select entered.execution_id, entered.revision, service.name, wave.name, entered.started_at, part.environments,
           array(select environment.name from deployment
                 join environment on environment.id = deployment.environment_id
                 where deployment.execution_id = entered.id and environment.name = any (part.environments)
                   and (deployment.status = 'IN_PROGRESS'
                        or deployment.status = 'PENDING'
                           and (entered.decision = 'PROCEED' or entered.kind = 'ROLLBACK')))
    from entered
    join service on service.id = entered.service_id
    join wave on wave.id = entered.wave_id
    cross join lateral (
        select array(
            select distinct action ->> 'environment'
            from jsonb_array_elements(entered.structure -> 'stages') as own,
                 jsonb_array_elements(entered.structure -> 'stages') as given,
                 jsonb_array_elements(given -> 'actions') as action
            where own ->> 'name' = entered.name and action ->> 'environment' is not null
              and coalesce(given ->> 'part', given ->> 'wave') = coalesce(own ->> 'part', own ->> 'wave')
        ) as environments
    ) as part
    order by entered.started_at, entered.execution_id
""")


async def flights(session: AsyncSession, execution: UUID, service: UUID, wave: UUID) -> list[FlightRow]:
    """Other executions that have entered a wave and not left it: of the service, or of others in the same wave."""
    given = {"execution": execution, "service": service, "wave": wave}
    return [FlightRow(*row) for row in await session.execute(_FLIGHTS, given)]


async def newer(
    session: AsyncSession, execution: PipelineExecution, before: str, stages: Collection[str]
) -> Newer | None:
    """The newest execution of the same pipeline that has passed the stage `before`, and waits for these stages."""
    of = StageExecution.execution_id == PipelineExecution.id
    passed = select(StageExecution.id).where(
        of, StageExecution.name == before, StageExecution.status == ExecutionStatus.SUCCEEDED
    )
    begun = select(StageExecution.id).where(of, StageExecution.name.in_(stages))
    statement = (
        select(PipelineExecution.execution_id, PipelineExecution.revision)
        .where(
            PipelineExecution.pipeline_id == execution.pipeline_id,
            PipelineExecution.status == ExecutionStatus.IN_PROGRESS,
            PipelineExecution.kind == execution.kind,
            PipelineExecution.started_at > execution.started_at,
            passed.exists(),
            ~begun.exists(),
        )
        .order_by(PipelineExecution.started_at.desc())
        .limit(1)
    )
    row = (await session.execute(statement)).one_or_none()
    return row and Newer(*row)


async def reached_by(
    session: AsyncSession, services: Collection[UUID], environments: Collection[UUID]
) -> set[tuple[UUID, UUID]]:
    """(service, environment) of those that have been deployed there, at whatever time."""
    pair = (Deployment.service_id, Deployment.environment_id)
    statement = select(*pair).where(
        Deployment.service_id.in_(services),
        Deployment.environment_id.in_(environments),
        Deployment.status == DeploymentStatus.SUCCEEDED,
    )
    return {(row[0], row[1]) for row in await session.execute(statement.distinct())}


class AlarmRow(NamedTuple):
    """An alarm as it was told last."""

    name: str
    account: str
    region: str
    state: AlarmState
    reason: str | None
    since: datetime


async def alarms(
    session: AsyncSession, wanted: Collection[tuple[str, str, str]]
) -> dict[tuple[str, str, str], AlarmRow]:
    """The alarms of these names, accounts and Regions that were ever told of, by all three."""
    columns = (Alarm.name, Alarm.account_id, Alarm.region_name)
    statement = select(*columns, Alarm.state, Alarm.reason, Alarm.changed_at).where(
        tuple_(*columns).in_(sorted(wanted))
    )
    return {(row[0], row[1], row[2]): AlarmRow(*row) for row in await session.execute(statement)}


async def keep(session: AsyncSession, entry: dict[str, Any]) -> None:
    """Keeps the newest decision for an execution and a stage. entry: the columns of WaveEntry, without its key."""
    statement = insert(WaveEntry).values(id=uuid7(), **entry)
    updated = {name: statement.excluded[name] for name in entry if name not in ("execution_id", "stage")}
    await session.execute(statement.on_conflict_do_update(index_elements=["execution_id", "stage"], set_=updated))


class DeploymentRow(NamedTuple):
    """A deployment to an environment."""

    execution: UUID
    revision: str | None
    status: DeploymentStatus
    reason: str | None
    started_at: datetime | None
    ended_at: datetime | None


async def deployments_to(
    session: AsyncSession, service: UUID, environment: UUID, executions: Iterable[UUID]
) -> tuple[DeploymentRow | None, dict[UUID, DeploymentRow]]:
    """The service's last success in an environment, and what these executions have come to there."""
    columns = (
        *(Deployment.execution_id, Deployment.revision, Deployment.status, Deployment.reason),
        *(Deployment.started_at, Deployment.ended_at),
    )
    there = (Deployment.service_id == service, Deployment.environment_id == environment)
    last = (
        select(Deployment.id)
        .where(*there, Deployment.status == DeploymentStatus.SUCCEEDED)
        .order_by(Deployment.ended_at.desc())
        .limit(1)
        .scalar_subquery()
    )
    statement = select(Deployment.id == last, *columns).where(
        *there, (Deployment.id == last) | Deployment.execution_id.in_(list(executions))
    )
    rows = [(row[0], DeploymentRow(*row[1:])) for row in await session.execute(statement)]
    success = next((each for newest_, each in rows if newest_), None)
    return success, {each.execution: each for _, each in rows}
