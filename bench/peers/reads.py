"""Both questions, asked of every competitor over one fleet, by 1, 8 and 64 at once.

The service is asked as it is shipped: with a token, within limits, and counted. Answers are made anew each time.
"""

from __future__ import annotations

from bench.peers import fleet
from bench.peers.measuring import CONNECTIONS, ROUNDS, SCALE, UNCACHED, finish, measured, requests, told, turned, warm
from bench.peers.questions import Question
from bench.peers.results import Notes
from bench.peers.running import Running, competitors


def main() -> None:
    """Writes build/bench/peers.json."""
    url, notes = fleet.database(SCALE), Notes("peers")
    with competitors(url, left_out=notes.left_out) as there:
        for question in Question:
            for each in there:
                warm(each, requests(each, question, **UNCACHED))
        for turn in range(ROUNDS):
            for each in turned(there, turn):
                _round(notes, each)
        finish(notes, url)


def _round(notes: Notes, running: Running) -> None:
    for question in Question:
        for connections in CONNECTIONS:
            figures = measured(running, requests(running, question, **UNCACHED), connections)
            notes.note(running.peer.name, figures, question=question.value, connections=connections)
            print(f"  {running.peer.name:13}{question.value:10}{connections:3}  {told(figures)}", flush=True)
