"""GraphiQL as a person uses it, in a real browser, against a small graph."""

import json
import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from tests.console.conftest import Watched, application, serving, shot, watch
from tests.console.small_graph import Log

pytestmark = pytest.mark.slow


@pytest.fixture
def log() -> Log:
    """An empty event log."""
    return Log()


@pytest.fixture
async def origin(dist: Path, log: Log) -> AsyncIterator[str]:
    """Where the pages and the small graph are served."""
    async with serving(application(dist, log)) as port:
        yield f"http://127.0.0.1:{port}"


async def opened(
    browser: Browser, origin: str, path: str = "/graphiql", scheme: Literal["light", "dark"] = "light"
) -> Watched:
    """The page, once GraphiQL has read the schema."""
    context = await browser.new_context(color_scheme=scheme, viewport={"width": 1440, "height": 900})
    watched = watch(await context.new_page(), origin)
    await watched.page.goto(f"{origin}{path}")
    await expect(watched.page.locator(".graphiql-query-editor .view-lines")).to_contain_text("query")
    return watched


async def answer(page: Page) -> str:
    """The text of the response editor: its lines are drawn, so non-breaking spaces stand for spaces."""
    lines = await page.locator(".result-window .view-line").all_inner_texts()
    return "\n".join(lines).replace("\u00a0", " ")


async def execute(page: Page) -> None:
    """Presses the button that runs the tab's operation."""
    await page.get_by_role("button", name=re.compile("^Execute query")).click()


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_first_tab_asks_and_is_answered(
    browser: Browser, origin: str, scheme: Literal["light", "dark"]
) -> None:
    """The example query runs as it stands; the page breaks no policy and asks no other host for anything."""
    watched = await opened(browser, origin, scheme=scheme)
    await execute(watched.page)
    await expect(watched.page.locator(".result-window")).to_contain_text("payments")
    await shot(watched.page, f"graphiql-query-{scheme}")
    assert '"totalCount": 3' in await answer(watched.page)
    assert watched.complaints == []
    assert watched.elsewhere() == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_second_tab_receives_events_as_they_happen(
    browser: Browser, origin: str, log: Log, scheme: Literal["light", "dark"]
) -> None:
    """The example subscription shows each event when it is appended, over a socket of the same origin."""
    watched = await opened(browser, origin, scheme=scheme)
    await watched.page.get_by_role("tab", name="WatchEvents").click()
    await execute(watched.page)
    await log.subscribed(1)
    for type_ in ("deployment.started", "deployment.changed"):
        await log.append(type_)
        await expect(watched.page.locator(".result-window")).to_contain_text(type_)
    await shot(watched.page, f"graphiql-subscription-{scheme}")
    assert f"{origin.replace('http', 'ws')}/graphql" in watched.addresses
    assert watched.complaints == []
    assert watched.elsewhere() == []


async def test_a_typed_token_reaches_queries_and_subscriptions(browser: Browser, origin: str, log: Log) -> None:
    """A header of the tab is sent with its subscription too, in the socket's first message."""
    watched = await opened(browser, origin)
    sent: list[str] = []
    watched.page.on("websocket", lambda socket: socket.on("framesent", lambda frame: sent.append(str(frame))))
    await watched.page.get_by_role("tab", name="WatchEvents").click()
    await watched.page.get_by_role("button", name="Headers").click()
    await watched.page.locator(".graphiql-editor-tool").last.click()
    await watched.page.keyboard.insert_text('{"authorization": "Bearer example"}')
    await execute(watched.page)
    await log.subscribed(1)
    while not sent:  # the browser tells what it sent a moment after the server has it
        await watched.page.wait_for_timeout(50)
    first = json.loads(sent[0])
    assert first == {"type": "connection_init", "payload": {"authorization": "Bearer example"}}


async def test_the_editor_knows_the_schema(browser: Browser, origin: str) -> None:
    """Monaco's workers run from own assets: an unknown field is underlined, and fields are suggested."""
    watched = await opened(browser, origin)
    await watched.page.get_by_role("button", name="New tab").click()
    await watched.page.locator(".graphiql-query-editor").click()
    await watched.page.keyboard.insert_text("query Wrong { servces { totalCount } }")
    await expect(watched.page.locator(".graphiql-query-editor .squiggly-error")).to_be_visible()
    await watched.page.keyboard.press("ControlOrMeta+A")
    await watched.page.keyboard.insert_text("query Right { ")
    await watched.page.keyboard.press("Control+Space")
    await expect(watched.page.locator(".suggest-widget")).to_contain_text("environments")
    assert watched.complaints == []
    assert watched.elsewhere() == []


async def test_the_explorer_writes_the_query(browser: Browser, origin: str) -> None:
    """A field that is ticked in the Explorer is put into the operation of the tab."""
    watched = await opened(browser, origin)
    await watched.page.get_by_role("button", name="New tab").click()
    await watched.page.get_by_role("button", name="Show GraphiQL Explorer").click()
    await watched.page.locator(".docExplorerWrap").get_by_text("pipelines", exact=True).click()
    await expect(watched.page.locator(".graphiql-query-editor .view-lines")).to_contain_text("pipelines")
    await shot(watched.page, "graphiql-explorer")
    assert watched.complaints == []


async def test_the_address_opens_the_documentation(browser: Browser, origin: str) -> None:
    """/graphiql#docs, which the landing page names, shows the schema's own descriptions."""
    watched = await opened(browser, origin, "/graphiql#docs")
    docs = watched.page.locator(".graphiql-doc-explorer")
    await expect(docs).to_contain_text("Query")
    await docs.get_by_text("Query", exact=True).first.click()
    await expect(docs).to_contain_text("What a repository deploys.")
    await shot(watched.page, "graphiql-docs")
    assert watched.complaints == []
