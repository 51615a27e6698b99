"""What one writes with Strawberry and SQLAlchemy: mapped classes, resolvers, and a DataLoader for each relation.

As Strawberry's guide to DataLoaders teaches: loaders are made anew for each request and kept in its context; each loads
what all rows of the answer need in one statement. Served by the uvicorn of the service.
"""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker, create_async_engine
from strawberry.asgi import GraphQL
from strawberry.dataloader import DataLoader
from strawberry.extensions import ParserCache, ValidationCache
from strawberry.types import Info

from models import tables

Sessions = async_sessionmaker[AsyncSession]


class Loaders:
    """The loaders of one request."""

    def __init__(self, sessions: Sessions) -> None:
        self.sessions = sessions
        self.accounts = self._by_key(tables.Account)
        self.regions = self._by_key(tables.Region)
        self.waves = self._by_key(tables.Wave)
        self.stages = self._by_key(tables.Stage)
        self.services = self._by_key(tables.Service)
        self.executions = self._by_key(tables.PipelineExecution)
        self.environments_of = DataLoader(self._environments)
        self.stages_of = DataLoader(self._stages)

    def _by_key(self, table: Any) -> DataLoader[UUID, Any]:
        async def load(keys: list[UUID]) -> list[Any]:
            async with self.sessions() as session:
                found = {each.id: each for each in await session.scalars(select(table).where(table.id.in_(keys)))}
            return [found.get(key) for key in keys]

        return DataLoader(load)

    async def _environments(self, services: list[UUID]) -> list[list[tables.Environment]]:
        way = tables.placement
        statement = select(way.c.service_id, tables.Environment).join(
            way, way.c.environment_id == tables.Environment.id
        )
        statement = statement.where(way.c.service_id.in_(services)).order_by(tables.Environment.name)
        return await self._grouped(statement, services)

    async def _stages(self, executions: list[UUID]) -> list[list[tables.StageExecution]]:
        row = tables.StageExecution
        statement = select(row.execution_id, row).where(row.execution_id.in_(executions)).order_by(row.position)
        return await self._grouped(statement, executions)

    async def _grouped(self, statement: Any, keys: Sequence[UUID]) -> list[list[Any]]:
        found: dict[UUID, list[Any]] = defaultdict(list)
        async with self.sessions() as session:
            for key, row in await session.execute(statement):
                found[key].append(row)
        return [found[key] for key in keys]


def _loaders(info: Info) -> Loaders:
    loaders: Loaders = info.context["loaders"]
    return loaders


@strawberry.type
class Account:
    aws_id: str


@strawberry.type
class Region:
    name: str
    time_zone: str


@strawberry.type
class Stage:
    name: str
    production: bool


@strawberry.type
class Wave:
    name: str
    bake_minutes: int
    stage_id: strawberry.Private[UUID]

    @strawberry.field
    async def stage(self, info: Info) -> Stage:
        row = await _loaders(info).stages.load(self.stage_id)
        return Stage(name=row.name, production=row.production)


@strawberry.type
class Environment:
    name: str
    kind: str
    row: strawberry.Private[tables.Environment]

    @strawberry.field
    async def account(self, info: Info) -> Account:
        row = await _loaders(info).accounts.load(self.row.account_id)
        return Account(aws_id=row.aws_id)

    @strawberry.field
    async def region(self, info: Info) -> Region:
        row = await _loaders(info).regions.load(self.row.region_id)
        return Region(name=row.name, time_zone=row.time_zone)

    @strawberry.field
    async def wave(self, info: Info) -> Wave:
        row = await _loaders(info).waves.load(self.row.wave_id)
        return Wave(name=row.name, bake_minutes=row.bake_minutes, stage_id=row.stage_id)


@strawberry.type
class Service:
    name: str
    repository: str
    id: strawberry.Private[UUID]

    @strawberry.field
    async def environments(self, info: Info) -> list[Environment]:
        rows = await _loaders(info).environments_of.load(self.id)
        return [Environment(name=row.name, kind=str(row.kind), row=row) for row in rows]


@strawberry.type
class StageExecution:
    name: str
    status: str


@strawberry.type
class Execution:
    status: str
    revision: str | None
    started_at: datetime | None
    id: strawberry.Private[UUID]

    @strawberry.field
    async def stages(self, info: Info) -> list[StageExecution]:
        rows = await _loaders(info).stages_of.load(self.id)
        return [StageExecution(name=row.name, status=str(row.status)) for row in rows]


@strawberry.type
class Pipeline:
    name: str
    row: strawberry.Private[tables.Pipeline]

    @strawberry.field
    async def service(self, info: Info) -> Service | None:
        if self.row.service_id is None:
            return None
        return _service(await _loaders(info).services.load(self.row.service_id))

    @strawberry.field
    async def latest_execution(self, info: Info) -> Execution | None:
        if self.row.latest_execution_id is None:
            return None
        row = await _loaders(info).executions.load(self.row.latest_execution_id)
        return Execution(status=str(row.status), revision=row.revision, started_at=row.started_at, id=row.id)


def _service(row: tables.Service) -> Service:
    return Service(name=row.name, repository=row.repository, id=row.id)


@strawberry.type
class Query:
    @strawberry.field
    async def service(self, info: Info, name: str) -> Service | None:
        async with _loaders(info).sessions() as session:
            row = await session.scalar(select(tables.Service).where(tables.Service.name == name))
        return _service(row) if row else None

    @strawberry.field
    async def pipelines(self, info: Info, first: int) -> list[Pipeline]:
        async with _loaders(info).sessions() as session:
            rows = await session.scalars(select(tables.Pipeline).order_by(tables.Pipeline.id).limit(first))
            return [Pipeline(name=row.name, row=row) for row in rows]


class View(GraphQL[dict[str, Any], None]):
    """The endpoint; each request has loaders of its own."""

    def __init__(self, sessions: Callable[[], AsyncSession]) -> None:
        super().__init__(strawberry.Schema(Query, extensions=[ParserCache, ValidationCache]))
        self.sessions = sessions

    async def get_context(self, request: Any, response: Any) -> dict[str, Any]:
        return {"loaders": Loaders(self.sessions)}  # type: ignore[arg-type]  # a maker of sessions


def application() -> View:
    """Over the database that BENCH_DATABASE names, as libpq has it."""
    address = os.environ["BENCH_DATABASE"].replace("postgresql://", "postgresql+psycopg://", 1)
    engine = create_async_engine(address, pool_size=10, max_overflow=10, isolation_level="AUTOCOMMIT")
    return View(async_sessionmaker(engine, expire_on_commit=False))
