"""The reporter's program: its workers, side by side, until it is asked to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import structlog

from models.engine import Database
from models.settings import Settings
from models.workers import Worker, work
from reporting import telemetry
from reporting.notifications import Notices, dispatcher
from reporting.sender import Sender
from reporting.traces import Traces

_log = structlog.get_logger("interlock.reporting")
Clock = Callable[[], datetime]


def _now() -> datetime:
    return datetime.now(UTC)


async def run(database: Database, settings: Settings, stop_event: asyncio.Event, clock: Clock = _now) -> None:
    """Report until asked to stop; a turn that has begun is finished, at most one request long.

    A database, or a collector, that is away is waited for.
    """
    async with AsyncExitStack() as stack:
        workers = [*await _traces(stack, database, settings, clock)]
        workers += await _notifications(stack, database, settings, clock)
        await work(workers, stop_event)


async def _traces(stack: AsyncExitStack, database: Database, settings: Settings, clock: Clock) -> list[Worker]:
    """Spans are sealed; they are sent where there is a collector."""
    traces = Traces(database, telemetry.resource(settings), timedelta(seconds=settings.settle_seconds))
    sealing = Worker("seal spans", lambda: traces.seal_due(clock()))
    if not settings.otlp_traces_url:
        _log.info("spans are sealed and kept, not sent: OTEL_EXPORTER_OTLP_ENDPOINT is not set")
        return [sealing]
    sender = await stack.enter_async_context(Sender(settings.otlp_traces_url, telemetry.headers(settings)))
    return [sealing, Worker("send spans", lambda: traces.send_due(sender, clock()))]


async def _notifications(stack: AsyncExitStack, database: Database, settings: Settings, clock: Clock) -> list[Worker]:
    """Events are told to the routes that want them."""
    notices = Notices(database, settings.base_url, clock)
    sending = await stack.enter_async_context(dispatcher(database, settings, clock))
    return [
        Worker("tell outcomes", notices.derive),
        Worker("make notifications", notices.enqueue),
        Worker("tell what waits", notices.tell_waiting, look_seconds=30),
        Worker("send notifications", sending.turn),
    ]
