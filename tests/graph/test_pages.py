"""The pages and their assets, over HTTP, from a folder that stands in for the console's build."""

import gzip
import re
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette

from graph import pages
from graph.pages import NOT_BUILT, routes
from tests.service import ROOT


@pytest.fixture
def dist(tmp_path: Path) -> Path:
    """A built console in miniature, with a secret beside it that no request may reach."""
    (tmp_path / "secret.txt").write_text("secret")
    built = tmp_path / "dist"
    (built / "assets").mkdir(parents=True)
    (built / "index.html").write_text("<title>Interlock</title>")
    (built / "graphiql.html").write_text("<title>GraphiQL</title>")
    (built / "licences.md").write_text("secret")
    (built / "assets" / "page-1a2b3c4d.js").write_text("export {}")
    (built / "assets" / "out").symlink_to(tmp_path)
    return built


def browser(dist: Path) -> httpx.AsyncClient:
    """A client of an application that has these routes and no others."""
    transport = httpx.ASGITransport(app=Starlette(routes=routes(dist)))
    return httpx.AsyncClient(transport=transport, base_url="http://interlock.test")


def policy(response: httpx.Response) -> dict[str, str]:
    """A Content-Security-Policy as directive -> sources."""
    directives = (part.strip() for part in response.headers["content-security-policy"].split(";"))
    return dict(directive.split(" ", 1) for directive in directives)


@pytest.mark.parametrize(("path", "title"), [("/", "Interlock"), ("/graphiql", "GraphiQL")])
async def test_a_page_is_html_and_asked_for_anew(dist: Path, path: str, title: str) -> None:
    """Each path serves its own page, which a browser revalidates before it uses it again."""
    async with browser(dist) as client:
        response = await client.get(path)
    assert response.status_code == 200
    assert response.headers["content-type"].startswith("text/html")
    assert response.headers["cache-control"] == "no-cache"
    assert f"<title>{title}</title>" in response.text


@pytest.mark.parametrize("path", ["/", "/graphiql", "/assets/page-1a2b3c4d.js"])
async def test_everything_is_guarded(dist: Path, path: str) -> None:
    """No answer may be framed or sniffed, or load from another host; no script may be inline or eval."""
    async with browser(dist) as client:
        response = await client.get(path)
    directives = policy(response)
    assert directives["default-src"] == directives["script-src"] == directives["connect-src"] == "'self'"
    assert directives["frame-ancestors"] == directives["object-src"] == directives["base-uri"] == "'none'"
    assert "http" not in response.headers["content-security-policy"]
    assert response.headers["x-content-type-options"] == "nosniff"
    assert response.headers["referrer-policy"] == "same-origin"


async def test_inline_styles_are_allowed_on_graphiql_alone(dist: Path) -> None:
    """Monaco writes style elements; no other page is loosened for its sake."""
    async with browser(dist) as client:
        styles = {path: policy(await client.get(path))["style-src"] for path in ("/", "/graphiql")}
    assert styles == {"/": "'self'", "/graphiql": "'self' 'unsafe-inline'"}


async def test_an_asset_is_kept_for_a_year(dist: Path) -> None:
    """A hashed name never changes its content: a browser keeps it, and a revalidation is a 304."""
    async with browser(dist) as client:
        response = await client.get("/assets/page-1a2b3c4d.js")
        again = await client.get("/assets/page-1a2b3c4d.js", headers={"If-None-Match": response.headers["etag"]})
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert "javascript" in response.headers["content-type"]
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/assets/../licences.md",
        "/assets/%2e%2e/licences.md",
        "/assets/..%2f..%2fsecret.txt",
        "/assets/%2e%2e%2f%2e%2e%2fsecret.txt",
        "/assets/..%5c..%5csecret.txt",
        "/assets//etc/passwd",
        "/assets/out/secret.txt",
        "/assets/",
        "/assets",
        "/licences.md",
    ],
)
async def test_nothing_but_the_assets_is_served(dist: Path, path: str) -> None:
    """Dots, encoded dots, backslashes, absolute paths, links and listings reach no file outside assets/."""
    request = httpx.Request("GET", httpx.URL("http://interlock.test", raw_path=path.encode()))
    async with browser(dist) as client:
        response = await client.send(request, follow_redirects=True)
    assert response.status_code == 404
    assert "secret" not in response.text


async def test_a_missing_asset_is_not_cached(dist: Path) -> None:
    """A name of an earlier build is a plain 404, without the year that a file would be kept."""
    async with browser(dist) as client:
        response = await client.get("/assets/page-00000000.js")
    assert response.status_code == 404
    assert "cache-control" not in response.headers


@pytest.mark.parametrize("path", ["/", "/graphiql"])
async def test_an_unbuilt_console_says_how_to_build_it(tmp_path: Path, path: str) -> None:
    """503 and one sentence with the command, and a build that appears later is served without a restart."""
    dist = tmp_path / "dist"
    async with browser(dist) as client:
        before = await client.get(path)
        dist.mkdir()
        for name in ("index.html", "graphiql.html"):
            (dist / name).write_text("built")
        after = await client.get(path)
    assert (before.status_code, before.text) == (503, NOT_BUILT)
    assert "make console" in before.text
    assert before.headers["cache-control"] == "no-cache"
    assert (after.status_code, after.text) == (200, "built")


async def test_a_page_is_read_only(dist: Path) -> None:
    """A page answers GET and HEAD; anything else is refused."""
    async with browser(dist) as client:
        assert (await client.post("/graphiql")).status_code == 405
        assert (await client.head("/graphiql")).status_code == 200


def test_every_view_of_the_console_has_its_address() -> None:
    """The service answers the addresses of the console's own table of views, and no others."""
    table = (ROOT / "console" / "src" / "routes.tsx").read_text("utf-8")
    first_parts = {path.split("/")[1] for path in re.findall(r"path: '(/[^']*)'", table)}
    assert first_parts - {""} == set(pages.VIEWS)


@pytest.mark.parametrize("view", pages.VIEWS)
async def test_a_view_is_the_one_page(dist: Path, view: str) -> None:
    """Typed into the address bar, a view and a thing in it are the page that reads its own address."""
    async with browser(dist) as client:
        home = await client.get("/")
        for path in (f"/{view}", f"/{view}/some%2Fname"):
            answer = await client.get(path)
            assert (answer.status_code, answer.text) == (200, home.text)
            assert policy(answer) == policy(home)


async def test_an_asset_is_sent_as_the_build_has_gzipped_it(dist: Path) -> None:
    """To who takes that, under its own type; to others, and where there is no such file, as it is."""
    asset = dist / "assets" / "page-1a2b3c4d.js"
    (dist / "assets" / "page-1a2b3c4d.js.gz").write_bytes(gzip.compress(b"export {}"))
    async with browser(dist) as client:
        smaller = await client.get(f"/assets/{asset.name}")
        whole = await client.get(f"/assets/{asset.name}", headers={"Accept-Encoding": "identity"})
    assert smaller.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in whole.headers
    assert smaller.text == whole.text == "export {}"
    assert smaller.headers["content-type"] == whole.headers["content-type"]
    assert smaller.headers["vary"] == "Accept-Encoding"
    assert smaller.headers["etag"] != whole.headers["etag"]
