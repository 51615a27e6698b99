"""The limit: PostgreSQL's functions build the JSON in a prepared statement, and its bytes go to the socket as they are.

Nobody is asked who they are, nothing is parsed, validated, bounded or counted. Served by the uvicorn of the service.
"""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from psycopg import AsyncConnection
from starlette.types import Receive, Scope, Send

CONNECTIONS = 10
SYNTH = """
select json_build_object('data', json_build_object('service', json_build_object(
    'name', service.name, 'repository', service.repository, 'environments', json_build_object('nodes', (
        select coalesce(json_agg(json_build_object(
            'name', e.name, 'kind', e.kind, 'account', json_build_object('awsId', a.aws_id),
            'region', json_build_object('name', r.name, 'timeZone', r.time_zone),
            'wave', json_build_object('name', w.name, 'bakeMinutes', w.bake_minutes, 'stage', json_build_object(
                'name', s.name, 'production', s.production))) order by e.name), '[]')
        from placement p join environment e on e.id = p.environment_id
        join account a on a.id = e.account_id join region r on r.id = e.region_id
        join wave w on w.id = e.wave_id join stage s on s.id = w.stage_id
        where p.service_id = service.id)))))::text
from service where service.name = %s
"""
DASHBOARD = """
select json_build_object('data', json_build_object('pipelines', json_build_object('nodes', coalesce(json_agg(
    json_build_object('name', p.name, 'service', json_build_object('name', p.service),
        'latestExecution', json_build_object('status', p.status, 'revision', p.revision, 'startedAt', p.started_at,
            'stages', json_build_object('nodes', (
                select coalesce(json_agg(json_build_object('name', s.name, 'status', s.status)
                                order by s.position), '[]')
                from stage_execution s where s.execution_id = p.execution))) )
    order by p.id), '[]'))))::text
from (select p.id, p.name, s.name as service, x.id as execution, x.status, x.revision, x.started_at
      from pipeline p join service s on s.id = p.service_id join pipeline_execution x on x.id = p.latest_execution_id
      order by p.id limit 500 offset %s) p
"""
HEADERS = [(b"content-type", b"application/json")]


class Limit:
    """GET /synth/NAME and GET /dashboard, or /dashboard/PAGE from 0."""

    def __init__(self, address: str) -> None:
        self._address = address
        self._free: asyncio.Queue[AsyncConnection[Any]] = asyncio.Queue()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "lifespan":
            async with self._connections():
                await _lifespan(receive, send)
            return
        _, question, *rest = scope["path"].split("/")
        body = await (self._read(SYNTH, rest[0]) if question == "synth" else self._read(DASHBOARD, _offset(rest)))
        headers = [*HEADERS, (b"content-length", str(len(body)).encode())]
        await send({"type": "http.response.start", "status": 200, "headers": headers})
        await send({"type": "http.response.body", "body": body})

    async def _read(self, statement: str, value: str | int) -> bytes:
        connection = await self._free.get()
        try:
            cursor = await connection.execute(statement, (value,), prepare=True)
            assert cursor.pgresult is not None
            return cursor.pgresult.get_value(0, 0) or b"null"
        finally:
            self._free.put_nowait(connection)

    @asynccontextmanager
    async def _connections(self) -> AsyncIterator[None]:
        opened = [await AsyncConnection.connect(self._address, autocommit=True) for _ in range(CONNECTIONS)]
        for each in opened:
            await each.execute("set jit = off")  # what the service tells of its sessions, too
            await each.execute("set random_page_cost = 1.1")
            self._free.put_nowait(each)
        yield
        for each in opened:
            await each.close()


def _offset(rest: list[str]) -> int:
    return 500 * int(rest[0]) if rest else 0


async def _lifespan(receive: Receive, send: Send) -> None:
    await receive()
    await send({"type": "lifespan.startup.complete"})
    await receive()
    await send({"type": "lifespan.shutdown.complete"})


def application() -> Limit:
    """Over the database that BENCH_DATABASE names, as libpq has it."""
    return Limit(os.environ["BENCH_DATABASE"])
