"""A day of a fleet in short: what a served process keeps in memory does not grow with what it has answered."""

from __future__ import annotations

import asyncio
import json
import os
import random
from pathlib import Path
from typing import Any

import httpx
import pytest
import websockets
from sqlalchemy import URL

from tests.service import Forked, answers, environment, free_port

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(1800)]

ROUNDS = int(os.environ.get("INTERLOCK_TEST_MEMORY_ROUNDS", "8"))
"""`make soak` has sixty."""
SHAPES, WRONG, CHANGES, SOCKETS = 120, 40, 20, 20
GROWS_AT_MOST = 24
"""MB from the first half's end, when what is remembered is full, to the end: arenas and what is on its way."""
FIELDS = {
    "teams": ["id", "name", "version", "archivedAt"],
    "services": ["id", "name", "repository", "branch", "version"],
    "environments": ["id", "name", "kind", "version"],
    "events": ["cursor", "type", "time", "actor", "subjectType", "payload"],
    "regions": ["id", "name", "timeZone"],
    "stages": ["id", "name", "position", "production"],
}
REGISTER = """mutation ($input: RegisterTeamInput!) {
  registerTeam(input: $input) { team { name } errors { code message } } }"""


def resident(pid: int) -> float:
    """MB that the process has in memory."""
    status = Path(f"/proc/{pid}/status").read_text("ascii")
    return int(status.split("VmRSS:")[1].split()[0]) / 1024


def shape(chance: random.Random) -> str:
    """A document that nobody has sent before."""
    parts = []
    for number in range(chance.randint(1, 4)):
        name = chance.choice(sorted(FIELDS))
        fields = chance.sample(FIELDS[name], chance.randint(1, len(FIELDS[name])))
        alias, first = f"a{number}_{chance.getrandbits(60)}", chance.randint(1, 50)
        parts.append(f"{alias}: {name}(first: {first}) {{ nodes {{ {' '.join(fields)} }} }}")
    return "{ " + " ".join(parts) + " }"


def wrong(chance: random.Random) -> dict[str, Any]:
    """A request that fails: it cannot be parsed, is not valid, or asks for what is not there."""
    number = chance.getrandbits(60)
    return chance.choice(
        [
            {"query": f"{{ x{number}"},
            {"query": f"{{ field{number} }}"},
            {"query": f'{{ team(name: "t{number}") {{ name }} }}'},
            {"query": "query ($x: [ID!]!) { nodes(ids: $x) { id } }", "variables": {"x": [f"x{number}"] * 500}},
            {"query": REGISTER, "variables": {"input": {"name": "No Name " * 50 + str(number)}}},
            {"nothing": number},
        ]
    )


async def joined(base: str, chance: random.Random) -> None:
    """A socket that follows events, of its own shape or of everybody's, gets one, and leaves with or without a word."""
    url = base.replace("http:", "ws:") + "/graphql"
    name = f"S{chance.getrandbits(60)}" if chance.random() < 0.5 else "Shared"
    async with websockets.connect(url, subprotocols=[websockets.Subprotocol("graphql-transport-ws")]) as socket:
        await socket.send(json.dumps({"type": "connection_init"}))
        await socket.recv()
        asked = {"query": f"subscription {name} {{ events {{ cursor type payload }} }}"}
        await socket.send(json.dumps({"id": "1", "type": "subscribe", "payload": asked}))
        await socket.recv()
        if chance.random() < 0.5:
            await socket.send(json.dumps({"id": "1", "type": "complete"}))


async def an_hour(client: httpx.AsyncClient, base: str, number: int) -> None:
    """What comes in a while: watchers, changes, questions and mistakes."""
    chance = random.Random(number)
    watchers = [asyncio.create_task(joined(base, chance)) for _ in range(SOCKETS)]
    questions: list[dict[str, Any]] = [{"query": shape(chance)} for _ in range(SHAPES)]
    questions += [wrong(chance) for _ in range(WRONG)]
    chance.shuffle(questions)
    for asked in questions:
        answer = await client.post("/graphql", json=asked)
        assert answer.status_code in (200, 400), answer.text
    for change in range(CHANGES):
        given = {"input": {"name": f"team-{number}-{change}", "idempotencyKey": f"{number}-{change}"}}
        answer = await client.post("/graphql", json={"query": REGISTER, "variables": given})
        assert answer.json()["data"]["registerTeam"]["errors"] == [], answer.text
    async with asyncio.timeout(120):
        while not all(watcher.done() for watcher in watchers):  # who subscribed late waits for another event
            change += 1
            given = {"input": {"name": f"team-{number}-{change}"}}
            await client.post("/graphql", json={"query": REGISTER, "variables": given})
            await asyncio.sleep(0.05)
    await asyncio.gather(*watchers)


async def test_memory_is_flat(database_url: URL) -> None:
    """Over documents of ever new shapes, sockets that come and go, changes, and requests that fail."""
    port = free_port()
    process = Forked("serve", environment(database_url, INTERLOCK_PORT=str(port)))
    try:
        base = f"http://127.0.0.1:{port}"
        await asyncio.to_thread(answers, base, process)
        sizes = [resident(process.pid)]
        async with httpx.AsyncClient(base_url=base, timeout=60) as client:
            for number in range(ROUNDS):
                await an_hour(client, base, number)
                sizes.append(resident(process.pid))
    finally:
        process.end()
    print("MB after each round:", " ".join(f"{size:.0f}" for size in sizes))  # noqa: T201 - for `make soak`
    half = sizes[len(sizes) // 2]
    assert sizes[-1] - half < GROWS_AT_MOST, sizes
