"""Measures of delivery, in a real browser: what is behind a number, broken pipelines, and a waiver."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console.conftest import Seeded, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]


async def _page(browser: Browser) -> Page:
    return await browser.new_page(viewport={"width": 1440, "height": 900})


async def test_a_number_opens_the_deliveries_behind_it(browser: Browser, seeded: Seeded) -> None:
    """From a rate to its deliveries, each with its deployments; the address shows the same to others."""
    watched = watch(await _page(browser), seeded.origin)
    page = watched.page
    await page.goto(f"{seeded.origin}/delivery")
    measure = page.locator(".measure").filter(has_text="Change fail rate")
    await measure.get_by_role("link", name="deliveries").click()
    table = page.get_by_role("table", name="Deliveries")
    await expect(table.get_by_role("link", name="payments").first).to_be_visible()
    await expect(table.get_by_role("link", name="Deployment to prod-us-east-1").first).to_be_visible()
    await shot(page, "delivery")
    address = page.url
    assert "measure=changeFailRate" in address
    assert "open=sample" in address
    await page.goto(address)
    await expect(
        page.get_by_role("table", name="Deliveries").get_by_role("link", name="payments").first
    ).to_be_visible()
    await page.close()
    assert watched.complaints == []
    assert watched.elsewhere() == []


async def test_a_broken_pipeline_says_since_when_and_why(browser: Browser, seeded: Seeded) -> None:
    """orders is broken, payments is not."""
    page = await _page(browser)
    await page.goto(f"{seeded.origin}/delivery?tab=builds")
    table = page.get_by_role("table", name="Broken pipelines")
    await expect(table.get_by_role("link", name="orders", exact=True)).to_be_visible()
    await expect(table.get_by_role("link", name="payments", exact=True)).to_have_count(0)
    await shot(page, "builds")
    await page.close()


async def test_a_rule_is_waived_with_a_reason_and_an_end(browser: Browser, seeded: Seeded) -> None:
    """Days that are no number are refused in the form; the waiver then shows beside the rule, without a reload."""
    page = await _page(browser)
    await page.goto(f"{seeded.origin}/delivery?tab=safety&score=payments")
    rules = page.get_by_role("table", name="The rules of payments")
    await rules.get_by_role("button", name="Waive").first.click()
    dialog = page.get_by_role("dialog")
    grant = dialog.get_by_role("button", name="Grant the waiver")
    await dialog.get_by_label("Reason").fill("a migration")
    await dialog.get_by_label("Days from now").fill("100")
    await expect(grant).to_be_disabled()
    await dialog.get_by_label("Days from now").fill("7")
    await grant.click()
    await expect(page.get_by_role("table", name="Waivers in force").get_by_text("a migration")).to_be_visible()
    await expect(rules.get_by_text("Waived", exact=True)).to_be_visible()
    await shot(page, "safety")
    await page.close()
