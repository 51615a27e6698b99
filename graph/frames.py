"""graphql-transport-ws to the letter: what a frame may be, and by which code a socket is closed where it is not.

The protocol (https://github.com/enisdenjo/graphql-ws/blob/master/PROTOCOL.md) wants 4400 for every message that it does
not name or whose members are of another type. Strawberry looks at the type alone; the rest is looked at here.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, cast

import orjson
from graphql import GraphQLError
from starlette.types import Scope
from starlette.websockets import WebSocketDisconnect
from strawberry.asgi import ASGIWebSocketAdapter
from strawberry.http.exceptions import WebSocketDisconnected
from strawberry.subscriptions.protocols.graphql_transport_ws.handlers import BaseGraphQLTransportWSHandler

from graph import request_ids
from graph.asked import misshapen, too_large
from graph.authentication.callers import Caller
from graph.clients import Buckets, Sockets, client_named, client_of, too_many, too_often
from graph.context import Context
from graph.documents.requests import DocumentRefused, Documents
from graph.reading import read

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
    """A view that knows how often a client may ask, what, and how many sockets it may have."""

    buckets: Buckets
    documents: Documents
    of_callers: Sockets


class StrictHandler(BaseGraphQLTransportWSHandler[Context, None]):
    """Strawberry's handler, which is given well-formed messages only."""

    _counted: str | None = None

    async def handle_message(self, message: Any) -> None:
        """Closes by 4400 what is no message of a client's; an operation that is too large ends with an error."""
        wrong = malformed(message)
        if wrong is not None:
            await self.handle_invalid_message(wrong)
            return
        if message["type"] == "subscribe" and self.connection_acknowledged and message["id"] not in self.operations:
            try:
                message = {**message, "payload": self.asked(message["payload"])}
            except GraphQLError as error:
                ending = {"id": message["id"], "type": "error", "payload": [error.formatted]}
                await self.send_message(cast("Any", ending))
                return
        await super().handle_message(message)

    def asked(self, given: Mapping[str, Any]) -> Mapping[str, Any]:
        """An operation with its document. Raises GraphQLError where it is not begun, however well-formed it is."""
        large = too_large(given)
        if large:
            raise GraphQLError(large, extensions={"code": "TOO_LARGE"})
        view, viewer = cast("Doorkeeper", self.view), self.context.viewer
        seconds = view.buckets.wait_for(client_named(viewer, self._scope()))
        if seconds:
            raise GraphQLError(too_often(seconds), extensions={"code": "RATE_LIMITED"})
        most = self.max_subscriptions_per_connection
        if most is not None and len(self.operations) >= most:
            message = f"One socket has {most} operations at a time. End one, or open another socket."
            raise GraphQLError(message, extensions={"code": "TOO_MANY_OPERATIONS"})
        try:
            asked = view.documents.asked(given, viewer)
        except DocumentRefused as refused:
            raise refused.error from None
        read(asked["query"])
        return asked

    async def send_message(self, message: Any) -> None:
        """What ends an operation by an error has the socket's name."""
        for error in message["payload"] if message["type"] == "error" else ():
            error["extensions"] = request_ids.extensions(error.get("extensions"))
        await super().send_message(message)

    def crowded(self, caller: Caller) -> str | None:
        """Somebody who is known has so many sockets, and gives back what the address has paid for this one."""
        view, client = cast("Doorkeeper", self.view), client_named(caller.viewer, self._scope())
        address = client_of(self._scope())
        if client == address:
            return None
        view.buckets.give_back(address)
        if not view.of_callers.enter(client):
            return too_many(client)
        self._counted = client
        return None

    async def shutdown(self) -> None:
        if self._counted is not None:
            cast("Doorkeeper", self.view).of_callers.leave(self._counted)
        await super().shutdown()

    def _scope(self) -> Scope:
        return cast("TextFrames", self.websocket).ws.scope


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
