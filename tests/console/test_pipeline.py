"""A pipeline's view in a real browser: its graph, why it waits, what people do there, and wrong input."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, Route, expect

from tests.console import history
from tests.console.conftest import Seeded, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]

REFUSED = {
    "code": "AWS_BUSY",
    "message": "CodePipeline is busy.",
    "path": ["stopExecution", "executionId"],
    "remedy": "Ask again in a minute.",
}
HOLD = """mutation ($input: RegisterHoldInput!) { answer: registerHold(input: $input) { errors { message } } }"""


async def _step(page: Page, name: str) -> None:
    await page.get_by_role("button", name=name, exact=True).click()
    await expect(page.get_by_role("heading", name=name, exact=True)).to_be_visible()


async def test_a_pipeline_shows_its_waves_why_it_waits_and_what_happens_elsewhere(
    browser: Browser, seeded: Seeded
) -> None:
    """The bake's time is shown, the panel is in the address, and a hold that somebody else sets appears by itself."""
    watched = watch(await browser.new_page(viewport={"width": 1440, "height": 1200}), seeded.origin)
    page = watched.page
    await page.goto(f"{seeded.origin}/pipelines")
    await page.get_by_role("link", name="payments", exact=True).click()
    await expect(page.get_by_role("button", name="prod-1", exact=True)).to_have_attribute("aria-pressed", "true")
    await expect(page.locator(".step", has_text="prod-1")).to_contain_text("left")
    await expect(page.locator(".run-summary")).to_contain_text(history.MESSAGES[history.NEWEST])
    await _step(page, "prod-2")
    await expect(page).to_have_url(f"{seeded.origin}/pipelines/payments?step=prod-2")
    await expect(page.get_by_role("table", name="What holds it back")).to_contain_text("prod-1 has not passed")
    held = {
        "name": "kept",
        "kind": "HOLD",
        "environment": "prod-us-east-1",
        "reason": "The sale",
        "service": "payments",
    }
    assert (await seeded.ask(HOLD, {"input": held}))["answer"]["errors"] == []
    await expect(page.get_by_role("table", name="Holds, pins and vetoes")).to_contain_text("The sale")
    await shot(page, "pipeline")
    await page.close()
    assert watched.complaints == []


async def test_a_person_overrides_and_nothing_typed_is_lost(browser: Browser, seeded: Seeded) -> None:
    """The effect comes first; without a reason nothing can be granted; a commit that is none is said so."""
    page = await browser.new_page(viewport={"width": 1440, "height": 1200})
    await page.goto(f"{seeded.origin}/pipelines/payments?step=prod-2")
    await page.get_by_role("button", name="Override", exact=True).click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("It takes Wave before")
    grant = dialog.get_by_role("button", name="Grant it")
    await expect(grant).to_be_disabled()
    await dialog.get_by_label("Reason", exact=True).fill("The fix of the refused cards")
    await grant.click()
    await expect(page.get_by_role("table", name="Overrides in force")).to_contain_text("The fix of the refused cards")
    await page.get_by_role("button", name="Hold", exact=True).click()
    await dialog.get_by_text("Pin", exact=True).click()
    await dialog.get_by_label("Commit").fill("latest")
    await dialog.get_by_label("Reason", exact=True).fill("Stays")
    await expect(dialog).to_contain_text("Hexadecimal digits of a commit")
    await expect(dialog.get_by_role("button", name="Pin")).to_be_disabled()
    await page.goto(f"{seeded.origin}/pipelines/nobodys")
    await expect(page.get_by_text("There is no service nobodys")).to_be_visible()
    await page.close()


async def test_what_is_refused_and_what_is_not_answered_stays_beside_what_was_typed(
    browser: Browser, seeded: Seeded
) -> None:
    """A stop: the service is away, then CodePipeline refuses, then it is taken."""
    page = await browser.new_page(viewport={"width": 1440, "height": 1200})
    tries = 0

    async def answer(route: Route) -> None:
        nonlocal tries
        asked = '"StopExecution"' in (route.request.post_data or "")
        tries += asked
        if not asked:
            await route.continue_()
        elif tries == 1:
            await route.abort()
        else:
            errors = [REFUSED] if tries == 2 else []
            await route.fulfill(json={"data": {"stopExecution": {"execution": None, "errors": errors}}})

    await page.route("**/graphql", answer)
    await page.goto(f"{seeded.origin}/pipelines/payments?step=prod-1")
    await page.get_by_role("button", name="Stop", exact=True).click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason", exact=True).fill("It is the wrong one")
    for sentence in ("The service does not answer.", "CodePipeline is busy. Ask again in a minute."):
        await dialog.get_by_role("button", name="Stop it").click()
        await expect(dialog).to_contain_text(sentence)
        await expect(dialog.get_by_label("Reason", exact=True)).to_have_value("It is the wrong one")
    await dialog.get_by_role("button", name="Stop it").click()
    await expect(dialog).to_have_count(0)
    await expect(page.get_by_text("CodePipeline is asked to stop it.")).to_be_visible()
    await page.close()
