"""Spans as OTLP's protobuf, and what OpenTelemetry's settings say of their sender.

The bytes are a function of the span and the resource alone: the same each time.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import unquote

import structlog
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import Link, SpanContext, SpanKind, Status, StatusCode, TraceFlags

from domain.spans import Kind, Span
from models.outbox import SealedSpan
from models.settings import Settings

SCHEMA_URL = "https://opentelemetry.io/schemas/1.44.0"
_SCOPE = InstrumentationScope("interlock.executions", "1", SCHEMA_URL)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_KINDS = {Kind.SERVER: SpanKind.SERVER, Kind.INTERNAL: SpanKind.INTERNAL}
_log = structlog.get_logger("interlock.reporting")


def pairs(variable: str, value: str) -> dict[str, str]:
    """Read `name=value,name=value`, the values percent-encoded.

    By OpenTelemetry's rule a pair that cannot be read discards them all. The log names the variable and never the
    value: headers hold secrets.
    """
    found = {}
    for pair in filter(None, (each.strip() for each in value.split(","))):
        name, equals, content = pair.partition("=")
        if not equals or not name.strip():
            _log.warning("setting ignored", variable=variable, allowed="name=value, several separated by commas")
            return {}
        found[name.strip()] = unquote(content.strip())
    return found


def headers(settings: Settings) -> dict[str, str]:
    """What is sent along with each request of spans."""
    return pairs("OTEL_EXPORTER_OTLP_HEADERS", settings.otlp_traces_headers)


def metrics_headers(settings: Settings) -> dict[str, str]:
    """What is sent along with each request of metrics."""
    return pairs("OTEL_EXPORTER_OTLP_HEADERS", settings.otlp_metrics_headers)


def resource(settings: Settings) -> Resource:
    """Who speaks: `service.name` is OTEL_SERVICE_NAME's, else the attributes', else interlock."""
    given: dict[str, str] = pairs("OTEL_RESOURCE_ATTRIBUTES", settings.otel_resource_attributes)
    name = settings.otel_service_name or given.get("service.name") or "interlock"
    return Resource(dict(sorted({**given, "service.name": name}.items())), SCHEMA_URL)


def encode(spans: Iterable[Span], resource: Resource) -> list[SealedSpan]:
    """Each span as an ExportTraceServiceRequest of its own."""
    return [SealedSpan(span.trace_id, span.span_id, _body(span, resource)) for span in spans]


def _body(span: Span, resource: Resource) -> bytes:
    body: bytes = encode_spans([_readable(span, resource)]).SerializeToString(deterministic=True)
    return body


def _readable(span: Span, resource: Resource) -> ReadableSpan:
    failed = span.failure is not None
    return ReadableSpan(
        name=span.name,
        context=_context(span.trace_id, span.span_id),
        parent=_context(span.trace_id, span.parent_id) if span.parent_id else None,
        resource=resource,
        attributes=dict(span.attributes),
        links=[Link(_context(span.trace_id, span.retry_of), {"interlock.link": "retry_of"})] if span.retry_of else [],
        kind=_KINDS[span.kind],
        instrumentation_scope=_SCOPE,
        status=Status(StatusCode.ERROR, span.failure or None) if failed else Status(StatusCode.UNSET),
        start_time=_nanoseconds(span.started_at),
        end_time=_nanoseconds(span.ended_at),
    )


def _context(trace_id: str, span_id: str) -> SpanContext:
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _nanoseconds(moment: datetime) -> int:
    """Since 1970, in whole numbers: a float of seconds would be off by hundreds of nanoseconds."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
