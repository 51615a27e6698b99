"""How often a client may ask, whose pages may, and what is said where there is TLS: without a network."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

import httpx
import orjson
import pytest
from sqlalchemy import text

from graph.app import application
from graph.clients import MOST_CLIENTS, Buckets, client_of
from graph.http import GraphQLView
from models.engine import Database
from models.settings import Settings
from models.tables import Account
from tests.graph.conftest import SCHEMA, Graph
from tests.graph.sockets import Socket, until

TYPENAME = {"query": "{ __typename }"}


def _client(database: Database | None = None, address: str = "10.0.0.1", **given: Any) -> httpx.AsyncClient:
    """A client of the service, at an address, without a lifespan: nothing is asked of the database."""
    app = application(Settings(**given), database or Database("postgresql://nobody@127.0.0.1:1/nothing"))
    transport = httpx.ASGITransport(app=app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1")


def test_a_bucket_fills_again() -> None:
    """A burst at once, then as many as the rate; each client has its own."""
    now = [0.0]
    buckets = Buckets(0.5, 3, lambda: now[0])
    assert [buckets.wait_for("one") for _ in range(4)] == [0, 0, 0, 2]
    assert buckets.wait_for("two") == 0
    now[0] = 2.0
    assert [buckets.wait_for("one") for _ in range(2)] == [0, 2]
    now[0] = 1_000.0
    assert [buckets.wait_for("one") for _ in range(4)] == [0, 0, 0, 2]


def test_clients_are_forgotten_not_collected() -> None:
    """Addresses without end take no memory without end."""
    buckets = Buckets(1, 1, lambda: 0.0)
    for number in range(MOST_CLIENTS + 10):
        buckets.wait_for(str(number))
    assert len(buckets._levels) == MOST_CLIENTS
    assert all(Buckets(0, 1).wait_for("x") == 0 for _ in range(10)), "without a rate, nothing is counted"


def test_a_site_s_network_is_one_client() -> None:
    """Who has 2^64 addresses of IPv6 has one bucket."""
    one, two, other = (
        client_of({"type": "http", "client": (host, 1)})
        for host in ("2001:db8::1", "2001:db8::ffff:2", "2001:db8:0:1::1")
    )
    assert one == two != other
    assert client_of({"type": "http", "client": None}) == "a socket"


async def test_who_asks_too_often_is_told_when_to_ask_again() -> None:
    """429 with Retry-After and a code; health is always told; another address is another client."""
    async with _client(rate_limit=0.1, rate_burst=2) as client:
        answers = [await client.post("/graphql", json=TYPENAME) for _ in range(3)]
        assert [each.status_code for each in answers] == [200, 200, 429]
        assert 1 <= int(answers[2].headers["retry-after"]) <= 10
        assert answers[2].json()["errors"][0]["extensions"]["code"] == "RATE_LIMITED"
        assert answers[2].headers["x-content-type-options"] == "nosniff"
        assert (await client.get("/healthz")).status_code == 200
        assert (await client.get("/metrics")).status_code == 429


async def test_operations_of_a_socket_are_counted(graph: Graph) -> None:
    """One socket is no way around: each operation takes from the bucket of its client."""
    socket = Socket(GraphQLView(SCHEMA, graph.context, buckets=Buckets(0.1, 2)))
    for number in range(3):
        socket.subscribe("{ __typename }", named=str(number))
    await until(lambda: len(socket.sent) > 5)
    refused = [each for each in map(orjson.loads, socket.sent) if each["type"] == "error"]
    assert [each["payload"][0]["extensions"]["code"] for each in refused] == ["RATE_LIMITED"]
    await socket.close()


async def test_a_socket_that_says_nothing_is_let_go(graph: Graph) -> None:
    """4408, when it was not initialised in time."""
    view = GraphQLView(SCHEMA, graph.context)
    view.connection_init_wait_timeout = timedelta(0)
    sent: list[Any] = []
    closed = asyncio.Event()

    async def receive() -> Any:
        if not sent:
            return {"type": "websocket.connect"}
        await closed.wait()
        return {"type": "websocket.disconnect", "code": 4408}

    async def send(message: Any) -> None:
        sent.append(message)
        if message["type"] == "websocket.close":
            closed.set()

    scope = {"type": "websocket", "subprotocols": ["graphql-transport-ws"], "headers": [], "path": "/graphql"}
    await asyncio.wait_for(view(scope, receive, send), 20)
    assert sent[-1]["code"] == 4408


async def test_origins_that_are_allowed(monkeypatch: pytest.MonkeyPatch) -> None:
    """A portal's pages may ask where the setting names it; nobody else's, and the service's public ones always."""
    monkeypatch.setenv("INTERLOCK_ALLOWED_ORIGINS", "https://portal.example.com, http://127.0.0.1:5173/")
    allowed = Settings().allowed_origins  # type: ignore[call-arg]
    assert allowed == "https://portal.example.com http://127.0.0.1:5173"
    async with _client(public_url="https://interlock.example.com") as client:
        for origin, status in (
            ("https://portal.example.com", 200),
            ("http://127.0.0.1:5173", 200),
            ("https://interlock.example.com", 200),
            ("https://portal.example.com.evil.example", 403),
        ):
            answer = await client.post("/graphql", json=TYPENAME, headers={"origin": origin})
            assert answer.status_code == status, origin
            assert answer.headers.get("access-control-allow-origin", origin) == origin
        asked = {"access-control-request-method": "POST", "access-control-request-headers": "content-type"}
        before = await client.options("/graphql", headers={"origin": "https://portal.example.com", **asked})
        assert before.headers["access-control-allow-origin"] == "https://portal.example.com"
        refused = await client.options("/graphql", headers={"origin": "https://evil.example", **asked})
        assert "access-control-allow-origin" not in refused.headers


async def test_tls_is_asked_for_where_there_is_tls() -> None:
    """HSTS: where the public address is one of https, or a proxy that is trusted has said so."""
    async with _client(public_url="https://interlock.example.com") as client:
        assert (await client.get("/healthz")).headers["strict-transport-security"].startswith("max-age=")
    async with _client() as client:
        assert "strict-transport-security" not in (await client.get("/healthz")).headers
        assert "strict-transport-security" in (await client.get("https://127.0.0.1/healthz")).headers


async def test_a_statement_that_takes_too_long_is_told(graph: Graph) -> None:
    """PostgreSQL stops it, and the answer says so by a code: nothing is left running, and nothing is INTERNAL."""
    await graph("{ accounts { totalCount } }")
    database = graph.context.database.whole
    async with database.transaction() as session:
        await session.execute(text(f"lock table {Account.__tablename__} in access exclusive mode"))
        await database.direct._idle[0][0].execute("set statement_timeout = '50ms'")
        result = await graph.result("{ accounts { totalCount } }")  # on that connection: it is the only one
    assert result.errors[0].extensions["code"] == "UNAVAILABLE"
    assert "took too long" in result.errors[0].message
