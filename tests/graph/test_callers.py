"""What is whose: rates, sockets, operations, the schema itself, and the names of requests."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any

import httpx
import orjson
import pytest

from domain.permissions import Role, Viewer
from graph.app import application
from graph.authentication.callers import Caller
from graph.clients import Buckets, Sockets
from graph.http import GraphQLView
from models.engine import Database
from models.settings import Settings
from tests.graph.conftest import SCHEMA, Graph
from tests.graph.sockets import EVENTS, Socket, until

TYPENAME = {"query": "{ __typename }"}
NAMED = {"query": "{ __schema { queryType { name } } }"}


class ByName:
    """Bearers who believe whatever name is sent."""

    def cookie(self, _: Any) -> None:
        return None

    async def caller(self, headers: list[str], _cookie: str | None = None) -> Caller:
        name = headers[0].removeprefix("Bearer ")
        return Caller(Viewer(name, frozenset({Role.OPERATOR if name == "joan" else Role.VIEWER})))

    def left(self, _: Caller) -> float:
        return float("inf")


def _view(graph: Graph, buckets: Buckets | None = None, **given: Any) -> GraphQLView:
    context = replace(graph.context, settings=Settings(**given))
    return GraphQLView(SCHEMA, context, ByName(), buckets)  # type: ignore[arg-type]  # as far as it is asked


def _client(view: GraphQLView, address: str = "10.0.0.1") -> httpx.AsyncClient:
    return httpx.AsyncClient(transport=httpx.ASGITransport(view, client=(address, 1)), base_url="http://x")


async def _ask(client: httpx.AsyncClient, name: str, body: Any = TYPENAME) -> httpx.Response:
    return await client.post("/", json=body, headers={"authorization": f"Bearer {name}"})


async def test_a_rate_is_the_caller_s(graph: Graph) -> None:
    """An office behind one address is many callers; one caller at many addresses is one."""
    view = _view(graph, Buckets(0.1, 2))
    async with _client(view) as office, _client(view, "10.0.0.2") as elsewhere:
        assert [(await _ask(office, "ada")).status_code for _ in range(2)] == [200, 200]
        refused = await _ask(elsewhere, "ada")
        assert refused.status_code == 429
        assert 1 <= int(refused.headers["retry-after"]) <= 10
        assert (await _ask(office, "joan")).status_code == 200


def test_an_address_gets_back_what_somebody_known_pays() -> None:
    """No more than it had; who was never seen has nothing to get back."""
    buckets = Buckets(1, 2, lambda: 0.0)
    assert [buckets.wait_for("one") for _ in range(3)] == [0, 0, 1]
    buckets.give_back("one")
    assert [buckets.wait_for("one") for _ in range(2)] == [0, 1]
    for _ in range(5):
        buckets.give_back("one")
    assert [buckets.wait_for("one") for _ in range(3)] == [0, 0, 1]
    buckets.give_back("two")
    assert "two" not in buckets._levels


def test_sockets_are_counted_and_forgotten() -> None:
    """As many as there may be; who has left takes no memory."""
    sockets = Sockets(2)
    assert [sockets.enter("one") for _ in range(3)] == [True, True, False]
    assert sockets.enter("two")
    for name in ("one", "one", "two"):
        sockets.leave(name)
    assert not sockets._open


async def test_an_office_s_failures_are_its_address_s() -> None:
    """Whoever is not known pays by address: the next one there is told to wait before anything is looked at."""
    settings = Settings(rate_limit=0.1, rate_burst=2, oidc_issuer="https://sso.example.com", oidc_client_id="x",
                        role_groups="viewer=*")  # fmt: skip
    app = application(settings, Database("postgresql://nobody@127.0.0.1:1/nothing"))
    transport = httpx.ASGITransport(app=app, client=("10.0.0.1", 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1") as client:
        told = [(await client.post("/graphql", json=TYPENAME)).status_code for _ in range(3)]
    assert told == [401, 401, 429]


async def test_sockets_of_a_caller_and_of_an_address(graph: Graph) -> None:
    """1013 for the caller's next one, 429 for the address's; another caller is not concerned."""
    view = _view(graph, sockets_of_caller=1, sockets_of_address=3)
    first, other, second = Socket(view, "ada"), Socket(view, "joan"), Socket(view, "ada")
    await until(lambda: second.ended is not None and bool(first.sent) and bool(other.sent))
    assert second.ended == (1013, "Too many sockets of ada are open. Close one, or ask again later.")
    await second.close()
    third = Socket(view, "eve")
    await until(lambda: bool(third.sent))
    told: list[Any] = []

    async def send(message: Any) -> None:
        told.append(message)

    scope = {"type": "websocket", "headers": [], "path": "/graphql", "subprotocols": [], "extensions": {}}
    await view(scope, asyncio.Queue().get, send)
    assert told[0]["status"] == 429
    assert b"TOO_MANY_SOCKETS" in told[1]["body"]
    for each in (third, first, other):
        await each.close()
    assert not view.of_callers._open
    assert not view.of_addresses._open
    again = Socket(view, "ada")
    await until(lambda: bool(again.sent))
    await again.close()


async def test_operations_of_a_socket(graph: Graph) -> None:
    """One more than there may be ends with a code, and leaves the others."""
    socket = Socket(_view(graph, operations_of_socket=2), "ada")
    for number in range(3):
        socket.subscribe(EVENTS, named=str(number))
    (refused,) = await socket.answers(1)
    assert (refused["id"], refused["payload"][0]["extensions"]["code"]) == ("2", "TOO_MANY_OPERATIONS")
    await socket.close()


@pytest.mark.parametrize(("setting", "may"), [("known", "ada joan"), ("operator,admin", "joan"), ("nobody", "")])
async def test_who_may_ask_for_the_schema(graph: Graph, setting: str, may: str) -> None:
    """Over HTTP and a socket; whoever may not is not told which name was nearly meant, either."""
    view = _view(graph, introspection=setting)
    async with _client(view) as client:
        for name in ("ada", "joan"):
            allowed = name in may.split()
            told = (await _ask(client, name, NAMED)).json()
            assert ("data" in told) is allowed
            assert allowed or told["errors"][0]["extensions"]["code"] == "INTROSPECTION_REFUSED"
            hinted = (await _ask(client, name, {"query": "{ acounts { totalCount } }"})).text
            assert ("Did you mean" in hinted) is allowed
    socket = Socket(view, "ada")
    socket.subscribe(NAMED["query"])
    (told,) = await socket.answers(1)
    assert (told["type"] == "next") is ("ada" in may)
    await socket.close()


async def test_graphiql_is_there_where_somebody_may_use_it() -> None:
    """Without the schema it is of no use to anybody."""
    for introspection, status in (("known", {200, 503}), ("nobody", {404})):
        app = application(Settings(introspection=introspection), Database("postgresql://nobody@127.0.0.1:1/nothing"))
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
            assert (await client.get("/graphiql")).status_code in status


async def test_the_schema_is_told_the_same_again(graph: Graph) -> None:
    """Remembered, it is the same answer, and still nobody's who may not ask; what has variables is not remembered."""
    document = "query ($no: Boolean!) { __schema { queryType { name @skip(if: $no) } } }"
    async with _client(_view(graph)) as client:
        first, second = [(await _ask(client, "ada", NAMED)).json() for _ in range(2)]
        assert first == second == {"data": {"__schema": {"queryType": {"name": "Query"}}}}
        for no in (True, False, True):
            answer = (await _ask(client, "ada", {"query": document, "variables": {"no": no}})).json()
            assert ("name" in answer["data"]["__schema"]["queryType"]) is not no
    async with _client(_view(graph, introspection="nobody")) as client:
        assert "data" not in (await _ask(client, "ada", NAMED)).json()


async def test_an_error_says_which_request_it_was() -> None:
    """In its extensions and on the answer: the trace's that the client is in, else one that is made up."""
    trace = "4bf92f3577b34da6a3ce929d0e0e4736"
    app = application(Settings(), Database("postgresql://nobody@127.0.0.1:1/nothing"))
    async with httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url="http://127.0.0.1") as client:
        seen = set()
        for parent in ("", "", f"00-{trace}-00f067aa0ba902b7-01", f"00-{'0' * 32}-x"):
            headers = {"traceparent": parent}
            for body in ({"query": "{ nothing }"}, {"query": "{"}, {}, {"documentId": "x"}):
                answer = await client.post("/graphql", json=body, headers=headers)
                named = answer.headers["x-request-id"]
                assert answer.json()["errors"][0]["extensions"]["requestId"] == named
                assert len(named) == 32
                assert (named == trace) is (trace in str(headers))
                seen.add(named)
        assert len(seen) == 13
        assert (await client.get("/healthz")).headers["x-request-id"]
        refused = await client.post("/graphql", json=TYPENAME, headers={"origin": "https://evil.example"})
        assert orjson.loads(refused.content)["errors"][0]["extensions"]["requestId"]
