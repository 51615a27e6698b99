"""What it costs to know who asks, to hold limits, and to count and note: the service beside its endpoint alone."""

from __future__ import annotations

from bench.peers import fleet
from bench.peers.measuring import CONNECTIONS, ROUNDS, SCALE, UNCACHED, finish, measured, requests, told, turned, warm
from bench.peers.peers import BARE
from bench.peers.questions import Question
from bench.peers.results import Notes
from bench.peers.running import competitors


def main() -> None:
    """Writes build/bench/doors.json."""
    url, notes = fleet.database(SCALE), Notes("doors")
    with competitors(url, (BARE,)) as there:
        for question in Question:
            for each in there:
                warm(each, requests(each, question, **UNCACHED))
        for turn in range(ROUNDS):
            for question in Question:
                for connections in CONNECTIONS:
                    for each in turned(there, turn):
                        figures = measured(each, requests(each, question, **UNCACHED), connections)
                        notes.note(each.peer.name, figures, question=question.value, connections=connections)
                        print(f"  {each.peer.name:13}{question.value:10}{connections:3}  {told(figures)}", flush=True)
        finish(notes, url)
