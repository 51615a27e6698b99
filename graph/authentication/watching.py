"""Sockets and streams that end with who has opened them: looked at all together, once for a process."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress

import structlog
from sqlalchemy.exc import SQLAlchemyError

from graph.authentication.callers import Caller

LONGEST_SLEEP_SECONDS = 3600.0
Look = Callable[[Sequence[Caller]], Awaitable[Sequence[str | None]]]
log = structlog.get_logger("interlock.authentication")


class Watch:
    """Callers that something is open for. look: of each, why it is not taken any more, or None. left: seconds."""

    def __init__(self, look: Look, left: Callable[[Caller], float]) -> None:
        self._look, self._left = look, left
        self._waiting: dict[asyncio.Future[str], Caller] = {}
        self._stirred = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    def stir(self) -> None:
        """Something has changed that may end some of them: look now."""
        self._stirred.set()

    async def until_ended(self, caller: Caller, every: float) -> str:
        """Returns when a caller has ended: by which of these. every: seconds between two looks at all of them."""
        ended: asyncio.Future[str] = asyncio.get_running_loop().create_future()
        if caller.may_end:
            self._waiting[ended] = caller
            if self._task is None or self._task.done():
                self._task = asyncio.create_task(self._keep_looking(every), name="look whether callers have ended")
        try:
            while True:
                left = max(0.0, min(LONGEST_SLEEP_SECONDS, self._left(caller)))
                await asyncio.wait({ended}, timeout=left)
                if ended.done():
                    return ended.result()
                if self._left(caller) <= 0:
                    return await self._why(caller)
        finally:
            self._leave(ended)

    def _leave(self, ended: asyncio.Future[str]) -> None:
        ended.cancel()
        self._waiting.pop(ended, None)
        if not self._waiting and self._task is not None:
            self._task.cancel()
            self._task = None

    async def _why(self, caller: Caller) -> str:
        """Its time is over; what ended it before that, if anything did, is told instead."""
        (reason,) = await self._looked([caller]) or [None]
        return reason or "token expired"

    async def _keep_looking(self, every: float) -> None:
        """For as long as there is anybody."""
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stirred.wait(), every)
            self._stirred.clear()
            waiting = list(self._waiting.items())
            found = await self._looked([caller for _, caller in waiting])
            for (ended, _), reason in zip(waiting, found, strict=False):
                if reason is not None and not ended.done():
                    ended.set_result(reason)

    async def _looked(self, callers: Sequence[Caller]) -> Sequence[str | None]:
        """What came of it; nothing while the database is away: they stay what they were, until the next look."""
        try:
            return await self._look(callers)
        except (SQLAlchemyError, OSError) as error:
            log.warning("it cannot be looked whether callers have ended", error=type(error).__name__)
        except Exception as error:  # the next look may find what this one could not
            log.error("looking whether callers have ended has failed", exc_info=error)
        return []
