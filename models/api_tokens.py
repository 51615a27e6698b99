"""Tokens of programs: found by what is kept of them, and when they were used last."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.authentication.machines import USED_EVERY
from domain.permissions import SCOPE_FIELDS, Scope
from models.tables import ApiToken


class Kept(NamedTuple):
    """A token as a request needs it."""

    id: UUID
    name: str
    roles: list[str]
    expires_at: datetime
    revoked_at: datetime | None
    last_used_at: datetime | None
    teams: list[str]
    services: list[str]
    stages: list[str]
    accounts: list[str]

    @property
    def scope(self) -> Scope:
        """Where its roles hold."""
        return Scope(**{part: frozenset(getattr(self, part)) for part in SCOPE_FIELDS})


_COLUMNS = (
    ApiToken.id,
    ApiToken.name,
    ApiToken.roles,
    ApiToken.expires_at,
    ApiToken.revoked_at,
    ApiToken.last_used_at,
    ApiToken.teams,
    ApiToken.services,
    ApiToken.stages,
    ApiToken.accounts,
)


async def by_digest(connection: AsyncConnection, digest: str) -> Kept | None:
    """The token of which this is kept."""
    row = (await connection.execute(select(*_COLUMNS).where(ApiToken.digest == digest))).one_or_none()
    return Kept._make(row) if row else None


async def revoked(connection: AsyncConnection, ids: Collection[UUID]) -> set[UUID]:
    """Those of the tokens with these keys that were revoked."""
    wanted = any_(literal(list(ids), ARRAY(Uuid)))
    statement = select(ApiToken.id).where(ApiToken.id == wanted, ApiToken.revoked_at.is_not(None))
    return {*await connection.scalars(statement)}


async def used(session: AsyncSession, id_: UUID, now: datetime) -> None:
    """It is used now: kept to the hour, so that a busy program does not write with every question."""
    long_ago = or_(ApiToken.last_used_at.is_(None), ApiToken.last_used_at < now - USED_EVERY)
    await session.execute(update(ApiToken).where(ApiToken.id == id_, long_ago).values(last_used_at=now))
