"""What every answer says to browsers, and whose pages may ask.

A page has its own Content-Security-Policy (graph/pages.py); whatever is no page may load, frame and run nothing.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from strawberry.http.websocket_origin import is_same_origin, normalize_origin

from graph.answers import failure

UNUSED: Final = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "microphone",
    "payment",
    "usb",
)
"""What of a browser's no page of ours asks for."""
GUARDS: Final = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": ", ".join(f"{each}=()" for each in UNUSED),
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
"""What answers of every kind carry."""
NO_PAGE: Final = "default-src 'none'; frame-ancestors 'none'"
TWO_YEARS: Final = "max-age=63072000"
"""Strict-Transport-Security, in seconds. Not for subdomains: they are not ours."""
SAFE: Final = ("GET", "HEAD", "OPTIONS")


class Guarded:
    """Adds the headers that an answer does not have. encrypted: whether others reach the service by TLS."""

    def __init__(self, app: ASGIApp, *, encrypted: bool) -> None:
        self._app, self._encrypted = app, encrypted
        said = GUARDS | {"Content-Security-Policy": NO_PAGE}
        self._said = [(name.lower().encode(), value.encode()) for name, value in said.items()]
        self._said_by_tls = [*self._said, (b"strict-transport-security", TWO_YEARS.encode())]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        said = self._said_by_tls if self._encrypted or scope["scheme"] == "https" else self._said

        async def guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                there = message.get("headers", ())
                own = {name.lower() for name, _ in there}
                message["headers"] = [*there, *(each for each in said if each[0] not in own)]
            await send(message)

        await self._app(scope, receive, guarded)


class SameOrigin:
    """Refuses what a page of another site asks for that may change something. own: origins that are trusted.

    Only JSON is taken anyway, which no form of another site can send; this holds where a browser does not keep to that.
    """

    def __init__(self, app: ASGIApp, own: Iterable[str]) -> None:
        self._app, self._own = app, frozenset(own)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["method"] not in SAFE and not self._trusted(Headers(scope=scope)):
            message = "Pages of this origin may not ask here. INTERLOCK_ALLOWED_ORIGINS names those that may."
            await failure(403, message, code="ORIGIN_REFUSED")(scope, receive, send)
            return
        await self._app(scope, receive, send)

    def _trusted(self, headers: Headers) -> bool:
        """A program that is no browser sends no origin, and has no login of a browser's to misuse."""
        origin = headers.get("origin")
        if origin is None:
            return headers.get("sec-fetch-site") not in ("cross-site", "same-site")
        return is_same_origin(origin, headers.get("host")) or normalize_origin(origin) in self._own
