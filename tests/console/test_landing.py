"""The landing page in a real browser: its numbers, its live log, and a service that goes away."""

import json
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, WebSocketRoute, expect

from tests.console.conftest import application, serving, shot, watch
from tests.console.small_graph import Log

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_it_counts_and_shows_events_as_they_happen(
    browser: Browser, dist: Path, scheme: Literal["light", "dark"]
) -> None:
    """Numbers come from the graph, events from its log; no policy is broken and no other host asked."""
    log = Log()
    context = await browser.new_context(color_scheme=scheme, viewport={"width": 1280, "height": 1000})
    async with serving(application(dist, log)) as port:
        watched = watch(await context.new_page(), f"http://127.0.0.1:{port}")
        page = watched.page
        await page.goto(watched.origin)
        await expect(page.locator("#live")).to_have_text("live")
        await expect(page.locator("[data-count=deployments]")).to_have_text("1,234")
        await expect(page.locator("#quiet")).to_be_visible()
        await log.subscribed(1)
        await log.append("service.registered", "execution.started", "deployment.changed")
        await expect(page.locator("#events li")).to_have_count(3)
        await expect(page.locator("#events li").first).to_contain_text("deployment.changed")
        await expect(page.locator("#quiet")).to_be_hidden()
        await shot(page, f"landing-{scheme}")
        await page.close()
    assert watched.complaints == []
    assert watched.elsewhere() == []


async def test_a_lost_connection_is_said_and_resumed_without_a_gap(browser: Browser, dist: Path) -> None:
    """While the service is away the page says so; what happened meanwhile follows from the last cursor."""
    log = Log()
    page = await browser.new_page()
    async with serving(application(dist, log)) as port:
        await page.goto(f"http://127.0.0.1:{port}")
        await log.subscribed(1)
        await log.append("execution.started")
        await expect(page.locator("#events li")).to_have_count(1)
    await expect(page.locator("#live")).to_have_text("connection lost, trying again")
    await log.append("execution.succeeded")
    async with serving(application(dist, log), port):
        await expect(page.locator("#events li")).to_have_count(2, timeout=20_000)
        await expect(page.locator("#live")).to_have_text("live")
        await page.close()
    assert log.resumed == [None, "1"]


async def test_a_page_too_slow_for_the_service_goes_on(browser: Browser, dist: Path) -> None:
    """TOO_SLOW is not the end: it subscribes again behind the last event that it got."""
    asked: list[str | None] = []

    def speak(socket: WebSocketRoute) -> None:
        def answer(text: str | bytes) -> None:
            message = json.loads(text)
            if message["type"] == "connection_init":
                socket.send(json.dumps({"type": "connection_ack"}))
            if message["type"] != "subscribe":
                return
            asked.append(message["payload"]["variables"].get("after"))
            event = {"cursor": str(len(asked)), "type": "deployment.changed", "time": "2026-11-23T09:00:00Z"}
            event |= {"actor": "aws", "subjectType": "Deployment", "payload": {}}
            error = {"message": "too slow", "extensions": {"code": "TOO_SLOW"}}
            result = {"type": "next", "payload": {"data": {"events": event}}}
            for each in (result, {"type": "error", "payload": [error]})[: 3 - len(asked)]:
                socket.send(json.dumps({"id": message["id"], **each}))

        socket.on_message(answer)

    page = await browser.new_page()
    await page.route_web_socket("**/graphql", speak)
    async with serving(application(dist, Log())) as port:
        await page.goto(f"http://127.0.0.1:{port}")
        await expect(page.locator("#events li")).to_have_count(2)
        await expect(page.locator("#live")).to_have_text("live")
        await page.close()
    assert asked == [None, "1"]


async def test_it_opens_with_the_latest_events_and_goes_on_from_them(browser: Browser, dist: Path) -> None:
    """Events from before are shown, newest first and eight at most, and the live log continues behind them."""
    log = Log()
    await log.append(*(f"execution.changed.{number}" for number in range(1, 11)))
    page = await browser.new_page()
    async with serving(application(dist, log)) as port:
        await page.goto(f"http://127.0.0.1:{port}")
        await expect(page.locator("#events code").first).to_have_text("execution.changed.10")
        await expect(page.locator("#events li")).to_have_count(8)
        await log.append("deployment.changed")
        await expect(page.locator("#events code").first).to_have_text("deployment.changed")
        await expect(page.locator("#events code").nth(1)).to_have_text("execution.changed.10")
        await expect(page.locator("#events li")).to_have_count(8)
        await page.close()
    assert log.resumed == ["10"]


async def test_a_narrow_window_is_not_scrolled_sideways(browser: Browser, dist: Path) -> None:
    """On a telephone the page fits its width."""
    log = Log()
    page = await browser.new_page(viewport={"width": 390, "height": 844})
    async with serving(application(dist, log)) as port:
        await page.goto(f"http://127.0.0.1:{port}")
        await log.subscribed(1)
        await log.append("deployment.changed")
        await expect(page.locator("#events li")).to_have_count(1)
        await shot(page, "landing-narrow")
        width = await page.evaluate("document.documentElement.scrollWidth")
        await page.close()
    assert width == 390
