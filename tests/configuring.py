"""The configuration changed through its one door, an entity at a time."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeAlias

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.changing import Operation, whole
from domain.configuration.changing import register as registering
from domain.configuration.configuration import Configuration
from domain.configuration.kinds import Kind
from domain.errors import Problems
from domain.words import OperationKind
from models import regions
from models.base import Base
from models.configuration import TABLES
from models.engine import Database
from resolvers.configuring import Asked, Author, Done, change

UseCase: TypeAlias = Callable[[AsyncSession], Awaitable[Any]]
TESTER = "tester"
URL = "http://127.0.0.1:8400"


def author(**given: Any) -> Author:
    """The tester, now."""
    return Author(**{"actor": TESTER, "now": datetime.now(UTC), "url": URL, **given})


async def apply(session: AsyncSession, *operations: Operation, **given: Any) -> Done:
    """The operations as one change; where one thing alone is wrong, that problem."""
    try:
        return await change(session, author(**given), Asked(operations=operations))
    except Problems as several:
        if len(several.problems) == 1:
            raise several.problems[0] from several
        raise


async def register(session: AsyncSession, kind: Kind, /, **fields: Any) -> Base:
    """The new entity's row."""
    operation = registering(kind, fields)
    done = await apply(session, operation)
    row = await session.get(TABLES[kind], done.rows[kind][operation.key].id)
    assert row is not None
    return row


async def update(session: AsyncSession, kind: Kind, key: str, /, *, version: int | None = None, **fields: Any) -> Done:
    """Some of an entity's fields, changed; from this version on."""
    return await apply(session, Operation(OperationKind.UPDATE, kind, key, fields, expected_version=version))


async def archive(session: AsyncSession, kind: Kind, key: str) -> Done:
    """The entity is no longer part of the fleet."""
    return await apply(session, Operation(OperationKind.ARCHIVE, kind, key))


def creating(configuration: Configuration) -> list[Operation]:
    """What makes the configuration from nothing."""
    shipped = Configuration().regions
    made = [
        Operation(OperationKind.REGISTER, kind, key, whole(entity))
        for kind in Kind
        if kind is not Kind.REGION
        for key, entity in configuration.of(kind).items()
    ]
    said = [each for key, each in configuration.regions.items() if each != shipped[key]]
    return [*made, *(Operation(OperationKind.UPDATE, Kind.REGION, each.name, whole(each)) for each in said)]


async def empty(database: Database) -> None:
    """As if it had just been migrated: for the next example of a property."""
    names = ", ".join(f'"{name}"' for name in Base.metadata.tables if name != "log_epoch")
    async with database.transaction() as session:
        await session.execute(text(f"truncate {names} cascade"))
    database.configuration = Database(database.url).configuration  # nothing is remembered
    regions.register_known(database.url)


_WAITING = text(
    "select exists (select from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock')"
)


async def meanwhile(database: Database, first: UseCase, second: UseCase) -> Any:
    """The second's answer, which was asked when the first was done and not yet committed."""

    async def run() -> Any:
        async with database.transaction() as session:
            return await second(session)

    async with database.transaction() as session, database.reading() as observer:
        await first(session)
        asked = asyncio.create_task(run())
        while not asked.done() and not await observer.scalar(_WAITING):
            pass
    return await asked
