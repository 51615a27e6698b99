"""What is kept: parts are made ahead; old ones are archived, and then dropped, the oldest first."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta

import structlog
from sqlalchemy.exc import DBAPIError

from aws.accounts import AwsError, words
from aws.store import Store
from models import archive, partitions
from models.archive import Extent
from models.engine import Database
from models.event_log import Cursor
from models.faults import sqlstate
from models.partitions import ENVELOPES, LOG, Part
from models.settings import Settings
from models.tables import ArchivePart
from upkeep.archiving import Archive, ArchiveError

LOOK_EVERY = timedelta(minutes=10)
"""Between two looks at what is old, where nothing was left to do."""
_log = structlog.get_logger("interlock.upkeep")


class Retention:
    """stop: ends the work between two pages. store: makes the store; the settings' own where nothing is said."""

    def __init__(
        self, database: Database, settings: Settings, stop: asyncio.Event, store: Callable[[], Store] | None = None
    ) -> None:
        self._database = database
        self._days = {LOG: settings.keep_events_days, ENVELOPES: settings.keep_envelopes_days}
        self._unarchived = settings.drop_unarchived
        self._stop = stop
        address, key = settings.archive, settings.archive_kms_key
        self._store = store or ((lambda: Store(address, key)) if address else None)
        self._next: datetime | None = None

    async def turn(self, now: datetime) -> None:
        """What is due, as far as it can be done; what fails is told, and tried again at the next look."""
        if self._next is not None and now < self._next:
            return
        await partitions.make_ahead(self._database, now)
        more = False
        for table, days in self._days.items():
            if days is not None:
                more |= await self._told(table, now - timedelta(days=days), now)
        self._next = None if more else now + LOOK_EVERY

    async def _told(self, table: str, before: datetime, now: datetime) -> bool:
        try:
            return await self._oldest(table, before, now)
        except AwsError as error:
            _log.warning("the archive is out of reach: nothing is dropped", cause=words(error))
        except ArchiveError as error:
            _log.error("the archive cannot be used: nothing is dropped", cause=str(error))
        except DBAPIError as error:
            if sqlstate(error) != partitions.LOCKED:
                raise
            _log.info("a part is dropped later: the table is in use", table=table)
        return False

    async def _oldest(self, table: str, before: datetime, now: datetime) -> bool:
        """Archives or drops the table's oldest part. Whether there may be more to do at once."""
        async with self._database.reading() as connection:
            oldest = (await partitions.parts(connection, table))[0]
            if not await archive.full(connection, oldest, now):
                return False
            known = await archive.archived(connection, oldest.name)
        if known:
            found = _extent(known)
        else:
            async with archive.reading(self._database) as session:
                found = await archive.extent(session, oldest)
        if found.last_time is not None and found.last_time >= before:
            return False
        if known is None and not await self._archive(oldest, found, now):
            return not self._stop.is_set() and self._store is not None
        return await self._drop(oldest, found)

    async def _archive(self, part: Part, found: Extent, now: datetime) -> bool:
        """Whether the part may be dropped, as far as the archive is concerned."""
        manifest, sha256 = None, None
        if self._store is not None and found.rows:
            async with self._database.reading() as connection:
                log = await archive.log_name(connection)
            store = await asyncio.to_thread(self._store)
            written = await Archive(store, log).write(self._database, part, found, self._stop)
            if written is None:
                return False
            manifest, sha256 = written
            _log.info("archived", part=part.name, rows=found.rows, manifest=manifest)
        elif found.rows and not self._unarchived:
            _log.warning("nothing is dropped: set INTERLOCK_ARCHIVE, or INTERLOCK_DROP_UNARCHIVED=1", part=part.name)
            return False
        async with self._database.transaction() as session:
            await archive.keep(session, part, found, manifest, sha256, now)
        return True

    async def _drop(self, part: Part, found: Extent) -> bool:
        """Nothing that a reader of the log has not read is dropped."""
        if part.table == LOG and found.last is not None:
            async with self._database.reading() as connection:
                behind = await archive.held_by(connection, found.last)
            if behind:
                _log.warning("not dropped: readers of the log have not read it", part=part.name, readers=behind)
                return False
        kept = await partitions.drop(self._database, part)
        _log.info("dropped", part=part.name, rows=found.rows, kept=kept)
        if part.table == ENVELOPES:
            await self._forget(part)
        return True

    async def _forget(self, part: Part) -> None:
        more = True
        while more and not self._stop.is_set():
            async with self._database.transaction() as session:
                more = await archive.forget_receipts(session, archive.received_before(part))


def _extent(known: ArchivePart) -> Extent:
    last = None
    if known.last_epoch is not None and known.last_xid is not None and known.last_id is not None:
        last = Cursor(known.last_epoch, int(known.last_xid), known.last_id)
    return Extent(known.rows, known.first_time, known.last_time, None, last)
