"""The pages and the real service together: its schema, its database, its log."""

import asyncio
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

import graph.app
from models.engine import Database
from models.settings import Settings
from tests.console.conftest import ask, serving, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]

REGISTER = """
mutation Register($input: RegisterAccountInput!) {
  registerAccount(input: $input) { account { id } errors { code message } }
}
"""
LATEST = "{ events(last: 1) { nodes { cursor } } }"


async def register(origin: str, number: int) -> None:
    """One more account, and so one more event."""
    account = {"awsId": str(number) * 12, "name": f"payments-{number}"}
    registered = await ask(origin, REGISTER, {"input": account})
    assert registered["registerAccount"]["errors"] == []


async def latest_cursor(origin: str) -> str:
    """The newest readable event's: an event is readable when no older writer of the server still runs."""
    for _ in range(200):
        if found := (await ask(origin, LATEST))["events"]["nodes"]:
            return str(found[0]["cursor"])
        await asyncio.sleep(0.05)
    raise AssertionError("no event became readable")


async def written(page: Page, document: str) -> None:
    """The document stands alone in the editor: a busy page shows the old tab's text for a moment."""
    editor = page.locator(".graphiql-query-editor .view-lines")
    for _ in range(40):
        await editor.click()
        await page.keyboard.press("Control+A")
        await page.keyboard.insert_text(document)
        await page.wait_for_timeout(250)
        if (await editor.inner_text()).replace("\u00a0", " ").startswith(document[:20]):
            return
    raise AssertionError("the editor did not take the document")


async def test_graphiql_replays_and_follows_the_services_log(
    browser: Browser, dist: Path, database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A subscription typed into GraphiQL shows what came since its cursor, then each event as it is committed."""
    monkeypatch.setattr(graph.app, "CONSOLE", dist)
    context = await browser.new_context(viewport={"width": 1440, "height": 900})
    async with serving(graph.app.application(Settings(), database)) as port:
        watched = watch(await context.new_page(), f"http://127.0.0.1:{port}")
        page, origin = watched.page, watched.origin
        await register(origin, 1)
        cursor = await latest_cursor(origin)
        await register(origin, 2)
        await page.goto(f"{origin}/graphiql")
        await page.get_by_role("button", name="New tab").click()
        await expect(page.locator(".graphiql-tab")).to_have_count(3)
        await written(page, f'subscription {{ events(after: "{cursor}") {{ cursor type payload }} }}')
        await page.keyboard.press("Control+Enter")
        for number in (2, 3, 4):
            if number > 2:
                await register(origin, number)
            await expect(page.locator(".result-window")).to_contain_text(f"payments-{number}")
        await shot(page, "service-graphiql")
        await page.close()
    assert watched.complaints == []
    assert watched.elsewhere() == []
