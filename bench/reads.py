"""Reads beside the physical limit, and beside what one would write first.

limit     the planner's own SQL as a prepared statement of raw psycopg: PostgreSQL builds the JSON, nobody looks at it
planned   the same question through the schema: parsed, validated, cost counted, compiled, executed, encoded
orm       the same answer from SQLAlchemy's ORM with eager loading, as plain dictionaries, encoded by orjson

All run one after the other on one connection over a fleet of 300 environments, two seconds each.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import orjson
from sqlalchemy import event, select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import joinedload

from bench import server
from domain.permissions import Role, Viewer
from domain.words import EnvironmentKind, OnFailure
from graph.context import Context
from graph.schema import build
from models import tables
from models.engine import Database
from models.epochs import ensure_epoch
from models.settings import Settings
from subscriptions.feed import Feed

ENVIRONMENTS = 300
SECONDS = 2.0
DOCUMENT = """{ environments(first: 300) { nodes {
  name kind account { awsId name } region { name timeZone } wave { name bakeMinutes stage { name production } } } } }"""


def main() -> None:
    """Prints the table."""
    with server.running() as url:
        asyncio.run(_measure(url))


async def _measure(url: str) -> None:
    async with Database(url) as database:
        await ensure_epoch(database)
        await fill(database)
        schema = build()
        context = Context(
            database=database, feed=Feed(database), settings=Settings(), viewer=Viewer("bench", frozenset({Role.ADMIN}))
        )
        statements: list[tuple[str, Any]] = []
        event.listen(
            database.engine.sync_engine,
            "before_cursor_execute",
            lambda _c, _cursor, statement, parameters, *_: statements.append((statement, parameters)),
        )

        async def planned() -> bytes:
            result = await schema.execute(DOCUMENT, context_value=context)
            return orjson.dumps({"data": result.data})

        answer = orjson.loads(await planned())["data"]["environments"]["nodes"]
        assert len(answer) == ENVIRONMENTS
        (statement, parameters), *more = statements
        assert not more, "one statement"

        async def limit() -> bytes:
            async with database.reads.connect() as connection:
                return str((await connection.exec_driver_sql(statement, parameters)).scalar()).encode()

        async def orm() -> bytes:
            async with AsyncSession(database.engine) as session:
                return orjson.dumps([_plain(each) for each in await session.scalars(_eager())])

        assert orjson.loads(await orm()) == answer
        _print({name: await _rate(work) for name, work in (("limit", limit), ("planned", planned), ("orm", orm))})


async def _rate(work: Callable[[], Awaitable[bytes]]) -> float:
    for _ in range(3):
        await work()
    began, done = time.perf_counter(), 0
    while time.perf_counter() - began < SECONDS:
        await work()
        done += 1
    return done / (time.perf_counter() - began)


def _print(rates: dict[str, float]) -> None:
    for name, rate in rates.items():
        print(f"  {name:8} {rate / rates['limit']:6.2f} of the limit   {rate / rates['orm']:6.1f} times the ORM")


def _eager() -> Any:
    options = [joinedload(tables.Environment.account), joinedload(tables.Environment.region)]
    wave = joinedload(tables.Environment.wave).joinedload(tables.Wave.stage)
    return select(tables.Environment).options(*options, wave).order_by(tables.Environment.name)


def _plain(row: tables.Environment) -> dict[str, Any]:
    stage = {"name": row.wave.stage.name, "production": row.wave.stage.production}
    return {
        "name": row.name,
        "kind": row.kind,
        "account": {"awsId": row.account.aws_id, "name": row.account.name},
        "region": {"name": row.region.name, "timeZone": row.region.time_zone},
        "wave": {"name": row.wave.name, "bakeMinutes": row.wave.bake_minutes, "stage": stage},
    }


async def fill(database: Database) -> None:
    """40 accounts, four stages of six waves, and the environments over them."""
    async with database.transaction() as session:
        known = (await session.scalars(select(tables.Region).order_by(tables.Region.name).limit(25))).all()
        accounts = [tables.Account(aws_id=f"{n:012}", name=f"account-{n}") for n in range(40)]
        stages = [
            tables.Stage(name=f"stage-{n}", position=n, production=n == 4, on_failure=OnFailure.ROLLBACK)
            for n in range(1, 5)
        ]
        session.add_all([*accounts, *stages])
        await session.flush()
        waves = [
            tables.Wave(stage_id=stage.id, name=f"{stage.name}-{n}", position=n, bake_minutes=60, minimum_data_points=0)
            for stage in stages
            for n in range(6)
        ]
        session.add_all(waves)
        await session.flush()
        session.add_all(
            tables.Environment(
                name=f"environment-{n:03}",
                kind=EnvironmentKind.SHARED,
                account_id=accounts[n % 40].id,
                region_id=known[n % 25].id,
                wave_id=waves[n % 24].id,
            )
            for n in range(ENVIRONMENTS)
        )
