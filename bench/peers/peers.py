"""The competitors: how each is started on a port over a database, and how it is asked.

interlock     the service as it is shipped, asked with a token of an issuer; its limits are on, and are not reached
limit         raw psycopg, the bytes of a prepared statement to the socket: `limit.py`
bare          the service's endpoint without authentication, limits and telemetry: `bare.py`
stock         Strawberry's own handler of subscriptions over the service's schema: `stock.py`
postgraphile  PostGraphile 5, on Node
orm           Strawberry, SQLAlchemy and DataLoaders: `orm.py`
rest          Django REST framework: `rest/`

All have one process (gunicorn's eight threads are in one) and ten connections or more.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sqlalchemy import make_url

from bench.peers import fleet
from bench.peers.issuer import Issuer
from bench.peers.load import ROOT
from bench.peers.questions import CONNECTED, LISTED, POSTGRAPHILE, Documents, Question

HERE = Path(__file__).parent
MODULES = HERE / "postgraphile" / "node_modules"
DJANGO = ROOT / ".venv-bench" / "bin"
UVICORN = ("--host", "127.0.0.1", "--no-access-log", "--log-level", "warning", "--no-server-header", "--factory")
NOT_REACHED = {"INTERLOCK_RATE_LIMIT": "100000", "INTERLOCK_RATE_BURST": "100000"}

Environment = Mapping[str, str]


@dataclass(frozen=True)
class Peer:
    """One competitor. needs: a path without which it is not installed. path: the endpoint that it answers at.

    documents: of one that is asked in GraphQL; any other is asked by GET.
    """

    name: str
    title: str
    command: Callable[[str, int], Sequence[str]]
    documents: Documents | None
    environment: Callable[[str, int], Environment]
    needs: Path | None = None
    token: str | None = None
    ready: str = "/"

    @property
    def absent(self) -> str | None:
        """Why it cannot be run here."""
        if self.needs is None or self.needs.exists():
            return None
        return f"{self.title} is not installed ({self.needs.relative_to(ROOT)}): make bench-peers"

    def request(self, question: Question, name: str | None = None, **headers: str) -> str:
        """A whole request over HTTP/1.1. name: the service that SYNTH is asked of."""
        if self.documents is None:
            path = f"/{question}/{name}" if name else f"/{question}"
            return _request("GET", path, headers)
        given: dict[str, Any] = {"query": self.documents[question]}
        if name is not None:
            given["variables"] = {"name": name}
        return self.graphql(given, **headers)

    def graphql(self, given: Mapping[str, Any], **headers: str) -> str:
        """A request of GraphQL with this body."""
        if self.token:
            headers["authorization"] = f"Bearer {self.token}"
        return _request("POST", "/graphql", {"content-type": "application/json", **headers}, json.dumps(given))

    def posted(self, path: str, body: str, headers: Mapping[str, str]) -> str:
        """A request with this body."""
        return _request("POST", path, headers, body)


def _request(method: str, path: str, headers: Mapping[str, str], body: str = "") -> str:
    told = {"host": "127.0.0.1", "accept": "application/json", **headers}
    if body:
        told["content-length"] = str(len(body))
    lines = [f"{method} {path} HTTP/1.1", *(f"{name.replace('_', '-')}: {value}" for name, value in told.items())]
    return "\r\n".join([*lines, "", body])


def interlock(issuer: Issuer) -> Peer:
    """The service, whose people are this issuer's."""
    return Peer(
        "interlock",
        "Interlock",
        lambda url, port: [sys.executable, "-m", "graph", "serve"],
        CONNECTED,
        lambda url, port: {
            "INTERLOCK_DATABASE_URL": url,
            "INTERLOCK_PORT": str(port),
            "INTERLOCK_GRACE_SECONDS": "0",
            **NOT_REACHED,
            **issuer.settings,
        },
        token=issuer.bearer,
        ready="/readyz",
    )


def crowded(issuer: Issuer) -> Peer:
    """The service, which lets many sockets of one person in."""
    peer = interlock(issuer)
    room = {"INTERLOCK_SOCKETS_OF_ADDRESS": "100000", "INTERLOCK_SOCKETS_OF_CALLER": "100000"}
    return replace(peer, environment=lambda url, port: {**peer.environment(url, port), **room})


def _served(module: str) -> Callable[[str, int], Sequence[str]]:
    return lambda url, port: [
        *(sys.executable, "-m", "uvicorn", f"bench.peers.{module}:application", "--port", str(port)),
        *UVICORN,
    ]


def _database(url: str, port: int) -> Environment:
    return {"BENCH_DATABASE": fleet.libpq(url)}


def _postgraphile_environment(url: str, port: int) -> Environment:
    parts = make_url(url)
    host, number = parts.query.get("host", parts.host), parts.query.get("port", parts.port or 5432)
    known = {"PGHOST": host, "PGPORT": number, "PGUSER": parts.username, "PGDATABASE": parts.database}
    password = {"PGPASSWORD": str(parts.password)} if parts.password else {}
    return {name: str(value) for name, value in known.items()} | password | {"GRAPHILE_ENV": "production"}


def _node() -> str:
    """The Node that PostGraphile says it supports; the machine's where there is none of its own."""
    own = {"x86_64": "x64", "aarch64": "arm64"}.get(os.uname().machine, "")
    found = MODULES / f"node-linux-{own}" / "bin" / "node"
    return str(found) if found.exists() else "node"


LIMIT = Peer("limit", "The limit", _served("limit"), None, _database, ready="/dashboard")
BARE = Peer("bare", "Interlock's endpoint alone", _served("bare"), CONNECTED, _database, ready="/graphql")
STOCK = Peer(
    "stock",
    "Strawberry's own handler",
    lambda url, port: [*_served("stock")(url, port), "--ws", "websockets-sansio"],
    None,
    _database,
)
ORM = Peer("orm", "Strawberry, SQLAlchemy, DataLoaders", _served("orm"), LISTED, _database, ready="/graphql")
REST = Peer(
    "rest",
    "Django REST framework",
    lambda url, port: [
        *(str(DJANGO / "gunicorn"), "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "8"),
        *("--keep-alive", "60", "--log-level", "warning", "bench.peers.rest.wsgi:application"),
    ],
    None,
    _database,
    needs=DJANGO / "gunicorn",
    ready="/dashboard",
)
POSTGRAPHILE_5 = Peer(
    "postgraphile",
    "PostGraphile 5",
    lambda url, port: [_node(), str(HERE / "postgraphile" / "server.mjs"), str(port)],
    POSTGRAPHILE,
    _postgraphile_environment,
    needs=MODULES / "postgraphile",
    ready="/graphql",
)
OTHERS = (LIMIT, POSTGRAPHILE_5, REST, ORM)
"""Beside the service, the fastest first."""
