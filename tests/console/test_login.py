"""Signing in in a real Chromium, through the pages of a real OpenID provider: there, back, out, and what goes wrong."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit, urlunsplit

import pytest
from playwright.async_api import Browser, BrowserContext, Page, Route, expect
from sqlalchemy import URL, update

import graph.app
from graph.authentication import remembering, sockets
from models.engine import Database
from models.tables import BrowserSession
from tests.console.conftest import serving, shot, watch
from tests.databases import own_database
from tests.openid import OpenId, provider
from tests.service import free_port

pytestmark = [pytest.mark.slow, pytest.mark.database]

WIDE, NARROW = {"width": 1440, "height": 900}, {"width": 390, "height": 844}
COOKIE = "interlock-session"
PIPELINE = "/pipelines/payments?step=prod-1"


@pytest.fixture(scope="module")
def running_provider() -> Iterator[OpenId]:
    """One for all tests, and the one address of the service that it knows."""
    with provider(f"http://127.0.0.1:{free_port()}") as running:
        yield running


@pytest.fixture
async def openid(
    running_provider: OpenId,
    server_url: URL,
    history_template: str,
    worker_id: str,
    numbers: Iterator[int],
    dist: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> AsyncIterator[OpenId]:
    """The provider, and a service whose people are its people, with the history."""
    monkeypatch.setattr(graph.app, "CONSOLE", dist)
    monkeypatch.setattr(sockets, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(remembering, "AGE_SECONDS", 0.0)  # sessions are made older behind the service's back
    monkeypatch.setattr("graph.authentication.provider.AGAIN_SECONDS", 0.0)
    running_provider.begin_anew()
    port = int(running_provider.service.rsplit(":", 1)[1])
    with own_database(server_url, f"login_{worker_id}_{next(numbers)}", history_template) as url:
        async with Database(url, pool_size=5) as database:
            running_provider.database = database
            application = graph.app.application(running_provider.settings(port=port), database)
            async with serving(application, port):
                yield running_provider


@asynccontextmanager
async def visiting(browser: Browser, size: Any = WIDE) -> AsyncIterator[BrowserContext]:
    """A browser without cookies. The provider's own pages ask another host for their letters: they get none."""
    context = await browser.new_context(viewport=size)
    await context.route(re.compile("^https://"), lambda route: route.abort())
    yield context
    await context.close()


async def sign_in(page: Page, name: str = "ada") -> None:
    """From the console's page through the provider's."""
    await page.get_by_role("link", name="Sign in", exact=True).click()
    await agree(page, name)


async def agree(page: Page, name: str = "ada") -> None:
    """On the provider's own pages."""
    await page.get_by_placeholder("Enter any login").fill(name)
    await page.get_by_placeholder("and password").fill("of no matter")
    await page.get_by_role("button", name="Sign-in").click()
    await page.get_by_role("button", name="Continue").click()


async def an_hour_passes(openid: OpenId) -> None:
    """What the provider has vouched for is over, for all."""
    async with openid.database.transaction() as session:
        await session.execute(update(BrowserSession).values(vouched_until=datetime.now(UTC)))


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_there_back_and_out(browser: Browser, openid: OpenId, size: Any) -> None:
    """To the page that was wanted; the bar says who it is; signing out is signing out at the provider too."""
    narrow = size is NARROW
    async with visiting(browser, size) as context:
        watched = watch(await context.new_page(), openid.service)
        page = watched.page
        await page.goto(openid.service + PIPELINE)
        await expect(page.get_by_role("heading", name="Sign in to Interlock")).to_be_visible()
        await shot(page, f"sign-in-{'narrow' if narrow else 'wide'}")
        await sign_in(page)
        await expect(page).to_have_url(openid.service + PIPELINE)
        who = page.get_by_role("button", name="Signed in as ada@example.com")
        await expect(who).to_be_visible()
        await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")
        await shot(page, f"signed-in-{'narrow' if narrow else 'wide'}")
        [cookie] = [each for each in await context.cookies(openid.service) if each["name"] == COOKIE]
        assert (cookie["httpOnly"], cookie["sameSite"], cookie["path"]) == (True, "Strict", "/")
        assert await page.evaluate("document.cookie") == ""
        await who.click()
        await page.get_by_role("menuitem", name="Sign out", exact=True).click()
        await page.get_by_role("button", name="Yes, sign me out").click()
        await expect(page.get_by_role("heading", name="Sign in to Interlock")).to_be_visible()
        assert urlsplit(page.url).path == "/"
        refused = [each for each in watched.complaints if "401" not in each and "fonts.googleapis" not in each]
        assert [each for each in refused if "net::ERR_FAILED" not in each] == []
        await page.get_by_role("link", name="Sign in", exact=True).click()
        await expect(page.get_by_placeholder("Enter any login")).to_be_visible()


async def test_who_does_not_agree_may_do_so_later(browser: Browser, openid: OpenId) -> None:
    """The console says it, and keeps where they wanted to go."""
    async with visiting(browser) as context:
        page = await context.new_page()
        await page.goto(openid.service + PIPELINE)
        await page.get_by_role("link", name="Sign in", exact=True).click()
        await page.get_by_role("link", name="[ Cancel ]").click()
        await expect(page.get_by_text("You did not agree.")).to_be_visible()
        await shot(page, "sign-in-denied")
        await sign_in(page)
        await expect(page).to_have_url(openid.service + PIPELINE)


async def test_a_provider_that_is_away_is_said(browser: Browser, openid: OpenId) -> None:
    """And can be tried again from the same page, when it is back."""
    async with visiting(browser) as context:
        page = await context.new_page()
        await page.goto(f"{openid.service}/checks")
        openid.tell(failing=True)
        await page.get_by_role("link", name="Sign in", exact=True).click()
        await expect(page.get_by_text("The single sign-on does not answer.")).to_be_visible()
        openid.tell(failing=False)
        await sign_in(page)
        await expect(page).to_have_url(f"{openid.service}/checks")


async def test_what_was_changed_on_its_way_is_not_believed(browser: Browser, openid: OpenId) -> None:
    """A nonce of another login, and a state that this browser did not begin."""
    async with visiting(browser) as context:
        page = await context.new_page()

        async def change(route: Route) -> None:
            answer = await route.fetch(max_redirects=0)
            parts = urlsplit(answer.headers["location"])
            said = {name: values[0] for name, values in parse_qs(parts.query).items()} | changed
            address = urlunsplit(parts._replace(query=urlencode(said)))
            await route.fulfill(response=answer, headers=answer.headers | {"location": address})

        await page.route(re.compile("/login[?]"), change)
        for changed, why in (
            ({"nonce": "of-another-login"}, "The answer of the single sign-on was not accepted."),
            ({"state": "of-another-browser"}, "That sign-in was over."),
        ):
            await context.clear_cookies()
            await page.goto(openid.service)
            await sign_in(page)
            await expect(page.get_by_text(why)).to_be_visible()
            assert COOKIE not in [each["name"] for each in await context.cookies(openid.service)]


@pytest.mark.parametrize("size", [WIDE, NARROW], ids=["wide", "narrow"])
async def test_a_session_that_ends_loses_nothing_that_was_typed(browser: Browser, openid: OpenId, size: Any) -> None:
    """Signed out in another tab: this one says so, waits, and goes on with what stands in its form."""
    async with visiting(browser, size) as context:
        page = await context.new_page()
        await page.goto(f"{openid.service}/admin/wave/prod-4")
        await sign_in(page)
        await page.get_by_label("Bake minutes").first.fill("150")
        other = await context.new_page()
        await other.goto(openid.service)
        await other.get_by_role("button", name="Signed in as ada@example.com").click()
        await other.get_by_role("menuitem", name="Sign out everywhere").click()
        await other.get_by_role("button", name="No, stay signed in").click()
        dialog = page.get_by_role("dialog", name="You are signed out")
        await expect(dialog).to_contain_text("You are not signed in.")
        await shot(page, f"signed-out-{'narrow' if size is NARROW else 'wide'}")
        async with context.expect_page() as opened:
            await dialog.get_by_role("link", name="Sign in again").click()
        third = await opened.value
        await third.get_by_role("button", name="Continue").click()  # what it had granted was revoked with the logout
        await expect(third.get_by_role("button", name="Signed in as ada@example.com")).to_be_visible()
        await expect(dialog).to_have_count(0)
        await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")
        await expect(page.get_by_label("Bake minutes").first).to_have_value("150")
        await page.get_by_role("button", name="Review and save").click()
        await expect(page.get_by_role("dialog")).to_contain_text("entity differs")


async def test_it_is_renewed_and_nobody_notices(browser: Browser, openid: OpenId) -> None:
    """An hour later the socket comes again behind its cursor, and events are shown as they happen."""
    async with visiting(browser) as context:
        page = await context.new_page()
        await page.goto(f"{openid.service}/changes")
        await sign_in(page)
        await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")
        states = "[...document.querySelectorAll('.link-state')].map((each) => each.dataset.state)[0]"
        await an_hour_passes(openid)
        await page.reload()
        await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")
        assert await page.evaluate(states) == "live"
        assert openid.granted() == ["authorization_code", "refresh_token"]
        await expect(page.get_by_role("dialog")).to_have_count(0)


async def test_who_has_left_is_signed_out(browser: Browser, openid: OpenId) -> None:
    """The page that they had open says why, as soon as the provider is asked again."""
    async with visiting(browser) as context:
        page = await context.new_page()
        await page.goto(openid.service)
        await sign_in(page)
        await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")
        openid.tell(left=True)
        await an_hour_passes(openid)
        await page.get_by_role("link", name="Environments").click()
        await expect(page.get_by_role("dialog", name="You are signed out")).to_contain_text("the issuer was to be asked")


async def test_who_has_no_role_is_told_what_to_do(browser: Browser, openid: OpenId) -> None:
    """Who they are, what they lack and whom to ask; when that is done they look again."""
    openid.tell(groups=["visitors"])
    async with visiting(browser) as context:
        page = await context.new_page()
        await page.goto(openid.service)
        await sign_in(page)
        await expect(page.get_by_role("heading", name="You have no role here")).to_be_visible()
        await expect(page.get_by_text("ada@example.com has no role here")).to_be_visible()
        await shot(page, "no-role")
        openid.tell(groups=["staff"])
        await an_hour_passes(openid)
        await page.get_by_role("button", name="Look again").click()
        await expect(page.get_by_role("button", name="Signed in as ada@example.com")).to_be_visible()


async def test_graphiql_signs_in_too(browser: Browser, openid: OpenId) -> None:
    """Its link leads there and back; queries and subscriptions go by the session then."""
    async with visiting(browser) as context:
        page = await context.new_page()
        await page.goto(f"{openid.service}/graphiql")
        await sign_in(page)
        await expect(page).to_have_url(f"{openid.service}/graphiql")
        await expect(page.locator(".graphiql-query-editor .view-lines")).to_contain_text("query")
        await page.get_by_role("button", name=re.compile("^Execute query")).click()
        await expect(page.locator(".result-window")).to_contain_text("payments")
        await expect(page.get_by_role("link", name="Sign in", exact=True)).to_have_count(0)
        await shot(page, "graphiql-signed-in")
