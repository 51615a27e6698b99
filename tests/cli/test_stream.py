"""The subscription's own resume loop: nothing lost, nothing twice, in order; and when it gives up."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import Result
from hypothesis import given
from hypothesis import strategies as st
from starlette.websockets import WebSocket

from interlock_cli.connection import Connection
from interlock_cli.errors import AuthenticationError, CommandError, LostError
from interlock_cli.stream import Subscription, follow, pause
from tests.cli.conftest import Pretend, as_json, events, send_event

LOG = events(*range(1, 201))


async def read(connection: Connection, after: str | None, until: int) -> tuple[list[int], list[str], list[float]]:
    """The cursors that `follow` hands on, its notices, and the waits that it asked for (none is waited)."""
    notices: list[str] = []
    waits: list[float] = []

    async def sleep(seconds: float) -> None:
        waits.append(seconds)

    cursors: list[int] = []
    stream = follow(connection, Subscription("watch", "events", {}, after), notices.append, sleep)
    async for event in stream:
        cursors.append(int(event["cursor"]))
        if len(cursors) == until:
            break
    await stream.aclose()
    return cursors, notices, waits


@pytest.mark.parametrize("seed", range(5))
async def test_a_stream_that_breaks_anywhere_is_whole(seed: int, pretend: Pretend, connection: Connection) -> None:
    """Connections that end anywhere, each in its way, give every event once, in order."""
    chance = random.Random(seed)

    async def some(websocket: WebSocket, variables: dict[str, Any]) -> None:
        after = int(variables["after"] or 0)
        for event in LOG[after : after + chance.randrange(40)]:
            await send_event(websocket, event)
        if chance.random() < 0.3:
            await websocket.send_json({"id": "1", "type": "complete"})
            await websocket.receive_text()
        else:
            await websocket.close(chance.choice([1000, 1011, 1012, 4000]))

    pretend.socket = some
    cursors, notices, waits = await read(connection, "0", len(LOG))
    assert cursors == list(range(1, len(LOG) + 1))
    assert len(notices) == len(waits) == len(pretend.subscribed) - 1


async def test_back_off_grows_and_starts_anew(pretend: Pretend, connection: Connection) -> None:
    """Connections that bring nothing come ever more slowly; one event makes the next attempt quick again."""

    async def at_the_fifth(websocket: WebSocket, variables: dict[str, Any]) -> None:
        if len(pretend.subscribed) in (5, 7):
            await send_event(websocket, LOG[int(variables["after"])])
        await websocket.close(1012)

    pretend.socket = at_the_fifth
    _, _, waits = await read(connection, "0", 2)
    assert waits[0] <= 0.5 < waits[2] <= 2.0 < waits[3] + 0.001 <= 4.001
    assert waits[4] <= 0.5


@given(st.integers(1, 10_000))
def test_pauses_are_bounded(failures: int) -> None:
    """A pause is between a quarter of a second and half a minute, whatever came before."""
    assert 0.25 <= pause(failures) <= 30.0


async def test_a_refused_token_ends_the_stream(pretend: Pretend, connection: Connection) -> None:
    """A token that the service does not accept is not tried again."""

    async def refuse(websocket: WebSocket, variables: dict[str, Any]) -> None:
        await websocket.close(4401)

    pretend.socket = refuse
    with pytest.raises(AuthenticationError):
        await read(connection, None, 1)
    assert len(pretend.subscribed) == 1


async def test_a_token_that_ends_is_replaced(pretend: Pretend) -> None:
    """Each connection brings the login's token of that moment, and goes on behind the last event."""
    tokens = iter(["first", "second", "third"])
    borne: list[str] = []

    async def one_each(websocket: WebSocket, variables: dict[str, Any]) -> None:
        borne.append(websocket.headers["authorization"])
        await send_event(websocket, LOG[int(variables["after"])])
        await websocket.close(4403, "token expired")

    pretend.socket = one_each
    cursors, notices, _ = await read(Connection(pretend.url, login=lambda _: next(tokens)), "0", 3)
    assert cursors == [1, 2, 3]
    assert borne == ["Bearer first", "Bearer second", "Bearer third"]
    assert "Connection lost (token expired); trying again" in notices[0]


async def test_a_refused_subscription_ends_the_stream(pretend: Pretend, connection: Connection) -> None:
    """A GraphQL error in answer to the subscription is said, and not tried again."""

    async def refuse(websocket: WebSocket, variables: dict[str, Any]) -> None:
        await websocket.send_json({"id": "1", "type": "error", "payload": [{"message": "Unknown cursor 'x'."}]})
        await websocket.receive_text()

    pretend.socket = refuse
    with pytest.raises(CommandError, match="Unknown cursor 'x'"):
        await read(connection, "x", 1)


async def test_a_reader_too_slow_for_the_service_goes_on(pretend: Pretend, connection: Connection) -> None:
    """TOO_SLOW is no refusal: it subscribes again behind the last event that it got, and misses nothing."""

    async def three_at_a_time(websocket: WebSocket, variables: dict[str, Any]) -> None:
        after = int(variables["after"] or 0)
        for event in LOG[after : after + 3]:
            await send_event(websocket, event)
        error = {"message": "More than 3 results waited.", "extensions": {"code": "TOO_SLOW"}}
        await websocket.send_json({"id": "1", "type": "error", "payload": [error]})
        await websocket.receive_text()

    pretend.socket = three_at_a_time
    cursors, notices, _ = await read(connection, None, 7)
    assert cursors == list(range(1, 8))
    assert [payload["variables"]["after"] for payload in pretend.subscribed] == [None, "3", "6"]
    assert "events came faster than they were read" in notices[0]


async def test_a_first_connection_that_fails_ends_at_once() -> None:
    """Nobody at the address is a failure, not something to wait for: only a lost connection is made again."""
    with pytest.raises(CommandError, match="No service answers"):
        await read(Connection("http://127.0.0.1:9"), None, 1)


def watched(ask: Callable[..., Result], pretend: Pretend, *arguments: str) -> Result:
    """`watch` over three events, the middle one of another service, on two connections."""
    three = events(7, 8, 9)
    three[1]["payload"]["service"] = "orders"

    async def in_two_parts(websocket: WebSocket, variables: dict[str, Any]) -> None:
        for event in three[: 2 if variables["after"] == "6" else 3][int(variables["after"]) - 6 :]:
            await send_event(websocket, event)
        await websocket.close(1012)

    def answer(payload: dict[str, Any]) -> tuple[int, str, str]:
        names = [{"name": "payments"}, {"name": "orders"}]
        page = {"nodes": names, "pageInfo": {"hasNextPage": False, "endCursor": None}}
        return as_json({"data": {"services": page, "events": {"nodes": [{"cursor": "6"}]}}})

    pretend.socket = in_two_parts
    pretend.answer = answer
    return ask("watch", *arguments)


def test_watch_goes_on_where_the_log_stood(ask: Callable[..., Result], pretend: Pretend) -> None:
    """`watch` begins at the newest event's cursor, survives a loss, and prints one line of JSON per event."""
    result = watched(ask, pretend, "-o", "json", "--count", "3")
    assert result.exit_code == 0, result.output
    assert [json.loads(line)["cursor"] for line in result.stdout.splitlines()] == ["7", "8", "9"]
    assert [payload["variables"]["after"] for payload in pretend.subscribed] == ["6", "8"]
    assert "Connection lost" in result.stderr


def test_watch_of_one_service_leaves_out_the_others(ask: Callable[..., Result], pretend: Pretend) -> None:
    """`watch SERVICE` prints that service's events only, as sentences."""
    result = watched(ask, pretend, "payments", "--count", "2")
    lines = result.stdout.splitlines()
    assert len(lines) == 2
    assert lines[0].endswith("payments 00000000 -> alpha-eu-west-1 is SUCCEEDED")


def test_watch_of_an_unknown_service_suggests(ask: Callable[..., Result], pretend: Pretend) -> None:
    """A misspelt service is refused at once, with the name that it resembles."""
    result = watched(ask, pretend, "paymets")
    assert result.exit_code == 1
    assert "Did you mean payments?" in result.stderr


async def test_a_token_that_cannot_be_refreshed_now(pretend: Pretend) -> None:
    """The network is gone for the issuer as well: that is one more lost connection, not the end."""
    tokens = iter([lambda: "first", lambda: None, lambda: "second"])

    def login(_: str) -> str | None:
        token = next(tokens)()
        if token is None:
            raise LostError("The issuer does not answer.")
        return token

    async def one_each(websocket: WebSocket, variables: dict[str, Any]) -> None:
        await send_event(websocket, LOG[int(variables["after"] or 0)])
        await websocket.close(1011)

    pretend.socket = one_each
    cursors, notices, _ = await read(Connection(pretend.url, login=login), "0", 2)
    assert cursors == [1, 2]
    assert "The issuer does not answer." in notices[1]


async def test_no_token_follows_a_redirect() -> None:
    """Neither in the handshake nor in the first message: a host that is named by another gets no connection."""
    came: list[str] = []

    async def elsewhere(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        came.append("a connection")
        writer.close()

    other = await asyncio.start_server(elsewhere, "127.0.0.1", 0)
    place = f"ws://127.0.0.1:{other.sockets[0].getsockname()[1]}/graphql"

    async def redirecting(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readuntil(b"\r\n\r\n")
        writer.write(f"HTTP/1.1 307 Temporary Redirect\r\nLocation: {place}\r\nContent-Length: 0\r\n\r\n".encode())
        await writer.drain()
        writer.close()

    async with other, await asyncio.start_server(redirecting, "127.0.0.1", 0) as first:
        named = Connection(f"http://127.0.0.1:{first.sockets[0].getsockname()[1]}", "secret-token")
        with pytest.raises(CommandError):
            await anext(aiter(follow(named, Subscription("watch", "events"), lambda _: None)))
    assert came == []
