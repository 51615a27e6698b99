"""Looking whether anything was committed: what changes the name of a state, who shares a look, and who does without."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import text

from domain.events import EventType, Happening
from models import event_log, lookouts
from models.engine import Database
from models.lookouts import Lookout, State
from tests.proxy import Proxy

pytestmark = pytest.mark.database

QUIET = 50
"""Looks, of which two follow each other without the server's own upkeep writing in between."""


async def quiet(lookout: Lookout) -> State:
    """A state that two looks in a row have found."""
    before = await lookout.look()
    for _ in range(QUIET):
        state = await lookout.look()
        if state is not None and state == before:
            return state
        before = state
    raise AssertionError("somebody writes all the time")


async def test_a_state_lasts_until_something_is_committed(database: Database) -> None:
    """An event, a row without one, and a row of another process: each makes another state; nothing leads back."""
    seen = {await quiet(database.lookout)}

    async def other() -> None:
        state = await database.lookout.look()
        assert state not in seen
        seen.add(await quiet(database.lookout))

    async with database.transaction() as session:
        await event_log.append(session, [Happening(EventType.SERVICE_REGISTERED, "Service", uuid4(), {})], "x")
    await other()
    async with database.transaction() as session:
        await session.execute(text("update region set time_zone = time_zone"))
    await other()
    async with Database(database.url) as elsewhere, elsewhere.transaction() as session:
        await session.execute(text("update region set time_zone = time_zone"))
    await other()


async def test_commits_out_of_order_make_other_states(database: Database) -> None:
    """The older of two transactions is committed last, below what is known already: the state is another."""
    async with Database(database.url) as one, Database(database.url) as two:
        older = one.transaction()
        session = await older.__aenter__()
        await session.execute(text("update region set time_zone = time_zone where name = 'eu-west-1'"))
        async with two.transaction() as other:
            await other.execute(text("update region set time_zone = time_zone where name = 'us-east-1'"))
        between = await quiet(database.lookout)
        await older.__aexit__(None, None, None)
        assert await database.lookout.look() != between


async def test_who_asks_together_shares_a_look(database: Database) -> None:
    """The first has its own, and all who ask meanwhile the next; nobody has one that began before they asked."""
    lookout = database.lookout
    await lookout.look()
    before = lookout.looks
    found = await asyncio.gather(*(lookout.look() for _ in range(20)))
    assert None not in found
    assert lookout.looks - before == 1
    first = asyncio.ensure_future(lookout.look())
    while lookout.looks == before + 1:  # noqa: ASYNC110 - until it has begun
        await asyncio.sleep(0)
    await asyncio.gather(first, *(lookout.look() for _ in range(20)))
    assert lookout.looks - before == 3


async def test_another_connection_finds_another_state(database: Database) -> None:
    """After its backend has ended, as all do at a crash, the same snapshot is another state; none is lost by it."""
    before = await quiet(database.lookout)
    async with database.reading() as connection:
        await connection.execute(text("select pg_terminate_backend(:pid)"), {"pid": before[1]})
    after = await database.lookout.look()
    assert after is not None
    assert after[0] == before[0] + 1


async def test_a_standby_tells_nothing(database: Database) -> None:
    """Its snapshot is of an earlier time; neither is one taken where nothing may be written."""
    async with Database(database.url.update_query_dict({"options": "-c default_transaction_read_only=on"})) as standby:
        assert await standby.lookout.look() is None


async def test_without_an_answer_it_is_done_without(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server that refuses, or says nothing: None, within the bound; once it is back, there are states again."""
    monkeypatch.setattr(lookouts, "LOOK_SECONDS", 0.2)
    monkeypatch.setattr(lookouts, "REST_SECONDS", 0)
    async with Proxy(database.url) as proxy, Database(proxy.url) as behind:
        assert await behind.lookout.look() is not None
        proxy.silence()
        async with asyncio.timeout(5):
            assert await behind.lookout.look() is None
        proxy.accept()
        async with asyncio.timeout(20):
            while await behind.lookout.look() is None:
                pass
