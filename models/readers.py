"""Named readers of the log: how far each has come. Whoever holds a reader is the only one who moves it."""

from __future__ import annotations

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.tables import Reader


async def position(connection: AsyncConnection | AsyncSession, reader: str) -> str | None:
    """The cursor of a named reader of the log, as it stands now; None before it has read anything."""
    return (await connection.execute(select(Reader.cursor).where(Reader.name == reader))).scalar_one_or_none()


async def hold(session: AsyncSession, reader: str, first: str) -> str | None:
    """The reader's cursor, held until the transaction ends; None while another process holds it.

    first: the cursor of a reader that is not known yet.
    """
    await session.execute(insert(Reader).values(name=reader, cursor=first).on_conflict_do_nothing())
    statement = select(Reader.cursor).where(Reader.name == reader)
    statement = statement.with_for_update(key_share=True, skip_locked=True)
    return (await session.execute(statement)).scalar_one_or_none()


async def move(session: AsyncSession, reader: str, cursor: str) -> None:
    """Keep how far the reader's effects are done; the caller holds the reader."""
    await session.execute(update(Reader).where(Reader.name == reader).values(cursor=cursor))
