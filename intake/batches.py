"""A batch of messages is one transaction; of a batch that cannot be recorded, each message is one.

record ──committed──> the counts
  │  ╰─ the database is away ──> raised: nothing of the batch, or not all of it, is recorded
  ├─ it lasts too long, or waits in a circle ──> each by itself
  ╰─ one message cannot be recorded ──> each by itself, and that one is set aside
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import structlog

from models.engine import Database
from models.queries import wait_for_locks
from models.recording import is_about_one_message, is_about_the_batch
from models.settings import Settings
from resolvers.counts import Counts, total
from resolvers.messages import Admission, Message, unrecordable
from resolvers.recording import AWS, record_each, set_aside

_log = structlog.get_logger("interlock.intake")


def admission(settings: Settings, now: datetime) -> Admission:
    """What is let in from outside at a time, which was read when it had come (`Clock.afresh`)."""
    return Admission(now=now, known_accounts=settings.intake_accounts == "known", ours=False)


async def record(database: Database, messages: Sequence[Message], admitted: Admission, actor: str = AWS) -> Counts:
    """Records a batch in one transaction, or message by message when that cannot be done.

    Raises whatever says that the database is away: nothing of the batch, or not all of it, is recorded then.
    """
    try:
        return total(await together(database, messages, admitted, actor))
    except Exception as error:
        if len(messages) > 1 and may_be_recorded_apart(error):
            return total([await record(database, [message], admitted, actor) for message in messages])
        if not is_about_one_message(error):
            raise
        _log.exception("not recorded", message=messages[0].id)
        reason = unrecordable(error)
    async with database.transaction() as session:
        await set_aside(session, messages, reason, actor)
    return Counts(0, 0, 1, reasons=(reason,))


async def together(
    database: Database, messages: Sequence[Message], admitted: Admission, actor: str, lock_seconds: float | None = None
) -> list[Counts]:
    """What became of each message of a batch, once it is committed. Raises whatever hinders all of it.

    lock_seconds: how long to wait for what others write about; without it, as long as any transaction does.
    """
    async with database.transaction() as session:
        if lock_seconds is not None:
            await wait_for_locks(session, lock_seconds)
        return await record_each(session, messages, actor, admitted)


def may_be_recorded_apart(error: Exception) -> bool:
    """Whether the parts of a batch that could not be recorded may be, by themselves."""
    return is_about_one_message(error) or is_about_the_batch(error)
