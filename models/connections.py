"""Connections to PostgreSQL that are never waited for without an end.

PostgreSQL ends what lasts too long by itself (`statement_timeout`). But a server that has frozen, or a way to it that
swallows everything, says nothing at all: then the client gives the connection up.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from psycopg import AsyncConnection, OperationalError
from psycopg.abc import RV, PQGen
from psycopg.conninfo import make_conninfo
from psycopg.errors import _WaitTimeout

CONNECT_SECONDS = 5
"""For a connection to be made, a whole number: libpq takes 2 at least."""
PING_SECONDS = 3
"""For what is asked of a connection that was idle, and may be dead."""
KEEPALIVES = {"keepalives_idle": 15, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 30_000}
"""libpq's: seconds, seconds, a number, milliseconds. A machine that is gone is noticed in half a minute."""


class Silent(OperationalError):
    """The server has said nothing for as long as it is waited for. Another connection would be waited for as long."""


class BoundedConnection(AsyncConnection[Any]):
    """A connection that is closed when the server gives no answer for `patience` seconds.

    Then Silent is raised, an OperationalError as if the server had closed it.
    """

    patience: float = PING_SECONDS

    async def wait(self, gen: PQGen[RV], interval: float = 0.1, timeout: float | None = None) -> RV:  # noqa: ASYNC109
        """What psycopg waits with for all that the server says; `timeout` is a bound of the caller's own."""
        if timeout is not None:
            return await super().wait(gen, interval, timeout)
        try:
            return await super().wait(gen, interval, self.patience)
        except _WaitTimeout:
            self.pgconn.finish()
            raise Silent(f"the server has said nothing for {self.patience:g} seconds") from None

    def end(self) -> None:
        """Closes it at once: nothing is said to the server that would have to be waited for."""
        with suppress(StopIteration):
            self.close().send(None)


async def connect(address: str, application: str) -> BoundedConnection:
    """A connection beside the pool, each statement its own transaction. Raises psycopg.OperationalError."""
    return await BoundedConnection.connect(
        make_conninfo(address, connect_timeout=CONNECT_SECONDS, application_name=application, **KEEPALIVES),
        autocommit=True,
    )
