"""What a session of PostgreSQL is bounded by, and how long whoever uses it waits."""

from __future__ import annotations

from typing import Any

from sqlalchemy import event
from sqlalchemy.engine import Engine, ExceptionContext

from models.faults import READ_ONLY

TRANSACTION_SECONDS = 30
"""A transaction that lasts longer is ended: every reader of the log waits behind the oldest writer."""
LOCK_SECONDS = 10
SINCE_17 = 170000
"""`transaction_timeout` came with PostgreSQL 17; before, only an idle transaction is ended."""
PLANNING = {
    "jit": "off",  # statements last milliseconds, however much the planner fears: compiling them lasts longer
    "random_page_cost": "1.1",  # no disk turns any more: else tables are read whole for some rows by their keys
}


def bound(engine: Engine, *, statement_seconds: int, patience: float, ping: float) -> None:
    """Bound what the sessions of a pool may hold; leave a server that has become a standby.

    patience: seconds for an answer; ping: for that of a connection that was idle, which is asked whether it lives.
    """

    def began(connection: Any, _record: Any) -> None:
        cursor = connection.cursor()
        cursor.execute(statement(connection.driver_connection.info.server_version, statement_seconds))
        cursor.close()
        connection.commit()

    def taken(connection: Any, *_: Any) -> None:
        connection.driver_connection.patience = patience

    def returned(connection: Any, _record: Any) -> None:
        if connection is not None:
            connection.driver_connection.patience = ping

    def failed(context: ExceptionContext) -> None:
        if getattr(context.original_exception, "sqlstate", None) == READ_ONLY:
            context.is_disconnect = True  # and with it the whole pool: the address may lead elsewhere by now

    event.listen(engine, "connect", began)
    event.listen(engine, "checkout", taken)
    event.listen(engine, "checkin", returned)
    event.listen(engine, "handle_error", failed)


def statement(server_version: int, statement_seconds: int) -> str:
    """The statement that bounds a session when it begins, and says what PostgreSQL's planner may reckon with."""
    limits = {"statement_timeout": statement_seconds, "lock_timeout": min(LOCK_SECONDS, statement_seconds)}
    limits["idle_in_transaction_session_timeout"] = TRANSACTION_SECONDS
    if server_version >= SINCE_17:
        limits["transaction_timeout"] = max(TRANSACTION_SECONDS, statement_seconds)
    settings = {name: f"{seconds}s" for name, seconds in limits.items()} | PLANNING
    return "select " + ", ".join(f"set_config('{name}', '{value}', false)" for name, value in settings.items())
