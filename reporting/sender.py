"""OTLP over HTTP, protobuf, gzip: one request, and whether it was acknowledged."""

from __future__ import annotations

import asyncio
import gzip
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx
import structlog
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # protobuf ships no types
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

TIMEOUT_SECONDS = 10
"""OpenTelemetry's default for an export, from its start to its answer's last byte."""
_log = structlog.get_logger("interlock.reporting")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was not acknowledged; wait_seconds: how long the collector asked to be left alone."""

    reason: str
    wait_seconds: float = 0


@dataclass(frozen=True, slots=True)
class Signal:
    """One of OpenTelemetry's signals: its answer's message, and that message's count of what was rejected."""

    response: Any
    rejected: str


TRACES = Signal(ExportTraceServiceResponse, "rejected_spans")
METRICS = Signal(ExportMetricsServiceResponse, "rejected_data_points")


class Sender:
    """Sends one signal to one collector. url: the address for that signal, whole."""

    def __init__(self, url: str, headers: dict[str, str], *, signal: Signal = TRACES) -> None:
        self.url = url
        self._signal = signal
        self._client = httpx.AsyncClient(
            timeout=TIMEOUT_SECONDS,
            headers={
                **headers,
                "content-type": "application/x-protobuf",
                "content-encoding": "gzip",
                "user-agent": "interlock",
            },
        )

    async def send(self, body: bytes) -> Refusal | None:
        """Send an export request. None: the collector has it. The same body makes the same bytes."""
        try:
            async with asyncio.timeout(TIMEOUT_SECONDS):
                response = await self._client.post(self.url, content=gzip.compress(body, mtime=0))
        except (httpx.HTTPError, httpx.InvalidURL, TimeoutError) as error:
            return Refusal(f"{type(error).__name__}: {error}")
        if response.is_success:
            self._tell_rejected(response.content)
            return None
        return Refusal(f"HTTP {response.status_code}", _wait_seconds(response.headers.get("retry-after", "")))

    async def __aenter__(self) -> Sender:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._client.aclose()

    def _tell_rejected(self, content: bytes) -> None:
        """A partial success is an acknowledgement: OTLP forbids to send it again, so all that is left is to say so."""
        try:
            partial = self._signal.response.FromString(content).partial_success
        except DecodeError:
            return
        if count := getattr(partial, self._signal.rejected):
            _log.warning(
                "collector rejected what was sent", **{self._signal.rejected: count, "reason": partial.error_message}
            )


def _wait_seconds(retry_after: str) -> float:
    """Retry-After in seconds; its other form, a date, is left to our own back-off."""
    return float(retry_after) if retry_after.isascii() and retry_after.isdigit() else 0
