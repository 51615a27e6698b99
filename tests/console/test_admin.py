"""Configuring in the console: a wave is edited, wrong input is kept, and two people edit the same thing."""

from __future__ import annotations

import re

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console.conftest import Seeded, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]

WAVE = '{ wave(name: "prod-4") { bakeMinutes oneBoxPercent version } }'
EDIT = """mutation { updateWave(input: {name: "prod-4", bakeMinutes: 300, oneBoxPercent: 5, reason: "Less at once"}) {
  change { number } errors { message } } }"""
ORDER = "{ waves { nodes { name } } }"
TEAM = "teams:\n  - name: new\n    email: new@example.com\n"
FILE = """teams:
  - name: money
    email: nowhere
"""


async def typed_into_wave(page: Page, origin: str, minutes: str) -> None:
    """Opens the form of prod-4 and types another bake time."""
    await page.goto(f"{origin}/admin/wave/prod-4")
    await page.get_by_label("Bake minutes").first.fill(minutes)


async def saved(page: Page, reason: str) -> None:
    """Says why, and saves what the preview shows."""
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("entity differs")
    await dialog.get_by_label("Reason").fill(reason)
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved as")).to_be_visible()


async def test_a_wave_is_edited_once_its_effect_was_seen(browser: Browser, seeded: Seeded) -> None:
    """The preview names the pipelines and the time to the last Region; the picture follows by itself; it is audited."""
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    watched = watch(await context.new_page(), seeded.origin)
    page = watched.page
    picture = await context.new_page()
    await picture.goto(f"{seeded.origin}/admin")
    await expect(picture.get_by_text("bakes 2 h", exact=True)).to_be_visible()
    await typed_into_wave(page, seeded.origin, "150")
    await page.get_by_role("button", name="Review and save").click()
    await expect(page.get_by_role("dialog")).to_contain_text("payments")
    await expect(page.get_by_role("dialog")).to_contain_text(re.compile("To the last Region: .* → "))
    await shot(page, "admin-preview")
    await saved(page, "Traffic is low at night")
    await expect(picture.get_by_text("bakes 2 h 30 min")).to_be_visible()
    await page.goto(f"{seeded.origin}/changes?kind=wave&name=prod-4")
    await expect(page.get_by_role("table", name="Changes")).to_contain_text("Traffic is low at night")
    await context.close()
    assert watched.complaints == []


async def test_wrong_input_is_told_at_its_place_and_kept(browser: Browser, seeded: Seeded) -> None:
    """A number out of its bounds is told at its field and outlives a reload; a file's error is told with its line."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    page.on("dialog", lambda dialog: dialog.accept())  # the browser asks before what was typed is left
    await typed_into_wave(page, seeded.origin, "20000")
    await page.get_by_role("button", name="Review and save").click()
    await expect(page.get_by_text("20000 is not within 0 to 10080.")).to_be_visible()
    await page.reload()
    await expect(page.get_by_text("What you typed before is here again")).to_be_visible()
    await expect(page.get_by_label("Bake minutes").first).to_have_value("20000")
    await page.goto(f"{seeded.origin}/document?tab=import")
    await page.get_by_role("textbox", name="A file", exact=True).fill(FILE)
    await page.get_by_role("button", name="Review and apply").click()
    await expect(page.get_by_role("dialog")).to_contain_text(re.compile("Line 3: .*nowhere"))
    await page.get_by_role("dialog").get_by_role("button", name="Back", exact=True).click()
    await expect(page.get_by_role("textbox", name="A file", exact=True)).to_have_value(FILE)
    await page.close()
    assert (await seeded.ask(WAVE))["wave"]["version"] == 1


async def test_two_edits_of_one_thing_are_merged_field_by_field(browser: Browser, seeded: Seeded) -> None:
    """What somebody else saved meanwhile is shown beside what was typed; each field is taken from one of the two."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await typed_into_wave(page, seeded.origin, "150")
    assert (await seeded.ask(EDIT))["updateWave"]["errors"] == []
    await expect(page.get_by_text("Somebody changed this while you were editing it")).to_be_visible()
    await expect(page.get_by_text("Less at once")).to_be_visible()
    row = page.get_by_role("row", name=re.compile("Bake minutes"))
    await expect(row).to_contain_text("300")
    await expect(row).to_contain_text("150")
    await shot(page, "admin-conflict")
    await page.get_by_role("button", name="Go on with these").click()
    await page.get_by_role("button", name="Review and save").click()
    await saved(page, "Both of us were right")
    assert (await seeded.ask(WAVE))["wave"] == {"bakeMinutes": 150, "oneBoxPercent": 5, "version": 3}
    await page.close()


async def test_waves_are_put_into_another_order_by_keyboard(browser: Browser, seeded: Seeded) -> None:
    """The last wave keeps the focus where it cannot go further; the effect is shown, and the order is saved."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(f"{seeded.origin}/admin")
    down = page.get_by_role("button", name="Move prod-3 down")
    await down.press("Enter")
    await expect(down).to_be_focused()
    await expect(down).to_have_attribute("aria-disabled", "true")
    await page.get_by_role("button", name="Review and save").click()
    dialog = page.get_by_role("dialog")
    await expect(dialog).to_contain_text("2 entities differ")
    await dialog.get_by_label("Reason").fill("Fewer Regions at once at first")
    await dialog.get_by_role("button", name="Save", exact=True).click()
    await expect(page.get_by_text("Saved as")).to_be_visible()
    waves = (await seeded.ask(ORDER))["waves"]["nodes"]
    assert [each["name"] for each in waves if each["name"].startswith("prod")] == [
        "prod-1", "prod-2", "prod-4", "prod-3"
    ]  # fmt: skip
    await page.close()


async def test_a_team_called_new_is_imported_opened_archived_and_found_again(browser: Browser, seeded: Seeded) -> None:
    """Nothing that has a name is in the way of the form of what has none yet."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(f"{seeded.origin}/document?tab=import")
    await page.get_by_role("textbox", name="A file", exact=True).fill(TEAM)
    await page.get_by_role("button", name="Review and apply").click()
    dialog = page.get_by_role("dialog")
    await dialog.get_by_label("Reason").fill("A team of beginners")
    await dialog.get_by_role("button", name="Apply", exact=True).click()
    await expect(dialog).to_have_count(0)
    await page.goto(f"{seeded.origin}/admin/team")
    await page.get_by_role("link", name="new", exact=True).click()
    await expect(page.get_by_label("Email").first).to_have_value("new@example.com")
    await page.get_by_role("button", name="Archive").click()
    await dialog.get_by_label("Reason").fill("They have learned it")
    await dialog.get_by_role("button", name="Archive", exact=True).click()
    await expect(dialog).to_have_count(0)
    await page.goto(f"{seeded.origin}/admin/team")
    await page.get_by_role("radio", name="Archived").or_(page.get_by_role("button", name="Archived")).click()
    await page.get_by_role("link", name="new", exact=True).click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("new")
    await page.close()
