"""What checks have come to: how often they said no, how often they contradict themselves, and how long they take.

A run is one try with an outcome; one that was left without any says nothing of the check. The flake rate is counted as
a shadow's is (`models.shadows`), over runs of every mode.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as POSTGRESQL_UUID
from sqlalchemy.ext.asyncio import AsyncSession


class Counted(NamedTuple):
    """A check's runs since some time. errored: neither yes nor no. Seconds are of runs that said yes or no.

    series: {day, runs, failed, median_seconds} of the days, in UTC, on which it ran, in order.
    """

    check_id: UUID
    name: str
    runs: int
    passed: int
    failed: int
    errored: int
    flake_rate: float | None
    median_seconds: float | None
    p95_seconds: float | None
    series: list[dict[str, Any]]


_READ = text("""
    with asked as (
        select id, name from "check" where case when :every then archived_at is null else id = any(:checks) end
    ), run as (
        select run.check_id, run.status, run.subject, execution.revision,
               to_char(run.started_at at time zone 'UTC', 'YYYY-MM-DD') as day,
               case when run.status in ('PASSED', 'FAILED')
                    then extract(epoch from run.ended_at - run.started_at)::float end as seconds
        from check_run as run join pipeline_execution as execution on execution.id = run.execution_id
        where run.check_id in (select id from asked) and run.started_at >= :since
          and run.status not in ('RUNNING', 'CANCELLED')
    ), total as (
        select check_id, count(*) as runs, count(*) filter (where status = 'PASSED') as passed,
               count(*) filter (where status = 'FAILED') as failed,
               percentile_cont(0.5) within group (order by seconds) as median_seconds,
               percentile_cont(0.95) within group (order by seconds) as p95_seconds
        from run group by check_id
    ), said as (
        select check_id, count(distinct status) > 1 as differs
        from run where revision is not null
        group by check_id, revision, subject having count(*) > 1
    ), flaky as (
        select check_id, avg(differs::int)::float as rate from said group by check_id
    ), daily as (
        select check_id, day, count(*) as runs, count(*) filter (where status = 'FAILED') as failed,
               percentile_cont(0.5) within group (order by seconds) as median_seconds
        from run group by check_id, day
    ), series as (
        select check_id, json_agg(json_build_object(
            'day', day, 'runs', runs, 'failed', failed, 'median_seconds', median_seconds
        ) order by day) as days
        from daily group by check_id
    )
    select asked.id, asked.name, coalesce(runs, 0), coalesce(passed, 0), coalesce(failed, 0),
           coalesce(runs - passed - failed, 0), rate, median_seconds, p95_seconds, coalesce(days, '[]'::json)
    from asked
    left join total on total.check_id = asked.id
    left join flaky on flaky.check_id = asked.id
    left join series on series.check_id = asked.id
""").bindparams(bindparam("checks", type_=ARRAY(POSTGRESQL_UUID(as_uuid=True))))


async def of_checks(session: AsyncSession, since: datetime, checks: Collection[UUID] | None) -> dict[UUID, Counted]:
    """By check, in no order; None: of all that are in the fleet. One that did not run has no runs."""
    given = {"since": since, "every": checks is None, "checks": list(checks or ())}
    return {row[0]: Counted(*row) for row in await session.execute(_READ, given)}
