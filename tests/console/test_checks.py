"""The views of checks, in a real browser: filters in the address, a new check as it comes, and one that is none."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, expect

from tests.console.conftest import Seeded, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]

REGISTER = """mutation ($input: RegisterCheckInput!) { registerCheck(input: $input) { errors { message } } }"""
CANARY = {
    "name": "orders-flow",
    "kind": "CANARY",
    "stage": "prod",
    "mode": "SHADOW",
    "configuration": {"name": "orders-{region}"},
}


async def test_checks_are_listed_as_the_address_says_and_as_they_come(browser: Browser, seeded: Seeded) -> None:
    """A filter is in the address, a check that is registered appears by itself, and a check has its own view."""
    watched = watch(await browser.new_page(viewport={"width": 1440, "height": 900}), seeded.origin)
    page = watched.page
    await page.goto(f"{seeded.origin}/checks?stage=prod")
    table = page.get_by_role("grid", name="Checks")
    await expect(table.get_by_role("link", name="smoke-prod")).to_be_visible()
    await expect(table.get_by_role("link", name="smoke-alpha")).to_have_count(0)

    assert (await seeded.ask(REGISTER, {"input": CANARY}))["registerCheck"]["errors"] == []
    await expect(table.get_by_role("link", name="orders-flow")).to_be_visible()
    await page.get_by_label("Find a check by its name").fill("flow")
    await expect(page.locator("[id^=text-filter-search-results]").get_by_text("1 check", exact=True)).to_be_visible()
    assert "search=flow" in page.url
    await shot(page, "checks")

    await table.get_by_role("link", name="orders-flow").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("orders-flow")
    await expect(page.get_by_text("It has not run in shadow yet.")).to_be_visible()
    await page.close()
    assert watched.complaints == []


async def test_a_check_that_is_none_leads_on(browser: Browser, seeded: Seeded) -> None:
    """A wrong name says so, and leads to all checks."""
    page = await browser.new_page()
    await page.goto(f"{seeded.origin}/checks/nonsense")
    await expect(page.get_by_text("There is no such check")).to_be_visible()
    await page.get_by_role("link", name="Show all checks").click()
    await expect(page.get_by_role("heading", level=1)).to_contain_text("Checks")
    await page.close()
