"""Whoever asks the same while it is answered waits for the end of that, and all who waited share the next answer.

an answer is being made ─────────┤
      ↑ one comes: waits         │ leads: it is made anew ──────┤
         ↑ another: waits for the answer of the one who leads ──┤ given the same

What is given was read after everybody came whom it is given to. However many ask, and however often something is
committed meanwhile, the same is made once at a time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from graph.kept import Key


@dataclass(slots=True)
class Turn:
    """One who asks. waited: whether others were first. given: the body that the one who led had, or has: told by it."""

    waited: bool = False
    given: bytes | None = None


class Turns:
    """Of one process, by what equal questions have in common."""

    def __init__(self) -> None:
        self._running: dict[Key, asyncio.Future[None]] = {}
        self._following: dict[Key, asyncio.Future[bytes | None]] = {}

    def __len__(self) -> int:
        return len(self._running) + len(self._following)

    @asynccontextmanager
    async def turn(self, key: Key) -> AsyncIterator[Turn]:
        """Yields when it is one's turn. Where nothing is given by then, the block makes it, and says what it made."""
        if key not in self._running:
            async with self._led(key, Turn()) as turn:
                yield turn
        elif key in self._following:
            yield Turn(waited=True, given=await asyncio.shield(self._following[key]))
        else:
            async with self._leading(key) as turn:
                yield turn

    @asynccontextmanager
    async def _leading(self, key: Key) -> AsyncIterator[Turn]:
        """The first who waits: it goes on for all who come until it begins."""
        turn, group = Turn(waited=True), asyncio.get_running_loop().create_future()
        self._following[key] = group
        try:
            try:
                await asyncio.shield(self._running[key])
            finally:
                del self._following[key]
            async with self._led(key, turn):
                yield turn
        finally:
            group.set_result(turn.given)

    @asynccontextmanager
    async def _led(self, key: Key, turn: Turn) -> AsyncIterator[Turn]:
        over = self._running[key] = asyncio.get_running_loop().create_future()
        try:
            yield turn
        finally:
            if self._running.get(key) is over:
                del self._running[key]
            over.set_result(None)
