"""Messages that were set aside: replayed, dismissed, and coming again."""

import asyncio
import json
import random
from collections.abc import Sequence
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes.reading import LARGEST_BODY
from domain.errors import InvalidValue, NotFound, Refused
from intake import batches
from models.engine import Database
from models.recording import waits_in_a_circle
from resolvers import recording as recorder
from resolvers import set_aside
from resolvers.counts import Counts
from resolvers.messages import ANYTHING, Admission, Message
from resolvers.recording import record_envelopes
from resolvers.set_aside import MOST, Replayed, dismiss, replay
from tests import mixed, stories
from tests.resolvers.test_recording import events, rows

pytestmark = pytest.mark.database

STRICT = Admission(now=mixed.BEGIN)
"""By which all of a story's later envelopes are of the future."""


async def given(database: Database, *bodies: object, admission: Admission = ANYTHING) -> list[UUID]:
    """Messages that are set aside, m-0 and on; their keys."""
    messages = [Message(f"m-{number}", body) for number, body in enumerate(bodies)]
    async with database.transaction() as session:
        await record_envelopes(session, messages, admission=admission)
    return [key for (key,) in await rows(database, "select id from set_aside order by message_id")]


async def replayed(database: Database, **chosen: Any) -> Replayed:
    """Replays in a transaction of its own; who waits in a circle with batches is tried again, as its mutation is."""
    for _ in range(3):
        try:
            return await _replayed_once(database, chosen)
        except OperationalError as error:
            if not waits_in_a_circle(error):
                raise
    return await _replayed_once(database, chosen)


async def _replayed_once(database: Database, chosen: dict[str, Any]) -> Replayed:
    async with database.transaction() as session:
        return await replay(session, "ada", **({"admission": ANYTHING} | chosen))


STORY = mixed.pipeline().envelopes[:3]
LATER = [json.dumps(envelope | {"time": "2026-11-23T09:00:00Z"}) for envelope in STORY]


async def test_what_is_understood_now_is_recorded(database: Database) -> None:
    """A message that is good by now is recorded, and stays on record as replayed."""
    keys = await given(database, *LATER, "not JSON", admission=STRICT)
    assert len(keys) == 4
    assert await replayed(database, ids=keys, because="clock was wrong") == Replayed(3, 1, tuple(sorted(keys)))
    assert await rows(database, "select count(*) from envelope") == [(3,)]
    found = await rows(
        database,
        "select message_id, resolution, resolved_by, resolution_reason, tries from set_aside order by message_id",
    )
    done = ("REPLAYED", "ada", "clock was wrong", 1)
    assert found == [*((f"m-{number}", *done) for number in range(3)), ("m-3", None, None, None, 2)]
    told = await events(database, "envelope.replayed")
    assert {each["id"]: each["outcome"] for each in told} == {
        "m-0": "RECORDED",
        "m-1": "RECORDED",
        "m-2": "RECORDED",
        "m-3": "SET_ASIDE",
    }
    assert {each["because"] for each in told} == {"clock was wrong"}


async def test_replays_and_batches_at_the_same_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A replay that goes on message by message takes its turns in another order than a batch; nothing is lost."""

    async def trips(session: AsyncSession, messages: Sequence[Message], *rest: Any) -> Any:
        found = await recorder.record(session, messages, *rest)
        if len(messages) > 1:
            raise KeyError("surprise")
        return found

    told = [json.dumps(each) for number in range(4) for each in _of_pipeline(number)] + _others()
    chance = random.Random(3)
    batch = [Message(f"q-{number}", body) for number, body in enumerate(chance.sample(told, 20))]
    async with database.transaction() as session:
        await recorder.set_aside(session, batch, "later")
    monkeypatch.setattr(set_aside, "record", trips)
    shuffled = [chance.sample(told, len(told)) for _ in range(3)]
    messages = [[Message(f"m-{number}", body) for number, body in enumerate(each)] for each in shuffled]
    batches_ = [batches.record(database, each[at : at + 10], ANYTHING) for each in messages for at in range(0, 40, 10)]
    found, *counts = await asyncio.gather(replayed(database, matching="*"), *batches_)
    assert (found.recorded, found.remaining) == (20, 0)
    assert not any(each.set_aside for each in counts)


def _of_pipeline(number: int) -> list[dict[str, Any]]:
    """What a pipeline of its own tells."""
    story = stories.failed(execution=f"{number:08x}-6a3e-4f0e-9d52-6f8c6c1d2e3f").envelopes[:12]
    told = json.dumps(story).replace("payments", f"payments{number}")
    return [each | {"id": f"{each['id']}-{number}"} for each in json.loads(told)]


def _others() -> list[str]:
    return [json.dumps(each) for each in mixed.others().envelopes]


async def test_the_newest_reason(database: Database) -> None:
    """A message that fails again says why it failed the last time."""
    (key,) = await given(database, LATER[0], admission=STRICT)
    later = Admission(now=mixed.BEGIN.replace(hour=22))
    assert (await replayed(database, ids=[key], admission=later)).remaining == 1
    ((reason, tries),) = await rows(database, "select reason, tries from set_aside")
    assert "2026-11-22T22:00:00+00:00" in reason
    assert tries == 2


async def test_one_that_is_too_large(database: Database) -> None:
    """Cut as it is kept, it is refused for its size again, and not for what the cut has made of it."""
    (key,) = await given(database, json.dumps({"text": "x" * LARGEST_BODY}))
    assert (await replayed(database, ids=[key])).remaining == 1
    ((reason, size),) = await rows(database, "select reason, length(body) from set_aside")
    assert f"a message of at most {LARGEST_BODY:,} characters" in reason
    assert size == LARGEST_BODY + 1


async def test_by_reason(database: Database) -> None:
    """Those whose reason matches a glob, the oldest first, and no more than a transaction takes."""
    await given(database, *(f"not JSON {number}" for number in range(MOST + 5)), LATER[0], admission=STRICT)
    found = await replayed(database, matching="*minutes after it was received*")
    assert (found.recorded, found.remaining) == (1, 0)
    everything = await replayed(database, matching="*")
    assert (everything.recorded, everything.remaining) == (0, MOST)


async def test_one_that_cannot_be_written(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that recording trips over stays set aside with the reason; the others of its replay are recorded."""
    keys = await given(database, *LATER, admission=STRICT)

    async def trips(session: Any, messages: Sequence[Message], *rest: Any) -> Any:
        if any(each.id == "m-1" for each in messages):
            raise KeyError("surprise")
        return await recorder.record(session, messages, *rest)

    monkeypatch.setattr(set_aside, "record", trips)
    assert (await replayed(database, ids=keys)).recorded == 2
    ((message_id, reason),) = await rows(database, "select message_id, reason from set_aside where resolved_at is null")
    assert (message_id, reason) == ("m-1", "It could not be recorded: KeyError: 'surprise'")


async def test_nothing_is_done_of_what_is_refused(database: Database) -> None:
    """A message that is not there, or is resolved already, refuses the whole request; so do too many, or none."""
    first, second = await given(database, *LATER[:2], admission=STRICT)
    await replayed(database, ids=[first])
    refused: list[tuple[type[Exception], dict[str, Any]]] = [
        (NotFound, {"ids": [second, uuid4()]}),
        (Refused, {"ids": [first, second]}),
        (InvalidValue, {"ids": []}),
        (InvalidValue, {"ids": [uuid4() for _ in range(MOST + 1)]}),
        (InvalidValue, {}),
        (InvalidValue, {"ids": [second], "matching": "*"}),
        (InvalidValue, {"matching": ""}),
        (InvalidValue, {"ids": [second], "because": "x" * 501}),
    ]
    for kind, chosen in refused:
        with pytest.raises(kind):
            await replayed(database, **chosen)
    with pytest.raises(InvalidValue):
        async with database.transaction() as session:
            await dismiss(session, "ada", because=" ", ids=[second])
    assert await rows(database, "select count(*) from set_aside where resolved_at is null") == [(1,)]


async def test_dismissed(database: Database) -> None:
    """What does not matter is no longer set aside, says by whom and why, and does not come back with its message."""
    keys = await given(database, "not JSON")
    async with database.transaction() as session:
        assert (await dismiss(session, "ada", because="a test", ids=keys)).rows == tuple(keys)
    assert await events(database, "envelope.dismissed") == [{"id": "m-0", "because": "a test"}]
    async with database.transaction() as session:
        assert await record_envelopes(session, [Message("m-0", "not JSON")]) == Counts(0, 1, 0)
    assert await rows(database, "select resolution from set_aside") == [("DISMISSED",)]


async def test_a_replayed_message_that_comes_again(database: Database) -> None:
    """Set aside anew where it fails again: it was thought to be done with."""
    (key,) = await given(database, LATER[0], admission=STRICT)
    await replayed(database, ids=[key])
    async with database.transaction() as session:
        again = await record_envelopes(session, [Message("m-0", "not JSON")])
    assert again == Counts(0, 0, 1)
    assert await rows(database, "select resolution, tries from set_aside") == [(None, 2)]


async def test_replays_at_the_same_time(database: Database) -> None:
    """Two operators who replay the same messages: one does it, the other is told that it is done."""
    keys = await given(database, *LATER, admission=STRICT)
    outcomes = await asyncio.gather(*(replayed(database, ids=keys) for _ in range(2)), return_exceptions=True)
    assert sorted(type(each).__name__ for each in outcomes) == ["Refused", "Replayed"]
    assert await rows(database, "select count(*) from envelope") == [(3,)]
