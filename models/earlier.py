"""Which other executions an execution's trace may be linked to: few, found by index, for many executions at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from datetime import datetime
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain import history
from domain.words import ExecutionKind, ExecutionStatus

# For each execution four at most: the target of a rollback, who was last in its stages, who began just before it, and
# who took the same revision to an environment last. `domain.links` says what each of them is; for who was last in a
# stage, the hundred executions before are looked at.
_NEAR = text("""
    with asked as (
        select id, pipeline_id, execution_id, kind, revision, rollback_target, started_at
        from pipeline_execution where id = any(:keys)
    ), near as (
        select asked.id as of_id, found.id
        from asked cross join lateral (
            (
                select other.id from pipeline_execution as other
                where asked.kind = 'ROLLBACK' and other.execution_id = asked.rollback_target
                    and other.pipeline_id = asked.pipeline_id
            ) union (
                select recent.id
                from (
                    select other.id, other.execution_id from pipeline_execution as other
                    where asked.kind = 'ROLLBACK' and other.pipeline_id = asked.pipeline_id and other.id <> asked.id
                        and other.started_at <= asked.started_at
                    order by other.started_at desc limit 100
                ) as recent
                join stage_execution as entered on entered.execution_id = recent.id
                join stage_execution as own on own.execution_id = asked.id and own.name = entered.name
                where entered.started_at < own.started_at
                order by entered.started_at desc, recent.execution_id collate "C" desc limit 1
            ) union (
                select other.id from pipeline_execution as other
                where asked.kind = 'STANDARD' and other.pipeline_id = asked.pipeline_id
                    and (other.started_at, other.execution_id collate "C")
                        < (asked.started_at, asked.execution_id collate "C")
                order by other.started_at desc, other.execution_id collate "C" desc limit 1
            ) union (
                select other.id from pipeline_execution as other
                where asked.kind = 'STANDARD' and other.kind = 'STANDARD' and other.pipeline_id = asked.pipeline_id
                    and other.revision = asked.revision
                    and (other.started_at, other.execution_id collate "C")
                        < (asked.started_at, asked.execution_id collate "C")
                    and exists (
                        select from deployment
                        where deployment.execution_id = other.id and deployment.status = 'SUCCEEDED'
                    )
                order by other.started_at desc, other.execution_id collate "C" desc limit 1
            )
        ) as found
    )
    select near.of_id, other.execution_id, other.status, other.kind, other.attempt, other.revision, other.started_at,
        exists (
            select from deployment where deployment.execution_id = other.id and deployment.status = 'SUCCEEDED'
        ) as reached,
        updates.began_at, updates.ended_at, entered.names, entered.moments
    from near
    join pipeline_execution as other on other.id = near.id
    cross join lateral (
        select min(action.started_at) as began_at, max(action.ended_at) as ended_at
        from stage_execution as stage join action_execution as action on action.stage_execution_id = stage.id
        where stage.execution_id = other.id and action.kind = 'UPDATE'
    ) as updates
    cross join lateral (
        select array_agg(stage.name order by stage.name) as names,
            array_agg(stage.started_at order by stage.name) as moments
        from stage_execution as stage where stage.execution_id = other.id and stage.started_at is not null
    ) as entered
""")


async def load(session: AsyncSession, keys: Collection[UUID]) -> dict[UUID, tuple[history.Earlier, ...]]:
    """For each execution those that the rules of links may choose from; one statement, however many are asked for."""
    found: dict[UUID, list[history.Earlier]] = defaultdict(list)
    for row in await session.execute(_NEAR, {"keys": list(keys)}):
        found[row.of_id].append(
            history.Earlier(
                execution_id=row.execution_id,
                status=ExecutionStatus(row.status),
                kind=ExecutionKind(row.kind),
                attempt=row.attempt,
                revision=row.revision,
                started_at=row.started_at,
                reached=row.reached,
                update_began_at=row.began_at,
                update_ended_at=row.ended_at,
                entered=_entered(row.names, row.moments),
            )
        )
    return {key: tuple(earlier) for key, earlier in found.items()}


def _entered(names: list[str] | None, moments: list[datetime] | None) -> tuple[tuple[str, datetime], ...]:
    return tuple(zip(names or (), moments or (), strict=True))
