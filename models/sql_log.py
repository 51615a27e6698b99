"""One line of the log for each statement: its text and milliseconds, succeeded or failed; never a value."""

from __future__ import annotations

import time
from collections.abc import Sequence
from typing import Any

import structlog
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, ExceptionContext

_log = structlog.get_logger("interlock.sql")


def of_engine(engine: Engine) -> None:
    """What is sent over the engine's connections."""

    def began(connection: Connection, *_: Any) -> None:
        connection.info["interlock_began"] = time.perf_counter()

    def ended(connection: Connection, _cursor: Any, statement: str, *_: Any) -> None:
        _log.info("sql", statement=statement, elapsed_ms=_elapsed(connection))

    def failed(context: ExceptionContext) -> None:
        if context.connection is not None and context.statement is not None:
            error = type(context.original_exception).__name__
            _log.info("sql", statement=context.statement, elapsed_ms=_elapsed(context.connection), error=error)

    event.listen(engine, "before_cursor_execute", began)
    event.listen(engine, "after_cursor_execute", ended)
    event.listen(engine, "handle_error", failed)


def of_read(statement: str, _values: Sequence[Any], seconds: float, error: BaseException | None) -> None:
    """What was sent past SQLAlchemy's connections (`models.direct`)."""
    failed = {} if error is None else {"error": type(error).__name__}
    _log.info("sql", statement=statement, elapsed_ms=_milliseconds(seconds), **failed)


def _elapsed(connection: Connection) -> float:
    began: float = connection.info["interlock_began"]
    return _milliseconds(time.perf_counter() - began)


def _milliseconds(seconds: float) -> float:
    return round(seconds * 1000, 3)
