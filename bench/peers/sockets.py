"""1,000, 5,000 and 10,000 sockets in one process, which subscribe to the same; with 1,000, stock Strawberry beside it.

An event has 250 octets. Each is written when the one before has come to everybody; from its commit until it has come
is measured by one clock, and what the server's process worked meanwhile is shared by all deliveries, less what it works
in as much time when nothing happens, which is told by itself. The sockets are opened by a process of their own; what a
socket holds is the server's memory with all of them, less that before.
"""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from bench.peers import fleet, issuer, usage
from bench.peers.crowd import MEASURED
from bench.peers.load import ROOT
from bench.peers.measuring import SCALE, finish
from bench.peers.peers import STOCK, Peer, crowded
from bench.peers.results import QUICK, Notes
from bench.peers.running import Running, running
from domain.events import EventType, Happening
from models.engine import Database
from models.epochs import ensure_epoch
from models.event_log import append

IDLE_SECONDS = 2 if QUICK else 10
SOCKETS, ROUNDS, EVENTS = ((50,), 1, 3) if QUICK else ((1_000, 5_000, 10_000), 1, 10)
MOST_OF_STOCK = 1_000
"""Strawberry's own handler brings an event to the last of 5,000 after seconds, and takes minutes to open them."""


def main() -> None:
    """Writes build/bench/sockets.json."""
    notes = Notes("sockets")
    with fleet.copy(SCALE) as url, issuer.running() as people:
        for _ in range(ROUNDS):
            for sockets in SOCKETS:
                for peer in (crowded(people), *([STOCK] if sockets <= MOST_OF_STOCK else [])):
                    figures = asyncio.run(_round(peer, url, sockets))
                    notes.note(peer.name, figures, sockets=sockets)
                    told = "  ".join(f"{name} {value:.2f}" for name, value in figures.items())
                    print(f"  {peer.name:10}{sockets:7,}  {told}", flush=True)
        finish(notes, url)


async def _round(peer: Peer, url: str, sockets: int) -> dict[str, float]:
    async with Database(url) as database:
        await ensure_epoch(database)
        with running(peer, url) as server:
            before = usage.kibibytes(server.pid)
            with _crowd(server, sockets) as crowd:
                await _everybody_follows(crowd, database)
                held = (usage.kibibytes(server.pid) - before) / sockets
                idle = await _idle(server)
                worked, began = usage.processor_seconds(server.pid), time.monotonic()
                committed: list[float] = []
                figures: dict[str, float] = {}
                for _ in range(EVENTS):
                    committed.append(await _written(database))
                    figures = json.loads(await asyncio.to_thread(_asked, crowd, json.dumps(committed)))
                worked = usage.processor_seconds(server.pid) - worked - idle * (time.monotonic() - began)
    return figures | {"delivery_us": 1e6 * worked / EVENTS / sockets, "socket_kib": held, "idle_percent": 100 * idle}


async def _idle(server: Running) -> float:
    """The share of a processor that the server works while all sockets are open, and nothing happens."""
    before = usage.processor_seconds(server.pid)
    await asyncio.sleep(IDLE_SECONDS)
    return (usage.processor_seconds(server.pid) - before) / IDLE_SECONDS


async def _everybody_follows(crowd: subprocess.Popen[str], database: Database) -> None:
    """A subscription is not acknowledged: events are written until everybody has had one, then nothing for a while."""
    probed = asyncio.create_task(asyncio.to_thread(_asked, crowd, "probed"))
    while not probed.done():
        await _written(database, "a probe")
        await asyncio.wait([probed], timeout=5)
    await asyncio.sleep(3)


async def _written(database: Database, what: str = MEASURED) -> float:
    """The time of the commit, by the machine's monotonic clock."""
    payload = {"service": "payments", what: "x" * 100}
    async with database.transaction() as session:
        await append(session, [Happening(EventType.SERVICE_REGISTERED, "Bench", UUID(int=0), payload)], "bench")
    return time.monotonic()


@contextmanager
def _crowd(server: Running, sockets: int) -> Iterator[subprocess.Popen[str]]:
    program = [sys.executable, "-m", "bench.peers.crowd"]
    with subprocess.Popen(program, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as crowd:
        try:
            given = {"port": server.port, "sockets": sockets, "token": server.peer.token or ""}
            if _asked(crowd, json.dumps(given)) != "opened":
                raise RuntimeError(f"{server.peer.title} does not take {sockets:,} sockets.")
            yield crowd
        finally:
            crowd.terminate()


def _asked(crowd: subprocess.Popen[str], line: str) -> str:
    assert crowd.stdin is not None
    assert crowd.stdout is not None
    crowd.stdin.write(line + "\n")
    crowd.stdin.flush()
    told = crowd.stdout.readline().strip()
    if not told:
        raise RuntimeError(f"The sockets' process has ended with {crowd.wait()}: it says above why.")
    return told
