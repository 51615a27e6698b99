"""The reporter's program: its workers, side by side, until it is asked to stop."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime, timedelta

import structlog

from models.engine import Database
from models.settings import Settings
from models.workers import Worker, work
from reporting import telemetry
from reporting.cloudwatch import CloudWatch
from reporting.counting import Counting
from reporting.forecasting import Forecasts
from reporting.metrics import Metrics
from reporting.notifications import Notices, dispatcher
from reporting.sender import METRICS, TRACES
from reporting.traces import Traces

_log = structlog.get_logger("interlock.reporting")
Clock = Callable[[], datetime]


async def run(database: Database, settings: Settings, stop_event: asyncio.Event, clock: Clock | None = None) -> None:
    """Report until asked to stop; a turn that has begun is finished, at most one request long.

    A database, or a collector, that is away is waited for.
    """
    clock = clock or database.clock.now
    async with AsyncExitStack() as stack:
        workers = [
            *await _traces(stack, database, settings, clock),
            *await _metrics(stack, database, settings, clock),
            *await _notifications(stack, database, settings, clock),
            *_cloudwatch(database, settings, clock),
            Worker("make forecasts", Forecasts(database, clock).turn),
        ]
        await work(workers, stop_event)


async def _traces(stack: AsyncExitStack, database: Database, settings: Settings, clock: Clock) -> list[Worker]:
    """Spans are sealed; they are sent where there is a collector."""
    traces = Traces(database, telemetry.resource(settings), timedelta(seconds=settings.settle_seconds))
    keep = timedelta(days=settings.keep_sent_days)
    workers = [
        Worker("seal spans", lambda: traces.seal_due(clock())),
        Worker("remove sent spans", lambda: traces.prune_due(clock() - keep), look_seconds=60),
    ]
    url = settings.exporter("traces").url
    if not url:
        _log.info("spans are sealed and kept, not sent: OTEL_EXPORTER_OTLP_ENDPOINT is not set")
        return workers
    sender = await stack.enter_async_context(telemetry.sender(settings, TRACES, url))
    return [*workers, Worker("send spans", lambda: traces.send_due(sender, clock()))]


async def _metrics(stack: AsyncExitStack, database: Database, settings: Settings, clock: Clock) -> list[Worker]:
    """What happens is counted; the sums are sent where there is a collector."""
    counting = Counting(database, clock, points=settings.cloudwatch_namespace is not None)
    workers = [Worker("count", counting.turn)]
    if url := settings.exporter("metrics").url:
        metrics = Metrics(
            database, telemetry.resource(settings), timedelta(milliseconds=settings.metric_export_interval)
        )
        sender = await stack.enter_async_context(telemetry.sender(settings, METRICS, url))
        workers.append(Worker("send metrics", lambda: metrics.send_due(sender, clock())))
    return workers


def _cloudwatch(database: Database, settings: Settings, clock: Clock) -> list[Worker]:
    """Points are sent where a namespace is set."""
    if not settings.cloudwatch_namespace:
        return []
    cloudwatch = CloudWatch(database, settings.cloudwatch_namespace)
    return [Worker("send points", lambda: cloudwatch.send_due(clock()))]


async def _notifications(stack: AsyncExitStack, database: Database, settings: Settings, clock: Clock) -> list[Worker]:
    """Events are told to the routes that want them."""
    notices = Notices(database, settings.base_url, clock)
    sending = await stack.enter_async_context(dispatcher(database, settings, clock))
    return [
        Worker("tell outcomes", notices.derive),
        Worker("make notifications", notices.enqueue),
        Worker("tell what waits", notices.tell_waiting, look_seconds=30),
        Worker("send notifications", sending.turn),
        Worker("clear notifications", notices.clear, look_seconds=30),
    ]
