"""Small JSON documents of the issuer, within limits of time and size, from the very address that was asked.

The issuer's own host is the one that a setting names, wherever it is. Another one, which its discovery names for its
keys, is spoken to as every address is that others have written down: in public networks alone (`reporting.channels`).
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

import httpx
import orjson

from graph.authentication.policy import loopback
from reporting.channels.addresses import Web
from reporting.channels.outcome import Refused

LARGEST = 256 * 1024
"""Bytes: an issuer's keys are a few thousand."""
HEADERS = {"Accept": "application/json", "Accept-Encoding": "identity"}
SECONDS = 5.0
"""For all of it, from the name's look-up to the last byte."""


class Unfetchable(Exception):
    """There is no such document, or none that is taken; the message says why."""


async def fetched(
    url: str, transport: httpx.AsyncBaseTransport | None = None, *, own: str | None = None
) -> dict[str, Any]:
    """The object at an address: https, or http on this machine; no redirect is followed. Raises Unfetchable.

    own: an address whose host is trusted. Without it, every host is.
    """
    require_safe(url)
    ours = own is None or _host(own) == _host(url)
    status, body = await (_ours("GET", url, transport) if ours else _others(url))
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
    require_safe(url)
    status, body = await _ours("POST", url, transport, form, headers)
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError:
        found = {}
    return status, found if isinstance(found, dict) else {}


async def _others(url: str) -> tuple[int, bytes]:
    """Connects to the address that was looked at, in no private network, and not by a proxy."""
    web = Web(loopback=False)
    try:
        async with asyncio.timeout(SECONDS):
            answer = await web.get(url, HEADERS, LARGEST + 1)
    except TimeoutError as late:
        raise Unfetchable(f"{url} did not answer within {SECONDS:.0f} s") from late
    except Refused as refused:
        raise Unfetchable(f"{url}: {refused.reason}") from refused
    finally:
        await web.close()
    _require_plain(answer.headers, url)
    if len(answer.body) > LARGEST:
        raise Unfetchable(f"{url} has more than {LARGEST:,} bytes")
    return answer.status, answer.body


async def _ours(
    method: str,
    url: str,
    transport: httpx.AsyncBaseTransport | None,
    form: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
) -> tuple[int, bytes]:
    try:
        async with (
            asyncio.timeout(SECONDS),
            httpx.AsyncClient(transport=transport, follow_redirects=False, timeout=SECONDS) as client,
            client.stream(method, url, data=form, headers={**HEADERS, **(headers or {})}) as answer,
        ):
            return answer.status_code, await _body(answer, url)
    except TimeoutError as late:
        raise Unfetchable(f"{url} did not answer within {SECONDS:.0f} s") from late
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise Unfetchable(f"{url} does not answer ({type(error).__name__})") from error


async def _body(answer: httpx.Response, url: str) -> bytes:
    _require_plain(answer.headers, url)
    body = bytearray()
    async for chunk in answer.aiter_bytes():
        body += chunk
        if len(body) > LARGEST:
            raise Unfetchable(f"{url} has more than {LARGEST:,} bytes")
    return bytes(body)


def _require_plain(headers: httpx.Headers, url: str) -> None:
    if headers.get("content-encoding", "identity") != "identity":
        raise Unfetchable(f"{url} is compressed, which was not asked for")


def _host(url: str) -> str | None:
    return urlsplit(url).hostname


def require_safe(url: str) -> None:
    """Raises Unfetchable for an address that others could listen to."""
    try:
        parts = urlsplit(url)
        safe = parts.scheme == "https" or (parts.scheme == "http" and loopback(parts.hostname or ""))
    except ValueError:
        safe = False
    if not safe or not parts.hostname:
        raise Unfetchable(f"{url!r} is not https")
