"""Names for a shell that completes: from a cache of five minutes, else from the service within a second, else none.

Nothing here may fail, ask, or write to the terminal: a shell is waiting, in the middle of a line.
"""

from __future__ import annotations

import hashlib
import json
import threading
import time
import urllib.request
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

import click

from interlock_cli.connection import Connection
from interlock_cli.contexts import place, read_configuration
from interlock_cli.documents import document
from interlock_cli.errors import CommandError
from interlock_cli.files import write_private
from interlock_cli.folders import cache_folder
from interlock_cli.login.http import unredirected
from interlock_cli.login.session import kept_token

FRESH_SECONDS = 300.0
PATIENCE_SECONDS = 1.0
FAILED_SECONDS = 20.0
"""A service that did not answer is not asked again at every key."""
PAGE, MOST = 100, 2000


def names(ctx: click.Context, kind: str) -> list[str]:
    """The names of a kind, sorted; empty where they cannot be had in time."""
    try:
        if kind == "contexts":
            return sorted(read_configuration().contexts)
        given = ctx.find_root().params
        where = place(given.get("url"), given.get("context"), read_configuration)
        return of_service(Connection(where.url, given.get("token"), kept_token), kind)
    except CommandError:
        return []


def of_service(connection: Connection, kind: str) -> list[str]:
    """The names from the cache, or from the service."""
    cache = cache_folder() / f"{kind}-{hashlib.sha256(connection.base.encode()).hexdigest()[:16]}.json"
    try:
        kept: Mapping[str, Any] = json.loads(cache.read_text("utf-8"))
        if 0 <= time.time() - kept["at"] < (FRESH_SECONDS if kept["names"] is not None else FAILED_SECONDS):
            return list(kept["names"] or ())
    except (OSError, ValueError, KeyError, TypeError):
        pass  # there is none, or it is not whole: it is made anew
    found = _within(PATIENCE_SECONDS, connection, kind)
    with suppress(CommandError):  # a folder that cannot be written makes it slow, not wrong
        write_private(cache, json.dumps({"at": time.time(), "names": found}))
    return found or []


def _within(seconds: float, connection: Connection, kind: str) -> list[str] | None:
    """None where it took longer, whatever did: looking a host's name up knows no limit of its own."""
    found: list[list[str]] = []
    thread = threading.Thread(target=_ask_quietly, args=(found, connection, kind, seconds), daemon=True)
    thread.start()
    thread.join(seconds)
    return found[0] if found else None


def _ask_quietly(found: list[list[str]], connection: Connection, kind: str, seconds: float) -> None:
    with suppress(Exception):  # no name is completed then, and the command itself says what is wrong
        found.append(sorted(_asked(connection, kind, seconds)))


def _asked(connection: Connection, kind: str, seconds: float) -> list[str]:
    every: list[str] = []
    variables: dict[str, Any] = {"first": PAGE, "after": None, "filter": None}
    while len(every) < MOST:
        body = json.dumps({"query": document(kind), "variables": variables}).encode()
        headers = {"Content-Type": "application/json", "Accept": "application/json", **connection.headers}
        request = urllib.request.Request(connection.graphql_url, body, headers)  # noqa: S310 - Connection checked it
        with unredirected.open(request, timeout=seconds) as answer:
            page = json.load(answer)["data"][kind]
        every += [node["name"] for node in page["nodes"]]
        if not page["pageInfo"]["hasNextPage"]:
            break
        variables["after"] = page["pageInfo"]["endCursor"]
    return every
