"""A way to PostgreSQL that a test can make slow, silent, closed or broken."""

from __future__ import annotations

import asyncio
import socket
import struct
from contextlib import suppress
from types import TracebackType
from typing import Self

from sqlalchemy import URL

RESET = struct.pack("ii", 1, 0)
"""SO_LINGER of no seconds: closing sends RST instead of FIN."""


class Proxy:
    """Forwards connections of the loopback address to a server, over TCP or its Unix socket.

    url: the database's address through it. delay: seconds before each piece is passed on, in both directions. cut_at:
    the first answer of the server with these bytes does not reach the client, whose connection is reset; then None.
    """

    def __init__(self, target: URL) -> None:
        self._target = target
        self._server: asyncio.Server | None = None
        self._links: set[asyncio.Task[None]] = set()
        self._clients: set[asyncio.StreamWriter] = set()
        self._refusing = False
        self._speaking = asyncio.Event()
        self._speaking.set()
        self.delay = 0.0
        self.cut_at: bytes | None = None

    @property
    def url(self) -> URL:
        """The database, through this."""
        assert self._server is not None, "a Proxy is used in its `async with` block"
        return self._target.set(host="127.0.0.1", port=self._server.sockets[0].getsockname()[1], query={})

    async def __aenter__(self) -> Self:
        self._server = await asyncio.start_server(self._accepted, "127.0.0.1", 0)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        assert self._server is not None
        self._server.close()
        for link in self._links:
            link.cancel()
        await asyncio.gather(*self._links, return_exceptions=True)
        await asyncio.sleep(0)  # what was closed is gone after the loop's next turn

    def refuse(self) -> None:
        """Every connection is closed, and every new one as soon as it is made."""
        self._refusing = True
        for client in self._clients:
            client.close()

    def silence(self) -> None:
        """Connections are taken and kept, and no byte passes any more."""
        self._speaking.clear()

    def reset(self) -> None:
        """Every connection that there is now ends by RST."""
        for client in self._clients:
            _reset(client)

    def accept(self) -> None:
        """As at the beginning. What was silent speaks again."""
        self._refusing = False
        self._speaking.set()

    async def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refusing:
            writer.close()
            return
        task = asyncio.current_task()
        assert task is not None
        self._links.add(task)
        self._clients.add(writer)
        try:
            with suppress(OSError, asyncio.CancelledError):
                await self._link(reader, writer)
        finally:
            self._links.discard(task)
            self._clients.discard(writer)
            writer.transport.abort()

    async def _link(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await self._speaking.wait()
        to_read, to_write = await self._connected()
        ways = [
            asyncio.ensure_future(self._forward(reader, to_write, None)),
            asyncio.ensure_future(self._forward(to_read, writer, writer)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for way in ways:
                way.cancel()
            to_write.transport.abort()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _forward(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, client: asyncio.StreamWriter | None
    ) -> None:
        """Passes on what comes, to the end. client: given on the way back, where an answer may be lost."""
        while piece := await source.read(65_536):
            await self._speaking.wait()
            if self.delay:
                await asyncio.sleep(self.delay)
            if client is not None and self.cut_at is not None and self.cut_at in piece:
                self.cut_at = None  # PostgreSQL has said that it is done: nobody hears it
                _reset(client)
                return
            sink.write(piece)
            await sink.drain()

    async def _connected(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        folder = self._target.query.get("host")
        if folder:
            return await asyncio.open_unix_connection(f"{folder}/.s.PGSQL.{self._target.port or 5432}")
        return await asyncio.open_connection(self._target.host, self._target.port or 5432)


def _reset(writer: asyncio.StreamWriter) -> None:
    if writer.transport.is_closing():
        return
    writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, RESET)
    writer.transport.abort()
