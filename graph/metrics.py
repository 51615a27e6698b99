"""`GET /metrics`: what was counted and how the service is, as Prometheus reads it.

Text format 0.0.4, or OpenMetrics 1.0 for who accepts it. One look at the database serves everybody who asks within
`KEPT_SECONDS`, so that many scrapers cost what one does. docs/metrics.md lists what is there.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

import structlog
from prometheus_client import exposition
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.openmetrics import exposition as openmetrics
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from domain.measures import BOUNDS
from domain.version import VERSION
from models import health, totals
from models.engine import Database
from models.health import Health
from models.totals import Counted, Total

KEPT_SECONDS = 5.0
"""Less than any sensible interval between two scrapes."""
LONGEST_SECONDS = 8.0
"""Prometheus gives up after ten seconds: before that it is told why."""
_log = structlog.get_logger("interlock.metrics")


class MetricsPage:
    """The page over one database.

    clock: seconds that only go forward. Of this process: refused, what it let nobody ask; sockets, how many are open.
    """

    def __init__(
        self,
        database: Database,
        clock: Callable[[], float] = time.monotonic,
        refused: Callable[[], Mapping[str, int]] = dict,
        sockets: Callable[[], int] = int,
    ) -> None:
        self._database = database
        self._refused = refused
        self._sockets = sockets
        self._clock = clock
        self._turn = asyncio.Lock()
        self._kept: tuple[float, Counted, Health] | None = None

    async def __call__(self, request: Request) -> Response:
        """200 with the page, or 503 with what is wrong in a line: the scrape fails, and Prometheus shows `up` as 0."""
        try:
            async with asyncio.timeout(LONGEST_SECONDS):
                counted, found = await self._look()
        except Exception as error:  # whatever it is: a scraper is not shown a stack trace
            _log.warning("metrics cannot be read", error=type(error).__name__)
            return PlainTextResponse(f"The database cannot be read: {type(error).__name__}.\n", 503)
        own = of_refusals(self._refused()), of_sockets(self._sockets())
        families = _Families([*of_pipelines(counted), *of_the_service(found), *own])
        if "application/openmetrics-text" in request.headers.get("accept", ""):
            body = openmetrics.generate_latest(families)  # type: ignore[no-untyped-call]  # without types there
            return Response(body, media_type=openmetrics.CONTENT_TYPE_LATEST)
        body = exposition.generate_latest(families)
        return Response(body, headers={"content-type": exposition.CONTENT_TYPE_PLAIN_0_0_4})

    async def _look(self) -> tuple[Counted, Health]:
        """What was found a moment ago, else what is found now; those who ask meanwhile wait for the one look."""
        async with self._turn:
            now = self._clock()
            if self._kept is None or now - self._kept[0] >= KEPT_SECONDS:
                async with self._database.reading() as connection:
                    self._kept = now, await totals.read(connection), await health.read(connection)
            return self._kept[1], self._kept[2]


class _Families(Collector):
    """What the library's renderers ask."""

    def __init__(self, families: Sequence[Metric]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families


def of_refusals(refused: Mapping[str, int]) -> Metric:
    """Bearers that were not accepted, and mutations that were denied, by this process since it began."""
    family = CounterMetricFamily("interlock_refusals", "Requests that were refused for who asked.", labels=("code",))
    for code, count in sorted(refused.items()):
        family.add_metric((code,), count)
    return family


def of_sockets(count: int) -> Metric:
    """What pods are scaled by: a socket costs memory, and its share of each event, whether or not it asks anything."""
    return _gauge("interlock_open_sockets", "WebSockets that are open at this process.", count)


def of_pipelines(counted: Counted) -> Iterator[Metric]:
    """Runs, deployments and checks."""
    runs = CounterMetricFamily(
        "interlock_pipeline_runs", "Runs of pipelines that have ended.", labels=("pipeline", "service", "result")
    )
    for labels, count in _summed((each.labels[:3], each.count) for each in counted.named("run")).items():
        runs.add_metric(labels, count)
    yield runs
    yield _durations(counted.named("run"))
    yield _counter(
        "interlock_pipeline_run_errors",
        "Actions that have come to fail.",
        ("pipeline", "service", "error_type"),
        counted.named("error"),
    )
    active = GaugeMetricFamily(
        "interlock_pipeline_runs_active", "Runs that have not ended.", labels=("pipeline", "service", "state")
    )
    for each in counted.active:
        active.add_metric((each.pipeline, each.service, each.state), each.count)
    yield active
    yield _counter(
        "interlock_deployments",
        "Deployments that have come to an end.",
        ("stage", "status"),
        counted.named("deployment"),
    )
    yield _counter(
        "interlock_check_runs",
        "Runs of checks that have come to an end.",
        ("kind", "mode", "status"),
        counted.named("check_run"),
    )
    yield _counter(
        "interlock_cloudwatch_points_dropped",
        "Data points that CloudWatch does not take.",
        ("reason",),
        counted.named("point_dropped"),
    )


def _summed(pairs: Iterable[tuple[tuple[str, ...], int]]) -> dict[tuple[str, ...], int]:
    found: dict[tuple[str, ...], int] = {}
    for labels, count in pairs:
        found[labels] = found.get(labels, 0) + count
    return found


def _counter(name: str, says: str, labels: tuple[str, ...], found: Iterable[Total]) -> Metric:
    family = CounterMetricFamily(name, says, labels=labels)
    for each in found:
        family.add_metric(each.labels, each.count)
    return family


def _durations(runs: Iterable[Total]) -> Metric:
    """One histogram for each pipeline, whatever the result: 17 lines each."""
    family = HistogramMetricFamily(
        "interlock_pipeline_run_duration_seconds",
        "How long runs took, from the start of the first attempt to the end.",
        labels=("pipeline", "service"),
    )
    buckets: dict[tuple[str, ...], list[int]] = {}
    amounts: dict[tuple[str, ...], float] = {}
    for each in runs:
        labels = each.labels[:2]
        had = buckets.get(labels, [0] * (len(BOUNDS) + 1))
        buckets[labels] = [one + more for one, more in zip(had, each.buckets, strict=True)]
        amounts[labels] = amounts.get(labels, 0.0) + each.amount
    names = [*(str(float(bound)) for bound in BOUNDS), "+Inf"]
    for labels, counts in buckets.items():
        upto = [sum(counts[: place + 1]) for place in range(len(counts))]
        family.add_metric(labels, list(zip(names, upto, strict=True)), amounts[labels])
    return family


def of_the_service(found: Health) -> Iterator[Metric]:
    """The database, the log, and what waits."""
    build = GaugeMetricFamily("interlock_build_info", "1; its labels say what runs.", labels=("version", "postgresql"))
    build.add_metric((VERSION, found.postgresql), 1)
    yield build
    yield GaugeMetricFamily("interlock_database_up", "1: the database has answered.", value=1)
    yield CounterMetricFamily(
        "interlock_envelopes_written",
        "Envelopes of AWS written to the database since its statistics began; those that came again are not.",
        value=found.envelopes,
    )
    yield _gauge("interlock_set_aside_messages", "Messages that could not be understood.", found.set_aside)
    yield from _lags(found)
    yield _gauge("interlock_spans_waiting", "Sealed spans that are not sent.", found.spans.count)
    yield _gauge(
        "interlock_spans_oldest_seconds", "Since the oldest span that is not sent was sealed.", found.spans.seconds
    )
    yield _gauge(
        "interlock_cloudwatch_points_waiting", "Data points that are not sent to CloudWatch.", found.points.count
    )
    yield _gauge(
        "interlock_cloudwatch_points_oldest_seconds", "How long the oldest of them has waited.", found.points.seconds
    )
    yield _gauge("interlock_notifications_waiting", "Notifications that are not sent.", found.notifications.count)
    yield _gauge(
        "interlock_notifications_oldest_seconds", "How long the oldest of them has waited.", found.notifications.seconds
    )
    failing = GaugeMetricFamily(
        "interlock_notification_target_failing_seconds",
        "How long a route's target has not taken what is sent.",
        labels=("route",),
    )
    for each in found.failing_targets:
        failing.add_metric((each.route,), each.seconds)
    yield failing


def _lags(found: Health) -> Iterator[Metric]:
    events = GaugeMetricFamily(
        "interlock_log_reader_lag_events", "Events that a reader of the log has not read.", labels=("reader",)
    )
    seconds = GaugeMetricFamily(
        "interlock_log_reader_lag_seconds", "Age of the oldest event that a reader has not read.", labels=("reader",)
    )
    for reader in found.readers:
        events.add_metric((reader.name,), reader.events)
        seconds.add_metric((reader.name,), reader.seconds)
    yield events
    yield seconds
    yield _gauge("interlock_log_held_events", "Committed events that wait for an older transaction.", found.lag.events)
    # Whose it is stands in `health`: names of programs, and of prepared transactions, are as many as anybody gives.
    yield _gauge(
        "interlock_log_held_seconds",
        "How long the oldest writing transaction of the cluster runs, which the log's readers wait for.",
        found.lag.seconds,
    )


def _gauge(name: str, says: str, value: float) -> Metric:
    return GaugeMetricFamily(name, says, value=value)
