"""One subscription over one websocket, in the graphql-transport-ws protocol.

gql's own websocket transport registers a subscription's queue after it has sent the request, so an answer that
is quick is dropped, and a connection that closes at once is waited for without end. Here one coroutine sends,
receives and answers pings: nothing is buffered but by the socket, so a slow reader slows the sender.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any

from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidHandshake, InvalidStatus
from websockets.typing import Subprotocol

from interlock_cli.connection import Connection
from interlock_cli.errors import LostError

SUBPROTOCOL = Subprotocol("graphql-transport-ws")
PATIENCE_SECONDS = 10.0
PING_SECONDS = 20.0  # less than the idle limit of common load balancers (60 s)
LARGEST_MESSAGE_BYTES = 16_000_000

Message = dict[str, Any]


class ConnectionLostError(Exception):
    """The websocket could not be opened, or ended.

    code: the close code, if the service sent one. status: the HTTP status, if it refused the handshake. acknowledged:
    whether the service had taken the connection.
    """

    def __init__(
        self, reason: str, *, code: int | None = None, status: int | None = None, acknowledged: bool = False
    ) -> None:
        super().__init__(reason)
        self.acknowledged = acknowledged
        self.code = code
        self.status = status


class SubscriptionRefusedError(Exception):
    """The service answered the subscription with GraphQL errors."""

    def __init__(self, errors: list[Any]) -> None:
        super().__init__(f"{len(errors)} errors")
        self.errors = errors


async def results(
    connection: Connection, text: str, variables: Mapping[str, Any], operation: str | None = None
) -> AsyncGenerator[Message | None, None]:
    """None once the service has acknowledged the connection, then the data of each result.

    Ends when the service completes the subscription. Raises ConnectionLostError and SubscriptionRefusedError.
    """
    acknowledged = False
    try:
        headers = connection.headers
        async with _Unredirected(
            connection.websocket_url,
            additional_headers=headers,
            subprotocols=[SUBPROTOCOL],
            open_timeout=PATIENCE_SECONDS,
            close_timeout=1,
            ping_interval=PING_SECONDS,
            max_size=LARGEST_MESSAGE_BYTES,
        ) as socket:
            async with asyncio.timeout(PATIENCE_SECONDS):
                await _acknowledged(socket, headers)
            acknowledged = True
            yield None
            wanted = {"query": text, "variables": dict(variables), "operationName": operation}
            await _send(socket, "subscribe", id="1", payload=wanted)
            async with aclosing(_data(socket)) as messages:
                async for data in messages:
                    yield data
    except LostError as lost:  # the token was to be refreshed: the network is gone for that as well
        raise ConnectionLostError(lost.message) from lost
    except ConnectionClosed as closed:
        code = closed.rcvd.code if closed.rcvd else None
        said = closed.rcvd.reason if closed.rcvd else ""
        reason = said or (f"code {code}" if code else "no answer")
        raise ConnectionLostError(reason, code=code, acknowledged=acknowledged) from closed
    except InvalidStatus as refused:
        raise ConnectionLostError(str(refused), status=refused.response.status_code) from refused
    except (InvalidHandshake, OSError, ValueError) as failed:
        raise ConnectionLostError(_reason(failed)) from failed


class _Unredirected(connect):
    """The token goes to the service that was named, and to no other: in the handshake, and in the first message."""

    def process_redirect(self, exc: Exception) -> Exception:
        """Called for a handshake that was refused; a str would be the address to go to instead."""
        return exc


async def _acknowledged(socket: ClientConnection, headers: Mapping[str, str]) -> None:
    await _send(socket, "connection_init", payload=dict(headers))
    while (await _receive(socket))["type"] != "connection_ack":
        pass


async def _data(socket: ClientConnection) -> AsyncGenerator[Message, None]:
    while True:
        message = await _receive(socket)
        if message["type"] == "complete":
            return
        if message["type"] == "error":
            raise SubscriptionRefusedError(message["payload"])
        if message["type"] == "next":
            payload = message["payload"]
            if payload.get("errors") or not payload.get("data"):
                raise SubscriptionRefusedError(payload.get("errors") or [{"message": "it sent no data"}])
            yield payload["data"]


async def _receive(socket: ClientConnection) -> Message:
    """The next message but pings, which are answered. Raises ValueError for what is no message."""
    while True:
        message = json.loads(await socket.recv())
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise ValueError("it does not speak graphql-transport-ws")
        if message["type"] != "ping":
            return message
        await _send(socket, "pong")


async def _send(socket: ClientConnection, kind: str, **fields: Any) -> None:
    await socket.send(json.dumps({"type": kind, **fields}))


def _reason(error: BaseException) -> str:
    if isinstance(error, TimeoutError):
        return f"no answer within {PATIENCE_SECONDS:.0f} s"
    return " ".join(str(error).split())[:200] or type(error).__name__
