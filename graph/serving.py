"""The server of `serve`, which SIGTERM drains: nobody notices that it is replaced.

SIGTERM                /readyz says 503, no new sockets; requests are answered as before
  over the grace       sockets are closed one by one with 1012, "service restart": clients resume elsewhere
  then                 the port is closed, what runs is finished, exit 0
SIGTERM again          the end, at once
SIGINT                 without the grace: somebody waits at the keyboard
"""

from __future__ import annotations

import asyncio
import os
import random
import signal
import socket
from collections.abc import Iterable
from types import FrameType

import structlog
import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGISendEvent
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol
from websockets.protocol import State

from graph.readiness import Draining

FINISH_SECONDS = 20
"""What runs when the port is closed has so long; with the grace less than the 30 s that Kubernetes gives a pod."""
KEEP_SECONDS = 75
"""An idle connection is kept longer than a load balancer keeps its end (an ALB 60 s), and than clients do: who closes
first is sent a request into a connection that has ended."""
LARGEST_MESSAGE = 65_536
LOOK_SECONDS = 0.1
"""Between two looks whether Ctrl-C was pressed."""

log = structlog.get_logger()


class LeanSocket(WebSocketsSansIOProtocol):
    """uvicorn's, which keeps nothing of the handshake once it is over: 4 KB of headers, which nobody reads again."""

    async def send(self, message: ASGISendEvent) -> None:
        """ASGI."""
        await super().send(message)
        if message["type"] == "websocket.accept":
            self.request.headers.clear()  # the request itself is held by the parser's frame
            del self.request, self.response


class DrainedServer(uvicorn.Server):
    """uvicorn's, with a grace before its shutdown. draining: told as soon as the signal has come.

    proxies: whose X-Forwarded-For and -Proto are believed, by commas; without it, nobody's.
    """

    def __init__(self, app: ASGIApp, draining: Draining, grace_seconds: float, proxies: str | None = None) -> None:
        config = uvicorn.Config(
            app,
            ws=LeanSocket,
            ws_max_size=LARGEST_MESSAGE,
            ws_per_message_deflate=False,
            log_config=None,
            access_log=False,
            server_header=False,
            proxy_headers=proxies is not None,
            forwarded_allow_ips=proxies or "",
            timeout_graceful_shutdown=FINISH_SECONDS,
            timeout_keep_alive=KEEP_SECONDS,
        )
        super().__init__(config)
        self._draining = draining
        self._grace_seconds = grace_seconds

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """SIGTERM drains, and ends the process when it comes again; SIGINT is uvicorn's, and passed on at the end."""
        if sig != signal.SIGTERM:
            super().handle_exit(sig, frame)
            return
        if self._draining.begun:
            os._exit(128 + sig)  # at once: nothing is lost, as everything is in the database
        self._draining.begun = True
        self.should_exit = True

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Closes sockets over the grace, then the port; what runs is finished."""
        if self._draining.begun:
            await self._drain()
        self._draining.begun = True
        for each in list(_sockets(self.server_state.connections)):
            _close(each)
        await super().shutdown(sockets)

    async def _drain(self) -> None:
        loop = asyncio.get_running_loop()
        ends = loop.time() + self._grace_seconds
        open_sockets = list(_sockets(self.server_state.connections))
        log.info("draining", sockets=len(open_sockets), seconds=self._grace_seconds)
        random.shuffle(open_sockets)
        for number, each in enumerate(open_sockets):
            await self._pause((ends - loop.time()) / (len(open_sockets) - number + 1))
            if each in self.server_state.connections:
                _close(each)
        await self._pause(ends - loop.time())  # whoever has not noticed yet is still answered

    async def _pause(self, seconds: float) -> None:
        """Sleeps, unless Ctrl-C says that the end is wanted now."""
        while seconds > 0 and not self.force_exit:
            await asyncio.sleep(min(seconds, LOOK_SECONDS))
            seconds -= LOOK_SECONDS


def _close(each: WebSocketsSansIOProtocol) -> None:
    """Says 1012 and closes; what is closing already is left to itself, where uvicorn would raise."""
    if each.conn.state is not State.CLOSING and not each.close_sent:
        each.shutdown()
    each.close_sent = True


def _sockets(connections: Iterable[object]) -> Iterable[WebSocketsSansIOProtocol]:
    return (each for each in connections if isinstance(each, WebSocketsSansIOProtocol))
