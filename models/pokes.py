"""Telling the log's readers "there is more": PostgreSQL's NOTIFY, after the commit and never inside the
transaction.

A transaction that notifies takes a lock of the whole cluster at its commit, which would make all writers
wait for each other. A poke carries nothing and may be lost: readers look by themselves every second.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable

import psycopg
import structlog

from models.connections import BoundedConnection, connect

CHANNEL = "interlock_events"
BETWEEN_POKES = 0.005
"""Seconds between two pokes of one process at least; what commits meanwhile shares the next."""
LOOK_SECONDS = 15
"""After so long without a poke the listener asks whether the server is still there."""

_log = structlog.get_logger()


class Poker:
    """Pokes the readers over its own connection, which the first poke opens. Belongs to one event loop."""

    def __init__(self, address: Callable[[], str]) -> None:
        """address: what gives libpq's connection string, asked for each connection."""
        self._address = address
        self._connection: BoundedConnection | None = None
        self._task: asyncio.Task[None] | None = None
        self._wanted = False
        self.sent = 0

    def poke(self) -> None:
        """Ask for a poke and return at once."""
        self._wanted = True
        if self._task is None or self._task.done():
            self._task = asyncio.create_task(self._send_while_wanted(), name="poke the readers of the log")

    async def close(self) -> None:
        """Send what was asked for, and close the connection."""
        if self._task is not None:
            await self._task
        await self._disconnect()

    async def _send_while_wanted(self) -> None:
        while self._wanted:
            self._wanted = False
            try:
                await self._send()
            except (psycopg.Error, OSError) as error:
                # Nothing is lost: the readers look by themselves.
                _log.warning("The readers of the log were not poked", error=str(error))
                await self._disconnect()
            await asyncio.sleep(BETWEEN_POKES)

    async def _send(self) -> None:
        connection = self._connection
        if connection is not None:
            try:
                await self._notify(connection)
            except psycopg.OperationalError:  # the server went away while nothing was sent
                await self._disconnect()
            else:
                return
        self._connection = await connect(self._address(), "interlock poke")
        await self._notify(self._connection)

    async def _notify(self, connection: BoundedConnection) -> None:
        await connection.execute(f"notify {CHANNEL}")
        self.sent += 1

    async def _disconnect(self) -> None:
        if self._connection is not None:
            await self._connection.close()
            self._connection = None


async def listen(address: str) -> AsyncGenerator[None, None]:
    """Yield once as soon as pokes are heard, and then at each poke.

    Raises psycopg.OperationalError when the server cannot be reached or goes away.
    """
    async with await connect(address, "interlock listen") as connection:
        await connection.execute(f"listen {CHANNEL}")
        yield
        while True:
            async for _ in connection.notifies(timeout=LOOK_SECONDS):
                yield
            await connection.execute("select 1")
