"""How a part measures: a load on one competitor at a time, with what its server and PostgreSQL worked meanwhile."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence

from bench.peers import fleet, usage
from bench.peers.load import Load, asked
from bench.peers.questions import Question
from bench.peers.results import QUICK, Notes, Result, machine, write
from bench.peers.running import Running

ROUNDS, SECONDS, SCALE = (1, 1.0, 0.04) if QUICK else (5, 3.0, 1.0)
SERVICES = max(1, round(fleet.SERVICES * SCALE))
CONNECTIONS = (1, 8, 64)
IDLE, LONGEST_REST = 0.15, 120
"""The share of a processor that is rest, and how many seconds it is waited for."""
BUSY = 0.7
"""The share of a processor from which on a load may be what is measured."""
UNCACHED = {"cache-control": "no-cache"}
"""What says in HTTP that the answer is to be made anew: whoever keeps answers must not take one of these."""


def requests(running: Running, question: Question, **headers: str) -> list[str]:
    """A question's requests: SYNTH of one service after the other."""
    names = [fleet.service(number) for number in range(1, SERVICES + 1)] if question is Question.SYNTH else [None]
    return [running.peer.request(question, name, **headers) for name in names]


def warm(running: Running, asked_for: Sequence[str], connections: int = 8) -> None:
    """Until plans are made, statements prepared and connections opened."""
    asked(Load(running.port, asked_for, connections, SECONDS / 2))


def measured(
    running: Running,
    asked_for: Sequence[str],
    connections: int,
    accepted: Sequence[int] = (200,),
    *,
    rest: bool = True,
) -> dict[str, float]:
    """One round: answers a second, milliseconds, and the processor's milliseconds for each answer.

    rest: whether to wait first until nothing is at work; whoever measures beside something that is has waited before.
    """
    if rest:
        rested(running)
    before = _worked(running)
    answers = asked(Load(running.port, asked_for, connections, SECONDS, accepted))
    server, database = (1000 * (now - then) / answers.done for now, then in zip(_worked(running), before, strict=True))
    if answers.busy > BUSY:
        print(f"  the load's own process worked {answers.busy:.0%} of the time: {running.peer.title} may be faster")
    return {
        "per_second": answers.done / answers.seconds,
        "p50": answers.p50,
        "p99": answers.p99,
        "mean": answers.mean,
        "server_ms": server,
        "database_ms": database,
        "octets": answers.octets / answers.done,
        "driver_busy": answers.busy,
    }


def _worked(running: Running) -> tuple[float, float]:
    return usage.processor_seconds(running.pid), usage.processor_seconds(running.postmaster)


def rested(running: Running) -> None:
    """Returns when what was asked before is not worked on any more: a slow server goes on for whoever has left."""
    worked = sum(_worked(running))
    for _ in range(LONGEST_REST * 4):
        time.sleep(0.25)
        now = sum(_worked(running))
        if now - worked < IDLE * 0.25:
            return
        worked = now


def turned(there: Sequence[Running], turn: int) -> list[Running]:
    """Competitors in another order in each round: nobody always follows the same one."""
    at = turn % len(there)
    return [*there[at:], *there[:at]]


def told(figures: Mapping[str, float]) -> str:
    """A round's figures in a line, for whoever waits."""
    return (
        f"{figures['per_second']:9.1f}/s  p50 {figures['p50']:8.2f}  p99 {figures['p99']:8.2f} ms"
        f"  processor {figures['server_ms']:7.2f} + {figures['database_ms']:6.2f} ms"
    )


def finish(notes: Notes, url: str | None = None) -> Result:
    """Writes what was measured, and says where."""
    result = notes.result(machine(fleet.libpq(url) if url else None))
    path = write(result)
    print(f"  written: {path}", flush=True)
    return result
