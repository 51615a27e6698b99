"""An operation's time, and whoever leaves: what was begun for them is stopped, in PostgreSQL too."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from graph.deadlines import Abandoned, DeadlineExceeded, within
from graph.http import GraphQLView
from models.engine import Database
from models.tables import Account
from tests.graph.conftest import SCHEMA, Graph
from tests.graph.sockets import Socket, until
from tests.graph.test_streams import Reader

COUNT = "{ accounts { totalCount } }"
REGISTER = 'mutation { registerAccount(input: {awsId: "111111111111", name: "one"}) { errors { message } } }'
WAITING = text(
    "select count(*) from pg_stat_activity where datname = current_database() and wait_event_type = 'Lock'"
    " and pid <> pg_backend_pid()"
)


class Locked:
    """A database whose accounts are locked by somebody else, and how many statements wait for that."""

    def __init__(self, url: Any) -> None:
        self._database = Database(url)

    async def __aenter__(self) -> Locked:
        self._holding = self._database.transaction()
        self._session = await self._holding.__aenter__()
        await self._session.execute(text(f"lock table {Account.__tablename__} in access exclusive mode"))
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._holding.__aexit__(None, None, None)
        await self._database.close()

    async def waiting(self) -> int:
        async with self._database.reading() as connection:
            return int(await connection.scalar(WAITING) or 0)

    async def comes_to(self, count: int) -> None:
        async with asyncio.timeout(20):
            while await self.waiting() != count:  # noqa: ASYNC110 - another server counts them
                await asyncio.sleep(0.01)


def _view(graph: Graph, seconds: float) -> GraphQLView:
    view = GraphQLView(SCHEMA, graph.context)
    view.seconds = seconds
    return view


@pytest.mark.parametrize("document", [COUNT, REGISTER])
async def test_a_deadline_ends_the_statement(graph: Graph, document: str) -> None:
    """504 and a code; PostgreSQL has stopped it before the lock is given back, and the next question is answered."""
    async with Locked(graph.context.database.url) as locked:
        transport = httpx.ASGITransport(_view(graph, 0.3))
        async with httpx.AsyncClient(transport=transport, base_url="http://x") as client:
            answer = await client.post("/", json={"query": document})
        assert (answer.status_code, answer.json()["errors"][0]["extensions"]["code"]) == (504, "DEADLINE_EXCEEDED")
        assert await locked.waiting() == 0
    assert (await graph("{ accounts { totalCount } }"))["accounts"]["totalCount"] == 0


async def test_a_socket_s_operation_has_its_time(graph: Graph) -> None:
    """An error ends it; what the client completes itself is stopped at once."""
    async with Locked(graph.context.database.url) as locked:
        view = _view(graph, 0.3)
        socket = Socket(view)
        socket.subscribe(COUNT)
        (told,) = await socket.answers(1)
        assert (told["type"], told["payload"][0]["extensions"]["code"]) == ("error", "DEADLINE_EXCEEDED")
        await locked.comes_to(0)
        view.seconds = 60
        socket.subscribe(COUNT, named="2")
        await locked.comes_to(1)
        socket.tell("complete", id="2")
        await locked.comes_to(0)
        await socket.close()


async def test_a_stream_s_question_has_its_time(graph: Graph) -> None:
    """One event with the error, then the end."""
    async with Locked(graph.context.database.url) as locked:
        reader = Reader(_view(graph, 0.3), {"query": COUNT})
        await until(lambda: reader.over)
        assert "DEADLINE_EXCEEDED" in reader.events()[0]["data"]
        await locked.comes_to(0)
        reader.gone.set()
        await reader.task


async def test_who_leaves_is_not_worked_for(graph: Graph) -> None:
    """A question is stopped; a change that was begun is finished."""
    async with Locked(graph.context.database.url) as locked:
        view = _view(graph, 60)
        question = Reader(view, {"query": COUNT}, accept="*/*")
        change = Reader(view, {"query": REGISTER}, accept="*/*")
        await locked.comes_to(2)
        for each in (question, change):
            each.gone.set()
        await question.task
        assert not question.text
        await locked.comes_to(1)
    await change.task
    assert orjson.loads(change.text) == {"data": {"registerAccount": {"errors": []}}}
    assert (await graph("{ accounts { totalCount } }"))["accounts"]["totalCount"] == 1


async def test_what_is_cancelled_is_over_when_it_is_told() -> None:
    """The work has ended, whichever way; an answer in time is the answer, and its failure its failure."""
    ended = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    with pytest.raises(DeadlineExceeded):
        await within(0.01, work(), None)
    assert ended.is_set()
    with pytest.raises(Abandoned):
        await within(60, work(), asyncio.sleep(0))
    assert await within(60, asyncio.sleep(0, "done"), asyncio.Event().wait()) == "done"

    async def fails() -> None:
        raise ValueError("as it was")

    with pytest.raises(ValueError, match="as it was"):
        await within(60, fails(), None)
