"""Who may open a WebSocket: Strawberry's view decides, and a newer one must not decide otherwise."""

from __future__ import annotations

import pytest
import websockets

PROTOCOL = [websockets.Subprotocol("graphql-transport-ws")]


async def _open(service: str, origin: str | None) -> None:
    address = service.replace("http://", "ws://") + "/graphql"
    named = websockets.Origin(origin) if origin else None
    async with websockets.connect(address, subprotocols=PROTOCOL, origin=named):
        pass


async def test_programs_and_own_pages_may_open_a_websocket(service: str) -> None:
    """A program names no origin; a page of the service names the service."""
    await _open(service, None)
    await _open(service, service)


@pytest.mark.parametrize("origin", ["https://evil.example", "http://127.0.0.1:1", "null"])
async def test_pages_of_other_sites_may_not(service: str, origin: str) -> None:
    """A browser lets any page try: the service refuses, or a visited page could change the fleet."""
    with pytest.raises(websockets.InvalidStatus) as refused:
        await _open(service, origin)
    assert refused.value.response.status_code == 403
