"""Who may not do something sees every action disabled with its reason; sent anyway, the service refuses it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

import pytest
from playwright.async_api import Browser, Locator, Page, expect
from sqlalchemy import URL

import graph.app
from models.settings import Settings
from tests.console import history
from tests.console.conftest import Seeded, serving_database, watch
from tests.databases import own_database

pytestmark = [pytest.mark.slow, pytest.mark.database]

Serving = Callable[[Literal["viewer", "developer"]], AbstractAsyncContextManager[Seeded]]

WHY = "Your role does not allow this."
HELD = """mutation { answer: registerHold(input: {name: "fair", kind: HOLD, environment: "prod-us-east-1",
  service: "payments", reason: "A fair is on"}) { errors { message } } }"""
OVERRIDDEN = """mutation ($until: DateTime!) { answer: grantOverride(input: {name: "let-in", kinds: [WINDOW],
  service: "payments", expiresAt: $until, reason: "The fix has to go"}) { errors { message } } }"""
OWN = """mutation { answer: createTestEnvironment(input: {stage: "beta", owner: "ada", name: "test-ada-1"}) {
  errors { message } } }"""
STOP = """mutation { answer: stopExecution(input: {executionId: "%s", reason: "Now"}) { errors { code message } } }"""
OVERRIDE = OVERRIDDEN.replace("let-in", "mine").replace("{ message }", "{ code message }")


@pytest.fixture
async def serving_as(
    server_url: URL,
    history_template: str,
    worker_id: str,
    numbers: Iterator[int],
    dist: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[Serving]:
    """The history with a hold, an override and a test environment in it, to be served to who has one role."""
    monkeypatch.setattr(graph.app, "CONSOLE", dist)
    with own_database(server_url, f"roles_{worker_id}_{next(numbers)}", history_template) as url:
        async with serving_database(url) as admin:
            until = {"until": (datetime.now(UTC) + timedelta(hours=4)).isoformat()}
            for document, given in ((HELD, {}), (OVERRIDDEN, until), (OWN, {})):
                assert (await admin.ask(document, given))["answer"]["errors"] == []

        @asynccontextmanager
        async def serve(role: Literal["viewer", "developer"]) -> AsyncIterator[Seeded]:
            async with serving_database(url, Settings(local_role=role)) as served:
                yield served

        yield serve


async def _refused(button: Locator, page: Page) -> None:
    """It is disabled, and says why to whoever comes to it by keyboard."""
    await expect(button).to_have_attribute("aria-disabled", "true")
    await button.focus()
    await expect(page.get_by_role("tooltip")).to_have_text(WHY)
    await button.press("Enter")
    await expect(page.get_by_role("dialog")).to_have_count(0)


async def _all_refused(page: Page, *names: str) -> None:
    for name in names:
        await _refused(page.get_by_role("button", name=name, exact=True).first, page)


async def _code(served: Seeded, document: str, given: dict[str, Any] | None = None) -> list[str]:
    return [error["code"] for error in (await served.ask(document, given))["answer"]["errors"]]


async def test_a_viewer_sees_every_action_disabled_with_its_reason(browser: Browser, serving_as: Serving) -> None:
    """On a pipeline, on test environments and in forms; and nothing is done that is sent anyway."""
    async with serving_as("viewer") as served:
        watched = watch(await browser.new_page(viewport={"width": 1440, "height": 1200}), served.origin)
        page = watched.page
        await page.goto(f"{served.origin}/pipelines/payments?step=prod-1")
        await _all_refused(page, "Stop", "Start", "Hold", "Override", "Release fair", "Revoke let-in")
        await page.goto(f"{served.origin}/pipelines/orders?step=prod-1")
        await _all_refused(page, "Retry", "Roll back")
        await page.goto(f"{served.origin}/environments?tab=test")
        await _all_refused(page, "Create a test environment", "Extend test-ada-1", "Delete test-ada-1")
        await page.goto(f"{served.origin}/admin/wave/prod-4")
        await expect(page.get_by_text("You can read this, and not change it")).to_be_visible()
        await expect(page.get_by_label("Bake minutes").first).not_to_be_editable()
        await _all_refused(page, "Review and save", "Archive")
        await page.goto(f"{served.origin}/admin")
        await expect(page.get_by_text("You can read this, and not change it")).to_be_visible()
        await _all_refused(page, "New stage")
        assert await _code(served, STOP % history.NEWEST) == ["FORBIDDEN"]
        assert await _code(served, OWN.replace("{ message }", "{ code }")) == ["FORBIDDEN"]
        await page.close()
        assert watched.complaints == []


async def test_a_developer_may_stop_and_may_not_override(browser: Browser, serving_as: Serving) -> None:
    """What stopping would do is shown; an override is not theirs to grant, in the page or out of it."""
    async with serving_as("developer") as served:
        page = await browser.new_page(viewport={"width": 1440, "height": 1200})
        await page.goto(f"{served.origin}/pipelines/payments?step=prod-1")
        await _all_refused(page, "Override", "Revoke let-in")
        await page.get_by_role("button", name="Stop", exact=True).click()
        dialog = page.get_by_role("dialog")
        await expect(dialog).to_contain_text("What will happen")
        await dialog.get_by_label("Reason", exact=True).fill("It is the wrong one")
        await expect(dialog.get_by_role("button", name="Stop it")).to_be_enabled()
        until = {"until": (datetime.now(UTC) + timedelta(hours=4)).isoformat()}
        assert await _code(served, OVERRIDE, until) == ["FORBIDDEN"]
        await page.close()
