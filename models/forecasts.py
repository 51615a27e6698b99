"""The SQL of forecasts: what has happened on an execution's way, how long things take, and what was expected when."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Select, and_, extract, func, insert, literal, select, tuple_, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.words import CheckKind, CheckRunStatus, CheckWhen, DeploymentStatus, ExecutionStatus, Milestone
from models.tables import (
    CheckRun,
    Deployment,
    Environment,
    Forecast,
    Pipeline,
    PipelineExecution,
    Service,
    Stage,
    StageExecution,
    Wave,
)

LOOKED_AT = 20
"""Executions of a pipeline that durations are the medians of: the last ones that reached something."""
COMPARED = 500
"""Forecasts of a service that its accuracy is counted from: the last ones that came true, late or early."""


class WaveRow(NamedTuple):
    """A wave, whether it is in the fleet still or not. stage: its name."""

    id: UUID
    name: str
    bake_minutes: int
    one_box_bake_minutes: int
    stage: str
    production: bool


class Reached(NamedTuple):
    """What a deployment to an environment has come to."""

    environment: str
    status: DeploymentStatus
    started_at: datetime | None
    ended_at: datetime | None


class StageRow(NamedTuple):
    """What a stage of the execution has come to, under CodePipeline's name."""

    name: str
    status: ExecutionStatus
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class Usual:
    """Medians of a pipeline. deploying: by environment; checks: by part; beginning: to the first deployment."""

    deploying: Mapping[str, timedelta] = field(default_factory=dict)
    checks: Mapping[tuple[str, CheckWhen], timedelta] = field(default_factory=dict)
    beginning: timedelta | None = None


async def execution(session: AsyncSession, key: UUID) -> tuple[PipelineExecution, Pipeline, str | None] | None:
    """An execution by its row's key, with its pipeline and its service's name."""
    statement = (
        select(PipelineExecution, Pipeline, Service.name)
        .join(Pipeline, Pipeline.id == PipelineExecution.pipeline_id)
        .outerjoin(Service, Service.id == Pipeline.service_id)
        .where(PipelineExecution.id == key)
    )
    row = (await session.execute(statement)).one_or_none()
    return (row[0], row[1], row[2]) if row else None


async def named(session: AsyncSession, execution_ids: Collection[str]) -> list[UUID]:
    """The keys of executions, in the order in which everybody takes them."""
    statement = select(PipelineExecution.id).where(PipelineExecution.execution_id.in_(execution_ids))
    return list(await session.scalars(statement.order_by(PipelineExecution.id)))


async def waves(session: AsyncSession, names: Collection[str]) -> dict[str, WaveRow]:
    """The waves of these names."""
    columns = (Wave.id, Wave.name, Wave.bake_minutes, Wave.one_box_bake_minutes, Stage.name, Stage.production)
    rows = await session.execute(select(*columns).join(Wave.stage).where(Wave.name.in_(names)))
    return {row[1]: WaveRow(*row) for row in rows}


async def reached(session: AsyncSession, key: UUID) -> list[Reached]:
    """What an execution has come to in each of its environments."""
    columns = (Environment.name, Deployment.status, Deployment.started_at, Deployment.ended_at)
    statement = select(*columns).join(Deployment.environment).where(Deployment.execution_id == key)
    return [Reached(*row) for row in await session.execute(statement)]


async def stages(session: AsyncSession, key: UUID) -> dict[str, StageRow]:
    """What an execution's stages have come to, by CodePipeline's names."""
    columns = (StageExecution.name, StageExecution.status, StageExecution.ended_at)
    rows = await session.execute(select(*columns).where(StageExecution.execution_id == key))
    return {row[0]: StageRow(*row) for row in rows}


async def usual(session: AsyncSession, pipeline: UUID) -> Usual:
    """How long a pipeline's deployments and checks took, the last times."""
    return Usual(
        {name: timedelta(seconds=seconds) for name, seconds in await session.execute(_deploying(pipeline))},
        {
            (part, when): timedelta(seconds=seconds)
            for part, when, seconds in await session.execute(_checking(pipeline))
        },
        _seconds(await session.scalar(_beginning(pipeline))),
    )


def _seconds(value: Any) -> timedelta | None:
    return None if value is None else timedelta(seconds=float(value))


def _last(pipeline: UUID) -> Select[UUID]:
    """The last executions of a pipeline that reached something."""
    reached = Deployment.execution_id == PipelineExecution.id
    there = select(literal(1)).where(reached, Deployment.status == DeploymentStatus.SUCCEEDED).exists()
    of_pipeline = select(PipelineExecution.id).where(PipelineExecution.pipeline_id == pipeline, there)
    return of_pipeline.order_by(PipelineExecution.id.desc()).limit(LOOKED_AT)


def _median(seconds: Any) -> Any:
    return func.percentile_cont(0.5).within_group(seconds)


def _deploying(pipeline: UUID) -> Select[Any]:
    took = extract("epoch", Deployment.ended_at - Deployment.started_at)
    statement = select(Environment.name, _median(took)).join(Deployment.environment)
    statement = statement.where(Deployment.execution_id.in_(_last(pipeline)))
    succeeded = Deployment.status == DeploymentStatus.SUCCEEDED
    return statement.where(succeeded, Deployment.started_at.is_not(None)).group_by(Environment.name)


def _checking(pipeline: UUID) -> Select[Any]:
    """From the first run of an attempt to the last end: they run at once. The bake time is known, and no median."""
    took = extract("epoch", func.max(CheckRun.ended_at) - func.min(CheckRun.started_at))
    keys = (CheckRun.execution_id, CheckRun.part, CheckRun.when, CheckRun.attempt)
    passed = and_(CheckRun.status == CheckRunStatus.PASSED, CheckRun.kind != CheckKind.BAKE)
    runs = select(CheckRun.part, CheckRun.when, took.label("took")).where(passed)
    runs = runs.where(CheckRun.execution_id.in_(_last(pipeline))).group_by(*keys)
    each = runs.subquery("run")
    return select(each.c.part, each.c.when, _median(each.c.took)).group_by(each.c.part, each.c.when)


def _beginning(pipeline: UUID) -> Select[Any]:
    began = PipelineExecution.started_at
    took = extract("epoch", func.min(Deployment.started_at) - began).label("took")
    statement = select(took).join(Deployment, Deployment.execution_id == PipelineExecution.id)
    statement = statement.where(PipelineExecution.id.in_(_last(pipeline)), began.is_not(None))
    each = statement.where(Deployment.started_at >= began).group_by(PipelineExecution.id).subquery("began")
    return select(_median(each.c.took))


async def newest(session: AsyncSession, key: UUID) -> dict[tuple[str, Milestone], Forecast]:
    """What was said last of each part and milestone of an execution."""
    order = (Forecast.part, Forecast.milestone)
    statement = select(Forecast).where(Forecast.execution_id == key)
    statement = statement.ext(distinct_on(*order)).order_by(*order, Forecast.made_at.desc(), Forecast.id.desc())
    return {(each.part, each.milestone): each for each in await session.scalars(statement)}


async def keep(session: AsyncSession, rows: Sequence[dict[str, Any]]) -> None:
    """Keeps what is expected now."""
    if rows:
        await session.execute(insert(Forecast), [{"id": uuid7(), **row} for row in rows])


async def settle(session: AsyncSession, key: UUID, happened: Mapping[tuple[str, Milestone], datetime]) -> None:
    """What was expected has happened: everything that was said of it can be compared with it."""
    for moment in sorted(set(happened.values())):
        these = [milestone for milestone, when in happened.items() if when == moment]
        open_ = (Forecast.execution_id == key, Forecast.reached_at.is_(None))
        statement = update(Forecast).where(*open_, tuple_(Forecast.part, Forecast.milestone).in_(these))
        await session.execute(statement.values(reached_at=moment).execution_options(synchronize_session=False))


async def of_executions(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, list[tuple[Forecast, str]]]:
    """What was said last of each part and milestone of executions, with the wave's name, in the order of their ways."""
    order = (Forecast.execution_id, Forecast.part, Forecast.milestone)
    latest = select(Forecast.id).where(Forecast.execution_id.in_(keys)).ext(distinct_on(*order))
    latest = latest.order_by(*order, Forecast.made_at.desc(), Forecast.id.desc())
    statement = select(Forecast, Wave.name).join(Forecast.wave).where(Forecast.id.in_(latest.scalar_subquery()))
    found: dict[UUID, list[tuple[Forecast, str]]] = {}
    for row in await session.execute(statement.order_by(Forecast.position)):
        found.setdefault(row[0].execution_id, []).append((row[0], row[1]))
    return found


class Accuracy(NamedTuple):
    """How forecasts of a service compared with what happened. median_error: seconds. The others: shares, 0 to 1."""

    forecasts: int
    median_error: float
    within_tenth: float
    within_hour: float


async def accuracy(session: AsyncSession, services: Collection[UUID]) -> dict[UUID, Accuracy]:
    """Of each service's last forecasts that something came of; a service without any is left out.

    within_tenth: of the time that was still ahead when it was said. What was said afterwards, when news came late, is
    no forecast.
    """
    error = func.abs(extract("epoch", Forecast.reached_at - Forecast.expected_at))
    ahead = extract("epoch", Forecast.reached_at - Forecast.made_at)
    place = func.row_number().over(partition_by=Pipeline.service_id, order_by=Forecast.reached_at.desc())
    statement = (
        select(Pipeline.service_id, error.label("error"), ahead.label("ahead"), place.label("place"))
        .join(PipelineExecution, PipelineExecution.id == Forecast.execution_id)
        .join(Pipeline, Pipeline.id == PipelineExecution.pipeline_id)
        .where(
            Pipeline.service_id.in_(services), Forecast.reached_at > Forecast.made_at, Forecast.expected_at.is_not(None)
        )
    )
    each = statement.subquery("compared")
    within_tenth = func.count().filter(each.c.error <= each.c.ahead / 10)
    within_hour = func.count().filter(each.c.error <= 3600)
    counted = select(each.c.service_id, func.count(), _median(each.c.error), within_tenth, within_hour)
    rows = await session.execute(counted.where(each.c.place <= COMPARED).group_by(each.c.service_id))
    return {row[0]: Accuracy(row[1], float(row[2]), row[3] / row[1], row[4] / row[1]) for row in rows}
