"""The names under which the service may be asked: no page of another site can pose as it (DNS rebinding).

Who watches over a pod, or balances load, asks it by its address: what they ask for tells nobody anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send


class OwnHosts:
    """Refuses what is asked under another name: 400. names: the service's own. probed: paths that any name may ask."""

    def __init__(self, app: ASGIApp, names: Sequence[str], probed: frozenset[str]) -> None:
        self._app = app
        self._probed = probed
        self._guarded = TrustedHostMiddleware(app, allowed_hosts=names, www_redirect=False)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """ASGI."""
        probe = scope["type"] == "http" and scope["path"] in self._probed
        await (self._app if probe else self._guarded)(scope, receive, send)
