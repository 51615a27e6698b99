"""The SQL of counting: what the rows say of what events tell, and what has been counted, each in one statement.

Only the reader of the log that counts writes these tables, in the transaction that moves its cursor.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

import orjson
from sqlalchemy import TextClause, text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.measures import BOUNDS, Point, Reached, RunEnd
from domain.words import ActionKind, ExecutionKind

EndKey = tuple[UUID, int, datetime]
"""An end: the execution's row, its attempt, and when."""


class RunFacts(NamedTuple):
    """What the rows say of an execution. counted: the last attempt whose end was counted, 0 without one.

    error_type: what AWS called its first failure, None where nothing failed. reached: where it has been deployed.
    """

    pipeline_id: UUID
    kind: ExecutionKind
    counted: int
    error_type: str | None
    reached: tuple[Reached, ...]


class ActionFacts(NamedTuple):
    """What the row says of an action. error_code: what AWS called its failure."""

    kind: ActionKind
    error_code: str | None


@dataclass(frozen=True, slots=True)
class Addition:
    """What is added to a total. buckets: as many as there are bounds, and one; empty where nothing is measured."""

    name: str
    labels: tuple[str, ...]
    since: datetime
    count: int
    amount: float = 0
    buckets: tuple[int, ...] = ()


_RUNS = text("""
    select execution.id, execution.pipeline_id, execution.kind,
           coalesce((select max(run_end.attempt) from run_end where run_end.execution_id = execution.id), 0),
           (select coalesce(action.error_code, 'failure')
            from stage_execution as stage join action_execution as action on action.stage_execution_id = stage.id
            where stage.execution_id = execution.id and action.status = 'FAILED'
            order by action.ended_at nulls last, stage.name, action.name limit 1),
           (select coalesce(json_agg(json_build_array(region.name, stage.production, deployment.ended_at)), '[]')
            from deployment
                 join environment on environment.id = deployment.environment_id
                 join region on region.id = environment.region_id
                 join wave on wave.id = environment.wave_id
                 join stage on stage.id = wave.stage_id
            where deployment.execution_id = execution.id and deployment.status = 'SUCCEEDED'
                  and deployment.ended_at is not null)
    from pipeline_execution as execution where execution.id = any(:ids)
""")
_ACTIONS = text("select id, kind, error_code from action_execution where id = any(:ids)")
_WAVES = text("""
    select stage_execution.id, stage.name, wave.name
    from stage_execution join wave on wave.id = stage_execution.wave_id join stage on stage.id = wave.stage_id
    where stage_execution.id = any(:ids)
""")
_DEPLOYMENTS = text("""
    select deployment.id, stage.name, wave.name
    from deployment
         join environment on environment.id = deployment.environment_id
         join wave on wave.id = environment.wave_id
         join stage on stage.id = wave.stage_id
    where deployment.id = any(:ids)
""")
_CHECK_RUNS = text("select id, kind, mode from check_run where id = any(:ids)")
_KEEP_ENDS = text("""
    insert into run_end (execution_id, attempt, ended_at, pipeline_id, kind, result)
    select execution_id, attempt, ended_at, pipeline_id, kind, result
    from jsonb_to_recordset(cast(:rows as jsonb))
         as given (execution_id uuid, attempt int, ended_at timestamptz, pipeline_id uuid, kind text, result text)
    on conflict do nothing
    returning execution_id, attempt, ended_at
""")
# Failures since the last success before this one, of the pipeline's own runs. Two indexed looks for each success.
_BROKEN_SINCE = text("""
    select repaired.execution_id, repaired.attempt, repaired.ended_at, min(failed.ended_at)
    from run_end as repaired
         cross join lateral (
             select coalesce(max(before.ended_at), '-infinity') as ended_at from run_end as before
             where before.pipeline_id = repaired.pipeline_id and before.ended_at < repaired.ended_at
                   and before.result = 'success' and before.kind = 'STANDARD'
         ) as well
         join run_end as failed on failed.pipeline_id = repaired.pipeline_id
              and failed.ended_at > well.ended_at and failed.ended_at <= repaired.ended_at
    where repaired.execution_id = any(:ids) and repaired.result = 'success' and repaired.kind = 'STANDARD'
          and failed.result = 'failure' and failed.kind = 'STANDARD'
    group by repaired.execution_id, repaired.attempt, repaired.ended_at
""")
_ADD = text("""
    insert into total (name, labels, since, count, amount, buckets)
    select given.name, given.labels, given.since, given.count, given.amount, given.buckets
    from rows from (
        jsonb_to_recordset(cast(:rows as jsonb))
        as (name text, labels text[], since timestamptz, count bigint, amount float8, buckets bigint[])
    ) with ordinality as given (name, labels, since, count, amount, buckets, place)
    order by given.place
    on conflict (name, labels) do update set
        count = total.count + excluded.count,
        amount = total.amount + excluded.amount,
        buckets = coalesce((
            select array_agg(coalesce(had.value, 0) + coalesce(had.more, 0) order by had.place)
            from unnest(total.buckets, excluded.buckets) with ordinality as had (value, more, place)
        ), '{}')
""")
_KEEP_POINTS = text("""
    insert into metric_point (id, at, body, next_at, dropped)
    select id, at, body, :now, dropped
    from jsonb_to_recordset(cast(:rows as jsonb)) as given (id text, at timestamptz, body jsonb, dropped text)
    on conflict do nothing
    returning dropped
""")


async def runs(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, RunFacts]:
    """Executions by their row's key."""
    return {
        row[0]: RunFacts(
            row[1],
            ExecutionKind(row[2]),
            row[3],
            row[4],
            tuple(Reached(region, production, datetime.fromisoformat(at)) for region, production, at in row[5]),
        )
        for row in await _of(session, _RUNS, ids)
    }


async def actions(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, ActionFacts]:
    """Actions by their row's key."""
    return {row[0]: ActionFacts(ActionKind(row[1]), row[2]) for row in await _of(session, _ACTIONS, ids)}


async def waves(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Stage and wave, by the key of the stage's execution; those that deploy no wave are left out."""
    return {row[0]: (row[1], row[2]) for row in await _of(session, _WAVES, ids)}


async def deployments(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Stage and wave of deployments; those of test environments, which are in no wave, are left out."""
    return {row[0]: (row[1], row[2]) for row in await _of(session, _DEPLOYMENTS, ids)}


async def check_runs(session: AsyncSession, ids: Iterable[UUID]) -> dict[UUID, tuple[str, str]]:
    """Kind and mode of runs of checks."""
    return {row[0]: (row[1], row[2]) for row in await _of(session, _CHECK_RUNS, ids)}


async def _of(session: AsyncSession, statement: TextClause, ids: Iterable[UUID]) -> Sequence[Any]:
    asked = list(ids)
    return (await session.execute(statement, {"ids": asked})).all() if asked else []


async def keep_ends(session: AsyncSession, ends: Sequence[tuple[UUID, RunEnd]]) -> set[EndKey]:
    """Keep ends, each with its pipeline's key; those that were not there yet."""
    if not ends:
        return set()
    rows = [
        {
            "execution_id": end.key,
            "attempt": end.attempt,
            "ended_at": end.ended_at,
            "pipeline_id": pipeline,
            "kind": end.kind,
            "result": end.result,
        }
        for pipeline, end in ends
    ]
    return {(row[0], row[1], row[2]) for row in await session.execute(_KEEP_ENDS, {"rows": _json(rows)})}


async def broken_since(session: AsyncSession, executions: Iterable[UUID]) -> dict[EndKey, datetime]:
    """For successes of these executions: the end of the first failed run since the success before, where one failed."""
    return {(row[0], row[1], row[2]): row[3] for row in await _of(session, _BROKEN_SINCE, executions)}


async def add(session: AsyncSession, additions: Sequence[Addition]) -> None:
    """Add to totals; each name and labels once."""
    if additions:
        rows = [
            {
                "name": each.name,
                "labels": each.labels,
                "since": each.since,
                "count": each.count,
                "amount": each.amount,
                "buckets": each.buckets,
            }
            for each in additions
        ]
        await session.execute(_ADD, {"rows": _json(rows)})


async def keep_points(
    session: AsyncSession, points: Sequence[tuple[Point, str | None]], now: datetime
) -> list[str | None]:
    """Keep points, each with why it is not sent; one that is known is left as it is. The reasons of those kept."""
    if not points:
        return []
    rows = [
        {
            "id": point.id,
            "at": point.at,
            "body": {
                "name": point.name,
                "value": point.value,
                "unit": point.unit,
                "dimensions": [list(pair) for pair in point.dimensions],
            },
            "dropped": dropped,
        }
        for point, dropped in {each[0].id: each for each in points}.values()
    ]
    return list((await session.execute(_KEEP_POINTS, {"rows": _json(rows), "now": now})).scalars())


def bucket(seconds: float) -> int:
    """The place of a duration among the buckets."""
    return next((place for place, bound in enumerate(BOUNDS) if seconds <= bound), len(BOUNDS))


def _json(rows: Sequence[dict[str, Any]]) -> str:
    return orjson.dumps(rows).decode()
