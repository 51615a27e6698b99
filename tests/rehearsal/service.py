"""A stand-in for the service on a real socket: it answers what a rehearsal and a gate send, and keeps it."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]


class FakeService:
    """What was asked, in order; `checks` are the runs of every wave, `verdict` what becomes of each."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.url = ""
        self.forget()

    def forget(self) -> None:
        """As if nobody had asked anything yet."""
        self.asked: list[tuple[str, Json]] = []
        self.envelopes: list[Json] = []
        self.checks: list[Json] = []
        self.verdict: Json = {"passed": True, "reasons": []}

    def inputs(self, field: str) -> list[Json]:
        """The inputs of every mutation of that name, in order."""
        with self.lock:
            return [given for name, given in self.asked if name == field]

    def await_mutation(self, field: str, seconds: float) -> bool:
        """Whether the mutation was asked for within the time."""
        with self.lock:
            return self.lock.wait_for(lambda: any(name == field for name, _ in self.asked), seconds)

    def answer(self, query: str, given: Json) -> Json:
        """The data of one request."""
        field = next((name for name in self.MUTATIONS if f"{name}(" in query), None)
        if field is None:
            return {"__typename": "Query"}
        with self.lock:
            self.asked.append((field, given))
            self.lock.notify_all()
            return {field: {**getattr(self, f"_{field}")(given), "errors": []}}

    MUTATIONS = ("registerPipeline", "reportEvents", "startCheckRuns", "finishCheckRun", "concludeWave")

    def _registerPipeline(self, given: Json) -> Json:  # noqa: N802 - the mutation's name
        return {"pipeline": {"id": given["name"]}}

    def _reportEvents(self, given: Json) -> Json:  # noqa: N802
        self.envelopes += given["envelopes"]
        return {"accepted": len(given["envelopes"]), "duplicates": 0, "setAside": 0}

    def _startCheckRuns(self, given: Json) -> Json:  # noqa: N802
        assert given["executionId"] in {each["detail"]["execution-id"] for each in self.envelopes}
        return {"checkRuns": self.checks}

    def _finishCheckRun(self, given: Json) -> Json:  # noqa: N802
        return {"checkRun": {"id": given["checkRun"], "status": given["status"]}}

    def _concludeWave(self, given: Json) -> Json:  # noqa: N802
        return {"verdict": self.verdict}


@contextmanager
def serving() -> Iterator[FakeService]:
    """The stand-in, answering on a free loopback port."""
    service = FakeService()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = json.loads(self.rfile.read(int(self.headers["content-length"])))
            data = service.answer(body["query"], (body.get("variables") or {}).get("input", {}))
            answer = json.dumps({"data": data}).encode()
            self.send_response(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing: the test's output is the test's."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,))
    thread.start()
    try:
        yield service
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
