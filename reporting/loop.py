"""The reporter's loop: seal, send, wait; until it is asked to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import structlog
from sqlalchemy.exc import SQLAlchemyError

from models.engine import Database
from models.settings import Settings
from reporting import telemetry
from reporting.sender import Sender
from reporting.traces import Traces

LOOK_SECONDS = 1.0
"""How often the log and the outbox are looked at when there was nothing to do."""
_log = structlog.get_logger("interlock.reporting")


def _now() -> datetime:
    return datetime.now(UTC)


async def run(
    database: Database, settings: Settings, stop_event: asyncio.Event, clock: Callable[[], datetime] = _now
) -> None:
    """Report until asked to stop; the turn that has begun is finished, at most one request long.

    Without an endpoint spans are sealed and kept. A database that is away is waited for.
    """
    traces = Traces(database, telemetry.resource(settings), timedelta(seconds=settings.settle_seconds))
    async with AsyncExitStack() as stack:
        sender = None
        if settings.otlp_traces_url:
            sender = Sender(settings.otlp_traces_url, telemetry.headers(settings))
            await stack.enter_async_context(sender)
        else:
            _log.info("spans are sealed and kept, not sent: OTEL_EXPORTER_OTLP_ENDPOINT is not set")
        while not stop_event.is_set():
            if not await _turn(traces, sender, clock):
                await _wait(stop_event)


async def _turn(traces: Traces, sender: Sender | None, clock: Callable[[], datetime]) -> bool:
    """Whether there may be more to do at once."""
    try:
        passed = await traces.seal_due(clock())
        sent = await traces.send_due(sender, clock()) if sender else False
    except (SQLAlchemyError, OSError) as error:
        _log.warning("database out of reach: tried again", reason=str(error).splitlines()[0])
        return False
    return passed or sent


async def _wait(stop_event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await stop_event.wait()
    except TimeoutError:
        return
