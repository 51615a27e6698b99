"""Several senders at once, into a database that is real."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from intake import batches, gathering
from intake.gathering import Gatherer
from models.engine import Database
from models.settings import Settings
from resolvers.counts import Counts
from resolvers.messages import Message, message
from resolvers.recording import record_each
from tests import mixed, stories
from tests.resolvers.test_recording import rows

pytestmark = pytest.mark.database

ACCEPTED = Counts(1, 0, 0)


class Counting(Database):
    """Counts its transactions. failures: how many of them fail at their commit, as one does that goes away.

    under_way: set when one has begun. may_end: the commit of each waits for it.
    """

    begun, failures = 0, 0

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self.under_way, self.may_end = asyncio.Event(), asyncio.Event()
        self.may_end.set()

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        self.begun += 1
        self.under_way.set()
        async with super().transaction() as session:
            yield session
            await self.may_end.wait()
            if self.failures:
                self.failures -= 1
                raise OperationalError("commit", {}, ConnectionResetError("gone"))


@pytest.fixture
async def counting(database: Database) -> AsyncIterator[Counting]:
    """The same database, whose transactions are counted."""
    async with Counting(database.url) as opened:
        yield opened


@pytest.fixture
async def gatherer(counting: Counting) -> AsyncIterator[Gatherer]:
    """Records as `events`."""
    made = Gatherer(counting, Settings(), "events")
    yield made
    await made.close()


async def told(gatherer: Gatherer, *bodies: object) -> list[Counts | BaseException]:
    """What all of these senders are answered, who come at once and tell one message each."""
    senders = (gatherer.record([message(body)], 100) for body in bodies)
    return await asyncio.gather(*senders, return_exceptions=True)


async def kept(database: Database) -> int:
    """How many envelopes are kept."""
    return int((await rows(database, "select count(*) from envelope"))[0][0])


async def test_many_at_once_are_one_transaction(gatherer: Gatherer, counting: Counting) -> None:
    """All of an execution, told at once by a sender each: one transaction, and the rows of what came in order."""
    story = stories.retried()
    assert await told(gatherer, *story.envelopes) == [ACCEPTED] * len(story.envelopes)
    assert counting.begun == 1
    assert await rows(counting, "select status, attempt from pipeline_execution") == [("SUCCEEDED", 2)]
    assert await rows(counting, "select distinct actor from event") == [("events",)]


async def test_whoever_is_alone_waits_for_nobody(gatherer: Gatherer, counting: Counting) -> None:
    """One after the other, each has a transaction; while one is under way, all who come wait and share the next."""
    first, second, *others = stories.failed().envelopes
    assert await told(gatherer, first) == [ACCEPTED]
    assert await told(gatherer, second) == [ACCEPTED]
    assert counting.begun == 2
    counting.may_end.clear()
    counting.under_way.clear()
    waiting = [asyncio.create_task(told(gatherer, others[0]))]
    await counting.under_way.wait()
    waiting += [asyncio.create_task(told(gatherer, each)) for each in others[1:]]
    await asyncio.sleep(0)
    assert counting.begun == 3
    counting.may_end.set()
    assert [await each for each in waiting] == [[ACCEPTED]] * len(others)
    assert counting.begun == 4


async def test_each_learns_of_its_own(gatherer: Gatherer, counting: Counting) -> None:
    """News, what was told before, what is no envelope and what is for others: each sender is told of theirs alone."""
    old, new, *several = stories.failed().envelopes[:5]
    await told(gatherer, old)
    call = {"detail-type": "Interlock External Check", "source": "interlock.pipelinekit", "detail": {}}
    sent = [[old], [new], ["not JSON"], [new], ["not JSON"], [*several, "neither", old], [], [call]]
    answers = await asyncio.gather(*(gatherer.record([message(each) for each in one], 100) for one in sent))
    assert answers == [
        Counts(0, 1, 0),
        ACCEPTED,
        Counts(0, 0, 1),
        Counts(0, 1, 0),
        Counts(0, 1, 0),
        Counts(3, 1, 1),
        Counts(0, 0, 0),
        Counts(0, 0, 0, ignored=1),
    ]
    assert counting.begun == 2


async def test_one_that_cannot_be_written(
    gatherer: Gatherer, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is set aside, and its sender told so; the others are recorded, each by itself, and know nothing of it."""

    async def trips(session: AsyncSession, messages: Sequence[Message], *rest: Any) -> list[Counts]:
        if any(each.body == bad for each in messages):
            raise KeyError("surprise")
        return await record_each(session, messages, *rest)

    good, bad, *others = stories.failed().envelopes[:6]
    monkeypatch.setattr(batches, "record_each", trips)
    assert await told(gatherer, good, bad, *others) == [ACCEPTED, Counts(0, 0, 1), *[ACCEPTED] * 4]
    assert await kept(counting) == 5
    assert await rows(counting, "select reason from set_aside") == [("It could not be recorded: KeyError: 'surprise'",)]


async def test_the_database_is_away(gatherer: Gatherer, counting: Counting) -> None:
    """All who share the transaction are told, nothing of it is kept, and nothing is tried apart; sent again, it is."""
    envelopes = stories.failed().envelopes
    counting.failures = 1
    answers = await told(gatherer, *envelopes)
    assert {type(each) for each in answers} == {OperationalError}
    assert (counting.begun, await kept(counting)) == (1, 0)
    assert await told(gatherer, *envelopes) == [ACCEPTED] * len(envelopes)


async def test_a_sender_who_leaves(gatherer: Gatherer, counting: Counting) -> None:
    """What they told is recorded all the same, whether it was under way or waited; the others are answered."""
    first, *others = [[message(each)] for each in stories.failed().envelopes[:4]]
    counting.may_end.clear()
    senders = [asyncio.create_task(gatherer.record(first, 100))]
    await counting.under_way.wait()
    senders += [asyncio.create_task(gatherer.record(each, 100)) for each in others]
    await asyncio.sleep(0)
    for each in senders[:2]:
        each.cancel()
    counting.may_end.set()
    assert [await each for each in senders[2:]] == [ACCEPTED] * 2
    assert await kept(counting) == 4
    assert await gatherer.record(first, 100) == Counts(0, 1, 0)


async def test_a_pipeline_that_others_hold(
    gatherer: Gatherer, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Those who tell of other pipelines are answered before it is free, and those who tell of it afterwards."""
    monkeypatch.setattr(gathering, "LOCK_SECONDS", 0.01)
    held, free = stories.failed().envelopes[:3], mixed.others().envelopes[:3]
    await told(gatherer, held[0])
    async with Database(counting.url) as other, other.transaction() as session:
        await session.execute(text("select from pipeline for update"))
        waiting = asyncio.create_task(told(gatherer, *held[1:]))
        await asyncio.sleep(0)
        assert await told(gatherer, *free) == [ACCEPTED] * 3
        assert not waiting.done()
    assert await waiting == [ACCEPTED] * 2


async def test_how_many_share_a_transaction(
    gatherer: Gatherer, counting: Counting, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No more than so many messages, of so many octets; what one sender tells is never parted."""
    monkeypatch.setattr(gathering, "MOST_MESSAGES", 4)
    envelopes = stories.failed().envelopes
    await told(gatherer, *envelopes[:9])
    assert counting.begun == 3
    monkeypatch.setattr(gathering, "MOST_OCTETS", 250)
    await told(gatherer, *envelopes[9:15])
    assert counting.begun == 6
    assert (await gatherer.record([message(each) for each in envelopes], 10**9)).duplicates == 15
    assert counting.begun == 7


async def test_what_has_come_is_finished(gatherer: Gatherer, counting: Counting) -> None:
    """Closed, it finishes what is under way and what waits."""
    sending = asyncio.create_task(told(gatherer, *stories.failed().envelopes))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    await gatherer.close()
    assert await kept(counting) == len(stories.failed().envelopes)
    assert all(each == ACCEPTED for each in await sending)
