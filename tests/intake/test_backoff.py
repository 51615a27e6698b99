"""Waiting longer after each failure."""

import asyncio

from intake.backoff import Backoff


async def test_waits_double_up_to_the_most_and_begin_again() -> None:
    """Each wait is twice the one before, up to the most; after a success the next is the first again."""
    backoff = Backoff(asyncio.Event(), first=0.0001, most=0.0003)
    seen = []
    for _ in range(4):
        seen.append(backoff.seconds)
        assert await backoff.wait()
    assert seen == [0.0001, 0.0002, 0.0003, 0.0003]
    backoff.reset()
    assert backoff.seconds == 0.0001


async def test_the_order_to_stop_ends_a_wait() -> None:
    """A wait of an hour ends when the order to stop comes, and says not to go on."""
    stop = asyncio.Event()
    waiting = asyncio.create_task(Backoff(stop, first=3600, most=3600).wait())
    await asyncio.sleep(0)
    stop.set()
    assert await waiting is False
