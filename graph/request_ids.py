"""The name of a request, which is on its answer, in its errors and in its lines of the log.

It is the trace's where the client says which trace it is in (W3C Trace Context), so that its own traces lead to it;
else it is made up. A socket is one request.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import MutableMapping
from contextvars import ContextVar
from typing import Any, Final

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

HEADER: Final = "X-Request-Id"
MEMBER: Final = "requestId"
_TRACEPARENT = re.compile(r"[0-9a-f]{2}-(?!0{32})([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}(-.*)?")
_current: ContextVar[str | None] = ContextVar("request_id", default=None)


def extensions(given: MutableMapping[str, Any] | None = None) -> dict[str, Any]:
    """An error's extensions, with the request's name if there is one."""
    named = _current.get()
    return {**(given or {}), **({MEMBER: named} if named else {})}


class Identified:
    """Names each request, and says so."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] not in ("http", "websocket"):
            await self._app(scope, receive, send)
            return
        named = _TRACEPARENT.fullmatch(Headers(scope=scope).get("traceparent", ""))
        request_id = named[1] if named else secrets.token_hex(16)
        _current.set(request_id)  # each request, and each socket, has a context of its own
        structlog.contextvars.bind_contextvars(request_id=request_id)

        async def told(message: Message) -> None:
            if message["type"] == "http.response.start":
                MutableHeaders(scope=message)[HEADER] = request_id
            await send(message)

        await self._app(scope, receive, told)
