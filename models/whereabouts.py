"""The SQL of whereabouts: which revisions a search means, and what came of one in each environment of its service."""

from __future__ import annotations

from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.revisions import Search
from domain.words import ExecutionStatus

MOST = 20
"""Revisions that one search finds: the newest. Four digits of a commit say which one is meant, within a company."""


class Found(NamedTuple):
    """A revision of a service. execution: the key of the one in which a pipeline of the service saw it first."""

    service_id: UUID
    service: str
    execution: UUID
    revision: str
    seen_at: datetime
    status: ExecutionStatus
    ended_at: datetime | None
    structure: dict[str, Any] | None


class PlaceRow(NamedTuple):
    """An environment of the service, and four deployments there, each as (id, revision, status, at, reason) or None.

    there: the last that succeeded. The others are of the revision, or of newer ones. has: whether `there` is too.
    """

    environment: str
    stage: str
    wave: str
    region: str
    has: bool
    there: list[Any] | None
    first: list[Any] | None
    moving: list[Any] | None
    tried: list[Any] | None


class ComingRow(NamedTuple):
    """A deployment that has not begun, of an execution that runs."""

    execution: UUID
    environment: str
    deployment: UUID
    revision: str


_FOUND = """
    with meant as (
        select distinct service.id as service_id, service.name as service, execution.revision
        from pipeline_execution as execution
        join pipeline on pipeline.id = execution.pipeline_id
        join service on service.id = pipeline.service_id and service.archived_at is null
        where execution.kind = 'STANDARD' and execution.revision is not null and execution.started_at is not null
          and ($which) $where
    )
    select meant.service_id, meant.service, first.id, meant.revision, first.started_at, first.status, first.ended_at,
           first.structure
    from meant
    cross join lateral (
        select execution.id, execution.started_at, execution.status, execution.ended_at, pipeline.structure
        from pipeline_execution as execution join pipeline on pipeline.id = execution.pipeline_id
        where execution.revision = meant.revision and pipeline.service_id = meant.service_id
          and execution.kind = 'STANDARD' and execution.started_at is not null
        order by execution.started_at, execution.id limit 1
    ) as first
    order by first.started_at desc, meant.service limit :most
"""
_WHICH = {
    "commit": "execution.revision like :commit",
    "tag": "execution.tag = :tag",
    "pull_request": "execution.pull_request = :pull_request",
}


async def found(session: AsyncSession, search: Search) -> list[Found]:
    """The revisions that a search means, the newest first."""
    values: dict[str, Any] = {name: value for name in _WHICH if (value := getattr(search, name)) is not None}
    statement = _FOUND.replace("$which", " or ".join(_WHICH[name] for name in values))
    statement = statement.replace("$where", "and lower(service.repository) = :repository" if search.repository else "")
    if search.repository:
        values["repository"] = search.repository.lower()
    if search.commit:
        values["commit"] = f"{search.commit}%"
    rows = await session.execute(text(statement), {**values, "most": MOST})
    return [Found(*row)._replace(status=ExecutionStatus(row.status)) for row in rows]


# A revision that a pipeline saw later is newer, and has those before it: commits of one branch follow each other.
_NEWER = """
    select execution.revision
    from pipeline_execution as execution join pipeline on pipeline.id = execution.pipeline_id
    where pipeline.service_id = :service and execution.kind = 'STANDARD' and execution.revision is not null
    group by execution.revision having min(execution.started_at) >= :seen_at
"""
_PLACES = text(f"""
    with newer as materialized ({_NEWER})
    select environment.name, stage.name, wave.name, region.name,
           coalesce(there.revision in (select revision from newer), false),
           there.step, first.step, moving.step, tried.step
    from placement
    join environment on environment.id = placement.environment_id and environment.archived_at is null
    join wave on wave.id = environment.wave_id
    join stage on stage.id = wave.stage_id
    join region on region.id = environment.region_id
    left join lateral (
        select revision, json_build_array(id, revision, status, ended_at, reason) as step from deployment
        where service_id = :service and environment_id = environment.id and status = 'SUCCEEDED'
        order by ended_at desc limit 1
    ) as there on true
    left join lateral (
        select json_build_array(id, revision, status, ended_at, reason) as step from deployment
        where service_id = :service and environment_id = environment.id and status = 'SUCCEEDED'
          and started_at >= :seen_at and revision in (select revision from newer)
        order by started_at limit 1
    ) as first on true
    left join lateral (
        select json_build_array(id, revision, status, started_at, reason) as step from deployment
        where service_id = :service and environment_id = environment.id and status = 'IN_PROGRESS'
          and started_at >= :seen_at and revision in (select revision from newer)
        order by started_at desc limit 1
    ) as moving on true
    left join lateral (
        select json_build_array(id, revision, status, coalesce(ended_at, started_at), reason) as step from deployment
        where service_id = :service and environment_id = environment.id and status in ('FAILED', 'STOPPED')
          and started_at >= :seen_at and revision in (select revision from newer)
        order by started_at desc limit 1
    ) as tried on true
    where placement.service_id = :service
    order by stage.position, wave.position, environment.name
""")  # noqa: S608 - of constants


async def places(session: AsyncSession, revision: Found) -> list[PlaceRow]:
    """The environments of the revision's service, by stage, wave and name."""
    rows = await session.execute(_PLACES, {"service": revision.service_id, "seen_at": revision.seen_at})
    return [PlaceRow(*row) for row in rows]


_COMING = text(f"""
    select execution.id, environment.name, deployment.id, execution.revision
    from pipeline_execution as execution
    join pipeline on pipeline.id = execution.pipeline_id
    join deployment on deployment.execution_id = execution.id and deployment.status = 'PENDING'
    join environment on environment.id = deployment.environment_id
    where pipeline.service_id = :service and execution.status = 'IN_PROGRESS' and execution.kind = 'STANDARD'
      and execution.revision in ({_NEWER})
    order by execution.started_at, execution.id
""")  # noqa: S608 - of constants


async def coming(session: AsyncSession, revision: Found) -> list[ComingRow]:
    """Where running executions of the revision, or of newer ones, will deploy, and have not begun to."""
    rows = await session.execute(_COMING, {"service": revision.service_id, "seen_at": revision.seen_at})
    return [ComingRow(*row) for row in rows]
