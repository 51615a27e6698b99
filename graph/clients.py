"""How often one client may ask: a bucket of requests for each, which fills again while it does not ask.

A client is an address; of IPv6, the network that a site is given. Behind a proxy it is the address that a trusted one
says (`INTERLOCK_TRUSTED_PROXIES`).
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from graph.answers import failure

MOST_CLIENTS = 10_000
"""Buckets that are kept: who has not asked for longest begins with a full one."""
NETWORK_BITS = 64
FREE = ("/healthz", "/readyz", "/assets/")
"""Who watches over the service is never told to wait, and a page of the console has many files."""


class Buckets:
    """rate: requests each second, 0 for no bound. burst: how many may come at once. clock: seconds."""

    def __init__(self, rate: float, burst: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._rate, self._burst, self._clock = rate, burst, clock
        self._levels: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def wait_for(self, client: str) -> int:
        """Takes one request out of a client's bucket: 0. Where it is empty, the whole seconds until there is one."""
        if not self._rate:
            return 0
        now = self._clock()
        level, since = self._levels.pop(client, (float(self._burst), now))
        level = min(self._burst, level + (now - since) * self._rate)
        taken = level >= 1
        self._levels[client] = (level - taken, now)
        if len(self._levels) > MOST_CLIENTS:
            self._levels.popitem(last=False)
        return 0 if taken else max(1, math.ceil((1 - level) / self._rate))


def client_of(scope: Scope) -> str:
    """The name of the bucket that a connection's requests are taken from."""
    host = (scope.get("client") or ("a socket", 0))[0]
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return str(host)
    return host if address.version == 4 else str(ipaddress.ip_network((int(address), NETWORK_BITS), strict=False))


class RateLimit:
    """Refuses a request, or a socket's handshake, of a client whose bucket is empty: 429, and when to ask again."""

    def __init__(self, app: ASGIApp, buckets: Buckets) -> None:
        self._app, self._buckets = app, buckets

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket") and not scope["path"].startswith(FREE):
            seconds = self._buckets.wait_for(client_of(scope))
            if seconds:
                refusal = failure(429, too_often(seconds), {"Retry-After": str(seconds)}, code="RATE_LIMITED")
                await refusal(scope, receive, send)
                return
        await self._app(scope, receive, send)


def too_often(seconds: int) -> str:
    """What a client is told that asks too often."""
    return f"You ask more often than one client may. Ask again in {seconds} s."
