"""Bad inputs by the thousand, to the running program: no 5xx, nothing of its inside in an answer, and it lives on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import httpx
import orjson
import pytest
import websockets
from hypothesis import given
from hypothesis import strategies as st

from tests.graph.conftest import SCHEMA, Door
from tests.graph.fuzzing import EXAMPLES, FUZZ, INSIDE, JSON, STATUSES, TEXT, documents

GRAPH = SCHEMA._schema
HEADERS = st.dictionaries(
    st.sampled_from(["accept", "accept-encoding", "content-type", "origin", "host", "user-agent", "authorization",
                     "x-forwarded-for", "x-forwarded-proto", "content-encoding", "sec-fetch-site", "if-none-match"]),
    st.one_of(
        st.text(st.characters(min_codepoint=32, max_codepoint=126), max_size=40).map(str.strip),
        st.sampled_from(["application/json", "application/json; charset=x", "multipart/form-data", "null", "gzip"]),
    ),
    max_size=4,
)  # fmt: skip
PLACES = ["/graphql", "/events", "/", "/graphiql", "/assets/x", "/healthz", "/readyz", "/.well-known/interlock", "/x"]
MOST_GROWN = 60 * 1024
"""KiB that the process may have grown by after the first thousand inputs: caches of 256 documents fill meanwhile."""


def _told_nothing(answer: httpx.Response) -> None:
    assert answer.status_code in STATUSES, (answer.status_code, answer.request.content[:2000])
    found = INSIDE.search(answer.text)
    assert found is None, (found, answer.request.content[:4000], answer.text[:1000])


@pytest.fixture(scope="module")
def client(door: Door) -> Any:
    """One connection for all."""
    with httpx.Client(base_url=door.url, timeout=60) as made:
        yield made


def test_documents_made_from_the_schema(client: httpx.Client) -> None:
    """Whatever is asked is answered, or refused in words."""

    @FUZZ
    @given(documents(GRAPH))
    def run(document: str) -> None:
        _told_nothing(client.post("/graphql", content=orjson.dumps({"query": document}),
                                  headers={"content-type": "application/json"}))  # fmt: skip

    run()


def test_bodies_and_headers(client: httpx.Client) -> None:
    """Bytes, JSON of every shape and headers of every kind, at every door."""
    parameters = st.fixed_dictionaries(
        {}, optional={"query": st.one_of(TEXT, st.just("{ __typename }")), "variables": JSON, "operationName": JSON}
    )
    bodies = st.one_of(st.binary(max_size=60), JSON.map(_encoded), parameters.map(_encoded))
    methods = st.sampled_from(["POST"] * 4 + ["GET", "HEAD", "PUT", "OPTIONS", "DELETE", "PATCH"])

    @FUZZ
    @given(st.sampled_from(PLACES), methods, HEADERS, bodies)
    def run(place: str, method: str, headers: dict[str, str], body: bytes) -> None:
        given_headers = {"content-type": "application/json"} | headers
        answer = client.request(method, place, headers=given_headers, content=body)
        if place in ("/", "/graphiql") and answer.status_code == 503:
            return  # the console is not built here
        _told_nothing(answer)

    run()


def _encoded(value: Any) -> bytes:
    try:
        return orjson.dumps(value)
    except TypeError:  # an integer of more than 64 bits, or half of a surrogate pair
        return repr(value).encode(errors="replace")


def test_frames_of_sockets(door: Door) -> None:
    """A socket is answered, or closed by one of the protocol's codes."""
    message = st.fixed_dictionaries(
        {"type": st.sampled_from(["connection_init", "subscribe", "complete", "ping", "pong", "next", ""])},
        optional={
            "id": st.one_of(TEXT, JSON),
            "payload": st.one_of(JSON, documents(GRAPH).map(lambda q: {"query": q})),
        },
    )
    frame = st.one_of(message.map(_encoded), JSON.map(_encoded), st.binary(max_size=30))
    first = st.just(b'{"type":"connection_init"}')

    @FUZZ
    @given(st.booleans(), first, st.lists(frame, max_size=5), st.booleans())
    def run(initialised: bool, beginning: bytes, frames: list[bytes], binary: bool) -> None:
        asyncio.run(_spoken(door, [beginning, *frames] if initialised else frames, binary=binary))

    run()


async def _spoken(door: Door, frames: list[bytes], *, binary: bool) -> None:
    address = door.url.replace("http", "ws", 1) + "/graphql"
    async with websockets.connect(address, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
        try:
            for number, frame in enumerate(frames):
                await socket.send(frame if binary and number else frame.decode(errors="replace"))
            await socket.send('{"type":"ping"}')
            while '"pong"' not in (told := str(await asyncio.wait_for(socket.recv(), 30))):
                assert INSIDE.search(told) is None, (told[:1000], frames)
        except websockets.ConnectionClosed:
            pass  # by which code is looked at below
    assert socket.close_code in (1000, 4400, 4401, 4409, 4429), (socket.close_code, frames)


def test_the_process_lives_and_does_not_grow(door: Door, client: httpx.Client) -> None:
    """The same thousand inputs again take no more memory: nothing of a refused input is kept."""
    rounds = max(2, EXAMPLES // 20)
    for _ in range(2):
        _knock(client, rounds)
    before = _resident(door)
    for _ in range(2):
        _knock(client, rounds)
    assert _resident(door) - before < MOST_GROWN
    assert client.get("/readyz").json() == {"database": "ok"}


def _knock(client: httpx.Client, rounds: int) -> None:
    for number in range(rounds):
        for body in (b"[" * 5_000, b"\xff" * 500_000, orjson.dumps({"query": "{ a" * 1_500}),
                     orjson.dumps({"query": "{ __typename }", "variables": {"a": [number] * 100_000}}),
                     orjson.dumps({"query": f"{{ n{number}: nothing }} #{'x' * 60_000}"})):  # fmt: skip
            assert client.post("/graphql", content=body, headers={"content-type": "application/json"}).status_code < 500


def _resident(door: Door) -> int:
    """KiB."""
    status = Path(f"/proc/{door.process.pid}/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0])
