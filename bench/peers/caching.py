"""The dashboard as walls ask for it, the same again and again: cold, kept, and known by its ETag.

cold     the first answer of a service that has just started, its document read, planned and prepared
again    whatever may be kept is kept
known    the same with the ETag of the last answer, which 304 answers; left out for who sends none

Beside them stands the limit, which keeps nothing.
"""

from __future__ import annotations

import time

from bench.peers import fleet, issuer
from bench.peers.measuring import ROUNDS, SCALE, finish, measured, requests, told, warm
from bench.peers.peers import LIMIT, POSTGRAPHILE_5, interlock
from bench.peers.questions import Question
from bench.peers.results import Notes
from bench.peers.running import Running, competitors, running

AT_ONCE = 8


def main() -> None:
    """Writes build/bench/caching.json."""
    url, notes = fleet.database(SCALE), Notes("caching")
    _cold(notes, url)
    with competitors(url, (LIMIT,)) as there:
        for turn in range(ROUNDS):
            for each in there:
                for question in Question:
                    _kept(notes, each, question, first=turn == 0)
    finish(notes, url)


def _cold(notes: Notes, url: str) -> None:
    with issuer.running() as people:
        for peer in (interlock(people), LIMIT, POSTGRAPHILE_5):
            if peer.absent:
                notes.left_out.append(peer.absent)
                continue
            for _ in range(ROUNDS):
                for question in Question:
                    with running(peer, url) as fresh:
                        began = time.perf_counter()
                        fresh.answer(question, fleet.service(1) if question is Question.SYNTH else None)
                        taken = 1000 * (time.perf_counter() - began)
                    notes.note(peer.name, {"p50": taken}, question=question.value, kept="cold")


def _kept(notes: Notes, each: Running, question: Question, *, first: bool) -> None:
    if first:
        warm(each, requests(each, question)[:1])
    _note(notes, each, question, "again", measured(each, requests(each, question)[:1], AT_ONCE))
    tag = _tag(each, question)
    if tag is not None:
        known = requests(each, question, if_none_match=tag)[:1]
        _note(notes, each, question, "known", measured(each, known, AT_ONCE, accepted=(200, 304)))
    elif first:
        notes.left_out.append(f"{each.peer.title} sends no ETag with {question}")


def _note(notes: Notes, each: Running, question: Question, kept: str, figures: dict[str, float]) -> None:
    notes.note(each.peer.name, figures, question=question.value, kept=kept)
    print(f"  {each.peer.name:13}{question.value:10}{kept:6} {told(figures)}", flush=True)


def _tag(each: Running, question: Question) -> str | None:
    name = fleet.service(1) if question is Question.SYNTH else None
    return each.response(question, name).headers.get("etag")
