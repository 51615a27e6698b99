"""What the graph answers while its database is away, silent, full, locked, crowded or read-only; and afterwards."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import uuid4

import httpx
import psycopg
import pytest
from sqlalchemy import URL, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from graph import app, planner
from models import connections, engine
from models.engine import Database
from models.faults import unavailable
from models.settings import Settings
from tests.databases import administer
from tests.graph.conftest import Graph
from tests.graph.sockets import Service
from tests.proxy import Proxy

READ = "{ teams { nodes { name } } }"
REGISTER = """mutation ($input: RegisterTeamInput!) {
  registerTeam(input: $input) { team { name } errors { code message } } }"""
BOUND_SECONDS = 20
"""By which the slowest answer is here: a statement's second, a connection's five, and a slow machine."""


class Asking:
    """A service in this process, over a database behind a proxy, and a client of it."""

    def __init__(self, client: httpx.AsyncClient, proxy: Proxy, database: Database) -> None:
        self.client = client
        self.proxy = proxy
        self.database = database

    async def __call__(self, query: str, **variables: Any) -> httpx.Response:
        """The answer to a document, which comes within the bound."""
        async with asyncio.timeout(BOUND_SECONDS):
            return await self.client.post("/graphql", json={"query": query, "variables": variables})

    async def register(self, name: str, key: str | None = None) -> httpx.Response:
        """Registers a team."""
        return await self(REGISTER, input={"name": name, "idempotencyKey": key})

    async def ready(self) -> tuple[int, Any]:
        """What a probe is told."""
        async with asyncio.timeout(BOUND_SECONDS):
            answer = await self.client.get("/readyz")
        return answer.status_code, next(iter(answer.json().values()))

    async def becomes_ready(self) -> None:
        """Returns when the service has recovered by itself."""
        async with asyncio.timeout(BOUND_SECONDS):
            while (await self.ready())[0] != 200:  # noqa: ASYNC110 - a probe looks again and again
                await asyncio.sleep(0.05)

    async def teams(self) -> list[str]:
        """The teams, asked of the service."""
        return sorted(each["name"] for each in (await self(READ)).json()["data"]["teams"]["nodes"])


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """A service that waits for little, for a test of what waits: any other would take a busy machine for an outage."""
    monkeypatch.setattr(connections.BoundedConnection, "patience", 0.5)
    monkeypatch.setattr(engine, "PING_SECONDS", 0.5)
    monkeypatch.setattr(engine, "CONNECT_SECONDS", 2)
    monkeypatch.setattr(engine, "SILENT_SECONDS", 0.2)
    monkeypatch.setattr(engine, "POOL_SECONDS", 0.5)


@pytest.fixture
async def asking(database_url: URL) -> AsyncIterator[Asking]:
    """A service whose database is reached through the proxy."""
    async with Proxy(database_url) as proxy, _opened(proxy.url, proxy) as opened:
        yield opened


@asynccontextmanager
async def _opened(url: URL, proxy: Proxy) -> AsyncIterator[Asking]:
    async with Database(url, pool_size=2, statement_seconds=1) as database:
        application = app.application(Settings(), database)
        async with application.router.lifespan_context(application):
            transport = httpx.ASGITransport(application)
            async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
                yield Asking(client, proxy, database)


def is_unavailable(answer: httpx.Response, says: str) -> None:
    """503, when to ask again, and a code with a sentence."""
    errors = answer.json()["errors"]
    assert (answer.status_code, answer.headers["retry-after"]) == (503, "5"), answer.text
    assert {error["extensions"]["code"] for error in errors} == {"UNAVAILABLE"}
    assert says in errors[0]["message"]
    assert "idempotencyKey" in errors[0]["extensions"]["remedy"]


async def test_the_database_is_cut_off_and_back(asking: Asking) -> None:
    """Reads and changes are answered by 503; the probe says it, the process lives; then everything is as before."""
    assert (await asking.register("before")).status_code == 200
    asking.proxy.refuse()
    for answer in (await asking(READ), await asking.register("meanwhile")):
        is_unavailable(answer, "cannot be reached")
    assert await asking.ready() == (503, "The database cannot be reached.")
    assert (await asking.client.get("/healthz")).status_code == 200
    asking.proxy.accept()
    await asking.becomes_ready()
    assert await asking.teams() == ["before"]


async def test_connections_are_reset(asking: Asking) -> None:
    """A pool whose every connection was reset answers the next request as if nothing had been."""
    assert (await asking.register("before")).status_code == 200
    asking.proxy.reset()
    assert await asking.teams() == ["before"]
    assert (await asking.register("after")).status_code == 200


@pytest.mark.usefixtures("impatient")
async def test_the_database_says_nothing(asking: Asking) -> None:
    """Neither refused nor closed, and no byte comes: every request has its answer, and the probe a bounded one."""
    assert (await asking.register("before")).status_code == 200
    asking.proxy.silence()
    for answer in await asyncio.gather(*(asking(READ) for _ in range(3)), asking.register("meanwhile")):
        is_unavailable(answer, "")
    assert (await asking.ready())[0] == 503
    asking.proxy.accept()
    await asking.becomes_ready()
    assert await asking.teams() in (["before"], ["before", "meanwhile"])


async def test_a_slow_way_is_only_slow(asking: Asking) -> None:
    """A delay in each direction delays, and nothing else."""
    asking.proxy.delay = 0.02
    assert (await asking.register("slowly")).status_code == 200
    assert await asking.teams() == ["slowly"]


async def test_an_answer_that_is_lost_at_the_commit(asking: Asking) -> None:
    """The connection dies while the change is committed: 503; the same key again, and it was done once."""
    assert (await asking.register("before")).status_code == 200
    asking.proxy.cut_at = b"COMMIT"
    is_unavailable(await asking.register("doubtful", key="once"), "cannot be reached")
    assert asking.proxy.cut_at is None
    again = await asking.register("doubtful", key="once")
    assert (again.status_code, again.json()["data"]["registerTeam"]["errors"]) == (200, [])
    assert await asking.teams() == ["before", "doubtful"]
    async with asking.database.reading() as connection:
        changes = await connection.scalar(text("select count(*) from change where idempotency_key = 'once'"))
        events = await connection.scalar(text("select count(*) from event where payload->>'name' = 'doubtful'"))
    assert (changes, events) == (1, 1)


async def test_a_lock_that_is_not_given_back(asking: Asking, database_url: URL) -> None:
    """Who waits for a lock is answered when its time is over; readers are not held up; then it goes on."""
    with psycopg.connect(database_url.set(drivername="postgresql").render_as_string(hide_password=False)) as other:
        other.execute("lock table event in exclusive mode")
        is_unavailable(await asking.register("waits"), "")
        assert await asking.teams() == []
    assert (await asking.register("waits")).status_code == 200


@pytest.mark.usefixtures("impatient")
async def test_all_connections_of_the_pool_are_in_use(asking: Asking) -> None:
    """Who gets none in time is told so, and the next one is answered."""
    async with AsyncExitStack() as taken:
        for _ in range(4):
            await taken.enter_async_context(asking.database.reading())
        is_unavailable(await asking.register("waits"), "are in use")
        assert await asking.teams() == []
        for _ in range(2):
            await taken.enter_async_context(asking.database.direct.room)
        is_unavailable(await asking(f"# not what is kept\n{READ}"), "are in use")
    assert await asking.teams() == []


async def test_the_server_takes_no_more_connections(asking: Asking, database_url: URL) -> None:
    """Who is refused a connection is told that the database cannot be reached: the service's pool waits for it."""
    role = f"crowded_{database_url.database}"
    administer(database_url, f"create role {role} login connection limit 0")
    try:
        async with Database(asking.proxy.url.set(username=role)) as crowded:
            with pytest.raises(OperationalError, match="too many connections") as raised:
                await crowded.reads.connect().__aenter__()
    finally:
        administer(database_url, f"drop role {role}")
    assert unavailable(raised.value) == "The database cannot be reached."


@pytest.mark.parametrize(
    ("state", "says"), [("53100", "disk"), ("53200", "resource"), ("25006", "read-only"), ("57P01", "ended")]
)
async def test_what_the_server_refuses(asking: Asking, state: str, says: str) -> None:
    """A full disk, no memory, a standby, a server that stops: nothing is written, and it is said."""
    async with asking.database.transaction() as session:
        await session.execute(
            text(f"""create function refuse() returns trigger language plpgsql as
                     $$ begin raise exception 'refused' using errcode = '{state}'; end $$""")
        )
        await session.execute(text("create trigger refuse before insert on event execute function refuse()"))
    is_unavailable(await asking.register("refused"), says)
    async with asking.database.transaction() as session:
        assert await session.scalar(text("select count(*) from team")) == 0
        await session.execute(text("drop trigger refuse on event"))
    assert (await asking.register("taken")).status_code == 200


async def test_a_server_that_has_become_a_standby(asking: Asking, database_url: URL) -> None:
    """The probe says that nothing can be written, and connections to it are left: a new one is looked for."""
    assert await asking.ready() == (200, "ok")
    administer(database_url, f"alter database {database_url.database} set default_transaction_read_only = on")
    asking.proxy.reset()
    assert await asking.ready() == (503, "read-only")
    is_unavailable(await asking.register("refused"), "read-only")
    administer(database_url, f"alter database {database_url.database} reset default_transaction_read_only")
    await asking.becomes_ready()
    assert (await asking.register("taken")).status_code == 200


async def test_ended_backends(asking: Asking, database_url: URL) -> None:
    """Backends that are terminated, the feed's too, cost nothing that is noticed after it."""
    await asking.register("before")
    administer(
        database_url,
        f"select pg_terminate_backend(pid, 5000) from pg_stat_activity where datname = '{database_url.database}'",
    )
    assert await asking.teams() == ["before"]
    assert (await asking.register("after")).status_code == 200


async def test_an_event_waits_for_the_database(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """A subscription whose event cannot be read reads it again: the result is whole, and comes once."""
    read, left = planner.row, [1, 2]

    async def away_at_first(*given: Any) -> Any:
        if left:
            left.pop()
            raise OperationalError("select", {}, psycopg.OperationalError("gone"))
        return await read(*given)

    service = Service(graph)
    socket = service.socket()
    socket.subscribe()
    await service.follow(1, members=1)
    monkeypatch.setattr(planner, "row", away_at_first)
    await service.happen(1, 2)
    assert await socket.numbers(2) == [1, 2]
    assert left == []
    await socket.close()


def test_what_trying_again_does_not_help() -> None:
    """A mistake is none of these; what has no code of PostgreSQL's is judged by its kind."""
    assert unavailable(IntegrityError("insert", {}, psycopg.errors.UniqueViolation())) is None
    assert unavailable(ValueError("no")) is None
    assert unavailable(None) is None
    assert unavailable(PoolTimeout()) is not None
    assert unavailable(psycopg.OperationalError("gone")) == "The database cannot be reached."
    lost = DBAPIError("select", {}, psycopg.Error("gone"), connection_invalidated=True)
    assert unavailable(lost) == "The database cannot be reached."


async def test_a_mistake_is_no_outage(asking: Asking) -> None:
    """A document that is wrong is answered as ever."""
    answer = await asking("{ nothing }")
    assert "retry-after" not in answer.headers
    assert answer.status_code == 200
    assert uuid4().hex not in answer.text
