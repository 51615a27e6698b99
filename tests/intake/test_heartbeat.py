"""Messages in hand stay hidden."""

import asyncio
from collections.abc import Sequence
from typing import Any

from botocore.exceptions import EndpointConnectionError

from intake.heartbeat import held
from intake.queue import ReceivedMessage

BATCH = [ReceivedMessage("m-1", "r-1", "{}")]


class Held:
    """A queue that notes what is held, and fails at first. beaten: that it was held often enough."""

    url = "http://127.0.0.1:1/queue"

    def __init__(self, failures: int = 0, enough: int = 3) -> None:
        self.held: list[Sequence[ReceivedMessage]] = []
        self.failures = failures
        self.enough = enough
        self.beaten = asyncio.Event()

    async def hold(self, messages: Sequence[ReceivedMessage]) -> int:
        self.held.append(messages)
        if len(self.held) == self.enough:
            self.beaten.set()
        if len(self.held) <= self.failures:
            raise EndpointConnectionError(endpoint_url=self.url)
        return 1


async def test_held_again_and_again() -> None:
    """As long as the work lasts, whether or not a beat fails; and no longer."""
    queue: Any = Held(failures=2)
    async with held(queue, BATCH, seconds=0.001):
        await queue.beaten.wait()
    beats = len(queue.held)
    assert queue.held[0] == BATCH
    await asyncio.sleep(0)
    assert len(queue.held) == beats


async def test_nothing_is_asked_of_the_queue_where_the_work_is_short() -> None:
    """A batch that is recorded at once costs no request."""
    queue: Any = Held()
    async with held(queue, BATCH):
        await asyncio.sleep(0)
    assert queue.held == []
