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

from interlock_cli.client import Data, refuse_unauthenticated, sentences
from interlock_cli.connection import Connection
from interlock_cli.documents import document
from interlock_cli.errors import CommandError
from interlock_cli.failures import explained, unauthenticated
from interlock_cli.websocket import ConnectionLostError, SubscriptionRefusedError, results

LONGEST_WAIT_SECONDS = 30.0
UNAUTHENTICATED = (401, 403, 4401, 4403)  # HTTP's statuses at the handshake, and the protocol's close codes
TOKEN_ENDED = 4403  # where the service had taken it: the next connection brings a fresh one
TOO_SLOW = "TOO_SLOW"

Sleep = Callable[[float], Awaitable[None]]


@dataclass
class Subscription:
    """A shipped document, the root field whose items carry `cursor`, and the cursor after which to go on.

    after None means from now on; it is replaced by each item's cursor as the item is handed on. text: the document
    itself, where it is none that is shipped; operation: which of several in it. Items without `cursor` do not resume.
    """

    name: str
    root: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    after: str | None = None
    text: str | None = None
    operation: str | None = None


async def follow(
    connection: Connection,
    subscription: Subscription,
    notice: Callable[[str], None],
    sleep: Sleep = asyncio.sleep,
) -> AsyncGenerator[Data, None]:
    """Every item after the cursor, in order, each once, for as long as it is listened to.

    A connection that is lost is made again, after a wait that grows to 30 s and starts anew with every item. So is
    one that the service ended because its events were not read fast enough, or because the token had ended: each
    connection is made with a token that is fresh.
    Raises CommandError when the first connection fails or the service refuses the subscription,
    AuthenticationError when it refuses the token.
    """
    failures, connected_once = 0, False
    while True:
        reason = "the service ended the stream"
        try:
            async with aclosing(_one_connection(connection, subscription)) as items:
                async for item in items:
                    connected_once = True
                    if item is not None:
                        failures = 0
                        yield item
        except SubscriptionRefusedError as refused:
            if not _too_slow(refused):
                raise _refusal(refused, connection) from refused
            reason = "events came faster than they were read"
        except ConnectionLostError as lost:
            _give_up_if_final(lost, connection, connected_once)
            reason = str(lost)
        failures += 1
        wait = pause(failures)
        notice(f"Connection lost ({reason}); trying again in {wait:.1f} s, from where it stopped.")
        await sleep(wait)


def pause(failures: int) -> float:
    """Seconds before the next attempt: 0.5, 1, 2 … 30, less up to half of it so that clients spread out."""
    longest = min(LONGEST_WAIT_SECONDS, 0.5 * 2.0 ** min(failures - 1, 10))
    return longest * random.uniform(0.5, 1.0)  # noqa: S311 - it spreads reconnections, it protects nothing


async def _one_connection(connection: Connection, subscription: Subscription) -> AsyncGenerator[Data | None, None]:
    """None once connected, then the items; the cursor moves before an item is handed on."""
    variables = {**subscription.variables, "after": subscription.after}
    text = subscription.text or document(subscription.name)
    async with aclosing(results(connection, text, variables, subscription.operation)) as received:
        async for data in received:
            item = data.get(subscription.root) if data is not None else None
            if isinstance(item, dict) and "cursor" in item:
                subscription.after = item["cursor"]
            yield item


def _too_slow(refused: SubscriptionRefusedError) -> bool:
    """Whether the service let this reader go, to come back behind the last cursor that it got."""
    extensions = [error.get("extensions") or {} for error in refused.errors if isinstance(error, dict)]
    return any(each.get("code") == TOO_SLOW for each in extensions)


def _refusal(refused: SubscriptionRefusedError, connection: Connection) -> CommandError:
    refuse_unauthenticated(refused.errors, connection)
    return CommandError(f"The service refused the subscription: {sentences(refused.errors)}")


def _give_up_if_final(lost: ConnectionLostError, connection: Connection, connected_once: bool) -> None:
    """Raises for a loss that another attempt would not mend: a refused token, or no service at all."""
    if lost.code == TOKEN_ENDED and lost.acknowledged:
        return
    if lost.code in UNAUTHENTICATED or lost.status in UNAUTHENTICATED:
        raise unauthenticated(connection, str(lost)) from lost
    if not connected_once:
        raise explained(lost, connection, lost.status) from lost
