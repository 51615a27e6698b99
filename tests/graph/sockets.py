"""Websockets without a network, and the view that they speak to, over a real log."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from typing import Any
from uuid import uuid4

import orjson

from domain.events import EventType, Happening
from graph.authentication.bearers import Bearers
from graph.http import GraphQLView
from models.event_log import append
from subscriptions.feed import Feed
from tests.graph.conftest import SCHEMA, Graph

EVENTS = "subscription ($after: String, $f: EventFilter) { events(after: $after, filter: $f) { cursor payload } }"
SUBJECT = uuid4()


async def until(holds: Callable[[], bool]) -> None:
    """Returns when it holds: what another task does is looked for, not waited for."""
    async with asyncio.timeout(20):
        while not holds():  # noqa: ASYNC110 - what is looked at sets no event
            await asyncio.sleep(0.001)


def tasks() -> list[str]:
    """The functions that the loop's tasks run."""
    return [getattr(task.get_coro(), "__qualname__", "") for task in asyncio.all_tasks()]


class Socket:
    """A websocket without a network. `free` cleared: the client reads nothing; `lost`: it is gone.

    bearer: the token that `connection_init` says, if any. headers: of the handshake. ended: the code and the reason
    that the service closed with.
    """

    def __init__(self, view: GraphQLView, bearer: str | None = None, headers: Mapping[str, str] | None = None) -> None:
        self.sent: list[str] = []
        self.ended: tuple[int, str] | None = None
        self.free = asyncio.Event()
        self.free.set()
        self.lost = False
        self._incoming: asyncio.Queue[dict[str, Any]] = asyncio.Queue()
        self._incoming.put_nowait({"type": "websocket.connect"})
        given = [(name.encode(), value.encode()) for name, value in (headers or {}).items()]
        scope = {"type": "websocket", "subprotocols": ["graphql-transport-ws"], "headers": given, "path": "/graphql"}
        self._task = asyncio.create_task(view(scope, self._incoming.get, self._send))
        self.tell("connection_init", payload={"Authorization": f"Bearer {bearer}"} if bearer else {})

    async def _send(self, message: Any) -> None:
        await self.free.wait()
        if self.lost:
            raise OSError("the client is gone")
        if message["type"] == "websocket.send":
            self.sent.append(message["text"])
        elif message["type"] == "websocket.close":
            self.ended = message["code"], message["reason"]

    def tell(self, kind: str, **fields: Any) -> None:
        """A message from the client."""
        text = orjson.dumps({"type": kind, **fields}).decode()
        self._incoming.put_nowait({"type": "websocket.receive", "text": text})

    def subscribe(self, document: str = EVENTS, *, named: str = "1", **variables: Any) -> None:
        """Ask for a subscription."""
        self.tell("subscribe", id=named, payload={"query": document, "variables": variables})

    async def answers(self, count: int) -> list[dict[str, Any]]:
        """The first so many messages but the acknowledgement."""
        await until(lambda: len(self.sent) > count)
        return [orjson.loads(text) for text in self.sent[1 : count + 1]]

    async def numbers(self, count: int) -> list[int]:
        """The numbers of the first so many events."""
        return [each["payload"]["data"]["events"]["payload"]["number"] for each in await self.answers(count)]

    async def close(self) -> None:
        """The client leaves; returns when the service has put everything away."""
        self.free.set()
        self._incoming.put_nowait({"type": "websocket.disconnect", "code": 1001})
        await self._task


class Service:
    """The view over a real log, and its sockets."""

    def __init__(self, graph: Graph, bearers: Bearers | None = None) -> None:
        self.graph = graph
        self.feed: Feed = graph.context.feed
        self.view = GraphQLView(SCHEMA, graph.context, bearers)
        self.sockets: list[Socket] = []

    def socket(self, bearer: str | None = None, headers: Mapping[str, str] | None = None) -> Socket:
        """One more client."""
        self.sockets.append(Socket(self.view, bearer, headers))
        return self.sockets[-1]

    async def pair(self) -> tuple[Socket, Socket]:
        """Two clients that share an execution."""
        one, two = self.socket(), self.socket()
        for socket in (one, two):
            socket.subscribe()
        await self.follow(1, members=2)
        return one, two

    async def follow(self, executions: int, members: int | None = None) -> None:
        """Returns when so many executions follow the log, for so many members of groups."""
        await until(lambda: len(self.feed.followers) == executions)
        await until(lambda: members is None or self.members() == members)

    def members(self) -> int:
        """How many share an execution."""
        return sum(len(group.members) for group in self.view.groups.values())

    async def happen(self, *numbers: int, kind: EventType = EventType.SERVICE_REGISTERED) -> None:
        """Events that are told apart by their numbers, in one commit."""
        happenings = [Happening(kind, "Service", SUBJECT, {"number": number}) for number in numbers]
        async with self.graph.context.database.transaction() as session:
            await append(session, happenings, "a test")
