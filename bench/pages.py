"""The console's first view with 500 services in 16 environments, beside an empty Cloudscape page.

Both are built by Vite, served over loopback and opened by headless Chromium with an empty cache; what is measured is
the time from navigation until the first cell (of the empty page: its heading) is in the document and painted, and the
processor time of the page's main thread, which does not depend on what else the machine has to do.

empty  Cloudscape's layout and a heading: no data is asked for
fleet  the fleet, from the real service over PostgreSQL
"""

from __future__ import annotations

import asyncio
import gzip
import shutil
import subprocess
import tempfile
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from statistics import median
from typing import NamedTuple

import uvicorn
from playwright.async_api import Browser, Page, async_playwright
from starlette.applications import Starlette

from bench import overview, server
from graph.app import application
from graph.pages import routes
from models.engine import Database
from models.epochs import ensure_epoch
from models.settings import Settings

ROOT = Path(__file__).resolve().parent.parent
EMPTY = ROOT / "bench" / "empty_page"
ROUNDS = 7
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update"]
SHOWN = """new Promise(resolve => {
  const look = () => document.querySelector('[role=gridcell]')
    ? requestAnimationFrame(() => resolve(performance.now())) : requestAnimationFrame(look);
  look();
})"""
WEIGHT = """performance.getEntriesByType('resource')
  .filter(each => each.name.endsWith('.js')).reduce((sum, each) => sum + each.encodedBodySize, 0)"""


def main() -> None:
    """Prints the table."""
    with server.running() as url, tempfile.TemporaryDirectory() as folder:
        built = Path(folder)
        vite = ROOT / "node_modules" / ".bin" / "vite"
        command = [vite, "build", EMPTY, "--outDir", built, "--emptyOutDir", "--logLevel", "error"]
        subprocess.run(command, cwd=ROOT / "console", check=True)
        for asset in [*built.glob("assets/*.js"), *built.glob("assets/*.css")]:
            asset.with_name(f"{asset.name}.gz").write_bytes(gzip.compress(asset.read_bytes()))
        asyncio.run(_measure(url, built))


async def _measure(url: str, built: Path) -> None:
    empty = Starlette(routes=routes(built))
    async with Database(url) as database:
        await ensure_epoch(database)
        await overview.fill(database, executions=5)
        fleet = application(Settings(), database)
        async with served(empty) as empty_at, served(fleet) as fleet_at, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            opened: dict[str, list[Opened]] = {"empty": [], "fleet": []}
            for _ in range(ROUNDS):
                for name, origin in (("empty", empty_at), ("fleet", fleet_at)):
                    opened[name].append(await _opened(browser, origin))
            await browser.close()
    base = median(each.shown for each in opened["empty"])
    print(f"{'':6} {'ms':>7} {'ratio':>6} {'main thread':>12} {'kB of JavaScript, gzipped':>26}   (median of {ROUNDS})")
    for name, all_ in opened.items():
        shown, busy = median(each.shown for each in all_), median(each.busy for each in all_)
        print(f"{name:6} {shown:7.0f} {shown / base:6.2f} {busy:9.0f} ms {all_[0].weight / 1000:26.0f}")


class Opened(NamedTuple):
    """Milliseconds until the first cell, those in which the main thread worked, and bytes of JavaScript as sent."""

    shown: float
    busy: float
    weight: float


async def _opened(browser: Browser, origin: str) -> Opened:
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    page = await context.new_page()
    work = await main_thread(page)
    await page.goto(origin, wait_until="commit")
    shown = float(await page.evaluate(SHOWN))
    opened = Opened(shown, await work(), float(await page.evaluate(WEIGHT)))
    await context.close()
    return opened


async def main_thread(page: Page) -> Callable[[], Awaitable[float]]:
    """Tells the milliseconds of processor time that the page's main thread has worked."""
    session = await page.context.new_cdp_session(page)
    await session.send("Performance.enable", {"timeDomain": "threadTicks"})

    async def told() -> float:
        metrics = (await session.send("Performance.getMetrics"))["metrics"]
        return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration")) * 1000

    return told


@asynccontextmanager
async def served(app: Starlette) -> AsyncIterator[str]:
    """Its address while it is served; whoever asks is answered."""
    config = uvicorn.Config(app, host="127.0.0.1", port=0, ws="websockets-sansio", log_level="warning")
    listening = config.bind_socket()
    running = uvicorn.Server(config)
    task = asyncio.create_task(running.serve(sockets=[listening]))
    try:
        while not running.started:  # noqa: ASYNC110 - uvicorn sets no event
            await asyncio.sleep(0.01)
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        running.should_exit = True
        await task


if __name__ == "__main__":
    main()
