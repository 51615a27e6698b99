"""Workers side by side: one that fails or hangs holds no other back, and the order to stop ends them all."""

import asyncio

from sqlalchemy.exc import OperationalError

from models.workers import Worker, work


class Counting:
    """A worker's turns: each runs one of the steps, and the last one orders to stop."""

    def __init__(self, stop: asyncio.Event, *steps: bool | Exception) -> None:
        self.turns = 0
        self._stop = stop
        self._steps = list(steps)

    async def turn(self) -> bool:
        self.turns += 1
        step = self._steps.pop(0)
        if not self._steps:
            self._stop.set()
        if isinstance(step, Exception):
            raise step
        return step


async def test_a_turn_that_may_have_more_is_followed_by_the_next() -> None:
    """Nobody waits while there is more; a worker that has nothing to do looks again after its time."""
    stop = asyncio.Event()
    counting = Counting(stop, True, True, False, False)
    await work([Worker("counting", counting.turn, look_seconds=0.001)], stop)
    assert counting.turns == 4


async def test_what_fails_is_tried_again() -> None:
    """Whatever a turn raises ends neither the worker nor the others."""
    stop = asyncio.Event()
    away = OperationalError("select 1", {}, Exception())
    failing = Counting(stop, ValueError("wrong"), away, OSError(), True)
    await work([Worker("failing", failing.turn, look_seconds=0.001)], stop)
    assert failing.turns == 4


async def test_one_that_hangs_holds_no_other_back() -> None:
    """A worker is in the middle of its turn while another takes all of its own; the turn that has begun is finished."""
    stop, others_are_done = asyncio.Event(), asyncio.Event()
    finished = []

    async def hangs() -> bool:
        await others_are_done.wait()
        finished.append("the turn that hung")
        stop.set()
        return True

    turns = iter([True, True, False])

    async def quick() -> bool:
        more = next(turns, False)
        if not more:
            others_are_done.set()
        return more

    await work([Worker("hangs", hangs), Worker("quick", quick, look_seconds=0.001)], stop)
    assert finished == ["the turn that hung"]


async def test_the_order_to_stop_ends_a_wait() -> None:
    """A worker that would look again in a day ends at once."""
    stop = asyncio.Event()
    counting = Counting(stop, False)
    async with asyncio.timeout(60):
        await work([Worker("idle", counting.turn, look_seconds=86_400)], stop)
    assert counting.turns == 1
