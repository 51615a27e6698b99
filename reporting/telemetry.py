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

from domain.spans import Span, SpanLink
from domain.words import SpanKind as Kind
from models.outbox import SealedSpan
from models.settings import Settings, SettingsError
from reporting.sender import Sender, Signal, Tls

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
        found[name.strip()] = unquote(content.strip()).strip()
    return found


def headers(settings: Settings, signal: Signal) -> dict[str, str]:
    """What is sent along with each request of a signal; none where one of them is no header.

    It would be refused when it is sent, in words that repeat it.
    """
    variable = "OTEL_EXPORTER_OTLP_HEADERS"
    found = pairs(variable, settings.exporter(signal.name).headers)
    if not all(each.isascii() and each.isprintable() for pair in found.items() for each in pair):
        _log.warning("setting ignored", variable=variable, allowed="printable ASCII, on one line")
        return {}
    return found


def sender(settings: Settings, signal: Signal, url: str) -> Sender:
    """The sender of a signal to this address, as the settings say. SettingsError for files that cannot be used."""
    given = settings.exporter(signal.name)
    tls = Tls(given.certificate, given.client_certificate, given.client_key)
    try:
        return Sender(
            url,
            headers(settings, signal),
            signal=signal,
            tls=tls,
            compress=given.compression == "gzip",
            timeout_seconds=given.timeout / 1000,
        )
    except OSError as error:  # ssl.SSLError is one
        raise SettingsError(_unusable(tls, error)) from None


def _unusable(tls: Tls, error: OSError) -> str:
    """Which files were given, and what is wrong with one of them; no contents are shown."""
    names = ("OTEL_EXPORTER_OTLP_CERTIFICATE", "…_CLIENT_CERTIFICATE", "…_CLIENT_KEY")
    files = (tls.certificate, tls.client_certificate, tls.client_key)
    given = ", ".join(f"{name} is {file!r}" for name, file in zip(names, files, strict=True) if file)
    allowed = "files in PEM that this user may read, the key that of its certificate"
    return f"{given}: {error.strerror or error}. Allowed: {allowed}."


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
    assert span.ended_at is not None  # what is sealed has ended
    failed = span.failure is not None
    return ReadableSpan(
        name=span.name,
        context=_context(span.trace_id, span.span_id),
        parent=_context(span.trace_id, span.parent_id) if span.parent_id else None,
        resource=resource,
        attributes=dict(span.attributes),
        links=[_link(link) for link in span.links],
        kind=_KINDS[span.kind],
        instrumentation_scope=_SCOPE,
        status=Status(StatusCode.ERROR, span.failure or None) if failed else Status(StatusCode.UNSET),
        start_time=_nanoseconds(span.started_at),
        end_time=_nanoseconds(span.ended_at),
    )


def _link(link: SpanLink) -> Link:
    """The attribute `interlock.link` says what the other span is to this one: retry_of, rolls_back…"""
    return Link(_context(link.trace_id, link.span_id), {"interlock.link": link.relation.lower()})


def _context(trace_id: str, span_id: str) -> SpanContext:
    return SpanContext(int(trace_id, 16), int(span_id, 16), is_remote=False, trace_flags=TraceFlags(TraceFlags.SAMPLED))


def _nanoseconds(moment: datetime) -> int:
    """Since 1970, in whole numbers: a float of seconds would be off by hundreds of nanoseconds."""
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000
