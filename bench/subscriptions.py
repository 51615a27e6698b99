"""What a delivery costs the service's processor: 200 sockets that ask the same, executed each and executed once.

shared    the service's handler, asked the same by all: executed and encoded once, the same bytes to all
alone     the service's handler when no two ask the same: what looking for company costs

Both beside Strawberry's own handler, which executes every operation for itself, asked the same.

The sockets are in this process, so neither the network nor a client is counted; PostgreSQL is another process.
"""

from __future__ import annotations

import asyncio
import gc
import statistics
import time
from collections import defaultdict
from collections.abc import Callable
from typing import Any
from uuid import UUID

import orjson
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from bench import server
from domain.events import EventType, Happening
from domain.permissions import Role, Viewer
from graph.context import Context
from graph.http import GraphQLView
from graph.schema import build
from models.engine import Database
from models.epochs import ensure_epoch
from models.event_log import append
from models.settings import Settings
from subscriptions.feed import Feed

SOCKETS = 200
EVENTS = 10
ROUNDS = 3
DOCUMENT = "subscription { events { cursor type time actor subjectType payload } }"
HAPPENING = Happening(EventType.SERVICE_REGISTERED, "Bench", UUID(int=0), {"service": "payments", "note": "x" * 100})
SCOPE = {"type": "websocket", "subprotocols": ["graphql-transport-ws"], "headers": [], "path": "/graphql"}


class EachView(GraphQLView):
    """The endpoint without sharing."""

    graphql_transport_ws_handler_class = BaseGraphQLTransportWSHandler[Context, None]


class Socket:
    """A client that takes everything at once. taken: messages so far."""

    def __init__(self, view: GraphQLView, document: str) -> None:
        self.taken = 0
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        for message in (
            {"type": "connection_init"},
            {"type": "subscribe", "id": "1", "payload": {"query": document}},
        ):
            self._incoming.put_nowait({"type": "websocket.receive", "text": orjson.dumps(message).decode()})
        self._task = asyncio.create_task(view(SCOPE, self._incoming.get, self._take))

    async def _take(self, message: Any) -> None:
        self.taken += '"next"' in message.get("text", "")

    async def close(self) -> None:
        """Leave."""
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self._task


async def until(holds: Callable[[], bool]) -> None:
    """Look once in a while: looking costs little of what is measured."""
    while not holds():  # noqa: ASYNC110 - what is looked at sets no event
        await asyncio.sleep(0.01)


async def seconds_per_delivery(view: GraphQLView, documents: list[str], executions: int) -> float:
    """Processor time of this process for each event at each socket; executions: so many follow the log."""
    feed, database = view.context.feed, view.context.database
    sockets = [Socket(view, document) for document in documents]
    await until(lambda: len(feed.followers) == executions and _members(view) in (0, len(sockets)))
    gc.collect()
    began = time.process_time()
    for _ in range(EVENTS):
        async with database.transaction() as session:
            await append(session, [HAPPENING], "bench")
    await until(lambda: all(socket.taken == EVENTS for socket in sockets))
    spent = time.process_time() - began
    for socket in sockets:
        await socket.close()
    return spent / EVENTS / len(sockets)


def _members(view: GraphQLView) -> int:
    return sum(len(group.members) for group in view.groups.values())


async def measure(url: str) -> None:
    """Print what each way costs; they take turns, and the middle of their rounds counts."""
    async with Database(url) as database:
        await ensure_epoch(database)
        async with Feed(database) as feed:
            context = Context(
                database=database, feed=feed, settings=Settings(), viewer=Viewer("bench", frozenset({Role.ADMIN}))
            )
            schema = build()
            each, sharing = EachView(schema, context), GraphQLView(schema, context)
            same, different = [DOCUMENT] * SOCKETS, [f"{DOCUMENT} # {number}" for number in range(SOCKETS)]
            rounds = defaultdict(list)
            for _ in range(ROUNDS):
                rounds["same, each"].append(await seconds_per_delivery(each, same, SOCKETS))
                rounds["same, shared"].append(await seconds_per_delivery(sharing, same, 1))
                rounds["different, each"].append(await seconds_per_delivery(each, different, SOCKETS))
                rounds["different, alone"].append(await seconds_per_delivery(sharing, different, SOCKETS))
    middle = {name: statistics.median(spent) for name, spent in rounds.items()}
    print(f"Processor time per delivery, {SOCKETS} sockets; 1.00 = Strawberry's own handler, asked the same")
    for question, way in (("same", "shared"), ("different", "alone")):
        ratio = middle[f"{question}, {way}"] / middle[f"{question}, each"]
        print(f"  {way:8}{ratio:6.3f}   ({1 / ratio:.1f} times less)")


def main() -> None:
    """Start a server of its own, measure, and leave nothing behind."""
    with server.running() as url:
        asyncio.run(measure(url))


if __name__ == "__main__":
    main()
