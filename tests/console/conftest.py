"""A real Chromium, the pages as they are built from today's sources, and a server for both to meet at."""

import asyncio
import fcntl
import os
import shutil
import subprocess
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Page, Request, WebSocket, async_playwright, expect
from sqlalchemy import URL
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

import graph.app
from graph.pages import routes
from models.engine import Database
from models.settings import Settings
from tests.console import history
from tests.console.small_graph import Log, SmallGraph
from tests.databases import administer, own_database

ROOT = Path(__file__).parents[2]
SHOTS = os.environ.get("INTERLOCK_TEST_SHOTS")

expect.set_options(timeout=30_000)  # a busy machine is not a wrong page

# Chromium speaks to its maker at every start unless each of these says not to.
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def dist(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Path:
    """The console, built from the sources as they are, in a folder of its own: never stale or half-done.

    The workers of one run share it: who comes first builds, the others wait.
    """
    shared = tmp_path_factory.getbasetemp()
    shared = shared if worker_id == "master" else shared.parent
    folder, done = shared / "console-dist", shared / "console-dist-done"
    with (shared / "console-dist-lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not done.exists():
            _build(folder)
            done.touch()
    return folder


def _build(folder: Path) -> None:
    to = ["--", "--outDir", str(folder), "--emptyOutDir"]
    command = ["npm", "run", "build", "--workspace", "console", *to]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    if built.returncode:
        pytest.fail(f"the console does not build (is `npm ci` done?):\n{built.stdout}\n{built.stderr}")


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """The system's Chromium; `scripts/ensure_chromium` installs it."""
    found = shutil.which(os.environ.get("CHROMIUM") or "chromium")
    if found is None:
        pytest.fail("Chromium is not on the PATH: run scripts/ensure_chromium, or set CHROMIUM to its path")
    return found


@pytest.fixture
async def browser(chromium_path: str) -> AsyncIterator[Browser]:
    """A browser of this test alone: Playwright's async form, because its other one holds pytest's loop."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def serving(application: Starlette, port: int = 0) -> AsyncIterator[int]:
    """The application on a loopback port of its own choosing (or the one given), in the test's own loop."""
    config = uvicorn.Config(
        application,
        host="127.0.0.1",
        port=port,
        ws="websockets-sansio",
        log_level="warning",
        lifespan="on",
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    listening = config.bind_socket()
    listening.listen()  # who asks before the application is up waits, and is not refused
    task = asyncio.create_task(server.serve(sockets=[listening]))
    try:
        yield int(listening.getsockname()[1])
    finally:
        server.should_exit = True
        await task


def application(dist: Path, log: Log) -> Starlette:
    """The pages beside the small graph, mounted as the service mounts them."""
    graph = SmallGraph(log)
    return Starlette(
        routes=[Route("/graphql", graph), WebSocketRoute("/graphql", graph), *routes(dist)],
    )


@dataclass
class Seeded:
    """A running service with the example organisation and what it has lived through (`history`)."""

    origin: str
    database: Database

    async def ask(self, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
        """The data of one operation, which must succeed."""
        return await ask(self.origin, document, variables)


async def ask(origin: str, document: str, variables: dict[str, Any] | None = None) -> dict[str, Any]:
    """The data of one operation that succeeds."""
    async with httpx.AsyncClient(base_url=origin, timeout=60) as client:
        answered = await client.post("/graphql", json={"query": document, "variables": variables})
    answer = answered.json()
    assert "errors" not in answer, answer
    return dict(answer["data"])


@asynccontextmanager
async def serving_database(url: URL, settings: Settings | None = None) -> AsyncIterator[Seeded]:
    """The service over a database, in the test's own loop."""
    set_up = settings or Settings()
    async with Database(url, pool_size=5) as database, serving(graph.app.application(set_up, database)) as port:
        yield Seeded(f"http://127.0.0.1:{port}", database)


@pytest.fixture(scope="session")
def history_template(server_url: URL, template: str, worker_id: str) -> str:
    """The name of a database that holds the history, and to which nobody is connected."""
    name = f"history_{worker_id}"
    administer(server_url, f"drop database if exists {name}")
    administer(server_url, f"create database {name} template {template}")

    async def tell() -> None:
        async with serving_database(server_url.set(database=name)) as told:
            await history.tell(told.ask)

    in_thread = threading.Thread(target=lambda: asyncio.run(tell()))  # pytest's own loop is not to be used here
    in_thread.start()
    in_thread.join()
    return name


@pytest.fixture
async def seeded(
    server_url: URL,
    history_template: str,
    worker_id: str,
    numbers: Iterator[int],
    dist: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Seeded]:
    """A service of the test's own with the history, and with the pages as they are built from today's sources."""
    monkeypatch.setattr(graph.app, "CONSOLE", dist)
    with own_database(server_url, f"seeded_{worker_id}_{next(numbers)}", history_template) as url:
        async with serving_database(url) as told:
            yield told


@dataclass
class Watched:
    """What a page did: every address it asked for, and everything it complained of."""

    page: Page
    origin: str
    addresses: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def elsewhere(self) -> list[str]:
        """Addresses that are neither this origin's nor made by the page itself."""
        own = (self.origin, self.origin.replace("http", "ws"), "blob:", "data:")
        return [address for address in self.addresses if not address.startswith(own)]


def watch(page: Page, origin: str) -> Watched:
    """Notes the page's requests, sockets, console errors and exceptions from now on."""
    watched = Watched(page, origin)

    def asked(request: Request) -> None:
        watched.addresses.append(request.url)

    def opened(socket: WebSocket) -> None:
        watched.addresses.append(socket.url)

    def said(message: ConsoleMessage) -> None:
        if message.type == "error" or "Content Security Policy" in message.text:
            watched.complaints.append(message.text)

    page.context.on("request", asked)
    page.on("websocket", opened)
    page.on("console", said)
    page.on("pageerror", lambda error: watched.complaints.append(str(error)))
    return watched


async def shot(page: Page, name: str) -> None:
    """A picture for a person to look at, when INTERLOCK_TEST_SHOTS names a folder."""
    if SHOTS:
        await page.screenshot(path=Path(SHOTS) / f"{name}.png", full_page=True)
