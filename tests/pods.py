"""Several processes of one service over one database, and clients that go from one to another."""

from __future__ import annotations

import asyncio
import itertools
import json
import random
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager, suppress
from typing import Any

import httpx
import websockets
from sqlalchemy import URL
from websockets.asyncio.client import ClientConnection, connect

from tests.service import Forked, answers, environment, free_port

WATCH = "subscription ($after: String) { events(after: $after) { cursor type payload } }"
REGISTER = """mutation ($input: RegisterTeamInput!) {
  registerTeam(input: $input) { team { name } errors { code message } } }"""
PROTOCOL = websockets.Subprotocol("graphql-transport-ws")
GONE = (OSError, httpx.HTTPError, websockets.WebSocketException)
"""What a client of a process that has been killed may see."""


class Pod:
    """One process on a port of its own."""

    def __init__(self, url: URL, **settings: str) -> None:
        self.port = free_port()
        self.base = f"http://127.0.0.1:{self.port}"
        self._env = environment(url, INTERLOCK_PORT=str(self.port), **settings)
        self.process = Forked("serve", self._env)

    async def answers(self) -> None:
        """Returns when it is ready."""
        await asyncio.to_thread(answers, self.base, self.process)

    async def killed(self) -> None:
        """SIGKILL, and another process on the same port, which may not be ready yet."""
        await asyncio.to_thread(self.process.kill)
        self.process = Forked("serve", self._env)


@asynccontextmanager
async def pods(url: URL, count: int, **settings: str) -> AsyncIterator[list[Pod]]:
    """So many processes, ready; killed at the end."""
    running = [Pod(url, **settings) for _ in range(count)]
    try:
        for pod in running:
            await pod.answers()
        yield running
    finally:
        for pod in running:
            await asyncio.to_thread(pod.process.kill)


class Watcher:
    """A client that follows the log, at another process whenever a socket ends. seen: every event, as it came.

    bases: where there are processes, looked at each time.
    """

    def __init__(self, bases: list[str], after: str | None = None, at: int = 0, token: str | None = None) -> None:
        self._bases, self._at = bases, at
        self.after = after
        self._greeting: dict[str, Any] = {"type": "connection_init"}
        if token:
            self._greeting["payload"] = {"Authorization": f"Bearer {token}"}
        self.seen: list[dict[str, Any]] = []
        self.closed: list[int] = []
        self.joined = asyncio.Event()

    async def watch(self) -> None:
        """Follows until it is cancelled."""
        for place in itertools.count(self._at):
            base = self._bases[place % len(self._bases)]
            with suppress(*GONE):
                async with connect(f"{base.replace('http', 'ws', 1)}/graphql", subprotocols=[PROTOCOL]) as socket:
                    await self._follow(socket)
            await asyncio.sleep(0.02)

    async def _follow(self, socket: ClientConnection) -> None:
        await socket.send(json.dumps(self._greeting))
        asked = {"query": WATCH, "variables": {"after": self.after}}
        await socket.send(json.dumps({"type": "subscribe", "id": "1", "payload": asked}))
        try:
            async for text in socket:
                message = json.loads(text)
                self.joined.set()
                if message["type"] in ("complete", "error"):
                    return
                if message["type"] == "next":
                    self._keep(message["payload"])
        finally:
            if socket.close_code is not None:
                self.closed.append(socket.close_code)

    def _keep(self, result: dict[str, Any]) -> None:
        assert "errors" not in result, result  # an event would be lost
        self.seen.append(result["data"]["events"])
        self.after = self.seen[-1]["cursor"]


@asynccontextmanager
async def at_work(*work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """All that is done beside the block, which fails with the first that fails; cancelled, and gone, at its end."""
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(each) for each in work]
        yield
        for task in tasks:
            task.cancel()


class Registrar:
    """A client that registers teams, each under a key: asked again, elsewhere, until it has an answer."""

    def __init__(self, bases: list[str], name: str) -> None:
        self._bases = bases
        self._name = name
        self._chance = random.Random(name)
        self.done: list[str] = []
        self.asked_again = 0

    async def work(self, stop: asyncio.Event) -> None:
        """Registers one after the other; ends behind an answer."""
        async with httpx.AsyncClient(timeout=20) as client:
            while not stop.is_set():
                name = f"{self._name}-{len(self.done)}"
                while not await self._registered(client, name):
                    self.asked_again += 1
                    await asyncio.sleep(0.05)
                self.done.append(name)

    async def _registered(self, client: httpx.AsyncClient, name: str) -> bool:
        given = {"query": REGISTER, "variables": {"input": {"name": name, "idempotencyKey": name}}}
        try:
            answer = await client.post(f"{self._chance.choice(self._bases)}/graphql", json=given)
        except GONE:
            return False
        if answer.status_code == 503:
            assert answer.json()["errors"][0]["extensions"]["code"] == "UNAVAILABLE", answer.text
            return False
        payload = answer.json()["data"]["registerTeam"]
        assert (answer.status_code, payload["errors"]) == (200, []), answer.text
        return True
