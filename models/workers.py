"""What a program does side by side until it is asked to stop: workers that look what is due, do it, and wait.

Each worker has a loop of its own, so one that is slow, or fails, holds no other back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog
from sqlalchemy.exc import SQLAlchemyError

LOOK_SECONDS = 1.0
"""How often it is looked what is due when there was nothing to do."""
_log = structlog.get_logger("interlock.workers")


@dataclass(frozen=True, slots=True)
class Worker:
    """One thing that is done again and again. turn: does what is due; whether there may be more at once."""

    name: str
    turn: Callable[[], Awaitable[bool]]
    look_seconds: float = LOOK_SECONDS


async def work(workers: Sequence[Worker], stop_event: asyncio.Event) -> None:
    """Runs workers until asked to stop; the turns that have begun are finished."""
    await asyncio.gather(*(_forever(worker, stop_event) for worker in workers))


async def _forever(worker: Worker, stop_event: asyncio.Event) -> None:
    while not stop_event.is_set():
        if not await _turn(worker):
            await _wait(worker.look_seconds, stop_event)


async def _turn(worker: Worker) -> bool:
    """Whether there may be more to do at once. What fails is told, and tried again at the next look."""
    try:
        return await worker.turn()
    except (SQLAlchemyError, OSError) as error:
        reason = (str(error).splitlines() or [type(error).__name__])[0]
        _log.warning("database out of reach: tried again", worker=worker.name, reason=reason)
    except Exception as error:
        _log.exception("not done: tried again", worker=worker.name, error=str(error))
    return False


async def _wait(seconds: float, stop_event: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stop_event.wait()
    except TimeoutError:
        return
