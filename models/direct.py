"""Reads of one statement each, past SQLAlchemy's connections: what they answer comes as PostgreSQL's own bytes.

SQLAlchemy writes the statement, once. Of each execution it takes three times the processor's time that psycopg does,
and a round trip to ask whether the connection lives. Here only one that was idle for long is asked, and what any other
fails is asked again of a new one: it has changed nothing.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from psycopg import AsyncRawCursor, OperationalError
from psycopg.pq import TransactionStatus
from sqlalchemy.exc import TimeoutError as PoolTimeout

from models.connections import BoundedConnection, Silent
from models.prepared import Prepared

IDLE_SECONDS = 1.0
"""After which a connection is asked whether it lives, before anything is asked of it."""

Opened = Callable[[], Awaitable[BoundedConnection]]


class Direct:
    """Connections for one statement at a time, the one that was used last first.

    most: how many there are. waits: seconds that a read waits for one of them. patience: for a statement's answer;
    ping: for a connection's. room: for those that may be in use at once.
    told: who is told each statement's text, its values, the seconds that it took, and what it has raised.
    """

    def __init__(self, opened: Opened, *, most: int, waits: float, patience: float, ping: float) -> None:
        self._opened = opened
        self._waits, self._patience, self._ping = waits, patience, ping
        self.room = asyncio.Semaphore(most)
        self.told: list[Callable[[str, Sequence[Any], float, BaseException | None], None]] = []
        self._idle: list[tuple[BoundedConnection, float]] = []

    async def json(self, statement: Prepared, values: Sequence[Any]) -> bytes | None:
        """The first column of the first row; None where there is none, or NULL.

        Raises psycopg's errors, and SQLAlchemy's TimeoutError where all connections stay in use.
        """
        try:
            await asyncio.wait_for(
                self.room.acquire(), self._waits
            ) if self.room.locked() else await self.room.acquire()
        except TimeoutError:
            raise PoolTimeout(f"No connection for a read became free within {self._waits:g} seconds.") from None
        try:
            return await self._read(statement, values)
        finally:
            self.room.release()

    async def _read(self, statement: Prepared, values: Sequence[Any]) -> bytes | None:
        connection = await self._living()
        if connection is not None:
            try:
                return await self._asked(connection, statement, values)
            except OperationalError as error:
                if not connection.broken:
                    raise  # PostgreSQL has said it: it would say so again
                self.leave()  # what has ended one has ended the others
                if isinstance(error, Silent):
                    raise
        return await self._asked(await self._opened(), statement, values)

    async def _asked(self, connection: BoundedConnection, statement: Prepared, values: Sequence[Any]) -> bytes | None:
        connection.patience = self._patience
        began, raised = time.monotonic(), None
        try:
            cursor = await AsyncRawCursor(connection).execute(statement.text, values, prepare=True)
            found = cursor.pgresult
            assert found is not None
            return found.get_value(0, 0) if found.ntuples else None
        except BaseException as error:
            raised = error
            raise
        finally:
            now = time.monotonic()
            if connection.pgconn.transaction_status == TransactionStatus.IDLE:
                self._idle.append((connection, now))
            else:
                connection.end()
            for each in self.told:
                each(statement.text, values, now - began, raised)

    async def _living(self) -> BoundedConnection | None:
        """One that is idle and was used just now, or has answered; None where there is none."""
        if not self._idle:
            return None
        connection, used = self._idle.pop()
        if time.monotonic() - used < IDLE_SECONDS:
            return connection
        connection.patience = self._ping
        try:
            await connection.execute("")
        except OperationalError:
            connection.end()
            self.leave()
            return None
        return connection

    def leave(self) -> None:
        """Closes what is idle: the address may lead elsewhere by now."""
        while self._idle:
            self._idle.pop()[0].end()
