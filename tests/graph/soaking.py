"""A day's load, compressed into rounds: each asks, changes, watches and is refused in every way that there is."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import httpx
from graphql import is_required_argument
from sqlalchemy import URL
from websockets.asyncio.client import ClientConnection, connect

from models.event_log import Cursor
from tests.graph.asking import everything
from tests.graph.conftest import SCHEMA
from tests.pods import GONE, PROTOCOL, REGISTER, WATCH
from tests.service import ROOT, answers, environment, free_port

SUBSCRIPTIONS = 200
AT_ONCE = 50
BEGINNING = str(Cursor(1, 0, 0))
SETTINGS = {
    "INTERLOCK_RATE_LIMIT": "100000",
    "INTERLOCK_RATE_BURST": "100000",
    "INTERLOCK_TRUSTED_PROXIES": "127.0.0.1",
    "INTERLOCK_TRUSTED_DOCUMENTS": "log",
}
WIDE = ("services", "executions", "fingerprint")
"""Fields of which everything, two objects deep, is more than a document may ask."""
TYPENAME = {"query": "{ __typename }"}


class Soaked:
    """The running program. base: its address."""

    def __init__(self, process: subprocess.Popen[str], base: str) -> None:
        self._process, self.base = process, base

    def held(self) -> Any:
        """What it holds now: see `soaked.held`."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write("\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())


@contextmanager
def soaked(url: URL, log: Path) -> Iterator[Soaked]:
    """The service over a database, in a process of its own, until the block ends. log: where it writes."""
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    env = environment(url, INTERLOCK_PORT=str(port), **SETTINGS)
    command = [sys.executable, "-m", "tests.graph.soaked"]
    pipe = subprocess.PIPE
    with (
        log.open("w") as errors,
        subprocess.Popen(command, env=env, cwd=ROOT, stdin=pipe, stdout=pipe, stderr=errors, text=True) as process,
    ):
        try:
            answers(base, process)  # type: ignore[arg-type]  # it is only looked whether it has ended
            yield Soaked(process, base)
        finally:
            process.terminate()


def _shapes() -> list[str]:
    """A document for each root field that needs no argument: all that is within reach, a page as long as $n says."""
    graph, found = SCHEMA._schema, []
    for name, field in graph.query_type.fields.items():  # type: ignore[union-attr]
        if not any(is_required_argument(each) for each in field.args.values()):
            told, given = (" ($n: Int)", "(first: $n)") if "first" in field.args else ("", "")
            asked = everything(graph, field, 0 if name in WIDE else 1)
            found.append(f"query Q{told} {{ {name}{given} {asked} }}")
    return found


SHAPES = _shapes()


class Load:
    """Whoever asks a service. tokens: by name; those that begin with "narrow" are of viewers who see a part."""

    def __init__(self, client: httpx.AsyncClient, tokens: Mapping[str, str]) -> None:
        self._client, self._tokens = client, tokens
        self._narrow = [each for each in tokens if each.startswith("narrow")]
        self.statuses: Counter[int] = Counter()

    async def fill(self) -> None:
        """What the process remembers is full afterwards."""
        for n in range(1, 5):
            for document in SHAPES:
                await self._ask(document, n=n)
        for each in range(240):
            await self._ask(f"{{ f{each}: services {{ nodes {{ name }} }} }}")

    async def round(self, number: int) -> None:
        """All of it once; number: what makes names of its own."""
        await self._queries(number)
        await self._unknown(number)
        await self._not_let_in(number)
        await self._refused(number)
        await self._changes(number)
        await self._narrowed(number)
        for begin in range(0, SUBSCRIPTIONS, AT_ONCE):
            await asyncio.gather(*(self._watch(number, begin + each) for each in range(AT_ONCE)))
        await self._streams()

    async def _post(self, body: Any, path: str = "/graphql", **headers: str) -> httpx.Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        told = {"content-type": "application/json", **headers}
        return self._counted(await self._client.post(path, content=content, headers=told))

    def _counted(self, answer: httpx.Response) -> httpx.Response:
        self.statuses[answer.status_code] += 1
        assert answer.status_code < 500, (answer.status_code, answer.text[:1000])
        return answer

    def _bearer(self, name: str) -> dict[str, str]:
        return {"authorization": f"Bearer {self._tokens[name]}"}

    async def _ask(self, document: str, by: str = "admin", **variables: Any) -> Any:
        answer = await self._post({"query": document, "variables": variables}, **self._bearer(by))
        return answer.json()

    async def _queries(self, number: int) -> None:
        for document in SHAPES:
            assert "errors" not in await self._ask(document, n=5 + number % 400)

    async def _unknown(self, number: int) -> None:
        admin = self._bearer("admin")
        for each in range(20):
            await self._ask(f"{{ a{number}_{each}: services {{ nodes {{ b{number}_{each}: name }} }} }}")
            await self._ask(f"{{ nothing{number}_{each} }}")
            digest = f"{number:032x}{each:032x}"
            await self._post({"documentId": f"sha256:{digest}"}, **admin)
            await self._post({"extensions": {"persistedQuery": {"version": 1, "sha256Hash": digest}}}, **admin)

    async def _not_let_in(self, number: int) -> None:
        for each in range(4):
            client = {"x-forwarded-for": f"10.{number // 256 % 256}.{number % 256}.{each}"}
            for token in (f"ilk_{number}_{each}", f"{self._tokens['admin']}{each}", self._tokens["admin"][:-1]):
                await self._post(TYPENAME, authorization=f"Bearer {token}", **client)
            for path in (
                f"/login?next=/x{number}",
                "/login/callback?state=x&code=y",
                "/metrics",
                "/graphql",
                f"/{each}",
            ):
                self._counted(await self._client.get(path, headers=client))
            await self._post({}, "/logout", **client)
            await self._post({}, "/events", **client)

    async def _refused(self, number: int) -> None:
        admin = self._bearer("admin")
        for _ in range(3):
            for body in (b"{", [1], {"query": "{ a" * 400}, {**TYPENAME, "variables": [1]}, {"query": number}):
                await self._post(body, **admin)
            await self._ask("{ events(first: 5000) { totalCount } }")
            await self._ask(WATCH)
            for wrong in (
                {"content-type": "text/plain"},
                {"accept": "multipart/mixed"},
                {"origin": "https://elsewhere.example"},
                {"host": f"elsewhere-{number}.example"},
            ):
                await self._post(TYPENAME, **(admin | wrong))
        await self._post(b"x" * (5 * 1024 * 1024 + 1), **admin)

    async def _changes(self, number: int) -> None:
        for each in range(8):
            name, email = f"team-{number}-{each}", "team@example.com"
            told = await self._ask(REGISTER, input={"name": name, "email": email})
            assert not told["data"]["registerTeam"]["errors"], told
            await self._ask(REGISTER, input={"name": "NO NAME", "email": email})
            await self._ask(REGISTER, "viewer", input={"name": f"denied-{number}-{each}", "email": email})

    async def _narrowed(self, number: int) -> None:
        for name in self._narrow:
            for place in range(2):
                await self._ask(SHAPES[(number * 2 + place * 7) % len(SHAPES)], name, n=10)
            await self._ask(REGISTER, name, input={"name": f"n{number}-{name}", "email": "team@example.com"})

    @asynccontextmanager
    async def _socket(self, name: str) -> AsyncIterator[ClientConnection]:
        address = str(self._client.base_url).replace("http", "ws", 1).rstrip("/") + "/graphql"
        async with connect(address, subprotocols=[PROTOCOL]) as socket:
            await socket.send(json.dumps({"type": "connection_init", "payload": {"Authorization": self._of(name)}}))
            await socket.recv()
            yield socket

    def _of(self, name: str) -> str:
        return self._bearer(name)["authorization"]

    async def _watch(self, number: int, each: int) -> None:
        """One that joins and leaves: some share, some replay, some are refused, some are gone without a word."""
        document = WATCH if each % 3 else WATCH.replace("type", f"t{number}_{each}: type")
        name = ["admin", *self._narrow][each % (len(self._narrow) + 1)]
        asked: list[Any] = [{"query": document, "variables": {"after": None if each % 5 else BEGINNING}}]
        if each % 7 == 0:
            asked.append({"query": SHAPES[each % len(SHAPES)], "variables": {"n": 3}})
        try:
            async with self._socket(name) as socket:
                for place, payload in enumerate(asked):
                    await socket.send(json.dumps({"type": "subscribe", "id": str(place), "payload": payload}))
                await socket.send("nonsense" if each % 11 == 0 else '{"type":"ping"}')
                await asyncio.wait_for(socket.recv(), 30)
                if each % 2:
                    await socket.send('{"type":"complete","id":"0"}')
                if each % 13 == 0:
                    socket.transport.abort()
        except GONE:
            pass  # as it was asked for

    async def _streams(self) -> None:
        for each in range(12):
            body = {"query": SHAPES[each], "variables": {"n": 2}}
            headers = {"accept": "text/event-stream", **self._bearer("admin")}
            if each % 2:
                body, headers["last-event-id"] = {"query": WATCH}, BEGINNING
            async with self._client.stream("POST", "/graphql", json=body, headers=headers) as answer:
                self.statuses[answer.status_code] += 1
                async for line in answer.aiter_lines():
                    if line.startswith("data:"):
                        break
