"""Where a commit is, in a real browser: from the latest commits to the way of one, and what is typed wrongly."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, expect

from tests.console import history
from tests.console.conftest import Seeded, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]

NEWEST = history.COMMITS[history.NEWEST]


async def test_a_commit_is_followed_from_the_latest_to_its_last_region(browser: Browser, seeded: Seeded) -> None:
    """The latest commits lead to the way of one; a newer commit that passes it is there without a reload."""
    watched = watch(await browser.new_page(viewport={"width": 1440, "height": 900}), seeded.origin)
    page = watched.page
    await page.goto(f"{seeded.origin}/commits")
    await page.locator("table").get_by_role("link", name=NEWEST[:8]).click()
    await expect(page).to_have_url(re.compile(f"search={NEWEST}"))
    await expect(page.get_by_role("heading", level=2, name="payments")).to_be_visible()
    place = page.locator(".journey-place", has_text="alpha-eu-west-1")
    await expect(place).to_contain_text("Reached")
    await expect(page.locator(".journey-place", has_text="prod-eu-central-1-b")).to_contain_text("Coming")
    await expect(page.get_by_text(re.compile(r"^in \d+ of \d+ environments")).first).to_be_visible()
    await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")
    await history.newer_revision(seeded.ask)
    await expect(place).to_contain_text("In a newer commit")
    await shot(page, "commit")
    assert watched.complaints == []


async def test_what_cannot_be_looked_for_is_said_with_what_can(browser: Browser, seeded: Seeded) -> None:
    """Wrong input is explained beside the field and not lost; a commit that nobody has seen says why that may be."""
    page = await browser.new_page()
    await page.goto(f"{seeded.origin}/commits?search=abc")
    field = page.get_by_role("searchbox")
    await expect(field).to_have_value("abc")
    await expect(page.get_by_text("Give at least 4 digits of the commit").first).to_be_visible()
    await field.fill("abcdef")
    await field.press("Enter")
    await expect(page.get_by_text("Nothing is known of abcdef")).to_be_visible()
    await field.fill("#43")
    await field.press("Enter")
    await expect(page.get_by_role("link", name=NEWEST[:8])).to_be_visible()
