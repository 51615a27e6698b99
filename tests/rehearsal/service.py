"""A stand-in for the service on a real socket: it answers what a rehearsal and a gate send, and keeps it."""

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

Json = dict[str, Any]
BAKES = timedelta(hours=12)


class FakeService:
    """What was asked, in order; `checks` are the runs of every wave, or `checks_of` one; `verdict` becomes of each."""

    def __init__(self) -> None:
        self.lock = threading.Condition()
        self.url = ""
        self.forget()

    def forget(self) -> None:
        """As if nobody had asked anything yet."""
        self.asked: list[tuple[str, Json]] = []
        self.envelopes: list[Json] = []
        self.checks: list[Json] = []
        self.checks_of: dict[str, list[Json]] = {}
        self.verdict: Json = {"passed": True, "reasons": []}
        self.entries: list[Json] = [{"decision": "PROCEED", "blockers": [], "reasons": [], "askAgainSeconds": 60}]
        self._began: dict[str, str] = {}
        self._concluded = 0
        self.clock: Json = {"now": "2027-03-01T08:00:00+00:00", "speed": 1.0, "rehearsal": True}
        self._read_at = time.monotonic()

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
        if query.startswith("query Clock") or "\nquery Clock" in query:
            return {"clock": self._clock()}
        if "query Why" in query:
            return {"why": {"__typename": "NotFound", "message": "nothing is waited for"}}
        field = next((name for name in self.MUTATIONS if f"{name}(" in query), None)
        if field is None:
            return {"__typename": "Query"}
        with self.lock:
            self.asked.append((field, given))
            self.lock.notify_all()
            return {field: {**getattr(self, f"_{field}")(given), "errors": []}}

    MUTATIONS = (
        "setClock",
        "registerPipeline",
        "reportEvents",
        "startCheckRuns",
        "finishCheckRun",
        "concludeWave",
        "enterWave",
        "observeBake",
        "planRollback",
        "reportRollback",
    )

    def _clock(self) -> Json:
        """As a service for rehearsals: it runs as it was set."""
        passed = (time.monotonic() - self._read_at) * self.clock["speed"]
        now = datetime.fromisoformat(self.clock["now"]) + timedelta(seconds=passed)
        return {**self.clock, "now": now.isoformat()}

    def _setClock(self, given: Json) -> Json:  # noqa: N802 - the mutation's name
        now = max(self._clock()["now"], given.get("at") or "")
        self.clock, self._read_at = {**self.clock, "now": now, "speed": given["speed"]}, time.monotonic()
        return {"clock": self.clock}

    def _registerPipeline(self, given: Json) -> Json:  # noqa: N802 - the mutation's name
        return {"pipeline": {"id": given["name"]}}

    def _reportEvents(self, given: Json) -> Json:  # noqa: N802
        self.envelopes += given["envelopes"]
        return {"accepted": len(given["envelopes"]), "duplicates": 0, "setAside": 0}

    def _startCheckRuns(self, given: Json) -> Json:  # noqa: N802
        assert given["executionId"] in {each["detail"].get("execution-id") for each in self.envelopes}
        return {"checkRuns": [self._begun(each) for each in self.checks_of.get(given["stage"], self.checks)]}

    def _begun(self, run: Json) -> Json:
        """A bake is told from when on it bakes, and when what it compares with was."""
        if run.get("kind") != "BAKE":
            return run
        now = self._clock()["now"]
        return {**run, "configuration": {"deployedFrom": now, "bakesFrom": now, **run["configuration"]}}

    def _enterWave(self, given: Json) -> Json:  # noqa: N802
        assert given["executionId"] in {each["detail"].get("execution-id") for each in self.envelopes}
        return {"entry": self.entries.pop(0) if len(self.entries) > 1 else self.entries[0], "checkRuns": []}

    def _observeBake(self, given: Json) -> Json:  # noqa: N802
        """As the service does: it has baked when its time by the clock is over."""
        began = self._began.setdefault(given["checkRun"], self._clock()["now"])
        passed = datetime.fromisoformat(self._clock()["now"]) - datetime.fromisoformat(began)
        left = BAKES - passed
        status = "RUNNING" if left > timedelta() else "PASSED"
        return {"bake": {"status": status, "reasons": [], "askAgainSeconds": 60, "dataPoints": 0}}

    def _planRollback(self, given: Json) -> Json:  # noqa: N802
        """CodePipeline does it, or nobody: this stand-in has nothing deployed again."""
        plan = {
            "means": "NONE",
            "reason": "CodePipeline does it",
            "target": None,
            "stacks": [],
            "askAgainSeconds": None,
        }
        return {"rollback": {**plan, "execution": given["executionId"], "attempt": 1}}

    def _finishCheckRun(self, given: Json) -> Json:  # noqa: N802
        return {"checkRun": {"id": given["checkRun"], "status": given["status"]}}

    def _concludeWave(self, given: Json) -> Json:  # noqa: N802
        """What the alarm of a check said counts; other failures do when `verdict` says so."""
        alarmed = [
            each.get("cause", "") for each in self.inputs("finishCheckRun")[self._concluded :] if "alarm" in str(each)
        ]
        self._concluded = len(self.inputs("finishCheckRun"))
        if any("is in alarm" in each for each in alarmed):
            return {"verdict": {"passed": False, "reasons": alarmed}}
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
