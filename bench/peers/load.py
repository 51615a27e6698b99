"""Asks a server over HTTP/1.1 on connections that are kept, in a process of its own: `asked` starts it.

As many requests are under way as there are connections. At the end of the time each connection finishes the request
that it has begun, if it does so in PATIENCE; what came until then counts. The parser is httptools', and nothing else is
done with an answer; how busy this process was is told with the answers.
"""

from __future__ import annotations

import asyncio
import gc
import json
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import quantiles

import httptools

PATIENCE = 20
ROOT = Path(__file__).parents[2]


@dataclass(frozen=True)
class Load:
    """requests: whole ones, in turn. accepted: statuses beside which an answer has failed."""

    port: int
    requests: Sequence[str]
    connections: int
    seconds: float
    accepted: Sequence[int] = (200,)


@dataclass(frozen=True)
class Answers:
    """How many, in how long; milliseconds that half of them took, and 99 of 100; octets of all bodies.

    busy: the share of the time in which this process worked. Near 1 it would have measured itself.
    """

    done: int
    failed: int
    seconds: float
    p50: float
    p99: float
    mean: float
    octets: int
    busy: float


def asked(load: Load) -> Answers:
    """Raises RuntimeError where a request has failed, or none was answered in time."""
    program = [sys.executable, "-m", "bench.peers.load"]
    given = json.dumps(asdict(load))
    ended = subprocess.run(program, input=given, capture_output=True, text=True, cwd=ROOT, check=False)
    if ended.returncode:
        raise RuntimeError(f"The load on port {load.port} has failed: {ended.stderr.strip()}")
    answers = Answers(**json.loads(ended.stdout))
    if answers.failed or not answers.done:
        raise RuntimeError(f"Port {load.port} answered {answers.done} requests and failed {answers.failed}.")
    return answers


class Connection(asyncio.Protocol):
    """One connection, which asks the next when it has the answer."""

    def __init__(self, run: Run, at: int) -> None:
        self._run, self._at = run, at
        self.over = asyncio.get_running_loop().create_future()
        self._failing = False

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._ask()

    def _ask(self) -> None:
        self._parser = httptools.HttpResponseParser(self)
        self._octets, self._beginning = 0, b""
        self._began = time.perf_counter()
        self._transport.write(self._run.requests[self._at % len(self._run.requests)])
        self._at += 1

    def data_received(self, data: bytes) -> None:
        self._parser.feed_data(data)

    def on_body(self, body: bytes) -> None:
        self._beginning = self._beginning or body[:10]
        self._octets += len(body)

    def on_message_complete(self) -> None:
        now = time.perf_counter()
        good = self._parser.get_status_code() in self._run.accepted and not self._beginning.startswith(b'{"errors"')
        self._run.note(now - self._began, self._octets, good=good)
        if now < self._run.end and good:
            asyncio.get_running_loop().call_soon(self._ask)
        else:
            self._finish()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.over.done():
            self._run.note(0, 0, good=False)
            self._finish()

    def _finish(self) -> None:
        if not self.over.done():
            self.over.set_result(None)


class Run:
    """One load, as it goes."""

    def __init__(self, load: Load) -> None:
        self.requests = [each.encode("latin-1") for each in load.requests]
        self.accepted = frozenset(load.accepted)
        self.load, self.end = load, 0.0
        self._taken: list[float] = []
        self._failed, self._octets, self._last = 0, 0, 0.0

    def note(self, seconds: float, octets: int, *, good: bool) -> None:
        """One answer."""
        self._last = time.perf_counter()
        self._failed += not good
        self._octets += octets
        if good:
            self._taken.append(seconds)

    async def run(self) -> Answers:
        """Until the time is over, and those that were under way have come."""
        loop, load = asyncio.get_running_loop(), self.load
        began, busy = time.perf_counter(), time.process_time()
        self.end = began + load.seconds
        step = max(1, len(self.requests) // load.connections)
        made = [
            await loop.create_connection(lambda n=n: Connection(self, n * step), "127.0.0.1", load.port)  # type: ignore[misc]
            for n in range(load.connections)
        ]
        await asyncio.wait([each.over for _, each in made], timeout=load.seconds + PATIENCE)
        busy = time.process_time() - busy
        for transport, each in made:
            each.over.cancel()
            transport.abort()
        return self._told(self._last - began, busy)

    def _told(self, seconds: float, busy: float) -> Answers:
        taken = [1000 * each for each in self._taken] or [0.0]
        cuts = quantiles(taken, n=100) if len(taken) > 1 else taken * 99
        mean = sum(taken) / len(taken)
        done = len(self._taken)
        return Answers(done, self._failed, seconds, cuts[49], cuts[98], mean, self._octets, busy / max(seconds, 1e-9))


def main() -> None:
    """Reads a load from standard input, and writes what came of it."""
    run = Run(Load(**json.load(sys.stdin)))
    gc.disable()
    json.dump(asdict(asyncio.run(run.run())), sys.stdout)


if __name__ == "__main__":
    main()
