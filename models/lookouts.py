"""Whether anything was committed since it was looked last: what PostgreSQL's snapshot of now is called.

A snapshot names the transactions that it sees: all below `xmin`, and those below `xmax` but for the ones in progress.
Every transaction that writes has a number, and its end changes that name for good: it is never the same again. So two
looks that find one name saw the same rows, and so did whatever was read between them. A transaction that was
committed before a look began has changed the name that the look finds, whichever process committed it.

A standby's snapshot is of its own, earlier, time: nothing is known by it. After a crash PostgreSQL may hand out again
numbers that left nothing durable. A crash ends every connection: the name has in it which connection found it, and
which backend answered there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import TypeAlias

import psycopg
import structlog

from models.connections import BoundedConnection, connect

LOOK_SECONDS = 1
"""How long a look is waited for; what it was for is then done without."""
REST_SECONDS = 1
"""After a look that failed, none is tried for so long."""
_LOOK = """
    select pg_backend_pid(), cast(pg_current_snapshot() as text),
           pg_is_in_recovery() or current_setting('transaction_read_only')::boolean
"""

State: TypeAlias = tuple[int, int, str]
"""The connection's number in this process, the backend's process id, the snapshot as PostgreSQL writes it."""

_log = structlog.get_logger()


class Lookout:
    """Looks over a connection of its own, which the first look opens. Belongs to one event loop.

    Whoever asks gets a look that began after they asked; all who ask while one is under way share the next.
    """

    def __init__(self, address: Callable[[], str]) -> None:
        """address: what gives libpq's connection string, asked for each connection."""
        self._address = address
        self._connection: BoundedConnection | None = None
        self._number = 0
        self._coming: asyncio.Future[State | None] | None = None
        self._task: asyncio.Task[None] | None = None
        self._rests_until = 0.0
        self.looks = 0

    async def look(self) -> State | None:
        """What is committed now; None where that cannot be known soon."""
        if time.monotonic() < self._rests_until:
            return None
        if self._coming is None:
            self._coming = asyncio.get_running_loop().create_future()
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._look_while_wanted(), name="look what is committed")
        found, _ = await asyncio.wait({self._coming}, timeout=LOOK_SECONDS)
        return found.pop().result() if found else None

    async def close(self) -> None:
        """Ends the look that is under way, and the connection."""
        if self._task is not None:
            self._task.cancel()
            await asyncio.wait({self._task})
        await self._disconnect()

    async def _look_while_wanted(self) -> None:
        while (coming := self._coming) is not None:
            self._coming = None  # who asks from here on might have committed after this look began
            state: State | None = None
            try:
                state = await self._looked()
            except (psycopg.Error, OSError) as error:
                self._rests_until = time.monotonic() + REST_SECONDS
                _log.warning("It could not be looked what is committed", error=str(error))
                await self._disconnect()
            finally:
                coming.set_result(state)

    async def _looked(self) -> State | None:
        if self._connection is not None:
            try:
                return await self._ask(self._connection)
            except psycopg.OperationalError:  # the server went away while nothing was asked
                await self._disconnect()
        self._connection = await connect(self._address(), "interlock look")
        self._number += 1
        return await self._ask(self._connection)

    async def _ask(self, connection: BoundedConnection) -> State | None:
        self.looks += 1
        cursor = await connection.execute(_LOOK, prepare=True)
        row = await cursor.fetchone()
        assert row is not None
        backend, snapshot, follows = row
        if follows:
            await self._disconnect()  # the address may lead elsewhere by now
            return None
        return self._number, backend, snapshot

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None
