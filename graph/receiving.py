"""A request over HTTP, before GraphQL sees it: its body is read, and what is no request of GraphQL is refused."""

from __future__ import annotations

from typing import Any, TypeAlias

import orjson
from graphql import GraphQLError, OperationType
from starlette.requests import Request
from starlette.responses import Response

from graph.answers import failure
from graph.asked import misshapen, too_large
from graph.reading import read

LARGEST_BODY = 5 * 1024 * 1024
"""A file of the command, which has 4 MB at most, and what surrounds it."""

Asked: TypeAlias = dict[str, Any]
"""A request's parameters."""


async def refusal(request: Request) -> Response | None:
    """What a request is refused by; else its parameters are in `request.state.asked`, and its body is kept by it."""
    if request.method != "POST":
        return failure(405, "GraphQL is asked by POST.", {"Allow": "POST"}, code="METHOD_NOT_ALLOWED")
    if request.headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
        return failure(415, "Send application/json.", code="UNSUPPORTED_MEDIA_TYPE")
    body = await body_of(request, LARGEST_BODY)
    if body is None:
        return failure(413, f"A request may have {LARGEST_BODY:,} bytes.", code="TOO_LARGE")
    request._body = body  # noqa: SLF001 - where Starlette keeps a body that was read; the view reads it again
    try:
        request.state.asked = orjson.loads(body)
    except orjson.JSONDecodeError:
        return failure(400, "The request's body is not JSON.", code="BAD_REQUEST")
    return _refused(request.state.asked)


def _refused(asked: Any) -> Response | None:
    """What is refused of a request; a batch is no object."""
    wrong = misshapen(asked)
    if wrong is not None:
        return failure(400, wrong, code="BAD_REQUEST")
    large = too_large(asked)
    return failure(413, large, code="TOO_LARGE") if large else None


def kind(asked: Asked) -> OperationType | None:
    """What the operation is that is asked for; None where its document cannot be read, or has several."""
    try:
        return read(asked["query"]).kind(asked.get("operationName"))
    except GraphQLError:
        return None


async def gone(request: Request) -> None:
    """Returns when nobody waits for the answer any more."""
    while (await request.receive())["type"] != "http.disconnect":
        pass


async def body_of(request: Request, most: int) -> bytes | None:
    """The body; None where it has more bytes than it may: no more of it is read then."""
    body = bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            return None
    return bytes(body)
