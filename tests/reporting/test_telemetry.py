"""OpenTelemetry's settings, and spans as bytes."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from structlog.testing import capture_logs

from domain.spans import Span
from domain.words import SpanKind
from models import settings
from reporting import telemetry
from reporting.sender import TRACES

SPAN = Span(
    trace_id="0b1f6c1e6a3e4f0e9d526f8c6c1d2e3f",
    span_id="00000000000000a1",
    parent_id=None,
    name="RUN payments",
    kind=SpanKind.SERVER,
    started_at=datetime(2026, 11, 22, 23, 31, 2, 118001, tzinfo=UTC),
    ended_at=datetime(2026, 11, 22, 23, 40, tzinfo=UTC),
    attributes=(("cicd.pipeline.name", "payments"), ("interlock.time.inferred", ("end",))),
)


def test_headers_for_traces_win_over_those_for_all_signals(monkeypatch: pytest.MonkeyPatch) -> None:
    """As OpenTelemetry defines; values are percent-encoded, names stand as they are."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "a=1, b=x%2Cy%3D")
    assert telemetry.headers(settings.load(), TRACES) == {"a": "1", "b": "x,y="}
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_TRACES_HEADERS", "c=3%0A")  # as the end of a file that held it
    assert telemetry.headers(settings.load(), TRACES) == {"c": "3"}


@pytest.mark.parametrize("given", ["a=1,Bearer s3cret", "a=1,b=Bearer%0D%0As3cret", "a=1,b=s3cret%C3%BC"])
def test_a_header_that_cannot_be_read_discards_all_and_is_not_shown(
    monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """The log says which variable and what is allowed; a secret is in neither it nor the settings' text."""
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", given)
    with capture_logs() as said:
        assert telemetry.headers(settings.load(), TRACES) == {}
    assert said[0]["variable"] == "OTEL_EXPORTER_OTLP_HEADERS"
    assert "s3cret" not in str(said) + repr(settings.load())


def test_the_resource_is_the_service_by_default() -> None:
    """service.name is OTEL_SERVICE_NAME, else that of the attributes, else interlock."""
    named = settings.Settings(OTEL_RESOURCE_ATTRIBUTES="service.name=releases,team=delivery")
    assert telemetry.resource(settings.Settings()).attributes == {"service.name": "interlock"}
    assert telemetry.resource(named).attributes == {"service.name": "releases", "team": "delivery"}


def test_a_span_is_the_same_bytes_each_time() -> None:
    """Encoding has no clock, no process and no chance in it; microseconds arrive unrounded."""
    resource = telemetry.resource(settings.Settings())
    (first,) = telemetry.encode([SPAN], resource)
    (again,) = telemetry.encode([replace(SPAN)], telemetry.resource(settings.Settings()))
    assert first == again
    request = ExportTraceServiceRequest.FromString(first.body)
    (span,) = request.resource_spans[0].scope_spans[0].spans
    assert span.start_time_unix_nano % 10**9 == 118_001_000
    assert span.trace_id.hex() == first.trace_id == SPAN.trace_id
    assert span.span_id.hex() == first.span_id == SPAN.span_id
    assert not span.parent_span_id
