"""Where everything runs, in a real browser: a map and a table, one environment, and a test environment of one's own."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console.conftest import Seeded, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]

PINNED = """mutation { registerHold(input: {
  name: "calm", kind: HOLD, environment: "prod-us-east-1", reason: "a fair is on" }) { errors { message } } }"""


async def _page(browser: Browser) -> Page:
    return await browser.new_page(viewport={"width": 1440, "height": 900})


async def test_a_region_of_the_map_is_chosen_by_keyboard_and_leads_to_what_runs_there(
    browser: Browser, seeded: Seeded
) -> None:
    """The map and the table say the same, the choice is in the address, and a hold appears without a reload."""
    watched = watch(await _page(browser), seeded.origin)
    page = watched.page
    await page.goto(f"{seeded.origin}/environments")
    region = page.get_by_role("link", name="us-east-1, US East")
    await expect(region).to_be_visible()
    await shot(page, "environments")
    await region.focus()
    await page.keyboard.press("Enter")
    await expect(page).to_have_url(f"{seeded.origin}/environments?region=us-east-1")
    table = page.get_by_role("treegrid", name="Environments")
    await expect(table.get_by_text("prod-us-east-1", exact=True)).to_be_visible()
    await expect(table.get_by_text("prod-eu-west-1", exact=True)).to_have_count(0)
    await table.get_by_role("link", name="prod-us-east-1", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("prod-us-east-1")
    runs = page.get_by_role("table", name="What runs here")
    await expect(runs.get_by_role("link", name="orders")).to_be_visible()
    await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")
    await seeded.ask(PINNED)
    await expect(page.get_by_role("link", name="calm")).to_be_visible()
    await shot(page, "environment")
    await page.close()
    assert watched.complaints == []
    assert watched.elsewhere() == []


async def test_a_test_environment_is_created_and_what_is_refused_is_said_at_its_field(
    browser: Browser, seeded: Seeded
) -> None:
    """Wrong input keeps what was typed, says what is wrong, and then lets it through."""
    page = await _page(browser)
    await page.goto(f"{seeded.origin}/environments?tab=test")
    await page.get_by_role("button", name="Create a test environment").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog.get_by_text("No pipeline deploys to it by itself")).to_be_visible()
    create = dialog.get_by_role("button", name="Create", exact=True)
    await expect(create).to_be_disabled()
    await dialog.get_by_label("Owner").fill("ada@example.com")
    await dialog.get_by_label("Days").fill("400")
    await expect(dialog.get_by_text("400 is not a number of days")).to_be_visible()
    await dialog.get_by_label("Days").fill("2")
    await dialog.get_by_label("Name", exact=True).fill("No Such Name!")
    await create.click()
    await expect(dialog.get_by_label("Owner")).to_have_value("ada@example.com")
    await expect(dialog.get_by_label("Name", exact=True)).to_have_attribute("aria-invalid", "true")
    await dialog.get_by_label("Name", exact=True).fill("")
    await create.click()
    await expect(dialog).to_have_count(0)
    table = page.get_by_role("table", name="Test environments")
    await expect(table.get_by_role("link", name="test-ada-1")).to_be_visible()
    await shot(page, "test-environments")
    await page.close()


async def test_an_environment_that_there_is_not_has_a_way_on(browser: Browser, seeded: Seeded) -> None:
    """The page says that there is none of the name, and leads to those that there are."""
    page = await _page(browser)
    await page.goto(f"{seeded.origin}/environments/prod-moon-1")
    await page.get_by_role("button", name="See all environments").click()
    await expect(page).to_have_url(f"{seeded.origin}/environments")
    await page.close()
