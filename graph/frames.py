"""graphql-transport-ws to the letter: what a frame may be, and by which code a socket is closed where it is not.

The protocol (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md) wants 4400 for every message that it does
not name or whose members are of another type. Strawberry looks at the type alone; the rest is looked at here.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import Any, Protocol, cast

import orjson
from graphql import DocumentNode, GraphQLError, parse
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from graph.asked import misshapen, too_large
from graph.clients import Buckets, client_of, too_often
from graph.context import Context
from graph.schema import DOCUMENTS, MOST_TOKENS

LONGEST_REASON = 123
"""Bytes of a close frame's reason: RFC 6455, 5.5, less the code."""
WITH_PAYLOAD = ("connection_init", "ping", "pong")
WITH_ID = ("subscribe", "complete")


class TextFrames(ASGIWebSocketAdapter):
    """graphql-transport-ws wants text frames; the view encodes to bytes."""

    async def send_json(self, message: Any) -> None:
        try:
            await self.ws.send_text(orjson.dumps(message).decode())
        except WebSocketDisconnect as gone:
            raise WebSocketDisconnected from gone

    async def close(self, code: int, reason: str) -> None:
        """Closes, with as much of the reason as a frame takes."""
        short = reason.encode(errors="replace")[:LONGEST_REASON].decode(errors="ignore")
        await super().close(code, short)


class Doorkeeper(Protocol):
    """A view that knows how often a client may ask."""

    buckets: Buckets


class StrictHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler, which is given well-formed messages only."""

    async def handle_message(self, message: Any) -> None:
        """Closes by 4400 what is no message of a client's; an operation that is too large ends with an error."""
        wrong = malformed(message)
        if wrong is not None:
            await self.handle_invalid_message(wrong)
            return
        begins = message["type"] == "subscribe" and self.connection_acknowledged
        excess = self.excess(message["payload"]) if begins and message["id"] not in self.operations else None
        if excess is not None:
            await self.send_message(cast("Any", {"id": message["id"], "type": "error", "payload": [excess.formatted]}))
            return
        await super().handle_message(message)

    def excess(self, asked: Mapping[str, Any]) -> GraphQLError | None:
        """Why an operation is not begun, however well-formed it is."""
        large = too_large(asked)
        if large:
            return GraphQLError(large, extensions={"code": "TOO_LARGE"})
        try:
            parsed(asked["query"])
        except GraphQLError as error:
            return error
        adapter, view = cast("TextFrames", self.websocket), cast("Doorkeeper", self.view)
        seconds = view.buckets.wait_for(client_of(adapter.ws.scope))
        return GraphQLError(too_often(seconds), extensions={"code": "RATE_LIMITED"}) if seconds else None


@lru_cache(maxsize=DOCUMENTS)
def parsed(text: str) -> DocumentNode:
    """A document without its places, as it was read last."""
    return parse(text, no_location=True, max_tokens=MOST_TOKENS)


def malformed(message: object) -> str | None:
    """What is wrong with a client's message; None for one that the protocol allows."""
    if not isinstance(message, dict) or not isinstance(message.get("type"), str):
        return "A message is a JSON object with `type`, a string."
    kind = message["type"]
    if kind not in WITH_PAYLOAD + WITH_ID:
        return f"A client sends no message of type {kind[:30]!r}."
    if kind in WITH_ID and not (isinstance(message.get("id"), str) and message["id"]):
        return f"`id` of {kind} is a string that is not empty."
    if kind in WITH_PAYLOAD and not isinstance(message.get("payload", {}), dict):
        return f"`payload` of {kind} is an object, or left out."
    return misshapen(message.get("payload")) if kind == "subscribe" else None
