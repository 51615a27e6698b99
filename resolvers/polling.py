"""Executions that went silent are asked for; what AWS answers is recorded as if it had been told."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes import PipelineName, fact
from domain.errors import InvalidValue
from domain.masking import kept
from domain.polls import SOURCE, Recorded, next_poll
from domain.upkeep import wait
from models import envelopes as kept_envelopes
from models import polling
from models.polling import Silent
from resolvers.counts import Counts
from resolvers.messages import Message
from resolvers.recording import record_envelopes

LEASE = timedelta(minutes=5)
"""How long whoever has an execution in hand may ask for it, until another one does."""
MOST_WAITED_FOR = 20


async def find(session: AsyncSession, now: datetime, silence: timedelta) -> None:
    """Finds the executions of which nothing was heard for so long."""
    await polling.find_silent(session, now, now - silence)


async def claim(session: AsyncSession, now: datetime, silence: timedelta) -> tuple[Silent, Recorded] | None:
    """The execution to ask for next, for this worker alone, with all that is known of it."""
    silent = await polling.claim(session, now, now - silence, now + LEASE)
    if silent is None:
        return None
    told = []
    for body in await kept_envelopes.envelopes_of(session, [(silent.arn, silent.execution_id)]):
        with suppress(InvalidValue):
            told.append(fact(body))
    name = PipelineName(silent.name, silent.account, silent.region)
    return silent, Recorded(name, silent.execution_id, silent.status, silent.attempt, tuple(told))


async def record_answer(
    session: AsyncSession,
    silent: Silent,
    envelopes: Sequence[dict[str, Any]],
    waits_for: Sequence[str],
    now: datetime,
    silence: timedelta,
) -> Counts:
    """What AWS answered. An answer that tells nothing new writes nothing but when it is asked for next."""
    messages = [Message(each["id"], each) for each in envelopes]
    counts = await record_envelopes(session, messages, SOURCE) if messages else Counts(0, 0, 0)
    tries = 0 if counts.accepted else silent.tries + 1
    rules = [kept(each, 300) for each in waits_for[:MOST_WAITED_FOR]]
    told = {"polled_at": now, "waits_for": rules, "cause": None}
    await polling.keep(session, silent.key, tries=tries, next_at=now + next_poll(silence, tries), **told)
    return counts


async def record_unreachable(session: AsyncSession, silent: Silent, why: str, now: datetime) -> None:
    """AWS could not be asked, or said no: it is tried again, later and later."""
    tries = silent.tries + 1
    await polling.keep(session, silent.key, tries=tries, next_at=now + wait(tries), cause=kept(why, 500))
