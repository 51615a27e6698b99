"""Who may open a WebSocket: programs, and the service's own pages.

A browser sends a page's JSON to another site only when that site agrees, but opens a WebSocket to anywhere and says no
more than whose page it is: any page that a developer visits could change the fleet through it.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.types import ASGIApp, Receive, Scope, Send

POLICY_VIOLATION = 1008


class OwnPages:
    """Refuses, with 403, a WebSocket that a page of another site opens. Programs name no origin."""

    def __init__(self, app: ASGIApp, own: str) -> None:
        """own: the address under which the service's pages are published."""
        self.app = app
        self.own = urlsplit(own).netloc

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not self._trusted(Headers(scope=scope)):
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION, "reason": "a page of another site"})
            return
        await self.app(scope, receive, send)

    def _trusted(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        return origin is None or urlsplit(origin).netloc in (headers.get("host"), self.own)
