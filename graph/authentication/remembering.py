"""What is asked at every request, remembered for a moment: who asks must be known, and seldom changes.

A moment is AGE_SECONDS from when it began to be read. Whoever hears that it has changed forgets it before. Of what is
being read, all who ask meanwhile wait for the one answer; each of them would have read it no earlier than that moment.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable, Coroutine, Hashable
from typing import Any, Generic, NamedTuple, TypeVar

AGE_SECONDS = 1.0
"""How old what is remembered may be: so long may what was taken back hold, where nothing is heard of it."""
MOST = 10_000
"""Of one kind, in the last moment: what was read first is forgotten first."""

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")


class _Reading(NamedTuple):
    """One look at the database, under way or done. begun_at: seconds of the clock."""

    task: asyncio.Task[Any]
    begun_at: float


class Remembered(Generic[Key, Value]):
    """What was read in the last moment. holds: whether anything may be remembered now. clock: seconds, only forward."""

    def __init__(
        self, holds: Callable[[], bool], most: int = MOST, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._holds, self._most, self._clock = holds, most, clock
        self._readings: dict[Key, _Reading] = {}

    def __len__(self) -> int:
        return len(self._readings)

    async def of(self, key: Key, read: Callable[[], Coroutine[Any, Any, Value]], *, afresh: bool = False) -> Value:
        """What is remembered, or read now: always where it is wanted afresh. Raises what reading it raises.

        An answer of None, what is not there, and an error are nobody's but of those who waited for them.
        """
        if afresh or not self._holds():
            return await read()
        there = self._readings.get(key)
        if there is None or self._clock() - there.begun_at >= AGE_SECONDS:
            there = self._begin(key, read)
        if there.task.done():
            answer: Value = there.task.result()
            return answer
        return await _shared(there.task)

    def forget(self, key: Key | None = None) -> None:
        """What changes: all of it, or what is of one key. Who is waiting has the answer that was on its way."""
        if key is None:
            self._readings.clear()
        else:
            self._readings.pop(key, None)

    def _begin(self, key: Key, read: Callable[[], Coroutine[Any, Any, Value]]) -> _Reading:
        now = self._clock()
        self._readings.pop(key, None)  # the new one is the youngest, and stands last
        oldest = next(iter(self._readings), None)
        while oldest is not None and (
            len(self._readings) >= self._most or now - self._readings[oldest].begun_at >= AGE_SECONDS
        ):
            del self._readings[oldest]
            oldest = next(iter(self._readings), None)
        reading = self._readings[key] = _Reading(asyncio.create_task(read(), name="look who asks"), now)
        reading.task.add_done_callback(lambda done: self._over(key, done))
        return reading

    def _over(self, key: Key, done: asyncio.Task[Any]) -> None:
        """Forgets what says nothing; an error is told to those who wait, if any still do."""
        nothing = done.cancelled() or done.exception() is not None or done.result() is None
        there = self._readings.get(key)
        if nothing and there is not None and there.task is done:
            del self._readings[key]


async def _shared(task: asyncio.Task[Value]) -> Value:
    """What a task that others wait for comes to: whoever goes away does not end it."""
    waiting: Awaitable[Value] = asyncio.shield(task)
    return await waiting
