"""Every view, in a real browser: by its address, in light and dark, on a laptop and a telephone, for everybody."""

from __future__ import annotations

import asyncio
import json
from typing import Any, Literal
from urllib.parse import quote

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect

from tests.console import history
from tests.console.conftest import ROOT, Seeded, shot, watch

pytestmark = [pytest.mark.slow, pytest.mark.database]

AXE = (ROOT / "node_modules" / "axe-core" / "axe.min.js").read_text("utf-8")
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
OPTIONS = {"runOnly": RULES, "resultTypes": ["violations"]}  # what passes need not be told, which is most of the work
# Cloudscape's own bar on a telephone has an `aria-orientation` that its role does not allow, and no property of
# AppLayout takes it away: this rule, on this element, is not the console's to obey.
NOT_OURS = ("aria-allowed-attr", "awsui_mobile-toolbar-nav")
AT_ONCE = 3  # while one view waits for the service, another is looked at
DEPLOYMENTS = """query ($status: [DeploymentStatus!]) {
  deployments(first: 1, filter: {status: $status}) { nodes { id } } }"""


async def views(seeded: Seeded) -> dict[str, str]:
    """Every view's address by a name for its picture, those of single things included."""
    failed = (await seeded.ask(DEPLOYMENTS, {"status": ["FAILED"]}))["deployments"]["nodes"][0]["id"]
    return {
        "fleet": "/",
        "pipelines": "/pipelines",
        "pipeline": "/pipelines/payments",
        "pipeline-failed": "/pipelines/orders",
        "pipeline-none": "/pipelines/notifications",
        "deployment": f"/deployments/{quote(failed, safe='')}",
        "commits": "/commits",
        "commit": f"/commits?search={history.COMMITS[history.NEWEST][:10]}",
        "environments": "/environments",
        "environment": "/environments/prod-us-east-1",
        "checks": "/checks",
        "check": "/checks/smoke-prod",
        "delivery": "/delivery",
        "admin": "/admin",
        "waves": "/admin/wave",
        "wave": "/admin/wave/prod-2",
        "changes": "/changes",
        "document": "/document",
        "nothing": "/pipelines/nothing-of-this-name",
    }


async def settled(page: Page) -> None:
    """The view has its heading, is live, and nothing is being loaded any more."""
    await expect(page.get_by_role("heading", level=1)).to_have_count(1)
    await expect(page.locator(".link-state")).to_have_attribute("data-state", "live")
    await page.wait_for_load_state("networkidle")
    await expect(page.locator("main [aria-busy=true]")).to_have_count(0)


async def violations(page: Page) -> list[str]:
    """What axe finds, each with where."""
    await page.evaluate(AXE)
    found: dict[str, Any] = await page.evaluate(f"axe.run(document, {json.dumps(OPTIONS)})")
    rule, element = NOT_OURS
    said = []
    for each in found["violations"]:
        where = [node["html"] for node in each["nodes"] if each["id"] != rule or element not in node["html"]]
        if where:
            said.append(f"{each['id']}: {each['help']}: {[html[:200] for html in where[:3]]}")
    return said


async def wrong_with(context: BrowserContext, address: str, origin: str, picture: str) -> list[str]:
    """What is wrong with the view at an address: for everybody, for the page's policy, and for its width."""
    watched = watch(await context.new_page(), origin)
    page = watched.page
    await page.goto(address)
    await settled(page)
    found = await violations(page)
    if await page.evaluate("document.documentElement.scrollWidth > window.innerWidth"):
        found.append("it is scrolled sideways")
    await shot(page, picture)
    await page.close()
    return found + watched.complaints + watched.elsewhere()


@pytest.mark.parametrize(("scheme", "width"), [("light", 1440), ("dark", 390)])
async def test_every_view_is_accessible_and_asks_nobody_else(
    browser: Browser, seeded: Seeded, scheme: Literal["light", "dark"], width: int
) -> None:
    """axe finds nothing, no policy is broken, no other host is asked, nothing is scrolled sideways."""
    context = await browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900})
    at_once = asyncio.Semaphore(AT_ONCE)

    async def look(name: str, path: str) -> tuple[str, list[str]]:
        async with at_once:
            return name, await wrong_with(context, f"{seeded.origin}{path}", seeded.origin, f"{name}-{scheme}")

    looked = await asyncio.gather(*(look(name, path) for name, path in (await views(seeded)).items()))
    wrong = {name: found for name, found in looked if found}
    assert wrong == {}, json.dumps(wrong, indent=2)
    await context.close()


async def test_every_view_of_the_navigation_opens(browser: Browser, seeded: Seeded) -> None:
    """Each link of the navigation leads to the view of its name, which is the page's title too."""
    page = await browser.new_page(viewport={"width": 1440, "height": 900})
    await page.goto(seeded.origin)
    links = page.get_by_role("navigation", name="Views").get_by_role("link")
    names = (await links.all_inner_texts())[:-1]  # the last leads to GraphiQL
    assert len(names) == len(set(names)) == 9
    for name in names:
        await links.filter(has_text=name).click()
        await expect(page.get_by_role("heading", level=1)).to_contain_text(name)
        await expect(page).to_have_title(f"{name} · Interlock")
    await page.close()
