"""OTLP over HTTP, protobuf: one request, and whether it was acknowledged.

What is sent is bytes that stay the same when they are sent again; which signal they are of decides how an answer is
read (`TRACES`, `METRICS`). Nothing here knows a database.
"""

from __future__ import annotations

import asyncio
import gzip
import ssl
from dataclasses import dataclass
from types import TracebackType
from typing import Any

import httpx
import structlog
from google.protobuf.message import DecodeError  # type: ignore[import-untyped]  # protobuf ships no types
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceResponse

from models.exporters import SignalName

TIMEOUT_SECONDS = 10.0
"""OpenTelemetry's default for an export, from its start to its answer's last byte."""
LARGEST_ANSWER = 64 * 1024
"""Bytes that are read of an answer: a partial success is a number and a sentence."""
LONGEST_REASON = 300
"""Characters of a collector's sentence that go to the log."""
_log = structlog.get_logger("interlock.reporting")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a request was not acknowledged; wait_seconds: how long the collector asked to be left alone.

    status: HTTP's, None where there was no answer.
    """

    reason: str
    wait_seconds: float = 0
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Signal:
    """One of OpenTelemetry's signals: its answer's message, and that message's count of what was rejected."""

    name: SignalName
    response: Any
    rejected: str


TRACES = Signal("traces", ExportTraceServiceResponse, "rejected_spans")
METRICS = Signal("metrics", ExportMetricsServiceResponse, "rejected_data_points")


@dataclass(frozen=True, slots=True)
class Tls:
    """Files in PEM. certificate: who signs servers' certificates, else those that the system trusts.

    client_certificate and client_key: how this client shows who it is; the key may be in the certificate's file.
    """

    certificate: str | None = None
    client_certificate: str | None = None
    client_key: str | None = None

    def context(self) -> ssl.SSLContext:
        """As Python's ssl wants it. Raises OSError (ssl.SSLError is one) for a file that cannot be used."""
        context = ssl.create_default_context(cafile=self.certificate)
        if self.client_certificate:
            context.load_cert_chain(self.client_certificate, self.client_key)
        return context


class Sender:
    """Sends one signal to one collector. url: the address for that signal, whole.

    timeout_seconds: for a whole export; compress: whether bodies are sent as gzip.
    """

    def __init__(
        self,
        url: str,
        headers: dict[str, str],
        *,
        signal: Signal = TRACES,
        tls: Tls = Tls(),
        compress: bool = True,
        timeout_seconds: float = TIMEOUT_SECONDS,
    ) -> None:
        self.url = url
        self._signal = signal
        self._compress = compress
        self._timeout = timeout_seconds
        encoding = {"content-encoding": "gzip"} if compress else {}
        self._client = httpx.AsyncClient(
            timeout=timeout_seconds,
            verify=tls.context(),
            headers={**headers, "content-type": "application/x-protobuf", **encoding, "user-agent": "interlock"},
        )

    async def send(self, body: bytes) -> Refusal | None:
        """Send an export request. None: the collector has it. The same body makes the same bytes."""
        content = gzip.compress(body, mtime=0) if self._compress else body
        try:
            async with (
                asyncio.timeout(self._timeout),
                self._client.stream("POST", self.url, content=content) as response,
            ):
                if response.is_success:
                    self._tell_rejected(await _beginning(response))
                    return None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:  # TimeoutError and ssl.SSLError are OSErrors
            return Refusal(f"{type(error).__name__}: {error}"[:LONGEST_REASON])
        wait = _wait_seconds(response.headers.get("retry-after", ""))
        return Refusal(f"HTTP {response.status_code}", wait, response.status_code)

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
        count = getattr(partial, self._signal.rejected)
        if count:
            _log.warning(
                "collector rejected some", url=self.url, **{self._signal.rejected: count}, reason=_said(partial)
            )


def _said(partial: Any) -> str:
    return str(partial.error_message)[:LONGEST_REASON]


async def _beginning(response: httpx.Response) -> bytes:
    """The answer's body; of one that is longer than any partial success, nothing."""
    found = bytearray()
    async for part in response.aiter_bytes():
        found += part
        if len(found) > LARGEST_ANSWER:
            return b""
    return bytes(found)


def _wait_seconds(retry_after: str) -> float:
    """Retry-After in seconds; its other form, a date, is left to our own back-off. More than a day is a day."""
    known = retry_after.isascii() and retry_after.isdigit()
    return float(min(int(retry_after[:9]), 86_400)) if known else 0
