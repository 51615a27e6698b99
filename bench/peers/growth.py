"""A fleet, twice that, and four times that: the whole fleet's pipelines, page after page, and one service's targets.

The whole fleet is asked for by pages of 500, which one reader asks for in turn. What one object costs is the time, and
the processor's, of all pages by the objects in them: pipelines, services, executions and stages.
"""

from __future__ import annotations

from contextlib import ExitStack

import orjson

from bench.peers import fleet, issuer
from bench.peers.measuring import ROUNDS, SCALE, UNCACHED, finish, measured, requests, told, warm
from bench.peers.peers import LIMIT, interlock
from bench.peers.questions import CONNECTED, Question
from bench.peers.results import Notes
from bench.peers.running import Running, running

SIZES = (1, 2, 4)
OBJECTS = 3 + fleet.STAGES
"""For each pipeline of the dashboard: itself, its service, its latest execution, and that one's stages."""
_PAGED = CONNECTED[Question.DASHBOARD].replace(
    "{ nodes {\n  name service", "{ pageInfo { endCursor hasNextPage } nodes {\n  name service", 1
)


def main() -> None:
    """Writes build/bench/growth.json."""
    notes = Notes("growth")
    with ExitStack() as stack:
        people = stack.enter_context(issuer.running())
        urls = {size: fleet.database(SCALE * size) for size in SIZES}
        there = {
            (size, peer.name): stack.enter_context(running(peer, url))
            for size, url in urls.items()
            for peer in (interlock(people), LIMIT)
        }
        asked_for = {key: _pages(each, key[0]) for key, each in there.items()}
        for key, each in there.items():
            warm(each, asked_for[key])
            warm(each, requests(each, Question.SYNTH))
        for _ in range(ROUNDS):
            for key, each in there.items():
                _round(notes, each, key[0], asked_for[key])
        finish(notes, urls[1])


def _round(notes: Notes, each: Running, size: int, pages: list[str]) -> None:
    figures = measured(each, pages, 1)
    pipelines = round(fleet.SERVICES * SCALE * size)
    whole = {"whole_ms": figures["mean"] * len(pages)}
    worked = (figures["server_ms"] + figures["database_ms"]) * len(pages)
    whole |= {"whole_processor_ms": worked, "object_us": 1000 * worked / (pipelines * OBJECTS)}
    notes.note(each.peer.name, figures | whole, question="whole fleet", size=size)
    one = measured(each, requests(each, Question.SYNTH, **UNCACHED), 1)
    notes.note(each.peer.name, one, question="one service", size=size)
    print(f"  {each.peer.name:10} x{size}  {whole['whole_ms']:9.1f} ms   one service {told(one)}", flush=True)


def _pages(each: Running, size: int) -> list[str]:
    """Requests of the pages, in order."""
    if each.peer.documents is None:
        pipelines = round(fleet.SERVICES * SCALE * size)
        pages = -(-pipelines // 500)
        return [each.peer.request(Question.DASHBOARD, str(page)) for page in range(pages)]
    found, after = [], None
    while True:
        given = {"query": _PAGED, "variables": {"after": after}}
        page = orjson.loads(each.sent(each.peer.graphql(given)).content)["data"]["pipelines"]["pageInfo"]
        found.append(
            each.peer.graphql({"query": CONNECTED[Question.DASHBOARD], "variables": {"after": after}}, **UNCACHED)
        )
        if not page["hasNextPage"]:
            return found
        after = page["endCursor"]
