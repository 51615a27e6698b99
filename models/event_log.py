"""The event log: appending to it inside a use-case's transaction, and reading it in the order of commits.

A position is (epoch, xid, id). Ids alone are no position: they become visible out of commit order. A reader
therefore sees only what is below the oldest running transaction, so nothing can appear behind a cursor that
has passed. docs/event-log.md is the guide for readers and operators.
"""

from __future__ import annotations

import base64
import binascii
import struct
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import ColumnElement, Text, cast, literal, select, text, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from domain.errors import CursorTooOld, InvalidValue
from domain.events import Happening
from domain.sight import About, audience
from models.clock import CLOCK
from models.tables import Event
from models.tables.columns import Xid8

APPENDED = "events_appended"
"""The key in `session.info` that asks `Database.transaction()` to poke the readers after its commit."""
TYPES = "event_types_appended"
"""The key in `session.info` of the types of events that the transaction has appended."""

_FORM = struct.Struct(">BIQQ")  # 21 bytes: base64 without padding, so that one cursor has one text
_FORM_VERSION = 1
_MOST = 2**63 - 1
_ALLOWED = "a cursor that this service gave, as events and `interlock watch -o json` have it"


@dataclass(frozen=True, slots=True, order=True)
class Cursor:
    """A position; cursors compare in the order of the log. `str(cursor)` is the published, opaque text."""

    epoch: int
    xid: int
    id: int

    def __str__(self) -> str:
        packed = _FORM.pack(_FORM_VERSION, self.epoch, self.xid, self.id)
        return base64.urlsafe_b64encode(packed).decode()

    @classmethod
    def parse(cls, value: str, field: str = "after") -> Cursor:
        """Read a cursor's text. Raises InvalidValue for anything that `str(cursor)` cannot have given."""
        try:
            version, *position = _FORM.unpack(base64.b64decode(value.encode("ascii"), b"-_", validate=True))
        except (UnicodeEncodeError, binascii.Error, struct.error):
            raise InvalidValue(field, value, _ALLOWED) from None
        cursor = cls(*position)
        if version != _FORM_VERSION or max(cursor.xid, cursor.id) > _MOST or str(cursor) != value:
            raise InvalidValue(field, value, _ALLOWED)
        return cursor


@dataclass(frozen=True, slots=True)
class EventRow:
    """An event as it is in the log. time: its transaction's begin, UTC. trace_id: 32 hex digits, or None.

    about: what it is of, by which it is known who may see it.
    """

    cursor: Cursor
    type: str
    time: datetime
    actor: str
    trace_id: str | None
    subject_type: str
    subject_id: UUID
    payload: dict[str, Any]
    about: About

    @property
    def id(self) -> int:
        """The row's key. It identifies, and does not order."""
        return self.cursor.id


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events a reader wants: all conditions hold together, and an empty one holds always.

    payload: fields that must be there with exactly these texts, such as {"service": "payments"}.
    """

    types: frozenset[str] = frozenset()
    subject_id: UUID | None = None
    payload: dict[str, str] = field(default_factory=dict)

    def matches(self, event: EventRow) -> bool:
        """Whether the event is wanted; `conditions` is the same in SQL."""
        return (
            (not self.types or event.type in self.types)
            and self.subject_id in {None, event.subject_id}
            and all(event.payload.get(name) == value for name, value in self.payload.items())
        )

    def conditions(self) -> list[ColumnElement[bool]]:
        """What a row of the table must fulfil to be wanted."""
        found: list[ColumnElement[bool]] = []
        if self.types:
            found.append(Event.type.in_(sorted(self.types)))
        if self.subject_id is not None:
            found.append(Event.subject_id == self.subject_id)
        if self.payload:
            found.append(Event.payload.contains(self.payload))
        return found


EVERYTHING = EventFilter()


@dataclass(frozen=True, slots=True)
class Head:
    """How far the log can be read now.

    cursor: the last readable event; every event that becomes readable later comes after it.
    held: whether committed events wait behind an older transaction that still runs.
    epoch: the newest. next_xid: no transaction of this cluster has reached it.
    beginning: the last event that was dropped, None while none was: behind it the log is whole.
    """

    cursor: Cursor
    held: bool
    epoch: int
    next_xid: int
    beginning: Cursor | None = None


# One statement whatever the number of rows: prepared once. Identity values come in the order of the rows. What an event
# is of comes from its subject's row where that has it, else from the names in its payload, which are never given again.
# `offset 0`: the names are taken from the payload once, and not again for each row that one is compared with.
_APPEND = text("""
    insert into event (epoch, time, type, actor, trace_id, subject_type, subject_id, payload,
                       audience, service_id, environment_id, stage_id, account_id)
    select coalesce((select max(epoch) from log_epoch), 1), coalesce(cast(:time as timestamptz), now()),
           happening.type, :actor, happening.trace_id, happening.subject_type, happening.subject_id, happening.payload,
           happening.audience,
           case happening.subject_type
             when 'Service' then happening.subject_id
             when 'Hold' then (select service_id from hold where id = happening.subject_id)
             else (select id from service where name = told.service) end,
           case happening.subject_type
             when 'Environment' then happening.subject_id
             when 'Hold' then (select environment_id from hold where id = happening.subject_id)
             when 'ActionExecution' then (select environment_id from action_execution where id = happening.subject_id)
             when 'CheckRun' then (select id from environment where name = told.subject)
             else (select id from environment where name = told.environment) end,
           case happening.subject_type
             when 'StageExecution' then (select stage_id from stage_execution where id = happening.subject_id)
             when 'ActionExecution' then (select stage_id from stage_execution where id = (
               select stage_execution_id from action_execution where id = happening.subject_id))
             when 'Failure' then (select stage_id from stage_execution where id = (
               select stage_execution_id from failure where id = happening.subject_id))
             when 'Waiver' then (select coalesce(waiver.stage_id, wave.stage_id) from waiver
               left join wave on wave.id = waiver.wave_id where waiver.id = happening.subject_id)
             else (select stage_id from wave where name = told.wave) end,
           told.account
    from rows from (jsonb_to_recordset(cast(:happenings as jsonb)) as (
           type text, trace_id text, subject_type text, subject_id uuid, payload jsonb, audience text))
         with ordinality as happening (type, trace_id, subject_type, subject_id, payload, audience, place)
         cross join lateral (
           select happening.payload ->> 'service' as service, happening.payload ->> 'environment' as environment,
                  happening.payload ->> 'subject' as subject, happening.payload ->> 'wave' as wave,
                  happening.payload ->> 'account' as account
           offset 0
         ) as told
    order by happening.place
""")

# The position is that of an event, never `xmin` itself: after a crash PostgreSQL may hand out again
# transaction ids that left nothing durable, and a position past them would skip what they write. A seen
# event is durable.
_DROPPED = """
    select last_epoch, cast(last_xid as text) as last_xid, last_id from archive_part
    where kept_in = 'event' and dropped_at is not null and last_epoch is not null
    order by archive_part.last_epoch desc, archive_part.last_xid desc, archive_part.last_id desc limit 1
"""
_BEGINNING = text(_DROPPED)
_HEAD = text(
    f"""
    select newest.epoch, last.epoch, cast(last.xid as text), last.id,
           exists (select from event where event.epoch = newest.epoch
                                       and event.xid >= pg_snapshot_xmin(pg_current_snapshot())),
           cast(pg_snapshot_xmax(pg_current_snapshot()) as text),
           dropped.last_epoch, dropped.last_xid, dropped.last_id
    from (select coalesce(max(epoch), 1) as epoch from log_epoch) as newest
    left join lateral (
        (select event.epoch, event.xid, event.id from event
         where event.epoch = newest.epoch and event.xid < pg_snapshot_xmin(pg_current_snapshot())
         order by event.xid desc, event.id desc
         limit 1)
        union all
        (select event.epoch, event.xid, event.id from event where event.epoch < newest.epoch
         order by event.epoch desc, event.xid desc, event.id desc
         limit 1)
        limit 1
    ) as last on true
    left join ({_DROPPED}) as dropped on true
"""  # noqa: S608 - nothing of it is given
)


async def append(session: AsyncSession, happenings: Sequence[Happening], actor: str) -> None:
    """Write what happened into the transaction of the rows that changed; readers are poked after its commit.

    The positions are the database's, and the time too, but in a rehearsal. Nothing to append writes nothing.
    """
    if not happenings:
        return
    clock = session.info.get(CLOCK)
    rows = orjson.dumps([_row_of(happening) for happening in happenings]).decode()
    await session.execute(_APPEND, {"actor": actor, "time": clock.now() if clock else None, "happenings": rows})
    session.info[APPENDED] = True
    session.info.setdefault(TYPES, set()).update(happening.type for happening in happenings)


def _row_of(happening: Happening) -> dict[str, Any]:
    return {
        "type": happening.type,
        "trace_id": happening.trace_id,
        "subject_type": happening.subject_type,
        "subject_id": happening.subject_id,
        "payload": happening.payload,
        "audience": audience(happening.subject_type),
    }


async def read_head(connection: AsyncConnection | AsyncSession) -> Head:
    """How far the log can be read now; the log of a database that never served is in its first epoch."""
    newest, epoch, xid, id_, held, next_xid, *dropped = (await connection.execute(_HEAD)).one()
    cursor = Cursor(newest, 0, 0) if epoch is None else Cursor(epoch, int(xid), id_)
    return Head(cursor, held, newest, int(next_xid), _cursor(*dropped))


def _cursor(epoch: int | None, xid: str | None, id_: int | None) -> Cursor | None:
    return None if epoch is None or xid is None or id_ is None else Cursor(epoch, int(xid), id_)


async def beginning(connection: AsyncConnection | AsyncSession) -> Cursor | None:
    """The last event that was dropped; None while none was."""
    found = (await connection.execute(_BEGINNING)).one_or_none()
    return _cursor(*found) if found else None


async def head(connection: AsyncConnection | AsyncSession) -> Cursor:
    """The position of "from now on": every event that commits after this call comes after it."""
    return (await read_head(connection)).cursor


def check_known(cursor: Cursor, head: Head, field: str = "after") -> None:
    """Refuse a cursor that this log cannot have given: of an unknown epoch, or ahead of all transactions.

    Raises InvalidValue. Such a cursor comes from another installation, or from before a restore to an earlier
    time.
    """
    known_epoch = 1 <= cursor.epoch <= head.epoch
    reached = cursor.epoch < head.epoch or cursor.xid < head.next_xid
    if not (known_epoch and reached):
        raise InvalidValue(
            field, str(cursor), "a cursor of this installation's log, not of another or of one since restored"
        )


def check_kept(cursor: Cursor, head: Head, field: str = "after") -> None:
    """Refuse a cursor that nobody can resume from. Raises InvalidValue, as `check_known`, and CursorTooOld."""
    check_known(cursor, head, field)
    _refuse_dropped(cursor, head.beginning, field)


async def require_kept(connection: AsyncConnection | AsyncSession, cursor: Cursor) -> None:
    """Refuse a cursor behind which events were dropped by now, for who has just read what follows it.

    Raises CursorTooOld.
    """
    _refuse_dropped(cursor, await beginning(connection))


def _refuse_dropped(cursor: Cursor, beginning: Cursor | None, field: str = "after") -> None:
    if beginning is not None and cursor < beginning:
        raise CursorTooOld(field, str(cursor), str(beginning))


async def read_after(
    connection: AsyncConnection | AsyncSession,
    cursor: Cursor,
    *,
    limit: int,
    matching: EventFilter = EVERYTHING,
) -> list[EventRow]:
    """The first `limit` readable events after the cursor, in order.

    Raises InvalidValue for a cursor that is not of this log, and CursorTooOld for one behind which some was dropped.
    """
    now = await read_head(connection)
    check_kept(cursor, now)
    return await read_between(connection, cursor, now.cursor, limit=limit, matching=matching)


async def read_between(
    connection: AsyncConnection | AsyncSession,
    after: Cursor,
    until: Cursor,
    *,
    limit: int,
    matching: EventFilter = EVERYTHING,
) -> list[EventRow]:
    """The first `limit` events after one position and up to another, which must be the head or before it.

    Raises CursorTooOld where some of them were dropped, even while they were read: it is looked afterwards.
    """
    rows: list[EventRow] = []
    for epoch in range(after.epoch, until.epoch + 1):
        begin = after if epoch == after.epoch else Cursor(epoch, 0, 0)
        end = until if epoch == until.epoch else Cursor(epoch, _MOST, _MOST)
        if len(rows) < limit and begin < end:
            rows += await _read_in_epoch(connection, begin, end, limit - len(rows), matching)
    if after < until:
        _refuse_dropped(after, await beginning(connection))
    return rows


async def _read_in_epoch(
    connection: AsyncConnection | AsyncSession, after: Cursor, until: Cursor, limit: int, matching: EventFilter
) -> list[EventRow]:
    position = tuple_(Event.xid, Event.id)
    statement = (
        select(
            Event.epoch,
            cast(Event.xid, Text),
            Event.id,
            Event.type,
            Event.time,
            Event.actor,
            Event.trace_id,
            Event.subject_type,
            Event.subject_id,
            Event.payload,
            *_ABOUT,
        )
        .where(Event.epoch == after.epoch, position > _place(after), position <= _place(until), *matching.conditions())
        .order_by(Event.epoch, Event.xid, Event.id)
        .limit(limit)
    )
    rows = await connection.execute(statement)
    return [_row(*row) for row in rows]


_ABOUT = (Event.audience, Event.service_id, Event.environment_id, Event.stage_id, Event.account_id)


def _row(epoch: int, xid: str, id_: int, *rest: Any) -> EventRow:
    told, (seen_by, *of) = rest[: -len(_ABOUT)], rest[-len(_ABOUT) :]
    type_, time, actor, trace_id, subject_type, subject_id, payload = told
    about = About(seen_by, subject_id, *of)
    return EventRow(
        Cursor(epoch, int(xid), id_), type_, time, actor, trace_id, subject_type, subject_id, payload, about
    )


def _place(cursor: Cursor) -> Any:
    """The place within an epoch, of which PostgreSQL does not know the value when it plans.

    It would take what lies behind a late one for a row or two, gather it from all parts and sort it: every page would
    read all that is left of the log. Not knowing, it merges what the parts' indexes have in order, up to the limit.
    """
    xid = select(cast(literal(str(cursor.xid), Text), Xid8)).scalar_subquery()
    return tuple_(xid, literal(cursor.id))
