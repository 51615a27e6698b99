"""A collector that really speaks OTLP over HTTP, and executions that really are in the database."""

from __future__ import annotations

import gzip
import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass
class Collector:
    """What was received, and how the next requests are answered: with 200 when `answers` is empty, once it may."""

    url: str = ""
    answers: list[tuple[int, dict[str, str], bytes]] = field(default_factory=list)
    bodies: list[bytes] = field(default_factory=list)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)
    arrived: threading.Event = field(default_factory=threading.Event)
    may_answer: threading.Event = field(default_factory=threading.Event)

    def requests(self) -> list[ExportTraceServiceRequest]:
        """The requests, unpacked and decoded."""
        return [ExportTraceServiceRequest.FromString(gzip.decompress(body)) for body in self.bodies]

    def spans(self) -> list[Any]:
        """Every span of every request."""
        return [
            span
            for request in self.requests()
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]


@pytest.fixture(autouse=True)
def _no_telemetry_of_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the person who runs the tests exports, and through which proxy, stays out of them."""
    for name in list(os.environ):
        if name.startswith("OTEL_") or name.upper().endswith("_PROXY"):
            monkeypatch.delenv(name)


@pytest.fixture
def collector() -> Iterator[Collector]:
    """A collector on a port of its own on the loopback."""
    with collecting() as found:
        yield found


@contextmanager
def collecting() -> Iterator[Collector]:
    """The same, for a test that needs several. What a dying sender sent in part was not received."""
    found = Collector()
    found.may_answer.set()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers["content-length"])
            body = self.rfile.read(length)
            if len(body) < length:
                return
            found.bodies.append(body)
            found.headers.append({name.lower(): value for name, value in self.headers.items()})
            found.paths.append(self.path)
            found.arrived.set()
            found.may_answer.wait()
            status, headers, content = found.answers.pop(0) if found.answers else (200, {}, b"")
            self.send_response(status)
            for name, value in {**headers, "content-length": str(len(content))}.items():
                self.send_header(name, value)
            with suppress(OSError):  # whoever asked may be dead
                self.end_headers()
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing: the test reads what was received."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield found
    finally:
        found.may_answer.set()
        server.shutdown()
        server.server_close()
        thread.join()
