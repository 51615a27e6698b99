"""One request to a collector: over TLS, plain or packed, and whatever it answers."""

from __future__ import annotations

import asyncio
import gzip
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceResponse
from structlog.testing import capture_logs

from models.settings import Settings, SettingsError, load
from reporting import telemetry
from reporting.sender import LARGEST_ANSWER, METRICS, TRACES, Refusal, Sender, Tls
from tests.reporting.conftest import Collector


@contextmanager
def tls_collector(certificates: Path, *, wants_client: bool = False) -> Iterator[tuple[str, list[bytes]]]:
    """A collector that speaks TLS on the loopback: its address, and the bodies that it got."""
    bodies: list[bytes] = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """A handshake that failed is what some tests are about."""

    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificates / "server.pem", certificates / "server.key")
    if wants_client:
        context.load_verify_locations(certificates / "ca.pem")
        context.verify_mode = ssl.CERT_REQUIRED
    server = Server(("127.0.0.1", 0), Handler)
    # The handshake is made in the connection's own thread, when it is first read.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/v1/traces", bodies
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


async def test_a_certificate_of_our_own_authority_is_trusted_when_it_is_named(certificates: Path) -> None:
    """OTEL_EXPORTER_OTLP_CERTIFICATE names who signs; without it the connection is refused, and nothing is sent."""
    settings = Settings(OTEL_EXPORTER_OTLP_CERTIFICATE=str(certificates / "ca.pem"))
    with tls_collector(certificates) as (url, bodies):
        async with (
            telemetry.sender(settings, TRACES, url) as trusting,
            telemetry.sender(Settings(), TRACES, url) as strict,
        ):
            assert await trusting.send(b"spans") is None
            refusal = await strict.send(b"spans")
    assert refusal is not None
    assert "certificate verify failed" in refusal.reason.lower()
    assert [gzip.decompress(body) for body in bodies] == [b"spans"]


async def test_a_client_shows_its_certificate(certificates: Path) -> None:
    """Mutual TLS: with certificate and key it is let in, without them it is not."""
    given = {
        "OTEL_EXPORTER_OTLP_CERTIFICATE": str(certificates / "ca.pem"),
        "OTEL_EXPORTER_OTLP_CLIENT_CERTIFICATE": str(certificates / "client.pem"),
        "OTEL_EXPORTER_OTLP_CLIENT_KEY": str(certificates / "client.key"),
    }
    with tls_collector(certificates, wants_client=True) as (url, bodies):
        async with telemetry.sender(Settings(**given), TRACES, url) as known:
            assert await known.send(b"spans") is None
        async with Sender(url, {}, tls=Tls(given["OTEL_EXPORTER_OTLP_CERTIFICATE"])) as unknown:
            assert await unknown.send(b"spans") is not None
    assert len(bodies) == 1


def test_what_is_for_traces_alone_wins(monkeypatch: pytest.MonkeyPatch) -> None:
    """As OpenTelemetry defines for each of the exporter's variables."""
    for name, both, traces in (("CERTIFICATE", "a", "b"), ("COMPRESSION", "gzip", "none"), ("TIMEOUT", "1000", "2000")):
        monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_{name}", both)
        monkeypatch.setenv(f"OTEL_EXPORTER_OTLP_TRACES_{name}", traces)
    found = load()
    assert (found.traces_certificate, found.traces_compression, found.traces_timeout) == ("b", "none", 2000)
    monkeypatch.delenv("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT")
    assert load().traces_timeout == 1000


@pytest.mark.parametrize(
    ("variable", "value", "allowed"),
    [
        ("OTEL_EXPORTER_OTLP_COMPRESSION", "zstd", "gzip or none"),
        ("OTEL_EXPORTER_OTLP_TRACES_TIMEOUT", "1h", "milliseconds from 1 to 20000"),
        ("OTEL_EXPORTER_OTLP_TIMEOUT", "60000", "milliseconds from 1 to 20000"),
        ("INTERLOCK_KEEP_SENT_DAYS", "-1", "a number of days"),
    ],
)
def test_a_wrong_value_is_named(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, allowed: str) -> None:
    """The variable that was set, not its other spelling, and what is allowed."""
    monkeypatch.setenv(variable, value)
    with pytest.raises(SettingsError, match=rf"^{variable} is '{value}'\. Allowed: .*{allowed}"):
        load()


@pytest.mark.parametrize("content", [None, "s3cret"])
def test_a_file_that_is_no_certificate_is_named(tmp_path: Path, content: str | None) -> None:
    """A program that cannot send says so when it starts, with the file and without its contents."""
    file = tmp_path / "ca.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(SettingsError, match=r"OTEL_EXPORTER_OTLP_CERTIFICATE is '.*ca\.pem': ") as caught:
        telemetry.sender(Settings(OTEL_EXPORTER_OTLP_CERTIFICATE=str(file)), TRACES, "https://127.0.0.1/v1/traces")
    assert "s3cret" not in str(caught.value)


async def test_nothing_is_packed_where_nobody_wants_it(collector: Collector) -> None:
    """OTEL_EXPORTER_OTLP_COMPRESSION=none sends protobuf as it is."""
    async with telemetry.sender(Settings(OTEL_EXPORTER_OTLP_COMPRESSION="none"), TRACES, collector.url) as sender:
        assert await sender.send(b"spans") is None
    assert collector.bodies == [b"spans"]
    assert "content-encoding" not in collector.headers[0]


async def test_a_collector_that_hangs_is_left(collector: Collector) -> None:
    """It took the request and answers nothing: after the export's time the batch is a failed one."""
    collector.may_answer.clear()
    async with telemetry.sender(Settings(OTEL_EXPORTER_OTLP_TIMEOUT=50), TRACES, collector.url) as sender:
        refusal = await sender.send(b"spans")
    assert refusal is not None
    assert "Timeout" in refusal.reason
    assert refusal.status is None


async def test_something_that_is_no_collector_is_a_refusal() -> None:
    """A port that talks rubbish, or hangs up, raises nothing."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

        def rubbish() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(65_536)
                connection.sendall(b"220 smtp ready\r\n")

        speaking = asyncio.create_task(asyncio.to_thread(rubbish))
        async with Sender(f"http://127.0.0.1:{port}", {}) as sender:
            assert isinstance(await sender.send(b"spans"), Refusal)
        await speaking


@pytest.mark.parametrize(
    ("asked", "seconds"), [("20", 20), ("9" * 5000, 86_400), ("-1", 0), ("Sun, 29 Nov 2026 14:00:00 GMT", 0)]
)
async def test_a_collector_that_wants_to_be_left_alone_says_how_long(
    collector: Collector, asked: str, seconds: float
) -> None:
    """Retry-After in seconds; whatever else it holds is left to our own back-off."""
    collector.answers = [(429, {"retry-after": asked}, b"")]
    async with Sender(collector.url, {}) as sender:
        assert await sender.send(b"spans") == Refusal("HTTP 429", seconds, 429)


async def test_an_answer_without_end_is_not_read(collector: Collector) -> None:
    """An acknowledgement may be any size: what is longer than a partial success is let go."""
    collector.answers = [(200, {}, b"x" * (LARGEST_ANSWER * 3))]
    async with Sender(collector.url, {}) as sender:
        assert await sender.send(b"spans") is None


async def test_another_signal_reads_its_own_answer(collector: Collector) -> None:
    """Metrics are sent by the same class: their partial success counts data points."""
    answer = ExportMetricsServiceResponse()
    answer.partial_success.rejected_data_points = 3
    answer.partial_success.error_message = "too old"
    collector.answers = [(200, {}, answer.SerializeToString())]
    async with Sender(collector.url, {}, signal=METRICS) as sender:
        with capture_logs() as said:
            assert await sender.send(b"points") is None
    assert said[0]["rejected_data_points"] == 3
    assert said[0]["reason"] == "too old"
