"""The doors to the letter of their standards, from the outside, against the running program."""

from __future__ import annotations

import json
import subprocess
from typing import Any

import httpx
import pytest
import websockets

from domain.version import VERSION
from graph.headers import NO_PAGE
from tests.graph.conftest import Door
from tests.service import ROOT

AUDIT = ROOT / "tests" / "graph" / "audit.mjs"
INIT = {"type": "connection_init"}
TYPENAME = {"query": "{ __typename }"}
LASTING = {"query": "subscription { events { cursor } }"}


def test_the_audit_of_graphql_over_http(door: Door) -> None:
    """Every MUST and SHOULD of the standard's own audits; of the MAYs, all but those of GET, which is refused."""
    ran = subprocess.run(["node", str(AUDIT), f"{door.url}/graphql"], capture_output=True, text=True, check=True)
    told = json.loads(ran.stdout)
    assert told["count"] >= 61
    assert all(name.startswith("MAY ") and "GET" in name for _, name, _ in told["unmet"]), told["unmet"]


# --- graphql-transport-ws -------------------------------------------------------------------------------------------


def _subscribe(**changed: Any) -> dict[str, Any]:
    return {"id": "1", "type": "subscribe", "payload": TYPENAME} | changed


def _asked(**changed: Any) -> dict[str, Any]:
    return _subscribe(payload=TYPENAME | changed)


CLOSED: dict[str, tuple[int, list[Any]]] = {
    "no JSON": (4400, ["{"]),
    "nested beyond what is read": (4400, ["[" * 20_000]),
    "half of a surrogate pair": (4400, ['{"type":"ping","payload":{"a":"\\ud800"}}']),
    "bytes": (4400, [b'{"type":"connection_init"}']),
    "no object": (4400, ["[]"]),
    "null": (4400, ["null"]),
    "no type": (4400, [{}]),
    "a type that is no text": (4400, [{"type": []}]),
    "an unknown type": (4400, [{"type": "x" * 500}]),
    "a message of servers": (4400, [INIT, {"type": "next", "id": "1", "payload": {}}]),
    "a payload that is no object": (4400, [INIT | {"payload": None}]),
    "a ping with a number": (4400, [{"type": "ping", "payload": 3}]),
    "a pong with a list": (4400, [{"type": "pong", "payload": []}]),
    "no id": (4400, [INIT, {"type": "subscribe", "payload": TYPENAME}]),
    "an id that is a number": (4400, [INIT, _subscribe(id=3)]),
    "an id that is a list": (4400, [INIT, _subscribe(id=[1])]),
    "an empty id": (4400, [INIT, _subscribe(id="")]),
    "nothing asked": (4400, [INIT, _subscribe(payload=None)]),
    "a question that is a number": (4400, [INIT, _asked(query=3)]),
    "variables that are a list": (4400, [INIT, _asked(variables=[1])]),
    "a name that is an object": (4400, [INIT, _asked(operationName={})]),
    "extensions that are text": (4400, [INIT, _asked(extensions="x")]),
    "an operation that is not there": (4400, [INIT, _asked(operationName="X" * 300)]),
    "complete without an id": (4400, [INIT, {"type": "complete"}]),
    "before it is acknowledged": (4401, [_subscribe()]),
    "an id that is in use": (4409, [INIT, _subscribe(payload=LASTING), _subscribe()]),
    "initialised twice": (4429, [INIT, INIT]),
    "a frame of more than 64 KiB": (1009, [INIT | {"payload": {"x": "x" * 70_000}}]),
}


@pytest.mark.parametrize("what", CLOSED)
async def test_a_frame_that_is_wrong_closes_the_socket(door: Door, what: str) -> None:
    """By the protocol's code, and with a reason."""
    code, frames = CLOSED[what]
    async with _connected(door) as socket:
        for frame in frames:
            await socket.send(frame if isinstance(frame, (str, bytes)) else json.dumps(frame))
        with pytest.raises(websockets.ConnectionClosed):
            await _end(socket)
    assert (socket.close_code, bool(socket.close_reason)) == (code, True)


async def test_what_is_wrong_with_one_operation_leaves_the_others(door: Door) -> None:
    """A document that cannot be read or is not valid ends as an error; pings are answered throughout."""
    async with _connected(door) as socket:
        documents = ["{", "{ nothing }", "query A { __typename } query B { __typename }"]
        await socket.send(json.dumps(INIT))
        await socket.recv()
        for number, document in enumerate(documents):
            await socket.send(json.dumps(_subscribe(id=str(number), payload={"query": document})))
            message = json.loads(await socket.recv())
            assert (message["id"], message["type"]) == (str(number), "error")
        await socket.send(json.dumps({"type": "ping", "payload": {"any": "thing"}}))
        assert json.loads(await socket.recv()) == {"type": "pong"}
        await socket.send(json.dumps({"type": "complete", "id": "not there"}))
        await socket.send(json.dumps(_subscribe()))
        assert json.loads(await socket.recv())["payload"] == {"data": {"__typename": "Query"}}


@pytest.mark.parametrize("protocols", [None, ["graphql-ws"], ["soap"]])
async def test_another_protocol_is_not_spoken(door: Door, protocols: Any) -> None:
    """Neither the older one nor none: 4406."""
    async with websockets.connect(_address(door), subprotocols=protocols) as socket:
        with pytest.raises(websockets.ConnectionClosed):
            await socket.recv()
    assert socket.close_code == 4406


async def _end(socket: Any) -> None:
    while True:
        assert json.loads(await socket.recv())["type"] in ("connection_ack", "pong")


def _address(door: Door) -> str:
    return door.url.replace("http", "ws", 1) + "/graphql"


def _connected(door: Door, **headers: str) -> Any:
    protocols = [websockets.Subprotocol("graphql-transport-ws")]
    return websockets.connect(_address(door), subprotocols=protocols, additional_headers=headers)


# --- headers and origins --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path", ["/", "/graphiql", "/healthz", "/metrics", "/graphql", "/nowhere", "/events", "/assets/x"]
)
def test_every_answer_is_guarded(door: Door, path: str) -> None:
    """Pages and what is none, found or not: never framed or sniffed, no word of the server's."""
    answer = httpx.get(door.url + path)
    headers = answer.headers
    assert "server" not in headers
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["referrer-policy"] == "same-origin"
    assert headers["cross-origin-opener-policy"] == headers["cross-origin-resource-policy"] == "same-origin"
    assert "camera=()" in headers["permissions-policy"]
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert path in ("/", "/graphiql") or headers["content-security-policy"] == NO_PAGE
    assert "strict-transport-security" not in headers, "it is reached without TLS"
    assert "access-control-allow-origin" not in headers


def test_who_is_not_trusted_cannot_say_that_there_is_tls(door: Door) -> None:
    """Nobody's X-Forwarded-Proto is believed, unless INTERLOCK_TRUSTED_PROXIES names them."""
    answer = httpx.get(f"{door.url}/healthz", headers={"x-forwarded-proto": "https"})
    assert "strict-transport-security" not in answer.headers


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({}, 200),
        ({"origin": "own"}, 200),
        ({"origin": "https://evil.example"}, 403),
        ({"origin": "null"}, 403),
        ({"origin": "http://["}, 403),
        ({"origin": "http://127.0.0.1:1"}, 403),
        ({"sec-fetch-site": "cross-site"}, 403),
        ({"sec-fetch-site": "same-origin"}, 200),
    ],
)
async def test_pages_of_others_may_not_ask(door: Door, headers: dict[str, str], status: int) -> None:
    """By a request or a socket: the origin is this one, or there is none."""
    sent = {name: door.url if value == "own" else value for name, value in headers.items()}
    async with httpx.AsyncClient() as client:
        answer = await client.post(f"{door.url}/graphql", json=TYPENAME, headers=sent)
    assert answer.status_code == status, answer.text
    if status == 403:
        assert answer.json()["errors"][0]["extensions"]["code"] == "ORIGIN_REFUSED"
    if "origin" not in sent:
        return
    if status == 200:
        async with _connected(door, **sent) as socket:
            await socket.send(json.dumps(INIT))
            assert json.loads(await socket.recv())["type"] == "connection_ack"
    else:
        with pytest.raises(websockets.InvalidStatus, match="403"):
            await _connected(door, **sent)


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", ""]
)
def test_only_json_is_taken(door: Door, kind: str) -> None:
    """What a form of another site can send without being asked is none of it."""
    answer = httpx.post(f"{door.url}/graphql", content=json.dumps(TYPENAME), headers={"content-type": kind})
    assert answer.status_code == 415


@pytest.mark.parametrize("query", ["{ __typename }", "mutation { setClock(input: {at: null}) { errors { code } } }"])
def test_nothing_is_asked_by_an_address(door: Door, query: str) -> None:
    """GET has no side effects: it has no effects at all."""
    assert httpx.get(f"{door.url}/graphql", params={"query": query}).status_code == 405


def test_the_version_is_told_where_it_is_asked_for(door: Door) -> None:
    """In the document for clients, and in no header."""
    assert httpx.get(f"{door.url}/.well-known/interlock").json()["version"] == VERSION
