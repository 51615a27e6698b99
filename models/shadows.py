"""What shadow checks would have done: how often each would have held a wave, and how often it contradicts itself."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import bindparam, text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import UUID as POSTGRESQL_UUID
from sqlalchemy.ext.asyncio import AsyncSession


class Shadow(NamedTuple):
    """A check's runs as SHADOW, each target's last try. would_have_blocked: waves, by attempt, that it would have held.

    flake_rate: the share of (revision, subject) with several outcomes that differ; None where none has several.
    since: the first of the runs; None without any.
    """

    runs: int
    would_have_blocked: int
    flake_rate: float | None
    since: datetime | None


# What a wave would have done with a blocking check (domain.checks.verdict): more noes than the check forgives, or an
# outcome that is neither yes nor no, hold it back. What was left without an outcome says nothing of the check.
_READ = text("""
    with run as (
        select run.check_id, run.execution_id, run.wave_id, run.part, run."when", run.attempt, run.subject, run.status,
               run.started_at, run.failure_limit, execution.revision,
               not exists (select from check_run as later where later.retry_of_id = run.id) as last
        from check_run as run join pipeline_execution as execution on execution.id = run.execution_id
        where run.check_id = any(:checks) and run.mode = 'SHADOW' and run.status not in ('RUNNING', 'CANCELLED')
    ), wave as (
        select check_id, count(*) filter (where status = 'FAILED') > max(failure_limit)
                         or bool_or(status not in ('PASSED', 'FAILED')) as blocked
        from run where last group by check_id, execution_id, wave_id, part, "when", attempt
    ), said as (
        select check_id, count(distinct status) > 1 as differs
        from run where revision is not null
        group by check_id, revision, subject having count(*) > 1
    )
    select id, coalesce(runs, 0), coalesce(blocked, 0), rate, since
    from unnest(:checks) as id
    left join (select check_id, count(*) filter (where last) as runs, min(started_at) as since from run group by 1) as a
         on a.check_id = id
    left join (select check_id, count(*) filter (where blocked) as blocked from wave group by 1) as b on b.check_id = id
    left join (select check_id, avg(differs::int)::float as rate from said group by 1) as c on c.check_id = id
""").bindparams(bindparam("checks", type_=ARRAY(POSTGRESQL_UUID(as_uuid=True))))


async def of_checks(session: AsyncSession, checks: Collection[UUID]) -> dict[UUID, Shadow]:
    """By check; one that never ran as SHADOW has no runs."""
    found = await session.execute(_READ, {"checks": list(checks)})
    return {key: Shadow(runs, blocked, rate, since) for key, runs, blocked, rate, since in found}
