"""The port that `serve` listens on."""

from __future__ import annotations

import asyncio
import socket

from graph.__main__ import _listening
from models.settings import Settings
from tests.service import free_port


async def test_a_small_answer_is_sent_at_once() -> None:
    """Head and body are written one after the other: with Nagle's algorithm the body waits 40 ms for the client."""
    accepted: asyncio.Future[int] = asyncio.get_running_loop().create_future()

    async def meets(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        accepted.set_result(writer.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))
        writer.close()

    settings = Settings(port=free_port())
    with _listening(settings) as listener:
        async with await asyncio.start_server(meets, sock=listener):
            _, writer = await asyncio.open_connection("127.0.0.1", settings.port)
            assert await accepted
            writer.close()
            await writer.wait_closed()
