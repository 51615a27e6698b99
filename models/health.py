"""How the service itself is: how far its readers of the log are, what waits, what was set aside. One statement."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

from models.epochs import Lag, read_lag

READERS = ("forecasts", "metrics", "notifications", "outcomes", "traces")
"""The readers that every installation has. One that has never read is behind everything: nobody started it."""
MOST_COUNTED = 10_000
"""What is counted at most of anything that waits: more than that shows as this number. So asking stays cheap however
much waits."""
MOST_TARGETS = 100
"""Failing targets that are named, those that have failed for the longest."""


@dataclass(frozen=True, slots=True)
class ReaderLag:
    """A named reader of the log. events: appended, and not read, `MOST_COUNTED` at most. seconds: since the oldest.

    cursor: None before it has read anything.
    """

    name: str
    cursor: str | None
    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits to be sent, and for how long the oldest has, 0 where nothing does. tried: whether any of it was."""

    count: int
    seconds: float
    tried: bool


@dataclass(frozen=True, slots=True)
class FailingTarget:
    """The target of a notification route that does not take what is sent, for how long, and what it said last."""

    route: str
    seconds: float
    error: str | None


@dataclass(frozen=True, slots=True)
class Health:
    """All of it, at one time of the database. envelopes: written since PostgreSQL's statistics began.

    notifications: those that could be sent: what quiet hours hold back does not wait.
    """

    time: datetime
    postgresql: str
    readers: tuple[ReaderLag, ...]
    lag: Lag
    set_aside: int
    envelopes: int
    spans: Waiting
    points: Waiting
    notifications: Waiting
    failing_targets: tuple[FailingTarget, ...]


# A cursor is base64 of version, epoch, transaction and id: 1, 4, 8 and 8 bytes; see models.event_log.Cursor. One that
# is none, which only a hand can have written, is behind everything, as is a reader that has none.
_READ = text("""
    with position as (
        select name, reader.cursor,
               case when reader.cursor ~ '^[A-Za-z0-9_-]{28}$'
                    then encode(decode(translate(reader.cursor, '-_', '+/'), 'base64'), 'hex')
                    else repeat('0', 42) end as hex
        from reader full join unnest(cast(:readers as text[])) as expected (name) using (name)
    ), behind as (
        select position.name, position.cursor, unread.events, unread.oldest
        from position cross join lateral (
            select count(*) as events, min(after.time) as oldest from (
                select event.time from event
                where (event.epoch, event.xid, event.id) > (
                    ('x' || substr(position.hex, 3, 8))::bit(32)::int,
                    ('x' || substr(position.hex, 11, 16))::bit(64)::bigint::text::xid8,
                    ('x' || substr(position.hex, 27, 16))::bit(64)::bigint
                )
                order by event.epoch, event.xid, event.id limit :most
            ) as after
        ) as unread
    )
    select clock_timestamp(), current_setting('server_version'),
           (select coalesce(json_agg(json_build_array(name, cursor, events,
                       coalesce(greatest(extract(epoch from clock_timestamp() - oldest), 0), 0)) order by name), '[]')
            from behind),
           (select count(*) from (select from set_aside where resolved_at is null limit :most) as one),
           (select coalesce(sum(pg_stat_get_tuples_inserted(inhrelid)), 0)::bigint from pg_inherits
            where inhparent = 'envelope'::regclass)
           + (select coalesce(sum(rows), 0)::bigint from archive_part
              where kept_in = 'envelope' and dropped_at is not null),
           (select json_build_array(coalesce(sum(one.spans), 0),
                       coalesce(extract(epoch from clock_timestamp() - min(execution.sealed_at)), 0),
                       coalesce(bool_or(one.tried), false))
            from (
                select trace_id, count(*) as spans, bool_or(attempts > 0) as tried from (
                    select trace_id, attempts from span_outbox where sent_at is null order by next_at limit :most
                ) as unsent group by trace_id
            ) as one left join pipeline_execution as execution
                     on execution.execution_id = cast(cast(one.trace_id as uuid) as text)),
           (select json_build_array(count(*), coalesce(extract(epoch from clock_timestamp() - min(created_at)), 0),
                       coalesce(bool_or(attempts > 0), false))
            from (
                select created_at, attempts from metric_point where sent_at is null and dropped is null
                order by next_at limit :most
            ) as unsent),
           (select json_build_array(count(*), coalesce(extract(epoch from clock_timestamp() - min(not_before)), 0),
                       coalesce(bool_or(attempts > 0), false))
            from (
                select not_before, attempts from notification
                where status in ('PENDING', 'FAILING') and not_before <= clock_timestamp() limit :most
            ) as unsent),
           (select coalesce(json_agg(json_build_array(name, greatest(seconds, 0), error) order by seconds desc), '[]')
            from (
                select route.name, extract(epoch from clock_timestamp() - target.failing_since) as seconds, target.error
                from notification_target as target join notification_route as route on route.id = target.route_id
                where target.failing_since is not null and route.archived_at is null
                order by target.failing_since limit :targets
            ) as failing)
""")


async def read(connection: AsyncConnection | AsyncSession) -> Health:
    """As it is now: two statements, bounded whatever waits."""
    given = {"most": MOST_COUNTED, "readers": list(READERS), "targets": MOST_TARGETS}
    found = (await connection.execute(_READ, given)).one()
    now, version, readers, set_aside, envelopes, spans, points, notifications, failing = found
    return Health(
        time=now,
        postgresql=version,
        readers=tuple(ReaderLag(name, cursor, events, float(seconds)) for name, cursor, events, seconds in readers),
        lag=await read_lag(connection),
        set_aside=set_aside,
        envelopes=envelopes,
        spans=_waiting(spans),
        points=_waiting(points),
        notifications=_waiting(notifications),
        failing_targets=tuple(FailingTarget(route, float(seconds), error) for route, seconds, error in failing),
    )


def _waiting(found: Iterable[Any]) -> Waiting:
    count, seconds, tried = found
    return Waiting(int(count), max(0.0, float(seconds)), tried)
