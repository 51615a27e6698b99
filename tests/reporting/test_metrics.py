"""What was counted as OTLP: real rows, a real socket, real protobuf."""

from __future__ import annotations

import gzip
from datetime import timedelta
from typing import Any

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse as Response
from opentelemetry.proto.metrics.v1.metrics_pb2 import AggregationTemporality
from sqlalchemy import text
from structlog.testing import capture_logs

from domain.measures import BOUNDS
from models import leases, totals
from models.engine import Database
from models.settings import Settings, load
from reporting import telemetry
from reporting.counting import Counting
from reporting.metrics import LEASE, Metrics, encode
from reporting.sender import METRICS, Sender
from resolvers.recording import record_envelopes
from tests import stories
from tests.fleet import register_fleet, register_payments
from tests.reporting.conftest import Collector

NOW = stories.BEGIN + timedelta(days=400)
MINUTE = timedelta(minutes=1)


@pytest.fixture
async def fleet(database: Database) -> Database:
    """A failed execution of payments, counted, and one that goes on."""
    going_on = stories.Story(execution="7d0a4c55-3f0e-4a53-8f3f-000000000002")
    going_on.run("STARTED")
    going_on.stage("Source", "STARTED")
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        await record_envelopes(session, [*stories.failed().envelopes, *going_on.envelopes])
    counter = Counting(database, lambda: NOW, points=False)
    while await counter.turn():
        pass
    return database


def metrics(database: Database) -> Metrics:
    """As `run` makes it."""
    return Metrics(database, telemetry.resource(Settings()), MINUTE)


def received(collector: Collector) -> dict[str, Any]:
    """The metrics of the last request, by name."""
    request = ExportMetricsServiceRequest.FromString(gzip.decompress(collector.bodies[-1]))
    (resource,) = request.resource_metrics
    (scope,) = resource.scope_metrics
    return {metric.name: metric for metric in scope.metrics}


def attributes(point: Any) -> dict[str, str]:
    """Its attributes, which are texts."""
    return {each.key: each.value.string_value for each in point.attributes}


@pytest.mark.database
async def test_what_arrives_is_what_the_conventions_say(fleet: Database, collector: Collector) -> None:
    """Names, units, attributes and temporality of the CICD conventions; cumulative from before the first."""
    async with Sender(f"{collector.url}/v1/metrics", {"x-team": "a"}, signal=METRICS) as sender:
        await metrics(fleet).send_due(sender, NOW)
    assert (collector.paths, collector.headers[0]["x-team"]) == (["/v1/metrics"], "a")
    found = received(collector)
    duration = found["cicd.pipeline.run.duration"]
    (point,) = duration.histogram.data_points
    assert (duration.unit, found["cicd.pipeline.run.active"].unit) == ("s", "{run}")
    assert duration.histogram.aggregation_temporality == AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
    assert attributes(point) == {
        "cicd.pipeline.name": "payments",
        "cicd.pipeline.result": "failure",
        "cicd.pipeline.run.state": "executing",
        "error.type": "failure",
        "interlock.service.name": "payments",
    }
    assert (point.count, list(point.explicit_bounds), len(point.bucket_counts)) == (1, list(BOUNDS), len(BOUNDS) + 1)
    assert 0 < point.start_time_unix_nano <= point.time_unix_nano
    active = {
        attributes(each)["cicd.pipeline.run.state"]: each.as_int
        for each in found["cicd.pipeline.run.active"].sum.data_points
    }
    assert active == {"executing": 1, "finalizing": 0, "pending": 0}
    assert not found["cicd.pipeline.run.active"].sum.is_monotonic
    errors = found["cicd.pipeline.run.errors"]
    assert [(attributes(each)["error.type"], each.as_int) for each in errors.sum.data_points] == [("failure", 1)]
    assert (errors.sum.is_monotonic, errors.unit) == (True, "{error}")


@pytest.mark.database
async def test_the_same_rows_are_the_same_bytes(fleet: Database) -> None:
    """For one time. Nothing of the process is in them, so any reporter goes on where another stopped."""
    async with fleet.reading() as connection:
        first, again = await totals.read(connection), await totals.read(connection)
    resource = telemetry.resource(Settings())
    assert encode(first, resource, NOW) == encode(again, telemetry.resource(Settings()), NOW)


@pytest.mark.database
async def test_one_of_several_sends_in_an_interval(fleet: Database, collector: Collector) -> None:
    """Two reporters, one request; when the lease has ended, the next one; a failure loses nothing."""
    collector.answers.append((503, {}, b""))
    async with Sender(f"{collector.url}/v1/metrics", {}, signal=METRICS) as sender:
        with capture_logs() as said:
            assert not await metrics(fleet).send_due(sender, NOW)
        assert not await metrics(fleet).send_due(sender, NOW)
        assert len(collector.bodies) == 1
        assert [(each["event"], each["reason"]) for each in said] == [
            ("metrics not sent: the next time tells them all", "HTTP 503")
        ]
        async with fleet.transaction() as session:
            await session.execute(text("update lease set until = now()"))
        await metrics(fleet).send_due(sender, NOW)
    assert len(collector.bodies) == 2
    assert collector.bodies[0] == collector.bodies[1]


@pytest.mark.database
async def test_a_lease_from_before_the_clock_was_put_back_holds_nobody(database: Database) -> None:
    """It ends later than one that is taken now could."""
    async with database.transaction() as session:
        await session.execute(text("insert into lease values (:name, now() + interval '1 year')"), {"name": LEASE})
        assert await leases.take(session, LEASE, MINUTE)
        assert not await leases.take(session, LEASE, MINUTE)


@pytest.mark.database
async def test_nothing_counted_is_no_data(database: Database, collector: Collector) -> None:
    """An empty request is sent, which every collector takes: it shows that the way is open."""
    async with Sender(f"{collector.url}/v1/metrics", {}, signal=METRICS) as sender:
        await metrics(database).send_due(sender, NOW)
    assert received(collector) == {}


@pytest.mark.database
async def test_what_a_collector_rejected_is_told(fleet: Database, collector: Collector) -> None:
    """A partial success is not sent again; the log says how many data points."""
    answer = Response()
    answer.partial_success.rejected_data_points = 2
    collector.answers.append((200, {}, answer.SerializeToString()))
    async with Sender(f"{collector.url}/v1/metrics", {}, signal=METRICS) as sender:
        with capture_logs() as said:
            await metrics(fleet).send_due(sender, NOW)
    assert [each["rejected_data_points"] for each in said] == [2]


def test_endpoint_and_headers_of_metrics_win(monkeypatch: pytest.MonkeyPatch) -> None:
    """As OpenTelemetry defines: /v1/metrics is appended to the endpoint of all signals alone."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://collector:4318/")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "a=1")
    assert load().exporter("metrics").url == "http://collector:4318/v1/metrics"
    assert telemetry.headers(load(), METRICS) == {"a": "1"}
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_ENDPOINT", "http://metrics:4318/x")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_METRICS_HEADERS", "b=2")
    assert load().exporter("metrics").url == "http://metrics:4318/x"
    assert telemetry.headers(load(), METRICS) == {"b": "2"}
