"""What stands between the gates and the service in a rehearsal: the service can be down, a check can be made to fail.

A gate's function gets this address for the service's. What it asks is passed on as it is, and so is what the service
answers, but while the service is to be down (503, as a load balancer says), and but for the outcome of a check that is
to fail: what it reports becomes FAILED, for the service to decide about.
"""

from __future__ import annotations

import json
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from interlock_cli.moments import instant
from interlock_cli.rehearsal.api import background
from interlock_cli.rehearsal.faults import Fault

FORWARD_SECONDS = 60
UNAVAILABLE = 503
PASSED_ON = ("content-type", "accept", "authorization", "traceparent")
Json = dict[str, Any]


class Proxy:
    """Passes on what gates ask. Safe to share among threads.

    looked: is called with the time that a gate is told, which it asks before it looks at metrics, and before it hears:
    up to that very time there are data, however late the answer is. checks: the faults of checks. ordinals: which of
    the rehearsal's commits an execution is, by its id; those of others are left alone. commits: how many there are.
    """

    def __init__(self, service: str, checks: list[Fault], commits: int) -> None:
        """Listens to nothing yet."""
        self.service = service.rstrip("/")
        self.down = threading.Event()
        self.looked: Callable[[datetime], None] = lambda _: None
        self.ordinals: dict[str, int] = {}
        self.refused = 0
        self.failed = 0
        self._checks = checks
        self._commits = commits
        self._runs: dict[str, Fault] = {}
        self._left: dict[tuple[int, str], int] = {}
        self._lock = threading.Lock()

    def answer(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        """HTTP status and body of one question."""
        if self.down.is_set():
            with self._lock:
                self.refused += 1
            return UNAVAILABLE, b'{"errors": [{"message": "the rehearsal has taken the service down"}]}'
        asked = _input(body)
        status, answer = self._forward(path, headers, self._changed(body, asked))
        if b"query Clock" in body and (told := _time_in(answer)):
            self.looked(told)
        self._learn(asked, answer)
        return status, answer

    def _forward(self, path: str, headers: dict[str, str], body: bytes) -> tuple[int, bytes]:
        request = urllib.request.Request(f"{self.service}{path}", body, headers, method="POST")  # noqa: S310 - loopback
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        try:
            with opener.open(request, timeout=FORWARD_SECONDS) as answered:
                return int(answered.status), bytes(answered.read())
        except urllib.error.HTTPError as error:
            return error.code, error.read()
        except OSError:
            return 502, b'{"errors": [{"message": "the service cannot be reached"}]}'

    def _changed(self, body: bytes, asked: Json) -> bytes:
        """The outcome of a check that is to fail."""
        fault = self._runs.get(str(asked.get("checkRun")))
        if fault is None or asked.get("status") is None:
            return body
        with self._lock:
            self.failed += 1
        document = json.loads(body)
        document["variables"]["input"] |= {"status": "FAILED", "cause": f"the rehearsal lets {fault.check} fail"}
        return json.dumps(document).encode()

    def _learn(self, asked: Json, answer: bytes) -> None:
        """Which check runs are those that are to fail: of this execution, or what the service tries again."""
        if not self._checks:
            return
        try:
            found = json.loads(answer)
        except ValueError:
            return
        tried = self._runs.get(str(asked.get("checkRun")))
        ordinal = self.ordinals.get(str(asked.get("executionId")), 0)
        with self._lock:
            for run in _runs_in(found):
                fault = tried or self._meant(run, ordinal)
                if fault is not None and run["id"] not in self._runs and self._once_more(fault, ordinal, tried):
                    self._runs[run["id"]] = fault

    def _meant(self, run: Json, ordinal: int) -> Fault | None:
        for fault in self._checks:
            if run.get("name") == fault.check and (fault.commit or self._commits) == ordinal:
                return fault
        return None

    def _once_more(self, fault: Fault, ordinal: int, tried: Fault | None) -> bool:
        """Whether it fails this time too. A flaky check fails the first times of each run only."""
        if fault.times is None:
            return True
        if tried is None:
            self._left[ordinal, fault.check] = fault.times
        left = self._left.get((ordinal, fault.check), 0)
        self._left[ordinal, fault.check] = left - 1
        return left > 0


@contextmanager
def serving(proxy: Proxy) -> Iterator[str]:
    """The proxy's address, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length") or 0))
            headers = {name: self.headers[name] for name in PASSED_ON if self.headers.get(name)}
            status, answer = proxy.answer(self.path, headers, body)
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nothing: the rehearsal's output is the rehearsal's."""

    with background(ThreadingHTTPServer(("127.0.0.1", 0), Handler)) as address:
        yield address


def _input(body: bytes) -> Json:
    try:
        given = (json.loads(body).get("variables") or {}).get("input") or {}
    except (ValueError, AttributeError):
        return {}
    return given if isinstance(given, dict) else {}


def _time_in(answer: bytes) -> datetime | None:
    """The time that the service told; None where it told none."""
    try:
        return instant(json.loads(answer)["data"]["clock"]["now"])
    except (ValueError, TypeError, KeyError):
        return None


def _runs_in(found: Any) -> Iterator[Json]:
    """Every check run in an answer, those that are tried again as well; what has no id is none."""
    if isinstance(found, list):
        for each in found:
            yield from _runs_in(each)
    elif isinstance(found, dict):
        for name, value in found.items():
            if name == "checkRuns" and isinstance(value, list):
                yield from (each for each in value if isinstance(each, dict) and each.get("id"))
            elif name == "retry" and isinstance(value, dict) and value.get("id"):
                yield value
            else:
                yield from _runs_in(value)
