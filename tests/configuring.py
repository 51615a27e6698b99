"""The configuration changed through its one door, an entity at a time."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration.changing import Operation
from domain.configuration.changing import register as registering
from domain.configuration.kinds import Kind
from domain.errors import Problems
from domain.words import OperationKind
from models.base import Base
from models.configuration import TABLES
from resolvers.configuring import Asked, Author, Done, change

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
