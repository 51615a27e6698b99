"""A deployment's view, in a real browser: what failed first, its trace by keyboard, an incident, wrong ids."""

from __future__ import annotations

from urllib.parse import quote

import pytest
from playwright.async_api import Browser, expect

from tests.console import history
from tests.console.conftest import Seeded, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]

FAILED = """query ($environment: String!) {
  deployments(first: 1, filter: {service: "orders", environment: $environment}) { nodes { id } } }"""


async def test_a_failed_deployment_says_why_and_an_incident_is_declared_from_it(
    browser: Browser, seeded: Seeded
) -> None:
    """Its cause is there, a span is chosen by keyboard and kept in the address, and an incident appears at once."""
    found = (await seeded.ask(FAILED, {"environment": history.FAILS_AT}))["deployments"]["nodes"]
    watched = watch(await browser.new_page(viewport={"width": 1440, "height": 900}), seeded.origin)
    page = watched.page
    await page.goto(f"{seeded.origin}/deployments/{quote(found[0]['id'], safe='')}")
    await expect(page.get_by_role("heading", level=1)).to_have_text(f"orders to {history.FAILS_AT}")
    await expect(page.locator(".cause").first).to_have_text(history.CAUSE)

    trace = page.get_by_role("treegrid")
    await expect(trace.get_by_role("row", name=f"{history.FAILS_AT}.Deploy")).to_have_attribute("data-state", "failed")
    await trace.focus()
    await page.keyboard.press("Home")
    await page.keyboard.press("Enter")
    await expect(page.get_by_role("region", name="Span RUN orders")).to_be_visible()
    assert "span=" in page.url
    await shot(page, "deployment")

    await page.get_by_role("button", name="Declare an incident").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_role("button", name="Declare the incident").click()
    await expect(dialog.get_by_text("Say in one line what customers notice.")).to_be_visible()
    await dialog.get_by_label("What customers notice").fill("Orders are lost")
    await dialog.get_by_role("button", name="Declare the incident").click()
    await expect(page.get_by_role("gridcell", name="Open", exact=True)).to_be_visible()
    await expect(page.get_by_role("button", name="Resolve", exact=True)).to_be_visible()
    await page.close()
    assert watched.complaints == []


async def test_an_id_that_is_none_leads_on(browser: Browser, seeded: Seeded) -> None:
    """An address with a wrong id says so, and where deployments are to be found."""
    page = await browser.new_page()
    await page.goto(f"{seeded.origin}/deployments/nonsense")
    await expect(page.get_by_text("There is no such deployment")).to_be_visible()
    await page.get_by_role("button", name="Go to the fleet").click()
    await expect(page).to_have_url(f"{seeded.origin}/")
    await page.close()
