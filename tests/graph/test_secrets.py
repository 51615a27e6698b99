"""What is secret is in no log and in no answer: sent in every place where somebody could put it, and looked for."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import websockets
from sqlalchemy import URL

from tests.graph.issuer import token
from tests.service import answers, environment, forked, free_port

SECRET = "s3cr3tw0rd"
PERSON = token(sub=SECRET, email=f"{SECRET}@example.com")
PROGRAM = f"ilk_{SECRET}{'x' * 33}"
CREATE = """mutation ($i: CreateApiTokenInput!) { createApiToken(input: $i) { secret errors { message } } }"""


@pytest.fixture
def served(database_url: URL, tmp_path: Path) -> Iterator[tuple[str, Path]]:
    """A service that is started from nothing, whose log goes to a file."""
    port, log = free_port(), tmp_path / "log"
    given = {
        "INTERLOCK_PORT": str(port),
        "INTERLOCK_LOG_SQL": "1",
        "INTERLOCK_TRUSTED_DOCUMENTS": "log",
        "INTERLOCK_INTAKE_KEY": SECRET * 3,
        "INTERLOCK_SMTP_URL": f"smtp://me:{SECRET}@127.0.0.1:1",
        "OTEL_EXPORTER_OTLP_HEADERS": f"authorization={SECRET}",
    }
    with forked("serve", environment(database_url, **given), log) as process:
        answers(f"http://127.0.0.1:{port}", process)
        yield f"http://127.0.0.1:{port}", log


def test_no_secret_is_logged_or_answered(served: tuple[str, Path]) -> None:
    """Tokens, keys, variables, literals, names of operations, headers and frames: none of them is seen again."""
    base, log = served
    told: list[str] = []
    with httpx.Client(base_url=base, timeout=60) as client:
        for bearer in (PERSON, PROGRAM, SECRET, f"{SECRET} {SECRET}"):
            said = client.post(
                "/graphql", json={"query": "{ __typename }"}, headers={"authorization": f"Bearer {bearer}"}
            )
            told.append(said.text + str(said.headers))
            client.post("/events", json=[], headers={"x-interlock-key": bearer, "authorization": bearer})
        for body in (
            {"query": f'query {SECRET} {{ nodes(ids: ["{SECRET}"]) {{ id }} }}'},
            {"query": "query ($a: [ID!]!) { nodes(ids: $a) { id } }", "variables": {"a": [SECRET]}},
            {"query": "query ($a: String!) { event(cursor: $a) { cursor } }", "variables": {"a": f"{SECRET}\u0000"}},
            {"query": f'{{ services(filter: {{ name: "{SECRET}\\u0000" }}) {{ totalCount }} }}'},
            {"query": "{ __typename }", "variables": {"password": SECRET}, "extensions": {"token": SECRET}},
            {"query": CREATE, "variables": {"i": {"name": "x", "roles": ["VIEWER"], "expiresAt": SECRET}}},
        ):
            client.post("/graphql", json=body, headers={"cookie": f"session={SECRET}", "x-api-key": SECRET})
        client.get(f"/graphql?query={SECRET}&access_token={SECRET}")
        client.get(f"/{SECRET}", headers={"user-agent": SECRET})
    asyncio.run(_spoken(base))
    written = log.read_text("utf-8")
    assert "statement" in written, "the log is the service's"
    names = {"operations"}  # what an operation is called is told, so that it can be known
    lines = [line for line in written.splitlines() if SECRET in line and not names & set(json.loads(line))]
    assert lines == []
    assert not [each for each in told if SECRET in each or PROGRAM in each]


async def _spoken(base: str) -> None:
    address = base.replace("http", "ws", 1) + "/graphql"
    async with websockets.connect(address, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init", "payload": {"authorization": f"Bearer {PROGRAM}"}}))
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await socket.recv()
    assert SECRET not in str(closed.value)
