"""Waiting longer after each failure, but never past the order to stop."""

from __future__ import annotations

import asyncio

FIRST_SECONDS = 0.5
MOST_SECONDS = 30.0


class Backoff:
    """Waits that double from `first` to `most` seconds, until `reset` says that it went well."""

    def __init__(self, stop: asyncio.Event, first: float = FIRST_SECONDS, most: float = MOST_SECONDS) -> None:
        self._stop = stop
        self._first = self._next = first
        self._most = most

    @property
    def seconds(self) -> float:
        """How long the next wait is."""
        return self._next

    def reset(self) -> None:
        """The next wait is the first again."""
        self._next = self._first

    async def wait(self) -> bool:
        """Waits; whether to go on. An order to stop ends the wait at once."""
        seconds, self._next = self._next, min(self._next * 2, self._most)
        try:
            async with asyncio.timeout(seconds):
                await self._stop.wait()
        except TimeoutError:
            return True
        return False
