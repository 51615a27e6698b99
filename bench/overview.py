"""The fleet at a glance, as the console's first page asks for it: 500 services in 16 environments each.

Each service has a hundred executions behind it, which makes 50,000 of them and 800,000 deployments; every seventh stops
before production, every twentieth fails there.

statement   its SQL by raw psycopg, with all fields: PostgreSQL builds the JSON, nobody looks at it
endpoint    the same question by HTTP through the application, until the answer's last byte
one         the row of one service, as a view of it asks again
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import orjson
from sqlalchemy import event, text

from bench import server
from graph.app import application
from models.engine import Database
from models.epochs import ensure_epoch
from models.settings import Settings

SERVICES = 500
ENVIRONMENTS = 16
EXECUTIONS = 100
ROUNDS = 5
DOCUMENT = """query ($services: [String!]) { fleet(services: $services) {
  service team tier repository changeKind pipelineArn
  cells { environment deploymentId status revision tag changedAt
          deployedRevision deployedTag deployedAt commitsBehind } } }"""
_FILL = """
insert into account (id, name, aws_id) values (gen_random_uuid(), 'one', '111111111111');
insert into stage (id, name, position, production, on_failure)
  select gen_random_uuid(), name, position, name = 'prod', 'ROLLBACK'
  from unnest(array['alpha', 'beta', 'gamma', 'prod']) with ordinality as stage (name, position);
insert into wave (id, stage_id, name, position, bake_minutes, minimum_data_points)
  select gen_random_uuid(), id, name || '-' || n, n, 0, 0 from stage, generate_series(1, 2) n;
insert into environment (id, name, kind, account_id, region_id, wave_id)
  select gen_random_uuid(), w.name || '-' || r.name, 'SHARED', a.id, r.id, w.id
  from account a, wave w, (select * from region order by name limit $environments / 8) r;
insert into service (id, name, repository, branch, placement, change_kind)
  select gen_random_uuid(), 'service-' || n, 'acme/service-' || n, 'main', '{*}', 'APPLICATION'
  from generate_series(1, $services) n;
insert into placement (service_id, environment_id) select s.id, e.id from service s, environment e;
insert into pipeline (id, name, arn, account_id, region_name, service_id)
  select gen_random_uuid(), name, 'arn:' || name, '999999999999', 'eu-west-1', id from service;
"""
_EXECUTE = """
insert into pipeline_execution (id, pipeline_id, execution_id, kind, status, attempt, revision, started_at)
  select gen_random_uuid(), p.id, p.name || '-' || $n, 'STANDARD', 'SUCCEEDED', 1, md5(p.name || '-' || $n),
         now() - $n * interval '2 hours' - random() * interval '1 hour'
  from pipeline p;
insert into deployment (id, service_id, environment_id, execution_id, revision, status, started_at, ended_at)
  select gen_random_uuid(), p.service_id, e.id, x.id, x.revision,
         case when not s.production or $n % 20 > 0 then 'SUCCEEDED' else 'FAILED' end,
         x.started_at + s.position * interval '10 minutes', x.started_at + s.position * interval '12 minutes'
  from pipeline_execution x join pipeline p on p.id = x.pipeline_id
  cross join environment e join wave w on w.id = e.wave_id join stage s on s.id = w.stage_id
  where x.execution_id = p.name || '-' || $n and (not s.production or $n % 7 > 0);
"""


def main() -> None:
    """Prints the table."""
    with server.running() as url:
        asyncio.run(_measure(url))


async def fill(database: Database, executions: int) -> None:
    """So many executions of each of SERVICES, to ENVIRONMENTS."""
    scripts = [_FILL.replace("$services", str(SERVICES)).replace("$environments", str(ENVIRONMENTS))]
    scripts += [_EXECUTE.replace("$n", str(number)) for number in range(executions, 0, -1)]
    for script in [*scripts, "analyze"]:
        async with database.transaction() as session:
            for statement in filter(str.strip, script.split(";")):
                await session.execute(text(statement))


async def _measure(url: str) -> None:
    async with Database(url) as database:
        await ensure_epoch(database)
        await fill(database, EXECUTIONS)
        transport = httpx.ASGITransport(application(Settings(), database))
        async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8400") as client:
            asked: list[tuple[str, Any]] = []

            async def endpoint(services: list[str] | None = None) -> bytes:
                given = {"query": DOCUMENT, "variables": {"services": services}}
                response = await client.post("/graphql", json=given)
                return response.raise_for_status().content

            def note(_connection: Any, _cursor: Any, statement: str, parameters: Any, *_: Any) -> None:
                asked.append((statement, parameters))

            event.listen(database.engine.sync_engine, "before_cursor_execute", note)
            answer = orjson.loads(await endpoint())["data"]["fleet"]
            event.remove(database.engine.sync_engine, "before_cursor_execute", note)
            ((sql, parameters),) = asked
            assert sum(len(row["cells"]) for row in answer) == SERVICES * ENVIRONMENTS

            async def statement() -> None:
                async with database.reads.connect() as connection:
                    (await connection.exec_driver_sql(sql, parameters)).scalar()

            async def one() -> None:
                await endpoint(["service-1"])

            print(f"{'':10} milliseconds, the best of {ROUNDS}")
            for name, work in (("statement", statement), ("endpoint", endpoint), ("one", one)):
                print(f"{name:10} {await _best(work) * 1000:8.1f}")


async def _best(work: Callable[[], Awaitable[Any]]) -> float:
    taken = []
    for _ in range(ROUNDS):
        started = time.perf_counter()
        await work()
        taken.append(time.perf_counter() - started)
    return min(taken)
