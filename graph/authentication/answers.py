"""How it is said over HTTP that somebody is not let in: RFC 6750, section 3, and GraphQL's shape."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import orjson
from starlette.requests import Request
from starlette.responses import Response

from domain.authentication.refusals import (
    INVALID_REQUEST,
    REFUSALS,
    IssuerUnavailable,
    NoRole,
    Unauthenticated,
    Unavailable,
)
from graph import request_ids
from graph.answers import RETRY_SECONDS
from graph.authentication.bearers import Bearers
from graph.authentication.callers import Caller

__all__ = ["REFUSALS", "caller", "guarded", "refusal"]
ISSUER_SECONDS = 30
_NARROWED = orjson.dumps(
    {
        "errors": [
            {
                "message": "This page is about all services, and your roles hold within scopes alone.",
                "extensions": {"code": "FORBIDDEN", "remedy": "Ask with a token whose role holds everywhere."},
            }
        ]
    }
)
Page = Callable[[Request], Awaitable[Response]]


async def caller(bearers: Bearers, request: Request) -> Caller:
    """Who sends a request. Raises one of REFUSALS."""
    return await bearers.caller(request.headers.getlist("authorization"), bearers.cookie(request))


def refusal(refused: Exception) -> Response:
    """401, 403, 503, or 400 for a request that nobody could read, with the code and what to do."""
    assert isinstance(refused, REFUSALS)
    said = request_ids.extensions({"code": refused.code, "remedy": refused.remedy})
    body = orjson.dumps({"errors": [{"message": refused.message, "extensions": said}]})
    if isinstance(refused, IssuerUnavailable):
        seconds = RETRY_SECONDS if isinstance(refused, Unavailable) else ISSUER_SECONDS
        return Response(body, 503, {"Retry-After": str(seconds)}, media_type="application/json")
    status = 403 if isinstance(refused, NoRole) else 400 if refused.error == INVALID_REQUEST else 401
    return Response(body, status, {"WWW-Authenticate": _challenge(refused)}, media_type="application/json")


def _challenge(refused: Unauthenticated | NoRole) -> str:
    """`Bearer realm="interlock", error="invalid_token", error_description="…"`, in the characters that are allowed."""
    if refused.error is None:
        return 'Bearer realm="interlock"'
    said = "".join(each if " " <= each <= "~" and each not in '"\\' else "'" for each in refused.message)
    return f'Bearer realm="interlock", error="{refused.error}", error_description="{said}"'


def guarded(page: Page, bearers: Bearers) -> Page:
    """A page for those alone who are known, and have a role everywhere: it is about all services."""

    async def answer(request: Request) -> Response:
        try:
            if (await caller(bearers, request)).viewer.narrowed:
                return Response(_NARROWED, 403, media_type="application/json")
        except REFUSALS as refused:
            return refusal(refused)
        return await page(request)

    return answer
