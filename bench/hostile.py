"""What hostile documents cost the service: `python -m bench hostile`, whose table is in docs/security.md.

Each is asked over an empty database, as if for the first time: nothing of it is remembered. CPU is the process's own,
the best of ROUNDS, with the schema kept out of the interpreter's collections as `serve` does. MB is the most that was
held.
"""

from __future__ import annotations

import asyncio
import gc
import time
import tracemalloc
from typing import NamedTuple

import orjson

from bench import server
from domain.permissions import Role, Viewer
from graph.context import Context
from graph.planner import plans
from graph.reading import forget
from graph.schema import build
from models.engine import Database
from models.epochs import ensure_epoch
from models.settings import Settings
from subscriptions.feed import Feed
from tests.graph.hostile import ALLOWED, INTROSPECTION, REFUSED

ROUNDS = 5
SCHEMA = build()


class Cost(NamedTuple):
    """milliseconds of CPU, megabytes at most, and the first error's code or "answered"."""

    milliseconds: float
    megabytes: float
    said: str
    name: str


def main() -> None:
    """Prints the table, the dearest first."""
    with server.running() as url:
        costs = asyncio.run(_measure(url))
    print(f"{'ms of CPU':>9} {'MB':>6}  {'document':34} answer")
    for each in sorted(costs, reverse=True):
        print(f"{each.milliseconds:9.1f} {each.megabytes:6.1f}  {each.name:34} {each.said}")


async def _measure(url: str) -> list[Cost]:
    documents = {name: text for name, (_, text) in REFUSED.items()}
    documents |= {f"{name} (allowed)": text for name, text in ALLOWED.items()}
    documents["the whole introspection"] = INTROSPECTION
    async with Database(url) as database, Feed(database) as feed:
        await ensure_epoch(database)
        viewer = Viewer("bench", frozenset({Role.VIEWER}))
        context = Context(database=database, feed=feed, settings=Settings(), viewer=viewer)
        await SCHEMA.execute("{ accounts { totalCount } }", context_value=context)
        gc.collect()
        gc.freeze()
        return [await _cost(context, name, text) for name, text in documents.items()]


async def _cost(context: Context, name: str, text: str) -> Cost:
    taken = []
    for _ in range(ROUNDS):
        _forget()
        gc.collect()
        began = time.process_time()
        result = await SCHEMA.execute(text, context_value=context)
        orjson.dumps(result.data)
        taken.append(time.process_time() - began)
    _forget()
    tracemalloc.start()
    await SCHEMA.execute(text, context_value=context)
    megabytes = tracemalloc.get_traced_memory()[1] / 1e6
    tracemalloc.stop()
    code = (result.errors[0].extensions or {}).get("code", "?") if result.errors else "answered"
    return Cost(min(taken) * 1_000, megabytes, str(code), name)


def _forget() -> None:
    """As if it came for the first time."""
    forget()
    plans.forget()
