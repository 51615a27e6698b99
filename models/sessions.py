"""Sessions of browsers: found by what is kept of their cookie, held by whoever asks the issuer again, and ended."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import ARRAY, Uuid, any_, delete, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.authentication.sessions import KEPT_AFTER, RENEWED_WITHIN, USED_EVERY, Ending
from models.tables import BrowserSession


class Kept(NamedTuple):
    """A session as a request needs it."""

    id: UUID
    subject: str
    actor: str
    groups: list[str]
    last_used_at: datetime
    vouched_until: datetime
    ends_at: datetime
    ending: Ending | None
    sealed: bytes | None


_COLUMNS = tuple(getattr(BrowserSession, name) for name in Kept._fields)


async def by_digest(connection: AsyncConnection, digest: str) -> Kept | None:
    """The session of which this is kept."""
    row = (await connection.execute(select(*_COLUMNS).where(BrowserSession.digest == digest))).one_or_none()
    return Kept(*row) if row else None


async def by_id(connection: AsyncConnection, id_: UUID) -> Kept | None:
    """The session with this key; None once it is forgotten."""
    row = (await connection.execute(select(*_COLUMNS).where(BrowserSession.id == id_))).one_or_none()
    return Kept(*row) if row else None


async def going_on_of(connection: AsyncConnection, ids: Collection[UUID], now: datetime) -> set[UUID]:
    """Those of the sessions with these keys that have not ended, by themselves or by somebody."""
    wanted = any_(literal(list(ids), ARRAY(Uuid)))
    live = (BrowserSession.id == wanted, BrowserSession.ending.is_(None), BrowserSession.ends_at > now)
    return {*await connection.scalars(select(BrowserSession.id).where(*live))}


async def used(session: AsyncSession, id_: UUID, now: datetime) -> None:
    """It is used now: kept to a few minutes, so that a page that asks often does not write with every question."""
    long_ago = BrowserSession.last_used_at < now - USED_EVERY
    await session.execute(update(BrowserSession).where(BrowserSession.id == id_, long_ago).values(last_used_at=now))


async def claim_renewal(session: AsyncSession, id_: UUID, now: datetime) -> Kept | None:
    """Takes the question to the issuer in hand, for all processes; None where somebody has, or it is answered."""
    free = or_(BrowserSession.renewing_until.is_(None), BrowserSession.renewing_until <= now)
    due = (BrowserSession.id == id_, BrowserSession.ending.is_(None), BrowserSession.vouched_until <= now, free)
    claim = update(BrowserSession).where(*due).values(renewing_until=now + RENEWED_WITHIN).returning(*_COLUMNS)
    row = (await session.execute(claim)).one_or_none()
    return Kept(*row) if row else None


async def renewed(session: AsyncSession, id_: UUID, **said: object) -> None:
    """What the issuer said this time; nothing of a session that has ended meanwhile."""
    going = (BrowserSession.id == id_, BrowserSession.ending.is_(None))
    await session.execute(update(BrowserSession).where(*going).values(renewing_until=None, **said))


async def put_back(session: AsyncSession, id_: UUID) -> None:
    """The issuer did not answer: whoever comes next may ask."""
    await session.execute(update(BrowserSession).where(BrowserSession.id == id_).values(renewing_until=None))


async def going_on(session: AsyncSession, **of: object) -> Sequence[BrowserSession]:
    """The sessions with these values that have not ended, held until the transaction ends, the oldest first."""
    statement = select(BrowserSession).filter_by(ending=None, **of).order_by(BrowserSession.id).with_for_update()
    return (await session.scalars(statement)).all()


async def overdue(session: AsyncSession, now: datetime, most: int) -> Sequence[BrowserSession]:
    """Those whose time is over, and of which nobody has said so; what others hold is left to them."""
    statement = (
        select(BrowserSession)
        .where(BrowserSession.ending.is_(None), BrowserSession.ends_at <= now)
        .order_by(BrowserSession.id)
        .limit(most)
        .with_for_update(skip_locked=True)
    )
    return (await session.scalars(statement)).all()


async def forget(session: AsyncSession, now: datetime) -> int:
    """Deletes what has ended a day ago; how many that were."""
    gone = delete(BrowserSession).where(BrowserSession.ended_at <= now - KEPT_AFTER).returning(BrowserSession.id)
    return len((await session.scalars(gone)).all())
