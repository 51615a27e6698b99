"""Server-sent events, and how an answer is given: by what the request accepts, and in no other way."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import httpx
import orjson
import pytest
from graphql import OperationType
from hypothesis import given
from hypothesis import strategies as st

from domain.permissions import Role, Viewer
from graph import streams
from graph.accepting import Way, way
from graph.authentication.callers import Caller
from graph.authentication.watching import Watch
from graph.http import GraphQLView
from graph.readiness import Draining
from models.settings import Settings
from tests.graph.conftest import SCHEMA, Graph
from tests.graph.sockets import EVENTS, Service, until

STREAM = "text/event-stream"
QUERY, SUBSCRIPTION = OperationType.QUERY, OperationType.SUBSCRIPTION


@pytest.mark.parametrize(
    ("accept", "kind", "expected"),
    [
        ("*/*", QUERY, Way.WHOLE),
        ("", QUERY, Way.WHOLE),
        ("text/html", QUERY, Way.WHOLE),
        (f"application/json, {STREAM}", QUERY, Way.WHOLE),
        (f"application/json;q=0.5, {STREAM}", QUERY, Way.STREAM),
        (STREAM, QUERY, Way.STREAM),
        ("multipart/mixed; deferSpec=20220824, application/json", QUERY, Way.WHOLE),
        ("multipart/mixed", QUERY, Way.NONE),
        ("multipart/mixed, application/json;q=0", QUERY, Way.NONE),
        ("*/*", SUBSCRIPTION, Way.NONE),
        ("application/json", SUBSCRIPTION, Way.NONE),
        (f"application/json, {STREAM};q=0.1", SUBSCRIPTION, Way.STREAM),
        (f"{STREAM};q=0", SUBSCRIPTION, Way.NONE),
        (f"{STREAM};q=much", SUBSCRIPTION, Way.STREAM),
        ("multipart/mixed", None, Way.WHOLE),
        (STREAM, None, Way.WHOLE),
    ],
)  # fmt: skip
def test_a_stream_is_given_to_who_names_it(accept: str, kind: OperationType | None, expected: Way) -> None:
    """By weight; nothing is ever answered in parts."""
    assert way(accept, kind) is expected


@given(st.text(), st.sampled_from([None, *OperationType]))
def test_whatever_is_accepted_is_understood(accept: str, kind: OperationType | None) -> None:
    """A header of any text leads to one of the ways."""
    assert way(accept, kind) in Way


class Reader:
    """A client of one stream, without a network."""

    def __init__(self, view: GraphQLView, body: dict[str, Any], **headers: str) -> None:
        self.text, self.status, self.over = "", 0, False
        self.gone = asyncio.Event()
        told = {"content-type": "application/json", "accept": STREAM, **headers}
        lines = [(name.replace("_", "-").encode(), value.encode()) for name, value in told.items()]
        scope = {"type": "http", "method": "POST", "path": "/graphql", "headers": lines, "query_string": b""}
        self._body: bytes | None = orjson.dumps(body)
        self.task = asyncio.create_task(view(scope, self._receive, self._send))

    async def _receive(self) -> Any:
        body, self._body = self._body, None
        if body is not None:
            return {"type": "http.request", "body": body, "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Any) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        else:
            self.text += message["body"].decode()
            self.over = not message.get("more_body")

    def events(self) -> list[dict[str, str]]:
        """What was told, each as its fields; comments have none."""
        blocks = [each for each in self.text.split("\n\n") if each]
        return [dict(line.split(": ", 1) if ": " in line else (line.rstrip(":"), "") for line in each.split("\n"))
                for each in blocks if not each.startswith(":")]  # fmt: skip

    def numbers(self) -> list[int]:
        """Of the events that were told."""
        data = [orjson.loads(each["data"]) for each in self.events() if each["event"] == "next"]
        return [each["data"]["events"]["payload"]["number"] for each in data]


@asynccontextmanager
async def _reading(service: Service, document: str = EVENTS, **headers: str) -> AsyncIterator[Reader]:
    reader = Reader(service.view, {"query": document}, **headers)
    try:
        yield reader
    finally:
        reader.gone.set()
        await asyncio.wait_for(reader.task, 20)


async def test_a_subscription_is_told_and_resumed(graph: Graph) -> None:
    """Each event has its cursor as id; `Last-Event-ID` resumes behind it, whatever the document says."""
    service = Service(graph)
    async with _reading(service) as first:
        await service.follow(1)
        await service.happen(1, 2)
        await until(lambda: len(first.events()) == 2)
        assert (first.status, first.numbers()) == (200, [1, 2])
        cursor = first.events()[0]["id"]
    await service.follow(0)
    await service.happen(3)
    async with _reading(service, last_event_id=cursor) as second:
        await until(lambda: len(second.events()) == 2)
        assert second.numbers() == [2, 3]
        assert second.events()[0]["id"] == first.events()[1]["id"]


async def test_what_cannot_be_told_is_told_in_the_stream(graph: Graph) -> None:
    """An error that has its code, then the end; a question is answered once, and ends too."""
    service = Service(graph)
    for document, headers, says in (
        ("subscription { nothing }", {}, "GRAPHQL_VALIDATION_FAILED"),
        (EVENTS, {"last_event_id": "nonsense"}, "INVALID_VALUE"),
        ("{ __typename }", {}, '{"data":{"__typename":"Query"}}'),
    ):
        async with _reading(service, document, **headers) as reader:
            await until(lambda reader=reader: reader.over)
            told = reader.events()
            assert [each["event"] for each in told] == ["next", "complete"], document
            assert says in told[0]["data"]
    assert not service.view.of_callers._open


async def test_a_stream_is_kept_alive_and_ends_with_the_service(graph: Graph, monkeypatch: pytest.MonkeyPatch) -> None:
    """A comment when nothing was told for a while; without `complete` it is to be resumed, and nothing new begins."""
    monkeypatch.setattr(streams, "LOOK_SECONDS", 0.01)
    monkeypatch.setattr(streams, "HEARTBEAT_SECONDS", 0.02)
    service = Service(graph)
    service.view.draining = Draining()
    async with _reading(service) as reader:
        await until(lambda: reader.text.count(": \n\n") > 1)
        service.view.draining.begun = True
        await until(lambda: reader.over)
        assert reader.text.endswith(": service restart\n\n")
        assert not reader.events()
    async with _reading(service) as late:
        await until(lambda: late.over)
        assert (late.status, orjson.loads(late.text)["errors"][0]["extensions"]["code"]) == (503, "UNAVAILABLE")


class Ending:
    """Bearers for whom whoever asks is ada, until it is said that her token has ended."""

    def __init__(self) -> None:
        self.over = asyncio.Event()
        self.watch = Watch(self.ended, self.left)

    def cookie(self, _: Any) -> None:
        return None

    async def caller(self, headers: list[str], _cookie: str | None = None) -> Caller:
        return Caller(Viewer("ada@example.com", frozenset({Role.VIEWER})), datetime.now(UTC))

    async def ended(self, callers: Sequence[Caller]) -> list[str | None]:
        await self.over.wait()
        return ["token expired" for _ in callers]

    def left(self, _: Caller) -> float:
        return 0.0


async def test_a_stream_ends_with_its_token_and_counts_for_its_caller(graph: Graph) -> None:
    """As a socket does; somebody has no more of them than they may, and other people are not concerned."""
    object.__setattr__(graph, "context", replace(graph.context, settings=Settings(sockets_of_caller=1)))
    bearers = Ending()
    service = Service(graph)
    service.view = GraphQLView(SCHEMA, graph.context, bearers)  # type: ignore[arg-type]
    async with _reading(service) as first:
        await service.follow(1)
        async with _reading(service) as second:
            await until(lambda: second.over)
            assert (second.status, "TOO_MANY_SOCKETS" in second.text) == (429, True)
        bearers.over.set()
        await until(lambda: first.over)
        assert first.text == ": token expired\n\n"
    await service.follow(0)


@pytest.mark.parametrize("directive", ["defer", "stream"])
async def test_nothing_is_answered_in_parts(graph: Graph, directive: str) -> None:
    """The schema has neither @defer nor @stream; who accepts parts alone is told by 406, as is a lasting question."""
    view = GraphQLView(SCHEMA, graph.context)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(view), base_url="http://x") as client:
        document = {"query": f"{{ accounts {{ ... @{directive} {{ totalCount }} }} }}"}
        parts = {"accept": "multipart/mixed;deferSpec=20220824, application/json"}
        answer = await client.post("/", json=document, headers=parts)
        assert answer.headers["content-type"] == "application/json"
        assert f"Unknown directive '@{directive}'" in answer.text
        for accept, query in (("multipart/mixed", "{ __typename }"), ("application/json", EVENTS)):
            refused = await client.post("/", json={"query": query}, headers={"accept": accept})
            assert (refused.status_code, refused.json()["errors"][0]["extensions"]["code"]) == (406, "NOT_ACCEPTABLE")
