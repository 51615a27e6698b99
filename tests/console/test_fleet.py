"""The fleet in a real browser: the matrix, its keys, what is hidden, and a change that arrives by itself."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.console import history
from tests.console.conftest import Seeded, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]

LATER = history.COMMITS[history.LATER][:8]


async def test_a_cell_changes_when_its_deployment_does_and_leads_to_it(browser: Browser, seeded: Seeded) -> None:
    """A newer commit is in its cell without a reload, which would show the same; Enter opens the deployment."""
    watched = watch(await browser.new_page(viewport={"width": 1440, "height": 900}), seeded.origin)
    page = watched.page
    await page.goto(seeded.origin)
    grid = page.get_by_role("grid", name="Services by environments")
    cell = grid.locator("[data-line=payments][data-column=alpha-eu-west-1]")
    await expect(cell).to_contain_text(history.COMMITS[history.NEWEST][:8])
    await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")
    before = await grid.bounding_box()
    await history.newer_revision(seeded.ask)
    await expect(cell).to_contain_text(LATER)
    assert await grid.bounding_box() == before, "nothing has moved"
    await shot(page, "fleet")
    shown = await cell.get_attribute("title")
    await page.reload()
    await expect(cell).to_contain_text(LATER)
    assert _without_age(await cell.get_attribute("title")) == _without_age(shown)
    await grid.locator("[tabindex='0']").focus()
    await page.keyboard.press("Control+End")
    await page.keyboard.press("Control+Home")
    for key in ("ArrowDown", "Home", "ArrowRight"):
        await page.keyboard.press(key)
    await expect(cell).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(re.compile(r"/deployments/.+"))
    assert watched.complaints == []


def _without_age(sentence: str | None) -> str:
    return re.sub(r"\d+ (s|min|h|d) ago", "", sentence or "")


async def test_what_is_hidden_is_said_and_a_view_is_kept_under_a_name(browser: Browser, seeded: Seeded) -> None:
    """Filters are in the address; what they hide is counted; nothing at all is a state with a way on; views stay."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(f"{seeded.origin}/?stage=prod&failing=true&status=NONSENSE")
    said = page.locator(".fleet-hidden")
    await expect(said).to_contain_text(re.compile(r"^1 of 3 services and \d+ of \d+ environments"))
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("menuitem", name="Save this view…").click()
    await page.get_by_role("textbox", name="Name").fill("failing in production")
    await page.keyboard.press("Enter")
    await page.get_by_role("searchbox", name="Find a service").fill("no such service")
    await expect(page.get_by_text("Nothing is as you ask")).to_be_visible()
    await expect(page).to_have_url(re.compile("text=no\\+such\\+service"))
    await said.get_by_role("button", name="Clear filters").click()
    await expect(said).to_contain_text("All 3 services")
    await page.reload()
    await page.get_by_role("button", name="Views").click()
    await page.get_by_role("menuitem", name="failing in production").click()
    await expect(page).to_have_url(re.compile("stage=prod&failing=true$"))
    await page.set_viewport_size({"width": 390, "height": 844})
    await expect(page.get_by_role("list", name="Services", exact=True)).to_contain_text("orders")
    await shot(page, "fleet-phone")
