"""The port that `serve` listens on."""

from __future__ import annotations

import asyncio
import socket

import pytest
from starlette.applications import Starlette

from graph.__main__ import _listening
from graph.readiness import Draining
from graph.serving import DrainedServer
from models.settings import Settings
from tests.service import free_port

UVICORNS = 5
"""Seconds after which uvicorn by itself ends an idle connection."""


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


@pytest.mark.slow
async def test_an_idle_connection_is_kept() -> None:
    """What a load balancer sends into one that was idle for seconds is answered."""
    settings = Settings(port=free_port())
    server = DrainedServer(Starlette(), Draining(), grace_seconds=0)
    with _listening(settings) as listener:
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            reader, writer = await asyncio.open_connection("127.0.0.1", settings.port)
            for _ in range(2):
                writer.write(b"GET /nothing HTTP/1.1\r\nhost: localhost\r\n\r\n")
                assert (await reader.readuntil(b"\r\n\r\nNot Found")).startswith(b"HTTP/1.1 404")
                await asyncio.sleep(UVICORNS + 1)
            writer.close()
        finally:
            server.should_exit = True
            await serving
