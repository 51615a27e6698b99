"""The pages that a browser opens: the console, GraphiQL, and the built assets of both.

Everything comes from one folder, `console/dist`, that `make console` builds, and nothing from another host.
Assets are named by their content's hash, so they are kept for a year; the pages are asked for anew each time.
"""

import os
from collections.abc import Callable
from mimetypes import guess_type
from pathlib import Path
from typing import Final

from starlette.datastructures import Headers
from starlette.requests import Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from graph.headers import GUARDS

VIEWS: Final = (
    "pipelines",
    "deployments",
    "commits",
    "environments",
    "checks",
    "delivery",
    "admin",
    "changes",
    "document",
)
"""First parts of the addresses of the console's views, beside `/`: all are the one page, which reads its address."""

NOT_BUILT: Final = "The console is not built: run `make console` in the checkout, then load this page again.\n"


def _policy(**changed: str) -> str:
    """A Content-Security-Policy for this origin alone; `connect-src 'self'` covers its WebSocket too."""
    directives = {
        "default-src": "'self'",
        "script-src": "'self'",
        "style-src": "'self'",
        "connect-src": "'self'",
        "object-src": "'none'",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    directives |= {name.replace("_", "-"): sources for name, sources in changed.items()}
    return "; ".join(f"{name} {sources}" for name, sources in directives.items())


STRICT_POLICY: Final = _policy()

# Monaco, GraphiQL's editor, writes <style> elements and draws its squiggles as data: images while it runs.
GRAPHIQL_POLICY: Final = _policy(style_src="'self' 'unsafe-inline'", img_src="'self' data:", worker_src="'self'")


def _headers(policy: str, cache: str) -> dict[str, str]:
    """What every answer of this module carries, whether it is a page, an asset or the lack of one."""
    return {
        "Content-Security-Policy": policy,
        "Cache-Control": cache,
        **GUARDS,
    }


class Assets(StaticFiles):
    """Files named by their content's hash. A worker obeys its own script's policy, so assets have one too."""

    def file_response(
        self,
        full_path: str | os.PathLike[str],
        stat_result: os.stat_result,
        scope: Scope,
        status_code: int = 200,
    ) -> Response:
        """The file or "not modified", to be kept for a year (31,536,000 seconds) without asking again.

        The build has gzipped what is text: a browser that takes that is sent `NAME.gz`, under the name's own type.
        """
        gzipped = f"{os.fspath(full_path)}.gz"
        smaller = "gzip" in Headers(scope=scope).get("accept-encoding", "") and os.path.isfile(gzipped)  # noqa: PTH113
        if smaller:
            response = super().file_response(gzipped, os.stat(gzipped), scope, status_code)  # noqa: PTH116
            response.headers["content-type"] = f"{guess_type(full_path)[0]}; charset=utf-8"
            response.headers["content-encoding"] = "gzip"
        else:
            response = super().file_response(full_path, stat_result, scope, status_code)
        response.headers["vary"] = "Accept-Encoding"
        response.headers.update(_headers(STRICT_POLICY, "public, max-age=31536000, immutable"))
        return response


def _page(file: Path, policy: str) -> Callable[[Request], Response]:
    """An endpoint that serves one built page, or 503 and what to do while there is none.

    A plain function, which Starlette runs in a thread, so that the loop never waits for the disk. It looks
    at each request: a page that is built while the service runs appears without a restart.
    """
    headers = _headers(policy, "no-cache")

    def serve(_request: Request) -> Response:
        if not file.is_file():
            return PlainTextResponse(NOT_BUILT, status_code=503, headers=headers)
        return FileResponse(file, headers=headers, media_type="text/html")

    return serve


def routes(dist: Path, graphiql: bool = True) -> list[BaseRoute]:
    """`/`, the views, `/graphiql` if it is wanted, and `/assets/…` from the build's folder, which may come later."""
    console = _page(dist / "index.html", STRICT_POLICY)
    editor = Route("/graphiql", _page(dist / "graphiql.html", GRAPHIQL_POLICY), name="graphiql")
    return [
        Route("/", console, name="console"),
        *(Route(f"/{view}", console) for view in VIEWS),
        *(Route(f"/{view}/{{rest:path}}", console) for view in VIEWS),
        *([editor] if graphiql else []),
        Mount("/assets", Assets(directory=dist / "assets", check_dir=False), name="assets"),
    ]
