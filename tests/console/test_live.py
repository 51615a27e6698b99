"""What a page shows is what is: after a loss as after a reload, with a service that is slow, old, or says no."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, Route, expect
from sqlalchemy import URL

import graph.app
from models.engine import Database
from models.settings import Settings
from tests.console import history
from tests.console.conftest import Seeded, ask, serving, watch
from tests.databases import own_database

pytestmark = [pytest.mark.slow, pytest.mark.database]


async def live(page: Page) -> None:
    await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")


async def test_after_a_loss_the_page_is_what_a_reload_shows(
    browser: Browser,
    server_url: URL,
    history_template: str,
    worker_id: str,
    numbers: Iterator[int],
    dist: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The service goes away, something is deployed, it comes back: the page says so, and resumes without a touch."""
    monkeypatch.setattr(graph.app, "CONSOLE", dist)
    page = await browser.new_page(viewport={"width": 1600, "height": 900})
    with own_database(server_url, f"lost_{worker_id}_{next(numbers)}", history_template) as url:
        async with Database(url, pool_size=5) as database:
            async with serving(graph.app.application(Settings(), database)) as port:
                origin = f"http://127.0.0.1:{port}"
                await page.goto(origin)
                await live(page)
                cell = page.get_by_role("gridcell").filter(has_text="c3c3c3c3").first
                await expect(cell).to_be_visible()
            await expect(page.locator(".link-state")).to_have_attribute("data-state", "lost")
            await expect(cell).to_be_visible()
            async with serving(graph.app.application(Settings(), database), port):
                await history.newer_revision(lambda document, variables: ask(origin, document, variables))
                await live(page)
                newer = page.get_by_role("gridcell").filter(has_text=history.COMMITS[history.LATER][:8]).first
                await expect(newer).to_be_visible()
                shown = await page.get_by_role("grid").inner_text()
                await page.reload()
                await live(page)
                await expect(newer).to_be_visible()
                assert _without_ages(shown) == _without_ages(await page.get_by_role("grid").inner_text())
                await page.close()


def _without_ages(text: str) -> list[str]:
    """Its lines but for the times, which pass."""
    return [line for line in text.splitlines() if not re.fullmatch(r"(\d+ (s|min|h|d) ?)+", line)]


async def test_a_service_that_says_no_leaves_a_way_on(browser: Browser, seeded: Seeded) -> None:
    """No answer, an ended login and another version each have their words; what can be tried again is tried again."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    answers = {"status": 503}

    async def answer(route: Route) -> None:
        if answers["status"] == 200 or '"Head"' in (route.request.post_data or ""):
            await route.continue_()
        else:
            error = {"errors": [{"message": "Cannot query field 'x' on type 'Query'."}]}
            await route.fulfill(status=answers["status"], json=error if answers["status"] == 400 else {})

    await page.route("**/graphql", answer)
    await page.goto(f"{seeded.origin}/pipelines")
    await expect(page.get_by_text("The service does not answer.").first).to_be_visible()
    answers["status"] = 401
    await page.reload()
    await expect(page.get_by_role("heading", name=re.compile("Sign in to Interlock|You are signed out"))).to_be_visible()
    answers["status"] = 400
    await page.reload()
    await expect(page.get_by_role("button", name="Load the page again").first).to_be_visible()
    answers["status"] = 200
    await page.get_by_role("button", name="Load the page again").first.click()
    await expect(page.get_by_text("payments").first).to_be_visible()
    await page.close()


async def test_the_palette_goes_anywhere_by_keyboard(browser: Browser, seeded: Seeded) -> None:
    """Ctrl+K, a few letters, the arrow and Enter: the pipeline of a service; `g` and `e`: the environments."""
    watched = watch(await browser.new_page(viewport={"width": 1440, "height": 900}), seeded.origin)
    page = watched.page
    await page.goto(seeded.origin)
    await live(page)
    await page.keyboard.press("Control+k")
    field = page.get_by_role("combobox", name="Go to a service")
    await expect(field).to_be_focused()
    await page.keyboard.type("payme")
    await expect(page.get_by_role("option", name="payments").first).to_be_visible()
    await page.keyboard.press("ArrowDown")
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{seeded.origin}/pipelines/payments")
    await page.keyboard.press("g")
    await page.keyboard.press("e")
    await expect(page).to_have_url(f"{seeded.origin}/environments")
    await page.close()
    assert watched.complaints == []


async def test_a_view_whose_code_is_gone_says_so_and_the_others_go_on(browser: Browser, seeded: Seeded) -> None:
    """The service was updated under the page: the files that it was built with are not there any more."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.route("**/assets/ChecksView-*.js", lambda route: route.abort())
    await page.goto(seeded.origin)
    await live(page)
    views = page.get_by_role("navigation", name="Views")
    await views.get_by_role("link", name="Checks").click()
    await expect(page.get_by_text("This view could not be shown")).to_be_visible()
    await expect(page.get_by_role("button", name="Load the page again")).to_be_visible()
    await views.get_by_role("link", name="Pipelines").click()
    await expect(page.get_by_role("link", name="payments").first).to_be_visible()
    await page.close()
