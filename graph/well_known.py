"""`GET /.well-known/interlock`: what a client must know before it can say who it is. Anybody may ask."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from domain.version import COMMAND, VERSION
from models.settings import Settings

PATH = "/.well-known/interlock"


LOGIN = "/login"
"""Where a browser signs in."""


def document(settings: Settings) -> dict[str, str | None]:
    """The versions of the service and of its command, and where users log in: null for what is not set.

    audience null: a user's token is the ID token, which is for clientId; else an access token for that audience. login:
    the page at which a browser signs in; null where none can.
    """
    client = settings.oidc_browser_client_id or settings.oidc_client_id
    return {
        "version": VERSION,
        "command": COMMAND,
        "issuer": settings.oidc_issuer,
        "clientId": settings.oidc_client_id,
        "audience": settings.oidc_audience,
        "login": LOGIN if settings.oidc_issuer and client else None,
    }


def page(settings: Settings) -> Callable[[Request], Awaitable[Response]]:
    """The document as a page; it is asked for anew each time, as the settings may have changed."""

    async def answer(_: Request) -> Response:
        return JSONResponse(document(settings), headers={"Cache-Control": "no-store"})

    return answer
