"""Messages that are in hand stay hidden from other readers, however long it takes: each beat extends it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager, suppress

import structlog

from intake.queue import VISIBILITY_SECONDS, Queue, ReceivedMessage

BEAT_SECONDS = VISIBILITY_SECONDS / 3
"""So two beats may fail before another reader sees a message that is in hand."""

_log = structlog.get_logger("interlock.intake")


@asynccontextmanager
async def held(queue: Queue, messages: Sequence[ReceivedMessage], seconds: float = BEAT_SECONDS) -> AsyncIterator[None]:
    """Keeps messages hidden while the block runs."""
    beating = asyncio.create_task(_beat(queue, messages, seconds))
    try:
        yield
    finally:
        beating.cancel()
        with suppress(asyncio.CancelledError):
            await beating


async def _beat(queue: Queue, messages: Sequence[ReceivedMessage], seconds: float) -> None:
    while True:
        await asyncio.sleep(seconds)
        try:
            left = await queue.hold(messages)
        except Exception as error:  # whatever it is, the work goes on: at worst, others see the messages too
            _log.warning("not held", error=str(error))
        else:
            if left:  # SQS hides a message for twelve hours in all: then it comes again, and changes nothing
                _log.warning("others may see messages in hand", messages=left)
