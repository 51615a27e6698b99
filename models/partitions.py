"""The parts that the log and the envelopes are kept in: made ahead, read whole for the archive, and dropped.

Both are cut along their keys, which grow with time: the log by ranges of ids, the envelopes by months of receipt. So a
key is unique over all parts, a row is found by its key in one part, and no row ever changes its part. What the order of
the log is, (epoch, xid, id), has nothing to do with its parts: see docs/adr/0035-parts-by-key.md.

    event_0         ids below a bound, as the migration found them; the same of the envelopes: envelope_first
    event_3         ids from 3,000,000 up; envelope_2026_12: received in that month, of UTC
    event_rest      what belongs to no part: empty while parts are made ahead
    event_kept      of dropped parts, what the service still asks for
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import structlog
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.engine import Database
from models.faults import sqlstate

PARTITION = re.compile(r"(event|envelope)_(\d+|\d{4}_\d{2}|first|rest|kept)")
LOG, ENVELOPES = "event", "envelope"
IDS = 1_000_000
"""Of a part of the log: half a gigabyte with its indexes, and ten days of 100,000 events."""
AHEAD = 3
"""Parts that are made before they are needed, and months."""
LOCK_WAIT = "2s"
"""How long the whole table is waited for: whoever comes meanwhile waits as long. It is tried again."""
OVERLAP, NOT_ALLOWED, LOCKED = "23514", "42501", "55P03"
"""SQLSTATE: rows of the new part are in the rest already; the role does not own the table; the lock is not free."""
_log = structlog.get_logger("interlock.partitions")

_PARTS = text(r"""
    select child.relname, substring(pg_get_expr(child.relpartbound, child.oid) from $$TO \('?([^')]+)'?\)$$) as bound
    from pg_inherits join pg_class as child on child.oid = inhrelid
    where inhparent = cast(:table as regclass)
""")


@dataclass(frozen=True, slots=True)
class Part:
    """A part. bound: the key, as text, before which all its keys are. size: bytes, with indexes."""

    table: str
    name: str
    bound: str

    @property
    def order(self) -> int:
        """Parts of a table compare by it as their keys do."""
        return int(self.bound) if self.table == LOG else UUID(self.bound).int


async def parts(connection: AsyncConnection | AsyncSession, table: str) -> list[Part]:
    """The parts of a table in the order of their keys, without the rest and without what is kept of dropped ones."""
    rows = (await connection.execute(_PARTS, {"table": table})).all()
    found = [Part(table, name, bound) for name, bound in rows if bound and name != f"{table}_kept"]
    return sorted(found, key=lambda part: part.order)


def month_bound(moment: datetime, later: int = 0) -> UUID:
    """The first key of the month, so many months later."""
    months = moment.astimezone(UTC).year * 12 + moment.astimezone(UTC).month - 1 + later
    begin = datetime(months // 12, months % 12 + 1, 1, tzinfo=UTC)
    return UUID(int=int(begin.timestamp() * 1000) << 80)


def received(key: UUID) -> datetime:
    """The time that is in a key of version 7."""
    return datetime.fromtimestamp((key.int >> 80) / 1000, UTC)


async def make_ahead(database: Database, now: datetime) -> list[str]:
    """The parts that are missing ahead are made; their names. What cannot be made now is told, and made later.

    Nothing is ever refused for want of a part: what has none goes to the rest, which becomes one.
    """
    made: list[str] = []
    for table in (LOG, ENVELOPES):
        try:
            while (name := await _make_next(database, table, now)) is not None:
                made.append(name)
        except DBAPIError as error:
            if sqlstate(error) == NOT_ALLOWED:
                _log.warning("no part can be made: the role that connects does not own the table", table=table)
            elif sqlstate(error) == LOCKED:
                _log.info("a part is made later: the table is in use", table=table)
            else:
                raise
    return made


async def _make_next(database: Database, table: str, now: datetime) -> str | None:
    """One part more; None where there are enough."""
    async with database.transaction() as session:
        await _patience(session)
        await session.execute(select(func.pg_advisory_xact_lock(func.hashtext(f"parts of {table}"))))  # one makes it
        last = (await parts(session, table))[-1].bound
        bound = await _wanted(session, table, last, now)
        if bound is None:
            return None
        name = _named(table, last)
        try:
            async with session.begin_nested():
                await _attach(session, table, name, last, bound)
        except DBAPIError as error:
            if sqlstate(error) != OVERLAP:
                raise
            await _adopt_rest(session, table, name, last)
            _log.warning("nobody had made parts ahead: the rest has become one", part=name)
        return name


async def _wanted(session: AsyncSession, table: str, last: str, now: datetime) -> str | None:
    """Where the next part ends, if one is missing."""
    if table == LOG:
        used = await session.scalar(text("select last_value from event_id_seq"))
        return str(int(last) + IDS) if int(last) < int(used or 0) + AHEAD * IDS else None
    if UUID(last) >= month_bound(now, AHEAD):
        return None
    return str(month_bound(received(UUID(last)), 1))


def _named(table: str, first: str) -> str:
    return f"{table}_{int(first) // IDS}" if table == LOG else f"{table}_{received(UUID(first)):%Y_%m}"


async def _attach(session: AsyncSession, table: str, name: str, first: str, bound: str) -> None:
    """Readers and writers of the table go on; the rest is closed for as long as it is looked through."""
    await session.execute(text(f"create table {name} (like {table} including defaults including constraints)"))
    await session.execute(
        text(f"alter table {table} attach partition {name} for values from ('{first}') to ('{bound}')")
    )


async def _adopt_rest(session: AsyncSession, table: str, name: str, first: str) -> None:
    """What went to the rest becomes a part, up to where the next may begin, and there is a new rest."""
    await session.execute(text(f"lock table {table} in access exclusive mode"))
    last = await session.scalar(text(f"select id from {table}_rest order by id desc limit 1"))
    bound = str((int(last) // IDS + 1) * IDS) if table == LOG else str(month_bound(received(last), 1))
    for statement in (
        f"alter table {table} detach partition {table}_rest",
        f"alter table {table}_rest rename to {name}",
        f"alter table {table} attach partition {name} for values from ('{first}') to ('{bound}')",
        f"create table {table}_rest partition of {table} default",
    ):
        await session.execute(text(statement))


async def _patience(session: AsyncSession) -> None:
    await session.execute(text(f"set local lock_timeout = '{LOCK_WAIT}'"))


# --- dropping -------------------------------------------------------------------------------------------------------

# Of the log: the newest that says a pipeline is broken, which its recovery is told by, and what was told of executions
# that go on.
_STANDING = """
    select id from {part} as told where type = 'pipeline.broken' and not exists (
        select from event as newer where newer.subject_id = told.subject_id and newer.id > told.id
                                         and newer.type in ('pipeline.broken', 'pipeline.recovered'))
    union
    select id from {part} where subject_id in (select id from pipeline_execution where status = 'IN_PROGRESS')
"""
# Of the envelopes: what executions and works that go on are folded from, and those that have later ones as well. An
# execution has all of its envelopes or none.
_ONGOING = """
    select id from {part} where execution_id in (
        select execution_id from pipeline_execution where status = 'IN_PROGRESS'
        union
        select unnest(cast(:spanning as text[])))
    union
    select told.id from {part} as told join work on work.arn = told.subject
    where work.status = 'IN_PROGRESS' and told.time >= work.started_at
"""
_SPANNING = """
    select execution_id from (select distinct execution_id from {part} where execution_id is not null) as told
    where exists (
        select from envelope as later where later.execution_id = told.execution_id and later.id >= '{bound}')
"""


async def drop(database: Database, part: Part) -> int:
    """The part is gone, in one transaction with the row that says so; how many of its rows are kept for the service.

    The table is closed meanwhile. Raises DBAPIError, `LOCKED`, where it is in use for longer than `LOCK_WAIT`.
    """
    both = [part.name]
    async with database.unhurried() as session:
        if await session.scalar(text(f"select to_regclass('{part.table}_kept')")):
            both.append(f"{part.table}_kept")
        given = {"spanning": await _spanning(session, part, both)}
    async with database.transaction() as session:
        await _patience(session)
        await session.execute(text(f"lock table {part.table} in access exclusive mode"))
        await _keep(session, part, both, given)
        await session.execute(text(f"drop table {part.name}"))
        kept = f"attach partition {part.table}_kept for values from (minvalue) to ('{part.bound}')"
        await session.execute(text(f"alter table {part.table} {kept}"))
        await session.execute(
            text("update archive_part set dropped_at = clock_timestamp() where name = :name"), {"name": part.name}
        )
        return int(await session.scalar(text(f"select count(*) from {part.table}_kept")) or 0)


async def _spanning(session: AsyncSession, part: Part, both: Sequence[str]) -> list[str]:
    """Executions of these parts that have later envelopes, too. Looked for before anybody has to wait."""
    found: set[str] = set()
    if part.table == ENVELOPES:
        for each in both:
            found |= set(await session.scalars(text(_SPANNING.format(part=each, bound=part.bound))))
    return sorted(found)


async def _keep(session: AsyncSession, part: Part, both: Sequence[str], given: dict[str, Any]) -> None:
    """What is still asked for, of the part and of what was kept before, is moved to where it is kept."""
    wanted = _STANDING if part.table == LOG else _ONGOING
    given = {} if part.table == LOG else given
    kept = f"{part.table}_kept"
    if kept in both:
        await session.execute(text(f"alter table {part.table} detach partition {kept}"))
        await session.execute(text(f"delete from {kept} where id not in ({wanted.format(part=kept)})"), given)
    else:
        await session.execute(text(f"create table {kept} (like {part.table} including defaults including constraints)"))
    await session.execute(
        text(f"insert into {kept} select * from {part.name} where id in ({wanted.format(part=part.name)})"), given
    )
