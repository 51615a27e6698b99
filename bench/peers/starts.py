"""How long each takes until it answers, and what it holds in memory: started, and when it has answered much."""

from __future__ import annotations

from bench.peers import fleet, issuer, usage
from bench.peers.measuring import ROUNDS, SCALE, finish, requests, warm
from bench.peers.peers import OTHERS, interlock
from bench.peers.questions import Question
from bench.peers.results import Notes
from bench.peers.running import running


def main() -> None:
    """Writes build/bench/starts.json."""
    url, notes = fleet.database(SCALE), Notes("starts")
    with issuer.running() as people:
        there = [interlock(people), *OTHERS]
        notes.left_out.extend(peer.absent for peer in there if peer.absent)
        for _ in range(ROUNDS):
            for peer in there:
                if peer.absent:
                    continue
                with running(peer, url) as each:
                    figures = {"started": each.started, "idle": usage.kibibytes(each.pid) / 1024}
                    for question in Question:
                        warm(each, requests(each, question))
                    figures["used"] = usage.kibibytes(each.pid) / 1024
                notes.note(peer.name, figures)
                print(
                    f"  {peer.name:13} {figures['started']:6.2f} s {figures['idle']:6.0f} {figures['used']:6.0f} MiB",
                    flush=True,
                )
    finish(notes, url)
