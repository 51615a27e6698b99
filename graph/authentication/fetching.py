"""Small JSON documents of the issuer, within limits of time and size, from the very address that was asked."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from graph.authentication.policy import loopback

LARGEST = 256 * 1024
"""Bytes: an issuer's keys are a few thousand."""
SECONDS = 5.0
"""For all of it, from the name's look-up to the last byte."""


class Unfetchable(Exception):
    """There is no such document, or none that is taken; the message says why."""


async def fetched(url: str, transport: httpx.AsyncBaseTransport | None = None) -> dict[str, Any]:
    """The object at an address: https, or http on this machine; no redirect is followed. Raises Unfetchable."""
    status, body = await _asked("GET", url, transport)
    if status != 200:
        raise Unfetchable(f"{url} answers with status {status}")
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unfetchable(f"{url} is not JSON") from error
    if not isinstance(found, dict):
        raise Unfetchable(f"{url} is no JSON object")
    return found


async def posted(
    url: str,
    form: Mapping[str, str],
    headers: Mapping[str, str] | None = None,
    transport: httpx.AsyncBaseTransport | None = None,
) -> tuple[int, dict[str, Any]]:
    """The status of the answer to a form, and its object: empty where it has none. Raises Unfetchable."""
    status, body = await _asked("POST", url, transport, form, headers)
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = {}
    return status, found if isinstance(found, dict) else {}


async def _asked(
    method: str,
    url: str,
    transport: httpx.AsyncBaseTransport | None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    require_safe(url)
    said = {"Accept": "application/json", "Accept-Encoding": "identity", **(headers or {})}
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(transport=transport, follow_redirects=False, timeout=SECONDS) as client,
            client.stream(method, url, data=form, headers=said) as answer,
        ):
            return answer.status_code, await _body(answer, url)
    except TimeoutError as late:
        raise Unfetchable(f"{url} did not answer within {SECONDS:.0f} s") from late
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unfetchable(f"{url} does not answer ({type(error).__name__})") from error


async def _body(answer: httpx.Response, url: str) -> bytes:
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise Unfetchable(f"{url} is compressed, which was not asked for")
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise Unfetchable(f"{url} has more than {LARGEST:,} bytes")
    return bytes(body)


def require_safe(url: str) -> None:
    """Raises Unfetchable for an address that others could listen to."""
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and loopback(parts.hostname or ""))
    except ValueError:
        safe = False
    if not safe or not parts.hostname:
        raise Unfetchable(f"{url!r} is not https")
