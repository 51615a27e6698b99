"""Proofs that were taken, by all processes of the service together: a minute's worth of them, and no more."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import UsedProof

MOST_PRUNED = 100
"""With each proof that is taken: more than come in, so that the table stays small, and no request waits long."""


async def take(session: AsyncSession, digest: str, ends_at: datetime, now: datetime) -> bool:
    """Whether nobody has taken this proof before. Those that have ended by `now` are forgotten."""
    ended = select(UsedProof.digest).where(UsedProof.ends_at <= now).limit(MOST_PRUNED)
    await session.execute(delete(UsedProof).where(UsedProof.digest.in_(ended.with_for_update(skip_locked=True))))
    taking = insert(UsedProof).values(digest=digest, ends_at=ends_at).on_conflict_do_nothing()
    return await session.scalar(taking.returning(UsedProof.digest)) is not None
