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
from models.recording import is_about_one_message, is_about_the_batch
from models.settings import Settings
from resolvers.messages import Admission, Message, unrecordable
from resolvers.recording import AWS, Counts, record_envelopes, set_aside

_log = structlog.get_logger("interlock.intake")


def admission(settings: Settings, now: datetime) -> Admission:
    """What is let in from outside at a time, which was read when it had come (`Clock.afresh`)."""
    return Admission(now=now, known_accounts=settings.intake_accounts == "known", ours=False)


async def record(database: Database, messages: Sequence[Message], admitted: Admission, actor: str = AWS) -> Counts:
    """Records a batch in one transaction, or message by message when that cannot be done.

    Raises whatever says that the database is away: nothing of the batch, or not all of it, is recorded then.
    """
    try:
        async with database.transaction() as session:
            return await record_envelopes(session, messages, actor, admitted)
    except Exception as error:
        if len(messages) > 1 and (is_about_one_message(error) or is_about_the_batch(error)):
            return _sum([await record(database, [message], admitted, actor) for message in messages])
        if not is_about_one_message(error):
            raise
        _log.exception("not recorded", message=messages[0].id)
        reason = unrecordable(error)
    async with database.transaction() as session:
        await set_aside(session, messages, reason, actor)
    return Counts(0, 0, 1, reasons=(reason,))


def _sum(counts: Sequence[Counts]) -> Counts:
    return Counts(
        accepted=sum(each.accepted for each in counts),
        duplicates=sum(each.duplicates for each in counts),
        set_aside=sum(each.set_aside for each in counts),
        ignored=sum(each.ignored for each in counts),
        reasons=tuple(reason for each in counts for reason in each.reasons),
    )
