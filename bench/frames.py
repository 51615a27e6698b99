"""The frames of the fleet's page, with 500 services in 16 environments, while somebody scrolls and while events arrive.

idle       nothing happens: what the browser of this machine can do at all
scrolling  40 pixels a frame, up and down
events     the same, while 1,000 events a second are written to the log, each about another service

The service, the writer and the browser share the machine's processors. A frame is dropped when it comes more than half
a frame late: 25 ms after the one before, at 60 a second. What the page's main thread works is processor time: whatever
else the machine has to do, with less than 1,000 ms in a second the page keeps up.
"""

from __future__ import annotations

import asyncio
import itertools
import shutil
from contextlib import asynccontextmanager
from statistics import median, quantiles
from typing import TYPE_CHECKING
from uuid import UUID

from playwright.async_api import Page, async_playwright

from bench import overview, server
from bench.pages import ARGUMENTS, main_thread, served
from domain.events import EventType, Happening
from graph.app import application
from models.engine import Database
from models.epochs import ensure_epoch
from models.event_log import append
from models.settings import Settings

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

SECONDS = 10
EVENTS_A_SECOND = 1_000
AT_ONCE = 50
LATE = 25
WATCHED = """([scrolling, seconds]) => new Promise(resolve => {
  const grid = document.querySelector('[role=grid]');
  const frames = [];
  let before = performance.now(), end = before + seconds * 1000, step = 40;
  const frame = now => {
    frames.push(now - before);
    before = now;
    if (scrolling) {
      if (grid.scrollTop + step < 0 || grid.scrollTop + step > grid.scrollHeight - grid.clientHeight) step = -step;
      grid.scrollTop += step;
    }
    if (now < end) requestAnimationFrame(frame); else resolve(frames.slice(1));
  };
  requestAnimationFrame(frame);
})"""


def main() -> None:
    """Prints the table."""
    with server.running() as url:
        asyncio.run(_measure(url))


async def _measure(url: str) -> None:
    async with Database(url) as database:
        await ensure_epoch(database)
        await overview.fill(database, executions=5)
        async with served(application(Settings(), database)) as origin, async_playwright() as playwright:
            browser = await playwright.chromium.launch(executable_path=shutil.which("chromium"), args=ARGUMENTS)
            page = await browser.new_page(viewport={"width": 1440, "height": 900})
            await page.goto(origin)
            await page.get_by_role("gridcell").first.wait_for()
            found = {"idle": await _watched(page, scrolling=False), "scrolling": await _watched(page, scrolling=True)}
            async with _busy(database):
                found["events"] = await _watched(page, scrolling=True)
            await browser.close()
    print(f"{'':10} {'median ms':>9} {'95 %':>7} {'worst':>7} {'dropped':>8} {'main thread':>12}   (of {SECONDS} s)")
    for name, (frames, busy) in found.items():
        late = sum(each > LATE for each in frames) / len(frames)
        slow = quantiles(frames, n=20)[-1]
        print(f"{name:10} {median(frames):9.1f} {slow:7.1f} {max(frames):7.0f} {late:8.1%} {busy:7.0f} ms/s")


async def _watched(page: Page, *, scrolling: bool) -> tuple[list[float], float]:
    """Milliseconds between the frames, and how many of each second the main thread works."""
    work = await main_thread(page)
    before = await work()
    frames: list[float] = await page.evaluate(WATCHED, [scrolling, SECONDS])
    return frames, (await work() - before) / SECONDS


@asynccontextmanager
async def _busy(database: Database) -> AsyncIterator[None]:
    """Events are written meanwhile."""
    writer = asyncio.create_task(_write(database))
    try:
        yield
    finally:
        writer.cancel()
        await asyncio.gather(writer, return_exceptions=True)


async def _write(database: Database) -> None:
    loop = asyncio.get_running_loop()
    began = loop.time()
    for turn in itertools.count():
        numbers = range(turn * AT_ONCE, (turn + 1) * AT_ONCE)
        happenings = [_changed(f"service-{number % overview.SERVICES + 1}") for number in numbers]
        async with database.transaction() as session:
            await append(session, happenings, "bench")
        await asyncio.sleep(began + (turn + 1) * AT_ONCE / EVENTS_A_SECOND - loop.time())


def _changed(service: str) -> Happening:
    payload = {"service": service, "environment": "alpha-1-eu-west-1", "status": "SUCCEEDED", "revision": "f" * 40}
    return Happening(EventType.DEPLOYMENT_CHANGED, "Deployment", UUID(int=1), payload)


if __name__ == "__main__":
    main()
