"""Many sockets that subscribe to the same, in a process of their own, which notes when each event has come to each.

    {"port": 8400, "sockets": 1000, "token": "…"} ->   one line of JSON begins
    <- opened                                         all are acknowledged, and have subscribed
    probed ->  <- probed                              everybody has had an event that is not measured
    [12.5, …] ->  <- {"p50": …, "p99": …, "worst": …} when each event was committed, by the machine's monotonic clock

A frame is looked at as far as it must be: its head, and whether it says `next`. Pings are answered.
"""

from __future__ import annotations

import asyncio
import base64
import gc
import json
import os
import sys
import time
from statistics import quantiles
from typing import Any

AT_ONCE = 100
MEASURED = "measured"
"""What an event's payload has that is measured."""
DOCUMENT = "subscription { events { cursor type time actor subjectType payload } }"
TEXT, CLOSE, PING, PONG = 0x81, 0x88, 0x89, 0x8A


class Socket(asyncio.Protocol):
    """One socket. came: when its events came, in order."""

    def __init__(self, port: int, token: str) -> None:
        self.came: list[float] = []
        self.probed = False
        self.subscribed = asyncio.get_running_loop().create_future()
        self._rest, self._upgraded = b"", False
        self._port, self._token = port, token

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        key = base64.b64encode(os.urandom(16)).decode()
        lines = [
            "GET /graphql HTTP/1.1",
            f"Host: 127.0.0.1:{self._port}",
            "Upgrade: websocket",
            "Connection: Upgrade",
            f"Sec-WebSocket-Key: {key}",
            "Sec-WebSocket-Version: 13",
            "Sec-WebSocket-Protocol: graphql-transport-ws",
        ]
        transport.write("\r\n".join([*lines, "", ""]).encode())

    def data_received(self, data: bytes) -> None:
        now = time.monotonic()
        self._rest += data
        if not self._upgraded:
            head, found, rest = self._rest.partition(b"\r\n\r\n")
            if not found:
                return
            if not head.startswith(b"HTTP/1.1 101"):
                self._fail(head.split(b"\r\n")[0].decode())
                return
            self._upgraded, self._rest = True, rest
            payload = {"authorization": f"Bearer {self._token}"} if self._token else {}
            self._say({"type": "connection_init", "payload": payload})
        self._frames(now)

    def _frames(self, now: float) -> None:
        """Takes whole frames off what has come; a server's are not masked."""
        rest, at = self._rest, 0
        while len(rest) - at >= 2:
            length, begin = rest[at + 1], at + 2
            if length == 126:
                if len(rest) < at + 4:
                    break
                length, begin = int.from_bytes(rest[at + 2 : at + 4], "big"), at + 4
            if len(rest) < begin + length:
                break
            self._frame(rest[at], rest[begin : begin + length], now)
            at = begin + length
        self._rest = rest[at:]

    def _frame(self, kind: int, body: bytes, now: float) -> None:
        if kind == PING:
            self._send(PONG, body)
        elif kind == CLOSE:
            self._fail(f"closed: {body!r}")
        elif b'"next"' in body:
            self.probed = True
            if MEASURED.encode() in body:
                self.came.append(now)
        elif b'"connection_ack"' in body:
            self._say({"type": "subscribe", "id": "1", "payload": {"query": DOCUMENT}})
            if not self.subscribed.done():
                self.subscribed.set_result(None)
        elif b'"error"' in body:
            self._fail(body.decode())

    def _say(self, message: dict[str, Any]) -> None:
        self._send(TEXT, json.dumps(message).encode())

    def _send(self, kind: int, body: bytes) -> None:
        """Masked by zeros, which leave it as it is: RFC 6455 wants a mask, and not a good one."""
        size = bytes([0x80 | len(body)]) if len(body) < 126 else bytes([0x80 | 126]) + len(body).to_bytes(2, "big")
        self._transport.write(bytes([kind]) + size + bytes(4) + body)

    def connection_lost(self, exc: Exception | None) -> None:
        self._fail("lost")

    def _fail(self, why: str) -> None:
        """Ends all of it: the figures of those that are left would be others."""
        if self.subscribed.done():
            sys.exit(f"A socket has ended: {why}")
        else:
            self.subscribed.set_exception(RuntimeError(f"A socket is refused: {why}"))


async def _opened(port: int, count: int, token: str) -> list[Socket]:
    loop, there = asyncio.get_running_loop(), []
    for begin in range(0, count, AT_ONCE):
        batch = [
            loop.create_connection(lambda: Socket(port, token), "127.0.0.1", port)
            for _ in range(min(AT_ONCE, count - begin))
        ]
        sockets = [socket for _, socket in await asyncio.gather(*batch)]
        await asyncio.gather(*(socket.subscribed for socket in sockets))
        there += sockets
    return there


async def _until(there: list[Socket], events: int) -> None:
    while any(len(each.came) < events for each in there):  # noqa: ASYNC110 - 10,000 would each set an event
        await asyncio.sleep(0.02)


def _told(there: list[Socket], committed: list[float]) -> dict[str, float]:
    taken = [1000 * (came - then) for each in there for came, then in zip(each.came, committed, strict=True)]
    cuts = quantiles(taken, n=100)
    return {"p50": cuts[49], "p99": cuts[98], "worst": max(taken)}


async def _run() -> None:
    lines = asyncio.StreamReader(limit=2**20)
    loop = asyncio.get_running_loop()
    await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(lines), sys.stdin)
    given = json.loads(await lines.readline())
    there = await _opened(given["port"], given["sockets"], given["token"])
    gc.collect()
    gc.freeze()
    print("opened", flush=True)
    while line := (await lines.readline()).decode().strip():
        if line == "probed":
            while not all(each.probed for each in there):  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            print("probed", flush=True)
        else:
            committed = json.loads(line)
            await _until(there, len(committed))
            print(json.dumps(_told(there, committed)), flush=True)


if __name__ == "__main__":
    asyncio.run(_run())
