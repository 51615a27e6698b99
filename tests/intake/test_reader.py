"""Reading a queue that is here, into a database that is real."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from sqlalchemy import func, select, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes import State
from domain.envelopes.reported import Report, envelope_of
from intake import batches, reader
from intake.backoff import Backoff
from intake.queue import ReceivedMessage
from models.engine import Database
from models.settings import Settings
from models.tables import Envelope, SetAside
from resolvers.messages import Message
from resolvers.recording import record_each
from tests import stories

pytestmark = pytest.mark.database

SETTINGS = Settings()


def message(number: int, body: str) -> ReceivedMessage:
    """A message whose id and receipt follow from its number."""
    return ReceivedMessage(f"m-{number}", f"r-{number}", body)


class FakeQueue:
    """A queue in memory, which orders to stop when it is empty. failures: raised by the first requests."""

    url = "http://127.0.0.1:1/queue"

    def __init__(self, bodies: Sequence[str], stop: asyncio.Event) -> None:
        self.visible = [message(number, body) for number, body in enumerate(bodies)]
        self.hidden: dict[str, ReceivedMessage] = {}
        self.given_back: list[str] = []
        self.failures: list[Exception] = []
        self.closed = False
        self._stop = stop

    async def receive(self) -> list[ReceivedMessage]:
        if self.failures:
            raise self.failures.pop()
        batch, self.visible = self.visible[:10], self.visible[10:]
        self.hidden |= {each.receipt: each for each in batch}
        if not batch:
            self._stop.set()
        return batch

    async def delete(self, messages: Sequence[ReceivedMessage]) -> int:
        for each in messages:
            del self.hidden[each.receipt]
        return 0

    async def give_back(self, messages: Sequence[ReceivedMessage]) -> None:
        self.given_back += [each.id for each in messages]

    def close(self) -> None:
        self.closed = True


class Flaky(Database):
    """A database whose next transactions fail at their commit, as one does that goes away."""

    failures = 0

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncSession]:
        async with super().transaction() as session:
            yield session
            if self.failures:
                self.failures -= 1
                raise OperationalError("commit", {}, ConnectionResetError("gone"))


class Reading:
    """Runs intake over a queue in memory until it is empty."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.stop = asyncio.Event()
        self._monkeypatch = monkeypatch
        monkeypatch.setattr(reader, "Backoff", partial(Backoff, first=0.001, most=0.001))

    def over(self, *bodies: str) -> FakeQueue:
        queue = FakeQueue(bodies, self.stop)
        self._monkeypatch.setattr(reader, "Queue", lambda _url, _wait: queue)
        return queue

    async def run(self, database: Database) -> None:
        await reader.run(database, SETTINGS, FakeQueue.url, self.stop)


@pytest.fixture
def reading(monkeypatch: pytest.MonkeyPatch) -> Reading:
    """Intake with a queue in memory and short waits."""
    return Reading(monkeypatch)


async def count(database: Database, table: type[Any]) -> int:
    """How many rows a table has."""
    async with database.reading() as connection:
        return int((await connection.execute(select(func.count()).select_from(table))).scalar_one())


def told(*envelopes: dict[str, Any]) -> list[str]:
    """Envelopes as the bodies of messages."""
    return [json.dumps(envelope) for envelope in envelopes]


async def test_a_queue_is_read_to_its_end(database: Database, reading: Reading) -> None:
    """Every message is recorded and deleted, ten at a time, and the connections are closed."""
    story = stories.retried()
    queue = reading.over(*told(*story.envelopes))
    await reading.run(database)
    assert await count(database, Envelope) == len(story.envelopes)
    assert (queue.hidden, queue.given_back, queue.closed) == ({}, [], True)


async def test_deleted_only_after_the_commit(
    database: Database, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When a message is deleted, others can already see what it told."""
    queue = reading.over(*told(*stories.failed().envelopes[:3]))
    seen = []

    async def look(_messages: Sequence[ReceivedMessage]) -> int:
        seen.append(await count(database, Envelope))
        return 0

    monkeypatch.setattr(queue, "delete", look)
    await reading.run(database)
    assert seen == [3]


async def test_the_database_goes_away(database: Database, reading: Reading) -> None:
    """A batch whose transaction fails is kept in hand, tried again, recorded once, and only then deleted."""
    flaky = Flaky(database.url, pool_size=2)
    flaky.failures = 3
    queue = reading.over(*told(*stories.failed().envelopes))
    async with flaky:
        await reading.run(flaky)
    assert flaky.failures == 0
    assert await count(database, Envelope) == len(stories.failed().envelopes)
    assert await count(database, SetAside) == 0
    assert queue.hidden == {}


async def test_stopped_while_the_database_is_away(database: Database, reading: Reading) -> None:
    """A batch that cannot be recorded before the order to stop is not deleted: it is given back."""
    flaky = Flaky(database.url, pool_size=2)
    flaky.failures = 1000
    queue = reading.over(*told(*stories.failed().envelopes[:2]))
    reading.stop.set()
    async with flaky:
        await reader._finish(flaky, SETTINGS, queue, await queue.receive(), Backoff(reading.stop))  # type: ignore[arg-type]
    assert (queue.given_back, list(queue.hidden)) == (["m-0", "m-1"], ["r-0", "r-1"])
    assert await count(database, Envelope) == 0


async def test_poison_in_a_batch(database: Database, reading: Reading) -> None:
    """A body that is no envelope is set aside under its message's id; the others of its batch are recorded."""
    bodies = told(*stories.failed().envelopes[:4])
    queue = reading.over("not JSON", *bodies)
    await reading.run(database)
    assert (await count(database, Envelope), await count(database, SetAside)) == (4, 1)
    async with database.reading() as connection:
        assert (await connection.execute(select(SetAside.message_id))).scalar_one() == "m-0"
    assert queue.hidden == {}


async def test_a_message_that_cannot_be_written(
    database: Database, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A message that recording trips over is set aside by itself, with the reason; the others are recorded."""

    async def trips(session: AsyncSession, messages: Sequence[Message], *rest: Any) -> Any:
        if any(each.id == "m-1" for each in messages):
            raise KeyError("surprise")
        return await record_each(session, messages, *rest)

    monkeypatch.setattr(batches, "record_each", trips)
    queue = reading.over(*told(*stories.failed().envelopes[:4]))
    await reading.run(database)
    assert await count(database, Envelope) == 3
    async with database.reading() as connection:
        kept = (await connection.execute(select(SetAside.message_id, SetAside.reason))).all()
    assert [tuple(row) for row in kept] == [("m-1", "It could not be recorded: KeyError: 'surprise'")]
    assert queue.hidden == {}


async def test_the_queue_is_away(database: Database, reading: Reading) -> None:
    """Requests that fail are made again, and nothing is lost."""
    queue = reading.over(*told(*stories.failed().envelopes[:2]))
    queue.failures = [EndpointConnectionError(endpoint_url=queue.url) for _ in range(3)]
    await reading.run(database)
    assert await count(database, Envelope) == 2


async def test_deleting_fails(database: Database, reading: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that could not be deleted comes again, and changes nothing."""
    envelope = told(stories.failed().envelopes[0])
    queue = reading.over(*envelope, *envelope)

    async def fails(_messages: Sequence[ReceivedMessage]) -> int:
        raise EndpointConnectionError(endpoint_url=queue.url)

    monkeypatch.setattr(queue, "delete", fails)
    await reading.run(database)
    assert await count(database, Envelope) == 1


async def test_a_batch_that_lasts_too_long(
    database: Database, reading: Reading, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is not tried for ever: its messages are recorded one by one."""

    async def lasts(session: AsyncSession, messages: Sequence[Message], *rest: Any) -> Any:
        if len(messages) > 1:
            await session.execute(text("set local statement_timeout = 1"))
            await session.execute(text("select pg_sleep(60)"))
        return await record_each(session, messages, *rest)

    monkeypatch.setattr(batches, "record_each", lasts)
    queue = reading.over("not JSON", *told(*stories.failed().envelopes[:4]))
    await reading.run(database)
    assert (await count(database, Envelope), await count(database, SetAside)) == (4, 1)
    assert queue.hidden == {}


async def test_envelopes_of_our_own_sources_are_forged(database: Database, reading: Reading) -> None:
    """The service alone makes them, from what a mutation says and from what AWS answers; the queue brings none."""
    reported = envelope_of(Report("gitlab", "deploy", "acme/payments", "77", State.STARTED, stories.BEGIN))
    polled = stories.failed().envelopes[0] | {"source": "interlock.poll"}
    reading.over(*told(reported, polled))
    await reading.run(database)
    async with database.reading() as connection:
        reasons = (await connection.execute(select(SetAside.reason))).scalars().all()
    assert len(reasons) == 2
    assert all("reportExecution" in reason for reason in reasons)
    assert await count(database, Envelope) == 0
