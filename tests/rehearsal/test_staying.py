"""A rehearsal that stays: it goes on when somebody acts on it, and ends when the person says so."""

from __future__ import annotations

import threading
from typing import Any

from interlock_cli.connection import Connection
from interlock_cli.rehearsal.clock import Clock, SimulatedClock
from interlock_cli.rehearsal.rehearse import Request, Whole, _port


class Pipeline:
    """A pipeline of which something is under way, or nothing."""

    def __init__(self) -> None:
        self.moves = threading.Event()
        self.stopped = False

    def running(self) -> bool:
        return self.moves.is_set()

    def stop(self) -> None:
        self.stopped = True


def _whole(pipeline: Pipeline, *, stay: bool) -> tuple[Whole, list[str]]:
    said: list[str] = []
    unused: Any = None
    running: Any = [pipeline]
    request = Request((), Connection(), stay=stay)
    return Whole(request, running, Clock(), unused, unused, said.append), said


def test_it_waits_until_something_moves() -> None:
    """And says how it ends."""
    pipeline = Pipeline()
    whole, said = _whole(pipeline, stay=True)
    threading.Timer(0.05, pipeline.moves.set).start()
    assert whole._stays()
    assert "until Ctrl-C" in said[0]


def test_it_ends_when_it_is_told_to_and_nothing_was_interrupted() -> None:
    """All was over: the outcome is what it was."""
    whole, _ = _whole(Pipeline(), stay=True)
    threading.Timer(0.05, whole._stop).start()
    assert not whole._stays()
    assert not whole._stays()
    assert not whole.interrupted.is_set()


def test_what_is_under_way_is_interrupted() -> None:
    """As without staying."""
    pipeline = Pipeline()
    pipeline.moves.set()
    whole, _ = _whole(pipeline, stay=True)
    whole._stop()
    assert whole.interrupted.is_set()
    assert pipeline.stopped


def test_without_the_option_nothing_is_waited_for() -> None:
    """It ends with the last execution."""
    whole, said = _whole(Pipeline(), stay=False)
    assert not whole._stays()
    assert said == []


def test_codepipeline_answers_beside_a_service_for_rehearsals() -> None:
    """On the port after its own, or where it was told; a service of the world's clock looks nowhere."""
    connection = Connection("http://127.0.0.1:8400")
    simulated = SimulatedClock(connection)
    assert _port(Request((), connection), simulated) == 8401
    assert _port(Request((), connection, port=9000), simulated) == 9000
    assert _port(Request((), connection), Clock()) == 0
    assert _port(Request((), Connection("http://127.0.0.1")), simulated) == 0
    assert _port(Request((), Connection("https://interlock.example.com:8400")), simulated) == 0
