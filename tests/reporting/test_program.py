"""The reporter as a process: `python -m graph report`, killed and stopped."""

import asyncio
import gzip
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from sqlalchemy import text

from models.engine import Database
from resolvers.recording import record_envelopes
from tests import stories
from tests.fleet import register_fleet, register_payments
from tests.reporting.conftest import Collector
from tests.service import Forked, environment

pytestmark = pytest.mark.database


def reporter(database: Database, endpoint: str, **signal: str) -> Forked:
    """A process that reports from this database, traces unless another signal is given."""
    signal = signal or {"OTEL_EXPORTER_OTLP_TRACES_ENDPOINT": f"{endpoint}/v1/traces"}
    return Forked("report", environment(database.url, INTERLOCK_SETTLE_SECONDS="0", **signal))


async def test_killed_while_the_collector_thinks(database: Database, collector: Collector) -> None:
    """SIGKILL between request and answer: the next process sends the same bytes, and everything once more at most."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await record_envelopes(session, stories.failed().envelopes)
    collector.may_answer.clear()
    first = reporter(database, collector.url)
    assert await asyncio.to_thread(collector.arrived.wait, 60)
    first.kill()
    collector.arrived.clear()
    collector.may_answer.set()
    async with database.transaction() as session:
        await session.execute(text("update span_outbox set next_at = now()"))  # the lease is over
    second = reporter(database, collector.url)
    assert await asyncio.to_thread(collector.arrived.wait, 60)
    assert await asyncio.to_thread(second.end) == 0
    killed, again = collector.bodies
    assert killed == again
    async with database.reading() as connection:
        left = await connection.execute(text("select count(*) from span_outbox where sent_at is null"))
        assert left.scalar_one() == 0


def durations(collector: Collector) -> list[Any]:
    """The histogram points of the last request of metrics, without the time of the sending."""
    request = ExportMetricsServiceRequest.FromString(gzip.decompress(collector.bodies[-1]))
    points = []
    for metric in request.resource_metrics[0].scope_metrics[0].metrics:
        points += metric.histogram.data_points
    for point in points:
        point.ClearField("time_unix_nano")
    return points


async def test_sums_outlive_the_process(database: Database, collector: Collector) -> None:
    """SIGKILL while the collector thinks: the next process goes on with the same sums from the same beginning."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await record_envelopes(session, stories.failed().envelopes)
    given = {
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": f"{collector.url}/v1/metrics",
        "OTEL_METRIC_EXPORT_INTERVAL": "1000",
    }
    found = []
    for _ in range(2):
        process = reporter(database, collector.url, **given)
        async with asyncio.timeout(60):
            while not (collector.bodies and durations(collector)):
                collector.arrived.clear()
                await asyncio.to_thread(collector.arrived.wait, 10)
        found.append(durations(collector))
        collector.may_answer.clear()
        collector.arrived.clear()
        assert await asyncio.to_thread(collector.arrived.wait, 60)  # a request is under way
        process.kill()
        collector.bodies.clear()
        collector.may_answer.set()
    assert found[0] == found[1]
    assert [point.count for point in found[0]] == [1]
