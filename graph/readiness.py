"""Whether requests should be sent here: `/readyz`; whether the process is to be ended: `/healthz`; and no new sockets
for a service that is being stopped.

    state                                                /healthz    /readyz
    the database takes what is written                   200         200
    it is away, silent, full of connections, read-only   200         503, what is wrong
    draining                                             200         503, draining
    the feed of the log has ended                        503         503: waiting does not cure it
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass

from sqlalchemy import text
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocket

from models.engine import Database
from models.faults import unavailable
from subscriptions.feed import Feed

LOOK_SECONDS = 3.0
"""Whoever probes is told within this time, however long the database is silent."""
SERVICE_RESTART = 1012
"""The close code by which a client knows that it may come back."""
TRY_AGAIN_LATER = 1013
MOST_SOCKETS = 10_000
"""Of one process: at 32 KiB each they take 320 MB."""
_WRITABLE = text("select current_setting('transaction_read_only') = 'off'")


@dataclass(slots=True)
class Draining:
    """Whether the service is being stopped, and takes nothing new that lasts. sockets: how many are open."""

    begun: bool = False
    sockets: int = 0


class Readiness:
    """The pages. Probes that come while one looks share what it finds."""

    def __init__(self, database: Database, draining: Draining, feed: Feed) -> None:
        self._database = database
        self._draining = draining
        self._feed = feed
        self._look: asyncio.Task[str] | None = None

    async def alive(self, _: Request) -> Response:
        """200 while a restart would mend nothing; the database is not asked."""
        if self._feed.failed:
            return PlainTextResponse("the feed of the log has ended: start the service again\n", 503)
        return PlainTextResponse("ok\n")

    async def answer(self, _: Request) -> Response:
        """200 when the database takes what is written, else 503; both say how it is."""
        if self._draining.begun:
            return JSONResponse({"service": "draining"}, 503)
        if self._feed.failed:
            return JSONResponse({"service": "the feed of the log has ended"}, 503)
        if self._look is None or self._look.done():
            self._look = asyncio.create_task(self._found(), name="look whether the database is there")
        await asyncio.wait({self._look}, timeout=LOOK_SECONDS)
        found = self._look.result() if self._look.done() else f"no answer within {LOOK_SECONDS:g} s"
        return JSONResponse({"database": found}, 200 if found == "ok" else 503)

    async def _found(self) -> str:
        try:
            async with self._database.reading() as connection:
                if await connection.scalar(_WRITABLE):
                    return "ok"
                await connection.invalidate()  # after a fail-over the address may lead to another server
                return "read-only"
        except Exception as error:  # whatever it is: the probe is told
            return unavailable(error) or type(error).__name__


class NoNewSockets:
    """Closes a new socket at once, so that its client goes on elsewhere: with 1012 while the service is being stopped,
    with 1013 while the process has as many as it takes.
    """

    def __init__(self, app: ASGIApp, draining: Draining, most: int = MOST_SOCKETS) -> None:
        self._app = app
        self._draining = draining
        self._most = most

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        if scope["type"] == "websocket" and (self._draining.begun or self._draining.sockets >= self._most):
            socket = WebSocket(scope, receive, send)
            await socket.accept(next(iter(scope["subprotocols"]), None))
            await socket.close(SERVICE_RESTART if self._draining.begun else TRY_AGAIN_LATER)
            return
        self._draining.sockets += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._draining.sockets -= 1
