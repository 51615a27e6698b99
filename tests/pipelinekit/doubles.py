"""A service on a real socket that answers as a test tells it to, and remembers every request."""

from __future__ import annotations

import contextlib
import json
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
Answer = Callable[[Json], tuple[int, object]]
"""From a GraphQL request's body to an HTTP status and a JSON body (bytes are sent as they are)."""


class FakeService:
    """`requests` are (method, path, headers, body) in order; `answer` may be replaced at any time."""

    def __init__(self, answer: Answer) -> None:
        self.answer = answer
        self.requests: list[tuple[str, str, dict[str, str], Json]] = []
        self.headers: dict[str, str] = {}
        service = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.requests.append(("POST", self.path, dict(self.headers), body))
                status, value = service.answer(body)
                self._reply(status, value if isinstance(value, bytes) else json.dumps(value).encode())

            def do_GET(self) -> None:
                service.requests.append(("GET", self.path, dict(self.headers), {}))
                self._reply(*service.pages.get(self.path, (404, b"")))

            def do_PUT(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                service.requests.append(("PUT", self.path, dict(self.headers), body))
                self._reply(200, b"")

            def _reply(self, status: int, content: bytes) -> None:
                self.send_response(status)
                for name, value in service.headers.items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, *_: object) -> None:
                pass

        self.pages: dict[str, tuple[int, bytes]] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"

    @contextlib.contextmanager
    def running(self) -> Iterator[FakeService]:
        thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            self._server.shutdown()
            self._server.server_close()
            thread.join()

    @property
    def posts(self) -> list[Json]:
        return [body for method, _, _, body in self.requests if method == "POST"]


def plan_answer(plan: Json) -> Answer:
    """Answers the plan query with a plan."""
    return lambda _: (200, {"data": {"plan": {"__typename": "Plan", **plan}}})


def refusal_answer(typename: str, **fields: object) -> Answer:
    """Answers the plan query with a typed refusal."""
    return lambda _: (200, {"data": {"plan": {"__typename": typename, **fields}}})


class MutationDouble:
    """Answers the gate's mutations: by field a payload, or a function of the input."""

    def __init__(self, payloads: dict[str, Any]) -> None:
        self.payloads = payloads
        self.asked: list[tuple[str, Json]] = []

    def __call__(self, body: Json) -> tuple[int, object]:
        field = next(name for name in self.payloads if f" {name}(input" in body["query"])
        values = body["variables"]["input"]
        self.asked.append((field, values))
        payload = self.payloads[field]
        payload = payload(values) if callable(payload) else payload
        return (payload, b"") if isinstance(payload, int) else (200, {"data": {field: payload}})
