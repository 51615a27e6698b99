"""Who speaks over a WebSocket: said once, when the connection begins, and true no longer than the token is."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import Any, Protocol, cast

import structlog
from sqlalchemy.exc import SQLAlchemyError
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler
from strawberry.subscriptions.protocols.graphql_transport_ws.types import ConnectionInitMessage

from domain.authentication.refusals import IssuerUnavailable
from graph.authentication.answers import REFUSALS
from graph.authentication.bearers import Bearers
from graph.authentication.callers import Caller
from graph.context import Context

UNAUTHORIZED = 4401
"""The protocol's code: who it is was not said, or not accepted."""
ENDED = 4403
"""The token has ended or was revoked, or what is granted has changed: a client comes back, behind its cursor."""
TRY_AGAIN = 1013
"""RFC 6455's registry: the issuer or the database does not answer, or too many sockets are open."""
LONGEST_REASON = 123
"""Bytes of a close frame's reason: RFC 6455, section 5.5."""
LOOK_SECONDS = 10.0
"""How often it is looked whether a program's token was revoked, and whether a person may what they could."""
LONGEST_SLEEP_SECONDS = 3600.0

log = structlog.get_logger("interlock.authentication")


class Knowing(Protocol):
    """A view that knows the bearers; None where everybody is the context's viewer."""

    bearers: Bearers | None


class KnowingHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """graphql-transport-ws, whose `connection_init` says who speaks, and whose sockets end with the token."""

    _ending: asyncio.Task[None] | None = None

    async def handle_connection_init(self, message: ConnectionInitMessage) -> None:
        """Nothing is acknowledged before it is known who speaks."""
        bearers = cast("Knowing", self.view).bearers
        if bearers is not None and not self.connection_init_received:
            try:
                socket = cast("Any", self.websocket).ws
                caller = await bearers.caller(self._authorization(message), bearers.cookie(socket))
            except REFUSALS as refused:
                code = TRY_AGAIN if isinstance(refused, IssuerUnavailable) else UNAUTHORIZED
                await self.websocket.close(code, _reason(refused.message))
                return
            if (crowded := self.crowded(caller)) is not None:
                await self.websocket.close(TRY_AGAIN, _reason(crowded))
                return
            self.context = replace(self.context, viewer=caller.viewer, session=caller.session)
            if caller.ends_at is not None:
                self._ending = asyncio.create_task(self._end_with(caller, bearers), name="end a socket with its token")
        await super().handle_connection_init(message)

    def crowded(self, caller: Caller) -> str | None:
        """Why a caller has no further socket, now; None where there is room."""
        return None

    def _authorization(self, message: ConnectionInitMessage) -> list[str]:
        """The payload's, as a browser can set no header; else the handshake's."""
        payload: Any = message.get("payload") or {}
        given = payload.items() if isinstance(payload, dict) else ()
        said = [str(value) for name, value in given if name.lower() == "authorization"]
        headers = cast("Any", self.websocket).ws.headers
        return said or headers.getlist("authorization")

    async def _end_with(self, caller: Caller, bearers: Bearers) -> None:
        reason = await until_ended(caller, bearers)
        for operation in list(self.operations):
            await self.cleanup_operation(operation)
        await self.websocket.close(ENDED, reason)

    async def shutdown(self) -> None:
        """Whatever waits for the token's end does not outlive the socket."""
        if self._ending is not None:
            self._ending.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await self._ending
        await super().shutdown()


async def until_ended(caller: Caller, bearers: Bearers) -> str:
    """Returns when the token or session has ended, or what is granted has changed: which of these it was."""
    reason = None
    while reason is None:
        longest = LOOK_SECONDS if caller.may_end else LONGEST_SLEEP_SECONDS
        await asyncio.sleep(max(0.0, min(longest, bearers.left(caller))))
        try:
            reason = await bearers.ended(caller)
        except (SQLAlchemyError, OSError) as error:  # the database is away: the token stays what it was
            log.warning("a socket's token cannot be looked at", error=type(error).__name__)
            reason = "token expired" if bearers.left(caller) <= 0 else None
    return reason


def _reason(message: str) -> str:
    return message.encode()[:LONGEST_REASON].decode(errors="ignore")
