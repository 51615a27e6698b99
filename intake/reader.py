"""Reading the queue: a batch of messages is one transaction, and is deleted only after its commit.

    receive ──> record ──committed──> delete
                  ╰─ the database is away ──> the batch is kept in hand and tried again, later and later

A message may therefore come again, and recording it again changes nothing. While the database is away nothing more is
received, so no message wears out the queue's count of receipts, and what is in hand stays hidden from other readers.
What is in hand when the order to stop comes is finished, or else given back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from intake.backoff import Backoff
from intake.batches import admission, record
from intake.heartbeat import held
from intake.queue import WAIT_SECONDS, Queue, QueueError, ReceivedMessage
from models.engine import Database
from models.settings import Settings
from resolvers.counts import Counts
from resolvers.messages import Message

_log = structlog.get_logger("interlock.intake")


async def run(
    database: Database,
    settings: Settings,
    queue_url: str,
    stop_event: asyncio.Event,
    *,
    wait_seconds: int = WAIT_SECONDS,
) -> None:
    """Reads the queue until the order to stop, which lets it finish the batch in hand. Several may read one queue.

    It survives that SQS or the database is away. wait_seconds: how long one request waits for messages, 0 to 20.
    """
    queue = Queue(queue_url, wait_seconds)
    backoff = Backoff(stop_event)
    _log.info("reading", queue=queue_url)
    try:
        while not stop_event.is_set():
            messages = await _receive(queue, backoff)
            if messages:
                async with held(queue, messages):
                    await _finish(database, settings, queue, messages, Backoff(stop_event))
    finally:
        queue.close()
    _log.info("stopped", queue=queue_url)


async def _receive(queue: Queue, backoff: Backoff) -> list[ReceivedMessage]:
    try:
        messages = await queue.receive()
    except QueueError as error:
        _log.error("queue unavailable", queue=queue.url, error=str(error), again_in_seconds=backoff.seconds)
        await backoff.wait()
        return []
    backoff.reset()
    return messages


async def _finish(
    database: Database, settings: Settings, queue: Queue, messages: Sequence[ReceivedMessage], backoff: Backoff
) -> None:
    """Records a batch, however long that takes, and deletes it; gives it back if it is to stop first."""
    counts = await _recorded(database, settings, messages, backoff)
    if counts is None:
        with suppress(*QueueError):
            await queue.give_back(messages)
        return
    _log.info(
        "recorded",
        accepted=counts.accepted,
        duplicates=counts.duplicates,
        set_aside=counts.set_aside,
        ignored=counts.ignored,
    )
    try:
        left = await queue.delete(messages)
    except QueueError as error:
        left = len(messages)
        _log.warning("not deleted", error=str(error))
    if left:
        _log.warning("messages will come again", messages=left)


async def _recorded(
    database: Database, settings: Settings, messages: Sequence[ReceivedMessage], backoff: Backoff
) -> Counts | None:
    """The counts, as soon as the database lets the batch be recorded; None where the order to stop comes first."""
    told = [Message(message.id, message.body) for message in messages]
    while True:
        try:
            return await record(database, told, admission(settings, database.clock.afresh()))
        except Exception as error:
            _log.exception("database unavailable", error=str(error), again_in_seconds=backoff.seconds)
        if not await backoff.wait():
            return None
