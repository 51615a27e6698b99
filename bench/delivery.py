"""DORA's measures over a year of deliveries: where the time goes, beside PostgreSQL's own.

25,000 executions of 100 services, each to four environments of production; every fiftieth is a rollback, every fortieth
has an alarm that went off, every hundredth a deployment that failed.

statements   the SQL of all deliveries of a year, their evidence and recoveries, read by raw psycopg; nobody looks at it
deliveries   the same through SQLAlchemy, as the frozen values that the rules are over
graph        the whole question through the schema: five measures, distributions and a weekly series
month        the same question of the last 30 days, as a dashboard asks it
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from sqlalchemy import event, text

from bench import server
from domain.periods import Window
from domain.permissions import Role, Viewer
from graph.context import Context
from graph.schema import build
from models.dora import Scope
from models.engine import Database
from models.epochs import ensure_epoch
from models.settings import Settings
from resolvers.dora import deliveries
from subscriptions.feed import Feed

EXECUTIONS = 25_000
ROUNDS = 5
DOCUMENT = """query ($from: DateTime) { dora(from: $from) { total {
  changeLeadTime { value sampleSize unknownCount distribution { p50 p75 p90 p95 buckets { count } }
    series(by: WEEK) { value count } }
  deploymentFrequency { value count series(by: WEEK) { value count } }
  changeFailRate { value count series(by: WEEK) { value } }
  failedDeploymentRecoveryTime { value sampleSize unknownCount distribution { p50 p95 } series(by: WEEK) { value } }
  deploymentReworkRate { value count series(by: WEEK) { value } }
} } }"""
_FILL = """
insert into account (id, name, aws_id) values (gen_random_uuid(), 'one', '111111111111');
insert into stage (id, name, position, production, on_failure) values (gen_random_uuid(), 'prod', 1, true, 'ROLLBACK');
insert into wave (id, stage_id, name, position, bake_minutes, minimum_data_points)
  select gen_random_uuid(), id, 'prod-1', 1, 0, 0 from stage;
insert into environment (id, name, kind, account_id, region_id, wave_id)
  select gen_random_uuid(), 'prod-' || r.name, 'SHARED', a.id, r.id, w.id
  from account a, wave w, (select * from region order by name limit 4) r;
insert into service (id, name, repository, branch, placement, change_kind)
  select gen_random_uuid(), 'service-' || n, 'acme/service-' || n, 'main', '{*}', 'APPLICATION'
  from generate_series(1, 100) n;
insert into pipeline (id, name, arn, account_id, region_name, service_id)
  select gen_random_uuid(), name, 'arn:' || name, '999999999999', 'eu-west-1', id from service;
insert into pipeline_execution
  (id, pipeline_id, execution_id, kind, status, attempt, revision, committed_at, started_at)
  select gen_random_uuid(), p.id, 'e' || n, case when n % 50 = 0 then 'ROLLBACK' else 'STANDARD' end, 'SUCCEEDED', 1,
         'revision-' || n, t - interval '1 hour', t
  from generate_series(1, $executions) n
  cross join lateral (select now() - interval '366 days' + n * (interval '365 days' / $executions)) as at (t)
  join pipeline p on p.name = 'service-' || (n % 100 + 1);
insert into deployment (id, service_id, environment_id, execution_id, revision, status, reason, started_at, ended_at)
  select gen_random_uuid(), p.service_id, e.id, x.id, x.revision,
         case when substr(x.execution_id, 2)::int % 100 = 7 and e.name like '%1' then 'FAILED' else 'SUCCEEDED' end,
         null, x.started_at + interval '5 minutes', x.started_at + interval '9 minutes'
  from pipeline_execution x join pipeline p on p.id = x.pipeline_id cross join environment e;
insert into stage_execution (id, execution_id, name, position, status)
  select gen_random_uuid(), id, 'prod-1', 1, 'SUCCEEDED' from pipeline_execution;
insert into action_execution (id, stage_execution_id, name, position, kind, provider, category, status, deployment_id)
  select gen_random_uuid(), s.id, d.id::text, 1, 'DEPLOY', 'CloudFormation', 'Deploy', d.status, d.id
  from deployment d join stage_execution s on s.execution_id = d.execution_id;
insert into check_run
  (id, name, subject, kind, "when", mode, timeout_minutes, configuration, attempt, try_number, retries, failure_limit,
   part, status, started_at, ended_at, execution_id, wave_id)
  select gen_random_uuid(), 'latency', 'prod-1', 'ALARM', 'AFTER', 'BLOCKING', 60, '{}', 1, 1, 0, 0, 'prod-1',
         case when substr(x.execution_id, 2)::int % 40 = 3 then 'FAILED' else 'PASSED' end,
         x.started_at, x.started_at + interval '20 minutes', x.id, w.id
  from pipeline_execution x cross join wave w;
analyze;
"""


def main() -> None:
    """Prints the table."""
    with server.running() as url:
        asyncio.run(_measure(url))


async def fill(database: Database) -> None:
    """A year of EXECUTIONS."""
    async with database.transaction() as session:
        for statement in filter(str.strip, _FILL.replace("$executions", str(EXECUTIONS)).split(";")):
            await session.execute(text(statement.replace(":", "\\:")))


async def _measure(url: str) -> None:
    async with Database(url) as database:
        await ensure_epoch(database)
        await fill(database)
        now = datetime.now(UTC)
        year = Window(now - timedelta(days=366), now)
        context = Context(
            database=database, feed=Feed(database), settings=Settings(), viewer=Viewer("bench", frozenset({Role.ADMIN}))
        )
        schema = build()
        asked: list[tuple[str, Any]] = []

        async def values() -> None:
            async with database.snapshot() as session:
                await deliveries(session, year, Scope())

        def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
            asked.append((statement, parameters))

        event.listen(database.engine.sync_engine, "before_cursor_execute", note)
        await values()
        event.remove(database.engine.sync_engine, "before_cursor_execute", note)

        async def statements() -> None:
            async with database.reading() as connection:
                raw = (await connection.get_raw_connection()).driver_connection
                for statement, parameters in asked:
                    await (await raw.execute(statement, parameters)).fetchall()

        async def graph(start: datetime) -> None:
            result = await schema.execute(DOCUMENT, {"from": start.isoformat()}, context_value=context)
            assert not result.errors, result.errors

        print(f"{'':12} seconds, the best of {ROUNDS}")
        print(f"{'statements':12} {await _best(statements):.3f}   ({len(asked)} statements)")
        print(f"{'deliveries':12} {await _best(values):.3f}")
        print(f"{'graph':12} {await _best(lambda: graph(year.start + timedelta(hours=1))):.3f}")
        print(f"{'month':12} {await _best(lambda: graph(now - timedelta(days=30))):.3f}")


async def _best(what: Callable[[], Awaitable[None]]) -> float:
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await what()
        taken.append(time.perf_counter() - started)
    return min(taken)
