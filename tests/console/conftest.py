"""A real Chromium, the pages as they are built from today's sources, and a server for both to meet at."""

import asyncio
import os
import shutil
import subprocess
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import uvicorn
from playwright.async_api import Browser, ConsoleMessage, Page, Request, WebSocket, async_playwright, expect
from starlette.applications import Starlette
from starlette.routing import Route, WebSocketRoute

from graph.pages import routes
from tests.console.small_graph import Log, SmallGraph

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
def dist(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The console, built from the sources as they are, in a folder of its own: never stale or half-done."""
    folder = tmp_path_factory.mktemp("console") / "dist"
    command = [
        "npm",
        "run",
        "build",
        "--workspace",
        "console",
        "--",
        "--outDir",
        str(folder),
        "--emptyOutDir",
    ]
    built = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    if built.returncode:
        pytest.fail(f"the console does not build (is `npm ci` done?):\n{built.stdout}\n{built.stderr}")
    return folder


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
