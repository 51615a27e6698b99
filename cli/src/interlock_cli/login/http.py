"""Requests to a service's or an issuer's endpoints: JSON back, over TLS but on this machine, never redirected."""

from __future__ import annotations

import ipaddress
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from interlock_cli.errors import CommandError, LostError

SECONDS = 15.0
LARGEST_BYTES = 1_000_000


@dataclass(frozen=True)
class Answer:
    """The status, and the object of the body; empty for a body that is none."""

    status: int
    body: Mapping[str, Any]


class _Unredirected(urllib.request.HTTPRedirectHandler):
    """A secret goes to the address that was named, and to no other."""

    def redirect_request(self, *_: Any) -> None:
        return None


unredirected = urllib.request.build_opener(_Unredirected)
"""Opens requests that carry a token: a redirect is an HTTPError, where urllib's own would take the token along."""


def refuse_plain(url: str, what: str) -> None:
    """Raises CommandError for an address that others could listen to: tokens pass there."""
    parts = urlsplit(url)
    if parts.scheme == "https" and parts.hostname:
        return
    if parts.scheme == "http" and parts.hostname and _is_here(parts.hostname):
        return
    raise CommandError(
        f"{what} is {url!r}, over which no token may be sent.", "It must start with https://, but on this machine."
    )


def _is_here(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def get(url: str) -> Answer:
    """The answer to GET. Raises LostError where there is none."""
    return _answer(urllib.request.Request(url, headers={"Accept": "application/json"}))  # noqa: S310 - checked before


def post(url: str, form: Mapping[str, str | None]) -> Answer:
    """The answer to POST of a form; what is None or empty is left out. Raises LostError where there is none."""
    body = urlencode({key: value for key, value in form.items() if value}).encode()
    headers = {"Accept": "application/json", "Content-Type": "application/x-www-form-urlencoded"}
    return _answer(urllib.request.Request(url, body, headers))  # noqa: S310 - checked before


def _answer(request: urllib.request.Request) -> Answer:
    try:
        with unredirected.open(request, timeout=SECONDS) as response:
            return Answer(response.status, _object(response.read(LARGEST_BYTES)))
    except urllib.error.HTTPError as error:
        with error:
            return Answer(error.code, _object(error.read(LARGEST_BYTES)))
    except (OSError, ValueError) as error:
        reason = getattr(error, "reason", error)
        where = urlsplit(request.full_url)
        raise LostError(
            f"{where.scheme}://{where.netloc} does not answer ({reason}).", "Look at your network, then try again."
        ) from error


def _object(body: bytes) -> Mapping[str, Any]:
    try:
        found = json.loads(body)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
