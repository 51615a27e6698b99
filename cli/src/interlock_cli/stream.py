"""A subscription that survives lost connections: it resumes from the last cursor it handed on.

A reconnecting session alone loses what happened in between, or shows it again. Here every message carries the
log's cursor, each connection asks for what came after the last one, and a message is handed on once.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncGenerator, Awaitable, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any

from gql import GraphQLRequest
from gql.transport.exceptions import TransportError, TransportQueryError
from gql.transport.websockets import WebsocketsTransport
from graphql import ExecutionResult

from interlock_cli.client import Data, explained, refuse_unauthenticated, sentences, unauthenticated
from interlock_cli.connection import Connection
from interlock_cli.documents import document
from interlock_cli.errors import CommandError

SUBPROTOCOL = "graphql-transport-ws"
PING_SECONDS = 20.0  # less than the idle limit of common load balancers (60 s)
LONGEST_WAIT_SECONDS = 30.0
UNAUTHENTICATED_CLOSES = (4401, 4403)
REFUSED_STATUSES = (401, 403)

Sleep = Callable[[float], Awaitable[None]]


@dataclass
class Subscription:
    """A shipped document, the root field whose items carry `cursor`, and the cursor after which to go on.

    after None means from now on; it is replaced by each item's cursor as the item is handed on.
    """

    name: str
    root: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    after: str | None = None

    def request(self) -> GraphQLRequest:
        """The document with today's cursor."""
        return GraphQLRequest(document(self.name), variable_values={**self.variables, "after": self.after})


async def follow(
    connection: Connection,
    subscription: Subscription,
    notice: Callable[[str], None],
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[Data, None]:
    """Every item after the cursor, in order, each once, for as long as it is listened to.

    A connection that is lost is made again, after a wait that grows to 30 s and starts anew with every item.
    Raises CommandError when the first connection fails or the service refuses the subscription,
    AuthenticationError when it refuses the token.
    """
    failures, connected_once = 0, False
    while True:
        try:
            async with aclosing(_one_connection(connection, subscription)) as items:
                async for item in items:
                    connected_once = True
                    if item is not None:
                        failures = 0
                        yield item
            reason = "the service ended the stream"
        except TransportQueryError as error:
            raise _refused(error.errors, connection) from error
        except (TransportError, TimeoutError) as error:
            reason = _fatal_or_reason(error, connection, connected_once)
        failures += 1
        wait = pause(failures)
        notice(f"Connection lost ({reason}); trying again in {wait:.1f} s, from where it stopped.")
        await sleep(wait)


def pause(failures: int) -> float:
    """Seconds before the next attempt: 0.5, 1, 2 … 30, less up to half of it so that clients spread out."""
    longest = min(LONGEST_WAIT_SECONDS, 0.5 * 2.0 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - it spreads reconnections, it protects nothing


async def _one_connection(
    connection: Connection, subscription: Subscription
) -> AsyncGenerator[Data | None, None]:
    """None once subscribed, then the items of one websocket; the cursor moves before an item is handed on."""
    transport = WebsocketsTransport(
        connection.websocket_url,
        headers=connection.headers,
        init_payload=connection.headers,
        subprotocols=[SUBPROTOCOL],
        ping_interval=PING_SECONDS,
        close_timeout=2,
    )
    try:
        await transport.connect()
        yield None
        async with aclosing(transport.subscribe(subscription.request())) as results:
            async for result in results:
                item = _item(result, subscription, connection)
                subscription.after = item["cursor"]
                yield item
    finally:
        await transport.close()


def _item(result: ExecutionResult, subscription: Subscription, connection: Connection) -> Data:
    if result.errors or not result.data:
        raise _refused(result.errors, connection)
    item: Data = result.data[subscription.root]
    return item


def _refused(errors: Any, connection: Connection) -> CommandError:
    refuse_unauthenticated(errors, connection)
    return CommandError(f"The service refused the subscription: {sentences(errors)}")


def _fatal_or_reason(error: BaseException, connection: Connection, connected_once: bool) -> str:
    """The reason of a loss that is worth another attempt; raises for one that is not."""
    close = _of_causes(error, lambda cause: getattr(getattr(cause, "rcvd", None), "code", None))
    status = _of_causes(error, lambda cause: getattr(getattr(cause, "response", None), "status_code", None))
    if close in UNAUTHENTICATED_CLOSES or status in REFUSED_STATUSES:
        raise unauthenticated(connection, f"code {close or status}") from error
    if not connected_once:
        raise explained(error, connection, status) from error
    return f"code {close}" if close else "no answer"


def _of_causes(error: BaseException | None, read: Callable[[BaseException], int | None]) -> int | None:
    """What `read` finds first along the chain of causes: gql hides the websocket's own exception there."""
    while error is not None:
        found = read(error)
        if found is not None:
            return found
        error = error.__cause__
    return None
