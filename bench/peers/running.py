"""Competitors started over a database, each on a port of its own, and looked at before they are measured."""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryFile

import httpx

from bench.peers import fleet, issuer, usage
from bench.peers.load import ROOT
from bench.peers.peers import OTHERS, Peer, interlock
from bench.peers.questions import Question, plain
from tests.service import free_port

STARTS_WITHIN = 90


class CannotMeasure(Exception):
    """A competitor does not start, or does not answer what the others answer; the message says which."""


@dataclass(frozen=True)
class Running:
    """A competitor that listens. started: seconds until it did."""

    peer: Peer
    url: str
    port: int
    pid: int
    started: float

    @property
    def base(self) -> str:
        """Where it is asked."""
        return f"http://127.0.0.1:{self.port}"

    @cached_property
    def postmaster(self) -> int:
        """PostgreSQL's process."""
        return usage.postmaster(fleet.libpq(self.url))

    def answer(self, question: Question, name: str | None = None) -> bytes:
        """One answer's body."""
        return self.response(question, name).content

    def response(self, question: Question, name: str | None = None) -> httpx.Response:
        """One answer. Raises CannotMeasure for one that is none."""
        return self.sent(self.peer.request(question, name))

    def sent(self, request: str) -> httpx.Response:
        """The answer to a whole request. Raises CannotMeasure for one that is none."""
        head, _, body = request.partition("\r\n\r\n")
        first, *lines = head.split("\r\n")
        method, path, _ = first.split(" ")
        headers = dict(line.split(": ", 1) for line in lines)
        response = httpx.request(method, self.base + path, headers=headers, content=body, timeout=120)
        if response.status_code != 200:
            raise CannotMeasure(f"{self.peer.title} answered {response.status_code}: {response.text[:500]}")
        return response


@contextmanager
def running(peer: Peer, url: str) -> Iterator[Running]:
    """One competitor, ended with the block."""
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith(("INTERLOCK_", "OTEL_", "AWS_", "PG"))
    }
    port = free_port()
    env = {**kept, "PYTHONPATH": str(ROOT), **peer.environment(url, port)}
    began = time.perf_counter()
    with TemporaryFile() as said:
        process = subprocess.Popen(peer.command(url, port), env=env, cwd=ROOT, stdout=said, stderr=said)
        try:
            _listens(process, f"http://127.0.0.1:{port}{peer.ready}", peer, said.fileno())
            yield Running(peer, url, port, process.pid, time.perf_counter() - began)
        finally:
            process.terminate()
            try:
                process.wait(20)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait()


def _listens(process: subprocess.Popen[bytes], url: str, peer: Peer, said: int) -> None:
    deadline = time.monotonic() + STARTS_WITHIN
    while time.monotonic() < deadline:
        if process.poll() is not None:
            break
        try:
            if httpx.get(url, timeout=30).status_code < 500:
                return
        except httpx.HTTPError:
            pass
        time.sleep(0.02)
    words = Path(f"/proc/self/fd/{said}").read_bytes()[-2000:].decode(errors="replace")
    raise CannotMeasure(f"{peer.title} does not answer at {url}: {words or 'it said nothing'}")


@contextmanager
def competitors(
    url: str, others: Sequence[Peer] = OTHERS, left_out: list[str] | None = None
) -> Iterator[list[Running]]:
    """The service and those others that are installed, all answering the same. left_out: learns which are not."""
    with ExitStack() as stack:
        people = stack.enter_context(issuer.running())
        there = []
        for peer in (interlock(people), *others):
            if peer.absent:
                print(f"  left out: {peer.absent}", flush=True)
                if left_out is not None:
                    left_out.append(peer.absent)
            else:
                there.append(stack.enter_context(running(peer, url)))
        same(there)
        yield there


def same(there: Sequence[Running], service: str = fleet.service(1)) -> None:
    """Raises CannotMeasure for one that answers other data than the first."""
    for question, name in ((Question.SYNTH, service), (Question.DASHBOARD, None)):
        wanted = plain(there[0].answer(question, name))
        for each in there[1:]:
            found = plain(each.answer(question, name))
            if found != wanted:
                at = _differs(wanted, found)
                raise CannotMeasure(f"{each.peer.title} answers {question} otherwise than {there[0].peer.title}: {at}")


def _differs(wanted: object, found: object) -> str:
    if isinstance(wanted, list) and isinstance(found, list):
        if len(wanted) != len(found):
            return f"{len(found)} rows, not {len(wanted)}"
        return next(_differs(*pair) for pair in zip(wanted, found, strict=True) if pair[0] != pair[1])
    if isinstance(wanted, dict) and isinstance(found, dict) and wanted.keys() == found.keys():
        return next(f"{name}: {_differs(wanted[name], found[name])}" for name in wanted if wanted[name] != found[name])
    return f"{str(found)[:200]}, not {str(wanted)[:200]}"
