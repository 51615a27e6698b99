"""The SQL of recording executions: the rows that are folded from their envelopes, a set at a time.

The writers of one pipeline take turns: each locks its pipelines, in the order of their ARNs, before it reads what is
recorded. What it read is therefore still so when it writes.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cache, cached_property
from typing import Any, NamedTuple
from uuid import UUID

import orjson
import psycopg
from sqlalchemy import Select, Table, Text, bindparam, cast, column, func, literal, select, text, union_all
from sqlalchemy.dialects.postgresql import JSONB, Insert, insert
from sqlalchemy.exc import DBAPIError, SQLAlchemyError, StatementError
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.envelopes import PipelineName
from domain.words import ActionKind, ExecutionStatus
from models.base import Base
from models.faults import sqlstate
from models.queries import among
from models.tables import (
    ActionExecution,
    Deployment,
    Environment,
    Pipeline,
    PipelineExecution,
    Service,
    Stage,
    StageExecution,
    Wave,
)

MOST_REFOLDED = 200
"""Executions that are read again when a map arrives: the newest. A transaction may last half a minute."""


class LockedPipeline(NamedTuple):
    """A pipeline, held by this transaction. structure: its map of actions. archived_at: since when its service is."""

    id: UUID
    arn: str
    name: str
    service_id: UUID | None
    service: str | None
    structure: dict[str, Any] | None
    archived_at: datetime | None


@dataclass
class Recorded:
    """The rows there are of some executions, as dictionaries of their columns.

    Executions by CodePipeline's id; stages and actions by the key of what they belong to, and their name; deployments
    by their execution's key, and then their environment's.
    """

    executions: dict[str, dict[str, Any]] = field(default_factory=dict)
    stages: dict[tuple[UUID, str], dict[str, Any]] = field(default_factory=dict)
    actions: dict[tuple[UUID, str], dict[str, Any]] = field(default_factory=dict)
    deployments: dict[UUID, dict[UUID, dict[str, Any]]] = field(default_factory=dict)


@dataclass
class Names:
    """Keys by name."""

    stages: dict[str, UUID] = field(default_factory=dict)
    waves: dict[str, UUID] = field(default_factory=dict)
    environments: dict[str, UUID] = field(default_factory=dict)

    @cached_property
    def of_environments(self) -> dict[UUID, str]:
        """Names by key; the names are all there when it is first asked for."""
        return {key: name for name, key in self.environments.items()}


_OF_A_VALUE = ("22", "23", "54")
"""SQLSTATE classes: data exception, integrity constraint violation, program limit exceeded."""


_OF_A_BATCH = ("40P01", "55P03", "57014", "25P04")
"""SQLSTATEs: deadlock, a lock that was not had in time, a statement and a transaction that lasted too long."""


def is_about_the_batch(error: Exception) -> bool:
    """Whether so much could not be written at once, and less of it perhaps can be."""
    return isinstance(error, DBAPIError) and sqlstate(error) in _OF_A_BATCH


def waits_in_a_circle(error: Exception) -> bool:
    """Whether PostgreSQL ended a transaction that waited for others which waited for it: nothing of it is done."""
    return isinstance(error, DBAPIError) and sqlstate(error) == "40P01"


def is_about_one_message(error: Exception) -> bool:
    """Whether writing failed for what was to be written, and not for the state that the database is in."""
    if isinstance(error, DBAPIError):
        return sqlstate(error)[:2] in _OF_A_VALUE
    return isinstance(error, StatementError) or not isinstance(error, SQLAlchemyError | psycopg.Error | OSError)


async def lock_pipelines(session: AsyncSession, arns: Iterable[str]) -> dict[str, LockedPipeline]:
    """The pipelines of these ARNs that there are, held until the transaction ends."""
    found = await session.execute(_LOCK_PIPELINES, {"arns": list(arns)})
    return {row.arn: LockedPipeline(*row) for row in found}


_LOCK_PIPELINES = (
    select(Pipeline.id, Pipeline.arn, Pipeline.name, Pipeline.service_id, Service.name, Pipeline.structure)
    .add_columns(Service.archived_at)
    .outerjoin(Service, Service.id == Pipeline.service_id)
    .where(among(Pipeline.arn, "arns"))
    .order_by(Pipeline.arn)
    .with_for_update(of=Pipeline, key_share=True)
)


async def insert_pipelines(session: AsyncSession, names: Iterable[PipelineName]) -> set[str]:
    """Rows for pipelines that are known by their events alone; the ARNs of those that were not there yet."""
    given = [
        {"id": uuid7(), "name": each.name, "arn": each.arn, "account_id": each.account, "region_name": each.region}
        for each in sorted(names, key=lambda name: name.arn)
    ]
    statement = insert(Pipeline).values(given).on_conflict_do_nothing().returning(Pipeline.arn)
    return set(await session.scalars(statement))


async def link_services(session: AsyncSession, repositories: dict[str, str]) -> set[str]:
    """Gives pipelines without a service the one of their repository, where it has one; the ARNs of those that got one.

    repositories: by the pipeline's ARN.
    """
    given = {"arns": list(repositories), "repositories": list(repositories.values())}
    return set(await session.scalars(_LINK_SERVICES, given))


_LINK_SERVICES = text("""
    update pipeline set service_id = service.id
    from unnest(cast(:arns as text[]), cast(:repositories as text[])) as asked (arn, repository)
    join service on service.repository = asked.repository and service.archived_at is null
    where pipeline.arn = asked.arn and pipeline.service_id is null
    returning pipeline.arn
""")


async def recorded_executions(session: AsyncSession, execution_ids: Collection[str]) -> Recorded:
    """The executions there are, without their parts."""
    rows = await _rows(session, PipelineExecution, "execution_id", execution_ids)
    return Recorded(executions={row["execution_id"]: row for row in rows})


async def load_parts(session: AsyncSession, recorded: Recorded) -> None:
    """Completes executions by their stages, actions and deployments."""
    keys = [row["id"] for row in recorded.executions.values()]
    if not keys:
        return
    for row in await _rows(session, StageExecution, "execution_id", keys):
        recorded.stages[row["execution_id"], row["name"]] = row
    for row in await _rows(session, Deployment, "execution_id", keys):
        recorded.deployments.setdefault(row["execution_id"], {})[row["environment_id"]] = row
    of_stages = [row["id"] for row in recorded.stages.values()]
    for row in await _rows(session, ActionExecution, "stage_execution_id", of_stages):
        recorded.actions[row["stage_execution_id"], row["name"]] = row


async def _rows(
    session: AsyncSession, mapped: type[Base], column_name: str, values: Collection[object]
) -> list[dict[str, Any]]:
    found = await session.execute(_having(mapped.__table__, column_name), {"values": list(values)})
    return [dict(row) for row in found.mappings()]


@cache
def _having(table: Table, column_name: str) -> Select[Any]:
    return select(table).where(among(table.c[column_name], "values"))


async def keys_of(
    session: AsyncSession,
    stages: Collection[str],
    waves: Collection[str],
    environments: Collection[str],
    environment_keys: Collection[UUID],
) -> Names:
    """The keys of stages, waves and environments; of environments those of these names, and those of these keys.

    A name that nothing has is left out.
    """
    names = Names()
    if not (stages or waves or environments or environment_keys):
        return names
    given = {"stages": stages, "waves": waves, "environments": environments, "keys": environment_keys}
    found = await session.execute(_KEYS_OF, {name: list(values) for name, values in given.items()})
    for kind, name, key in found:
        getattr(names, kind)[name] = key
    return names


_KEYS_OF = union_all(
    select(literal("stages"), Stage.name, Stage.id).where(among(Stage.name, "stages")),
    select(literal("waves"), Wave.name, Wave.id).where(among(Wave.name, "waves")),
    select(literal("environments"), Environment.name, Environment.id).where(
        among(Environment.name, "environments") | among(Environment.id, "keys")
    ),
)


async def upsert(session: AsyncSession, mapped: type[Base], rows: Sequence[dict[str, Any]]) -> None:
    """Writes rows, all with the same columns and among them `id`: new ones, and new values of those there are."""
    if rows:
        assert all(row.keys() == rows[0].keys() for row in rows)  # or values would be lost without a word
        statement = _upsert(mapped.__table__, tuple(rows[0]))
        await session.execute(statement, {"rows": orjson.dumps(rows).decode()})


@cache
def _upsert(table: Table, names: tuple[str, ...]) -> Insert:
    """One statement for any number of rows: it is prepared once, and its text does not grow with them."""
    given = (
        func.jsonb_to_recordset(cast(bindparam("rows", type_=Text), JSONB))
        .table_valued(*(column(name, table.c[name].type) for name in names))
        .render_derived(name="given", with_types=True)
    )
    statement = insert(table).from_select(names, select(*given.c), include_defaults=False)
    changed = {name: statement.excluded[name] for name in names if name != "id"}
    return statement.on_conflict_do_update(index_elements=["id"], set_=changed)


async def keep_latest(session: AsyncSession, pipelines: Collection[UUID]) -> None:
    """Points these pipelines at the execution that started last."""
    await session.execute(_KEEP_LATEST, {"pipelines": list(pipelines)})


_KEEP_LATEST = text("""
    update pipeline set latest_execution_id = latest.id
    from (
        select asked.id as pipeline_id, newest.id
        from unnest(cast(:pipelines as uuid[])) as asked (id)
        cross join lateral (
            select execution.id from pipeline_execution as execution
            where execution.pipeline_id = asked.id and execution.started_at is not null
            order by execution.started_at desc, execution.id desc
            limit 1
        ) as newest
    ) as latest
    where pipeline.id = latest.pipeline_id and pipeline.latest_execution_id is distinct from latest.id
""")


async def executions_to_refold(session: AsyncSession, pipeline: UUID, *, linked: bool = False) -> list[str]:
    """Executions that a new map concerns: those that have not ended, and those that no map has explained yet.

    An execution that has ended keeps the map that it ran under: environments that were added since are not its.
    linked: the pipeline has got its service just now. Its actions have said themselves what they do; but what they
    deployed could not be kept.
    """
    explained = (
        select(ActionExecution.id)
        .join(StageExecution, StageExecution.id == ActionExecution.stage_execution_id)
        .where(StageExecution.execution_id == PipelineExecution.id, ActionExecution.kind != ActionKind.OTHER)
    )
    deployed = select(Deployment.id).where(Deployment.execution_id == PipelineExecution.id)
    untold = ~deployed.exists() if linked else ~(explained.exists() | deployed.exists())
    running = [status for status in ExecutionStatus if not status.ended]
    statement = (
        select(PipelineExecution.execution_id)
        .where(PipelineExecution.pipeline_id == pipeline)
        .where(PipelineExecution.status.in_(running) | untold)
        .order_by(PipelineExecution.started_at.desc(), PipelineExecution.id.desc())
        .limit(MOST_REFOLDED)
    )
    return list(await session.scalars(statement))
