"""What may pass by itself: the database is away, full, read-only or too busy, and nothing is wrong with the request."""

from __future__ import annotations

import psycopg
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

READ_ONLY = "25006"
"""SQLSTATE of a write that a standby refuses: after a fail-over the connection leads to the wrong server."""
AWAY = "The database cannot be reached."
"""Also of a server that takes no more connections: libpq gives no code for what fails while it connects."""
CIRCLE = "The change waited in a circle with others, again and again."
_OF_STATE = {
    "53100": "The disk of the database is full.",
    "53300": "The database takes no more connections.",
    READ_ONLY: "The database is read-only, as a standby is.",
    "55P03": "What this needs is locked by a transaction that takes long.",
    "57014": "The database took too long.",
    "25P04": "The database took too long.",
    "57P03": "The database is starting, or stopping.",
    "40P01": CIRCLE,
    "40001": CIRCLE,
}
_OF_CLASS = {
    "08": AWAY,
    "53": "The database has not enough of a resource.",
    "57": "The database has ended the connection.",
    "58": "The machine of the database has failed.",
}


def unavailable(error: BaseException | None) -> str | None:
    """A sentence on what the database cannot do now; None where trying again would not help."""
    if isinstance(error, PoolTimeout):
        return "All connections to the database are in use."
    state = sqlstate(error)
    if state:
        return _OF_STATE.get(state) or _OF_CLASS.get(state[:2])
    if isinstance(error, OperationalError | InterfaceError | psycopg.OperationalError):
        return AWAY
    return AWAY if isinstance(error, DBAPIError) and error.connection_invalidated else None


def sqlstate(error: BaseException | None) -> str:
    """PostgreSQL's code of an error, of five characters; empty where it gave none."""
    return getattr(error.orig if isinstance(error, DBAPIError) else error, "sqlstate", None) or ""
