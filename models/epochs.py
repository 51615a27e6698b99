"""The epochs of the event log, and what holds its readers back.

Positions are transaction ids, which only one PostgreSQL cluster's counter orders. When the log comes to
another cluster (a restored dump, a blue-green switch) or to another past of the same one (a restore to a
point in time, the promotion of a standby), the next epoch begins, and everything in it comes after
everything before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

if TYPE_CHECKING:
    from models.engine import Database

UNKNOWN = "unknown"
"""The cluster's name where the role may not call pg_control_system(): see `_came_from_elsewhere`."""

# Both the cluster and its timeline: a cluster restored to an earlier time keeps its identifier, and counts
# on from there. A standby that is being promoted knows its new timeline first in pg_control_recovery().
_CLUSTER = text("""
    select pg_control_system.system_identifier || '/' ||
           greatest(pg_control_checkpoint.timeline_id, pg_control_recovery.min_recovery_end_timeline)
    from pg_control_system(), pg_control_checkpoint(), pg_control_recovery()
""")
_NEWEST = text("select epoch, system_identifier from log_epoch order by epoch desc limit 1")
_AHEAD = text("""
    select exists (select from event where epoch = :epoch and xid >= pg_snapshot_xmax(pg_current_snapshot()))
""")
# Waits for every transaction that writes events and keeps others from beginning, so that no transaction
# commits events of the old epoch once the new one is there: readers take older epochs as finished.
_NOBODY_WRITES = text("lock table event in share row exclusive mode")
_ONE_AT_A_TIME = text("lock table log_epoch in share row exclusive mode")
_BEGIN = text("insert into log_epoch (epoch, system_identifier) values (:epoch, :cluster)")
_LAG = text("""
    with held as (
        select count(*) as events from event
        where epoch = (select coalesce(max(epoch), 1) from log_epoch) and xid >= pg_snapshot_xmin(pg_current_snapshot())
    ), writer as (
        select pid, application_name, extract(epoch from clock_timestamp() - xact_start) as seconds
        from pg_stat_activity where backend_xid is not null and pid <> pg_backend_pid()
        union all
        select null, 'prepared: ' || gid, extract(epoch from clock_timestamp() - prepared)
        from pg_prepared_xacts
        order by seconds desc limit 1
    )
    select held.events, coalesce(writer.seconds, 0)::float8, writer.pid, writer.application_name
    from held left join writer on true
""")


@dataclass(frozen=True, slots=True)
class Lag:
    """What the log's readers wait for.

    events: committed, and not readable yet. seconds: how long the oldest writing transaction of the cluster
    runs, 0 without one. pid and application: whose it is, as far as the role may see (pg_read_all_stats sees
    all); a prepared transaction has no pid.
    """

    events: int
    seconds: float
    pid: int | None
    application: str | None


async def ensure_epoch(database: Database) -> int:
    """Begin the next epoch if the log is not the work of this cluster; return the epoch that holds now.

    To be called at the start of every process, before it appends, and whenever the database may have been
    replaced.
    """
    async with database.transaction() as session:
        cluster = await _cluster(session)
        await session.execute(_ONE_AT_A_TIME)
        newest = (await session.execute(_NEWEST)).one_or_none()
        if newest and not await _came_from_elsewhere(session, cluster, newest.epoch, newest.system_identifier):
            return int(newest.epoch)
        await session.execute(_NOBODY_WRITES)
        epoch = newest.epoch + 1 if newest else 1
        # The number makes the name unique: a log may return to a cluster where it has been before.
        await session.execute(_BEGIN, {"epoch": epoch, "cluster": f"{cluster}#{epoch}"})
        return epoch


async def read_lag(connection: AsyncConnection | AsyncSession) -> Lag:
    """What holds readers back now: any writing transaction of the cluster, even one that appends nothing."""
    return Lag(*(await connection.execute(_LAG)).one())


async def _cluster(session: AsyncSession) -> str:
    """This cluster's name, or UNKNOWN where a managed PostgreSQL keeps it from us."""
    try:
        async with session.begin_nested():
            return str((await session.execute(_CLUSTER)).scalar_one())
    except DBAPIError as error:
        if error.connection_invalidated:
            raise
        return UNKNOWN


async def _came_from_elsewhere(session: AsyncSession, cluster: str, epoch: int, known: str) -> bool:
    """Whether the newest epoch was written by another cluster, or by one that counted further than this one.

    Where the name is unknown the counter alone decides. That is enough for the order: events of another
    cluster that are all below this one's counter stay before what it writes.
    """
    if cluster != UNKNOWN and known.rpartition("#")[0] != cluster:
        return True
    return bool((await session.execute(_AHEAD, {"epoch": epoch})).scalar_one())
