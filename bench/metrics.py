"""What a scrape of /metrics costs with many executions, and how fast the log is counted.

Beside it stands the same sum over the executions themselves: what a scrape would cost if nothing were counted ahead.
"""

from __future__ import annotations

import asyncio
import statistics
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

from sqlalchemy import text

from bench import server
from models import health, totals
from models.engine import Database
from models.epochs import ensure_epoch
from reporting.counting import Counting

EXECUTIONS = (25_000, 100_000)
PIPELINES = 500
ROUNDS = 15

_PIPELINES = text("""
    insert into pipeline (id, arn, name, account_id, region_name)
    select gen_random_uuid(), 'arn:' || number, 'pipeline-' || number, '999999999999', 'eu-west-1'
    from generate_series(1, :pipelines) as number
""")
_EXECUTIONS = text("""
    with given as (
        select gen_random_uuid() as id, gen_random_uuid() as execution, pipeline.id as pipeline_id, pipeline.name,
               case when number % 5 = 0 then 'FAILED' else 'SUCCEEDED' end as status,
               now() - interval '13 days' + number * interval '10 seconds' as at
        from generate_series(1, :executions) as number
             join (select id, name, row_number() over (order by id) as place from pipeline) as pipeline
                  on pipeline.place = number % :pipelines + 1
    ), kept as (
        insert into pipeline_execution (id, pipeline_id, execution_id, status, attempt, started_at, ended_at)
        select id, pipeline_id, execution::text, status, 1, at - interval '20 minutes', at from given
    )
    insert into event (epoch, type, actor, subject_type, subject_id, payload)
    select 1, 'execution.changed', 'bench', 'PipelineExecution', id, jsonb_build_object(
        'pipeline', name, 'service', null, 'executionId', execution, 'status', status, 'previous', 'IN_PROGRESS',
        'attempt', 1, 'startedAt', at - interval '20 minutes', 'endedAt', at)
    from given
""")
_AHEAD_OF_NOTHING = text("""
    select pipeline_id, status, width_bucket(extract(epoch from ended_at - started_at), array[60, 600, 3600]), count(*),
           sum(extract(epoch from ended_at - started_at))
    from pipeline_execution where ended_at is not null group by 1, 2, 3
""")


def main() -> None:
    """Prints the table."""
    for executions in EXECUTIONS:
        with server.running(("fsync=off",)) as url:
            asyncio.run(_measure(url, executions))


async def _measure(url: str, executions: int) -> None:
    async with Database(url) as database:
        await ensure_epoch(database)
        async with database.transaction() as session:
            await session.execute(_PIPELINES, {"pipelines": PIPELINES})
            await session.execute(_EXECUTIONS, {"executions": executions, "pipelines": PIPELINES})
        async with database.reading() as connection:
            await connection.execute(text("analyze"))
        counter = Counting(database, lambda: datetime.now(UTC), points=True)
        began = time.perf_counter()
        while await counter.turn():
            pass
        took = time.perf_counter() - began
        print(f"{executions:>7} executions, {PIPELINES} pipelines: counted {executions / took:,.0f} ends a second")

        async def scrape() -> None:
            async with database.reading() as connection:
                await totals.read(connection)
                await health.read(connection)

        async def over_all() -> None:
            async with database.reading() as connection:
                (await connection.execute(_AHEAD_OF_NOTHING)).all()

        print(f"        a look for /metrics  {await _milliseconds(scrape):6.1f} ms")
        print(f"        over all executions  {await _milliseconds(over_all):6.1f} ms")


async def _milliseconds(once: Callable[[], Awaitable[None]]) -> float:
    await once()
    found = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        await once()
        found.append((time.perf_counter() - began) * 1000)
    return statistics.median(found)
