"""A pretend service, for what the real one does not do on request: drop connections, answer HTML."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
import uuid
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import boto3
import httpx
import pytest
import uvicorn
from click.testing import CliRunner, Result
from sqlalchemy import URL
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect

from interlock_cli import __version__, retrying
from interlock_cli.connection import Connection
from interlock_cli.main import cli
from tests.cli.sso import Sso
from tests.console import history
from tests.databases import own_database
from tests.emulator import Cloud, emulator
from tests.service import Forked, answers, environment, free_port
from tests.stories import Story

__all__ = ["emulator"]

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
    """`answer` answers a POST's payload; `socket` speaks to an accepted websocket that has subscribed.

    known: what the service says of itself, or None for one that is older than that.
    """

    url: str = ""
    answer: Callable[[dict[str, Any]], Answer] = field(default=lambda _: as_json({"data": {}}))
    known: dict[str, Any] | None = field(default_factory=lambda: {"version": "0.1.0", "command": __version__})
    socket: Callable[[WebSocket, dict[str, Any]], Awaitable[None]] | None = None
    payloads: list[dict[str, Any]] = field(default_factory=list)
    subscribed: list[dict[str, Any]] = field(default_factory=list)
    headers: list[Mapping[str, str]] = field(default_factory=list)
    more_headers: Mapping[str, str] = field(default_factory=dict)

    async def well_known(self, _: Request) -> Response:
        """What it says of itself; nothing where it is older than that."""
        return Response(status_code=404) if self.known is None else JSONResponse(self.known)

    async def post(self, request: Request) -> Response:
        """One POST, remembered."""
        payload = await request.json()
        self.payloads.append(payload)
        self.headers.append(dict(request.headers))
        status, kind, body = self.answer(payload)
        return Response(body, status, self.more_headers, media_type=kind)

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


@contextmanager
def served(app: Starlette) -> Iterator[str]:
    """The application on a loopback port of its own, in a thread; gives its address."""
    config = uvicorn.Config(app, log_level="critical", lifespan="off", ws="websockets-sansio")
    server = uvicorn.Server(config)
    listener = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{listener.getsockname()[1]}"
    server.should_exit = server.force_exit = True
    thread.join(10)


@pytest.fixture
def pretend() -> Iterator[Pretend]:
    """A pretend service on a loopback port of its own, in a thread."""
    service = Pretend()
    app = Starlette(
        routes=[
            Route("/graphql", service.post, methods=["POST"]),
            WebSocketRoute("/graphql", service.speak),
            Route("/.well-known/interlock", service.well_known),
        ]
    )
    with served(app) as service.url:
        yield service


@pytest.fixture
def sso() -> Iterator[Sso]:
    """An issuer of tokens, and the service that names it."""
    found = Sso()
    with served(found.app) as found.url:
        found.issuer = found.url
        yield found


@pytest.fixture
def connection(pretend: Pretend) -> Connection:
    """The way to the pretend service."""
    return Connection(pretend.url)


@pytest.fixture(autouse=True)
def _nothing_of_the_persons(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No configuration, login or cache of the person who runs the tests, but folders of each test; nobody waits."""
    for name in ("CONFIG", "STATE", "CACHE"):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(tmp_path / name.lower()))
    for name in ("CONFIG", "CONTEXT", "TOKEN", "URL"):
        monkeypatch.delenv(f"INTERLOCK_{name}", raising=False)
    monkeypatch.setenv("PYTHON_KEYRING_BACKEND", "keyring.backends.fail.Keyring")
    monkeypatch.setattr(retrying, "sleep", lambda _: None)


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


@pytest.fixture(scope="session")
def lived(server_url: URL, template: str, worker_id: str) -> Iterator[str]:
    """The address of a service with the example organisation and what it has lived through, for a worker's tests.

    They share it: what one of them makes has a name of its own, and is taken back.
    """
    with own_database(server_url, f"lived_{worker_id}", template) as url:
        port = free_port()
        process = Forked("serve", environment(url, INTERLOCK_PORT=str(port)))
        try:
            base = f"http://127.0.0.1:{port}"
            answers(base, process)
            in_thread = threading.Thread(target=lambda: asyncio.run(history.tell(_asking(base))))
            in_thread.start()  # pytest's own loop is not to be used here
            in_thread.join()
            yield base
        finally:
            process.end()


def _asking(base: str) -> history.Ask:
    async def ask(document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        async with httpx.AsyncClient(base_url=base, timeout=60) as client:
            answered = await client.post("/graphql", json={"query": document, "variables": variables})
        answer = answered.json()
        assert "errors" not in answer, answer
        return dict(answer["data"])

    return ask


@pytest.fixture
def interlock(lived: str, run: Callable[..., Result]) -> Callable[..., Result]:
    """`interlock ARGUMENTS` at that service."""
    return lambda *arguments, **options: run("--url", lived, *arguments, **options)


@pytest.fixture(scope="session")
def deployed_stack(lived: str, emulator: str) -> dict[str, str]:
    """A real stack of payments in prod-eu-west-1, of which the service knows; the environment that finds it."""
    cloud = Cloud(emulator, "555555555555", "eu-west-1")
    queue = {"Type": "AWS::SQS::Queue", "Properties": {"Tags": [{"Key": "team", "Value": "payments"}]}}
    template = json.dumps({"Resources": {"Captures": queue}})
    client = boto3.client("cloudformation", **cloud.given)
    name = "prod-eu-west-1-Payments"
    arn = client.create_stack(StackName=name, TemplateBody=template)["StackId"]
    client.get_waiter("stack_create_complete").wait(StackName=name, WaiterConfig={"Delay": 1})
    story = Story(execution=history.OLDER, begin=datetime.now(UTC) - timedelta(hours=23), retries=1)
    stage, action = "prod-3", "prod-eu-west-1.Deploy"
    story.action(stage, action, "SUCCEEDED", url=f"https://console/#/stacks?stackId={quote(arn, safe='')}")
    late = story.envelopes[0] | {"id": str(uuid.uuid4())}  # the action ran once more than the history has told
    told = {"query": history.REPORT, "variables": {"input": {"envelopes": [late]}}}
    assert httpx.post(f"{lived}/graphql", json=told).json()["data"]["answer"]["errors"] == []
    return {"AWS_ENDPOINT_URL": emulator}
