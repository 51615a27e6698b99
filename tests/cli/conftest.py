"""A pretend service, for what the real one does not do on request: drop connections, answer HTML."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Awaitable, Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest
import uvicorn
from click.testing import CliRunner, Result
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from interlock_cli.connection import Connection
from interlock_cli.main import cli

Answer = tuple[int, str, str]


def as_json(body: Any, status: int = 200) -> Answer:
    """A GraphQL answer."""
    return status, "application/json", json.dumps(body)


def events(*numbers: int) -> list[dict[str, Any]]:
    """Events of a log, one per number; the number is the cursor."""
    return [
        {
            "cursor": str(number),
            "type": "deployment.changed",
            "time": "2026-03-01T12:00:00+00:00",
            "payload": {
                "service": "payments",
                "environment": "alpha-eu-west-1",
                "revision": f"{number:040d}",
                "status": "SUCCEEDED",
            },
        }
        for number in numbers
    ]


@dataclass
class Pretend:
    """`answer` answers a POST's payload; `socket` speaks to an accepted websocket that has subscribed."""

    url: str = ""
    answer: Callable[[dict[str, Any]], Answer] = field(default=lambda _: as_json({"data": {}}))
    socket: Callable[[WebSocket, dict[str, Any]], Awaitable[None]] | None = None
    payloads: list[dict[str, Any]] = field(default_factory=list)
    subscribed: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)

    async def post(self, request: Request) -> Response:
        """One POST, remembered."""
        payload = await request.json()
        self.payloads.append(payload)
        self.headers.append(dict(request.headers))
        status, kind, body = self.answer(payload)
        return Response(body, status, media_type=kind)

    async def speak(self, websocket: WebSocket) -> None:
        """One websocket: acknowledged, subscribed, handed to `socket`; a reader who leaves is no error."""
        assert "graphql-transport-ws" in websocket.scope["subprotocols"]
        await websocket.accept("graphql-transport-ws")
        try:
            assert (await websocket.receive_json())["type"] == "connection_init"
            await websocket.send_json({"type": "connection_ack"})
            message = await websocket.receive_json()
            self.subscribed.append(message["payload"])
            assert self.socket is not None
            await self.socket(websocket, message["payload"].get("variables", {}))
        except WebSocketDisconnect:
            pass


async def send_event(websocket: WebSocket, event: dict[str, Any]) -> None:
    """One message of the subscription."""
    await websocket.send_json({"id": "1", "type": "next", "payload": {"data": {"events": event}}})


@pytest.fixture
def pretend() -> Iterator[Pretend]:
    """A pretend service on a loopback port of its own, in a thread."""
    service = Pretend()
    app = Starlette(
        routes=[Route("/graphql", service.post, methods=["POST"]), WebSocketRoute("/graphql", service.speak)]
    )
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="websockets-sansio")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    service.url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield service
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.fixture
def connection(pretend: Pretend) -> Connection:
    """The way to the pretend service."""
    return Connection(pretend.url)


@pytest.fixture
def run() -> Callable[..., Result]:
    """Runs `interlock ARGUMENTS` in this process, with no settings of the person who runs the tests."""

    def call(*arguments: str, env: Mapping[str, str] | None = None, stdin: str | None = None) -> Result:
        settings = {"INTERLOCK_URL": None, "INTERLOCK_TOKEN": None, **(env or {})}
        return CliRunner(env=settings).invoke(cli, list(arguments), input=stdin, prog_name="interlock")

    return call


@pytest.fixture
def ask(pretend: Pretend, run: Callable[..., Result]) -> Callable[..., Result]:
    """Runs `interlock --url PRETEND ARGUMENTS`."""
    return lambda *arguments, **options: run("--url", pretend.url, *arguments, **options)
