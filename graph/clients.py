"""How often one client may ask, and how many sockets it may have: a bucket of requests for each, which fills again.

Until it is known who asks, a client is an address; of IPv6, the network that a site is given. Behind a proxy it is the
address that a trusted one says (`INTERLOCK_TRUSTED_PROXIES`). Whoever is known is a client wherever they are: an office
behind one address is many, and a token that is used at many is one. What an address has paid for a request of somebody
known it gets back.
"""

from __future__ import annotations

import ipaddress
import math
import time
from collections import Counter, OrderedDict
from collections.abc import Callable

from starlette.types import ASGIApp, Receive, Scope, Send

from domain.permissions import Viewer
from graph.answers import failure
from graph.authentication.callers import LOCAL_ACTOR, NOBODY

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

    def give_back(self, client: str) -> None:
        """One request less: another one's bucket pays for it."""
        if client in self._levels:
            level, since = self._levels[client]
            self._levels[client] = (min(self._burst, level + 1), since)


class Sockets:
    """How many lasting connections, sockets and streams, each client has."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._open: Counter[str] = Counter()

    def enter(self, client: str) -> bool:
        """One more; False where the client has as many as it may."""
        if self._open[client] >= self._most:
            return False
        self._open[client] += 1
        return True

    def leave(self, client: str) -> None:
        """One less. Who has none is forgotten."""
        self._open[client] -= 1
        if self._open[client] <= 0:
            del self._open[client]


def client_named(viewer: Viewer, scope: Scope) -> str:
    """Whoever asks, by their name in the log; an address where nobody is told apart."""
    return client_of(scope) if viewer.actor in (LOCAL_ACTOR, NOBODY.actor) else viewer.actor


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


def too_many(what: str) -> str:
    """What a client is told that has too many sockets. what: an address, or a name."""
    return f"Too many sockets of {what} are open. Close one, or ask again later."


def too_often(seconds: int) -> str:
    """What a client is told that asks too often."""
    return f"You ask more often than one client may. Ask again in {seconds} s."
