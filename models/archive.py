"""What is read of a part for the archive, what is kept of having archived it, and what comes back from there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Text, cast, select, text
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.engine import Database
from models.event_log import Cursor
from models.health import READERS
from models.partitions import ENVELOPES, LOG, Part, received
from models.readers import position
from models.tables import ArchivePart

PAGE = 5_000
"""Rows of one object: 3 MB of JSON of the log, 15 MB of envelopes."""
FORGOTTEN_AT_ONCE = 50_000
RESTORED = "restored"
"""The schema in which parts are readable that came back."""


@dataclass(frozen=True, slots=True)
class Extent:
    """What a part has. first_time, last_time: of its events, or of receipt. first, last: cursors, of the log alone."""

    rows: int
    first_time: datetime | None = None
    last_time: datetime | None = None
    first: Cursor | None = None
    last: Cursor | None = None


async def full(connection: AsyncConnection | AsyncSession, part: Part, now: datetime) -> bool:
    """Whether nothing more comes into the part: ids have passed it, or its months are over since a day."""
    if part.table == ENVELOPES:
        return received_before(part) < now - timedelta(days=1)
    used = await connection.scalar(text("select last_value from event_id_seq"))
    return int(part.bound) <= int(used or 0)


def received_before(part: Part) -> datetime:
    """The time before which the envelopes of the part were received."""
    return received(UUID(part.bound))


async def extent(connection: AsyncConnection | AsyncSession, part: Part) -> Extent:
    """How many rows, from when to when, and between which positions."""
    moment = "time" if part.table == LOG else "received_at"
    rows, first_time, last_time = (
        await connection.execute(text(f"select count(*), min({moment}), max({moment}) from {part.name}"))
    ).one()
    if part.table != LOG or not rows:
        return Extent(rows, first_time, last_time)
    first, last = [await _edge(connection, part, way) for way in ("asc", "desc")]
    return Extent(rows, first_time, last_time, first, last)


async def _edge(connection: AsyncConnection | AsyncSession, part: Part, way: str) -> Cursor:
    order = ", ".join(f"{part.name}.{column} {way}" for column in ("epoch", "xid", "id"))
    statement = text(f"select epoch, cast(xid as text) as number, id from {part.name} order by {order} limit 1")
    epoch, xid, id_ = (await connection.execute(statement)).one()
    return Cursor(epoch, int(xid), id_)


@asynccontextmanager
async def reading(database: Database) -> AsyncIterator[AsyncSession]:
    """A session that sees the database as it was at the first statement, and times in UTC."""
    async with database.unhurried() as session:
        await session.execute(text("set local timezone = 'UTC'"))
        yield session


async def page(session: AsyncSession, part: Part, after: str | None) -> tuple[list[str], str]:
    """The next rows of the part in the order of their keys, each as a line of JSON, and the last one's key.

    Within `reading`, the same row is the same text each time.
    """
    behind = "" if after is None else "where part.id > cast(:after as " + ("bigint)" if part.table == LOG else "uuid)")
    rows = (
        await session.execute(
            text(
                f"select cast(id as text), cast(to_jsonb(part) as text) from {part.name} as part {behind}"
                " order by part.id limit :most"
            ),
            {"most": PAGE} | ({} if after is None else {"after": after}),
        )
    ).all()
    return [row[1] for row in rows], rows[-1][0] if rows else ""


async def log_name(connection: AsyncConnection | AsyncSession) -> str:
    """What tells this installation's archive from another's: the cluster in which its log began, and when it did."""
    statement = "select coalesce((select system_identifier from log_epoch order by epoch limit 1), 'none')"
    return str(await connection.scalar(text(statement)))


async def held_by(connection: AsyncConnection | AsyncSession, last: Cursor) -> list[str]:
    """The readers of the log that have not passed a position; one that nobody ever started has passed none."""
    names = sorted({*READERS, *(await connection.execute(text("select name from reader"))).scalars()})
    found = []
    for name in names:
        cursor = await position(connection, name)
        if cursor is None or Cursor.parse(cursor) < last:
            found.append(name)
    return found


async def last_dropped(connection: AsyncConnection | AsyncSession) -> tuple[Cursor, datetime | None, str | None] | None:
    """The log's last event that was dropped, when it was, and the manifest of its part; None while none was."""
    order = [column.desc() for column in (ArchivePart.last_epoch, ArchivePart.last_xid, ArchivePart.last_id)]
    statement = (
        select(
            ArchivePart.last_epoch,
            cast(ArchivePart.last_xid, Text),
            ArchivePart.last_id,
            ArchivePart.last_time,
            ArchivePart.manifest,
        )
        .where(ArchivePart.kept_in == LOG, ArchivePart.dropped_at.is_not(None), ArchivePart.last_epoch.is_not(None))
        .order_by(*order)
        .limit(1)
    )
    row = (await connection.execute(statement)).one_or_none()
    if row is None:
        return None
    epoch, xid, id_, last_time, manifest = row
    return Cursor(epoch or 0, int(xid), id_ or 0), last_time, manifest


async def archived(connection: AsyncConnection | AsyncSession, name: str) -> ArchivePart | None:
    """What is known of a part that was archived, or is about to be dropped."""
    statement = select(ArchivePart.__table__).where(ArchivePart.name == name)
    row = (await connection.execute(statement)).mappings().one_or_none()
    return ArchivePart(**row) if row else None


async def keep(
    session: AsyncSession, part: Part, found: Extent, manifest: str | None, sha256: str | None, now: datetime
) -> None:
    """Keeps that the part is in the archive, or, without a manifest, that it goes without."""
    given: dict[str, Any] = {
        "name": part.name,
        "kept_in": part.table,
        "bound": part.bound,
        "rows": found.rows,
        "first_time": found.first_time,
        "last_time": found.last_time,
        "last_epoch": found.last.epoch if found.last else None,
        "last_xid": str(found.last.xid) if found.last else None,
        "last_id": found.last.id if found.last else None,
        "manifest": manifest,
        "sha256": sha256,
        "archived_at": now if manifest else None,
    }
    statement = insert(ArchivePart).values(given)
    await session.execute(statement.on_conflict_do_update(index_elements=["name"], set_=given))


async def forget_receipts(session: AsyncSession, before: datetime) -> bool:
    """Some receipts of envelopes that were received before go: nothing repeats them. Whether there may be more."""
    statement = """
        delete from envelope_receipt where event_id = any (array(
            select event_id from envelope_receipt where received_at < :before limit :most)) returning event_id
    """
    gone = (await session.execute(text(statement), {"before": before, "most": FORGOTTEN_AT_ONCE})).all()
    return len(gone) == FORGOTTEN_AT_ONCE


# --- coming back ----------------------------------------------------------------------------------------------------


async def prepare_restored(session: AsyncSession, table: str, name: str) -> None:
    """The table in which a part is readable again, as wide as its like is now."""
    await session.execute(text(f"create schema if not exists {RESTORED}"))
    await session.execute(
        text(f"create table if not exists {RESTORED}.{name} (like {table} including defaults, primary key (id))")
    )


async def restore(session: AsyncSession, table: str, name: str, lines: Sequence[str]) -> None:
    """Rows, each a line of JSON; those that are there already stay."""
    await session.execute(
        text(
            f"insert into {RESTORED}.{name}"
            f" select (jsonb_populate_record(cast(null as {table}), cast(line as jsonb))).*"
            " from unnest(cast(:lines as text[])) as line on conflict do nothing"
        ),
        {"lines": list(lines)},
    )


async def restored_rows(session: AsyncSession, name: str) -> int:
    """How many rows have come back."""
    return int(await session.scalar(text(f"select count(*) from {RESTORED}.{name}")) or 0)
