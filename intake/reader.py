"""Reading the queue: a batch of messages is one transaction, and is deleted only after its commit.

    receive ──> record ──committed──> delete
                  │  ╰─ the database is away ──> the batch is kept in hand and tried again, later and later
                  ╰─ one message cannot be recorded ──> each by itself, and that one is set aside

A message may therefore come again, and recording it again changes nothing. While the database is away nothing more is
received, so no message wears out the queue's count of receipts. What is in hand when the order to stop comes is
finished, or else given back.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from contextlib import suppress

import structlog

from intake.backoff import Backoff
from intake.queue import WAIT_SECONDS, Queue, QueueError, ReceivedMessage
from models.engine import Database
from models.recording import is_about_one_message
from resolvers.recording import Counts, Message, record_envelopes, set_aside

_log = structlog.get_logger("interlock.intake")


async def run(
    database: Database, queue_url: str, stop_event: asyncio.Event, *, wait_seconds: int = WAIT_SECONDS
) -> None:
    """Reads the queue until the order to stop, which lets it finish the batch in hand.

    It survives that SQS or the database is away. wait_seconds: how long one request waits for messages, 0 to 20.
    """
    queue = Queue(queue_url, wait_seconds)
    backoff = Backoff(stop_event)
    _log.info("reading", queue=queue_url)
    try:
        while not stop_event.is_set():
            messages = await _receive(queue, backoff)
            if messages:
                await _finish(database, queue, messages, Backoff(stop_event))
    finally:
        queue.close()
    _log.info("stopped", queue=queue_url)


async def record(database: Database, messages: Sequence[ReceivedMessage]) -> Counts:
    """Records a batch in one transaction, or message by message when one of them cannot be recorded.

    Raises whatever says that the database is away: nothing of the batch, or not all of it, is recorded then.
    """
    told = [Message(message.id, message.body) for message in messages]
    try:
        async with database.transaction() as session:
            return await record_envelopes(session, told)
    except Exception as error:
        if not is_about_one_message(error):
            raise
        if len(messages) > 1:
            return _sum([await record(database, [message]) for message in messages])
        _log.exception("not recorded", message=messages[0].id)
        reason = f"It could not be recorded: {type(error).__name__}: {str(error)[:500]}"
    async with database.transaction() as session:
        await set_aside(session, told, reason)
    return Counts(0, 0, 1)


async def _receive(queue: Queue, backoff: Backoff) -> list[ReceivedMessage]:
    try:
        messages = await queue.receive()
    except QueueError as error:
        _log.error("queue unavailable", queue=queue.url, error=str(error), again_in_seconds=backoff.seconds)
        await backoff.wait()
        return []
    backoff.reset()
    return messages


async def _finish(database: Database, queue: Queue, messages: Sequence[ReceivedMessage], backoff: Backoff) -> None:
    """Records a batch, however long that takes, and deletes it; gives it back if it is to stop first."""
    while True:
        try:
            counts = await record(database, messages)
            break
        except Exception as error:
            _log.exception("database unavailable", error=str(error), again_in_seconds=backoff.seconds)
        if not await backoff.wait():
            with suppress(*QueueError):
                await queue.give_back(messages)
            return
    _log.info("recorded", accepted=counts.accepted, duplicates=counts.duplicates, set_aside=counts.set_aside)
    try:
        left = await queue.delete(messages)
    except QueueError as error:
        left = len(messages)
        _log.warning("not deleted", error=str(error))
    if left:
        _log.warning("messages will come again", messages=left)


def _sum(counts: Sequence[Counts]) -> Counts:
    return Counts(
        sum(each.accepted for each in counts),
        sum(each.duplicates for each in counts),
        sum(each.set_aside for each in counts),
    )
