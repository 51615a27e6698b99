"""A company's day in eight minutes, against the service as it is shipped: 2,000 deployments, walls open, synths.

Each deployment asks for its service's plan as its synth does, and then AWS tells how it goes, in 42 envelopes through
six requests to `POST /events`, an hour of the day long; they come as a day has them, few by night and most before
noon and in the afternoon. Walls ask for the whole fleet again and again, and sockets follow the log. What the process
and PostgreSQL hold is noted each second. At the end everything must be there: each execution as it ended, and each
event once and in order at every socket.
"""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from statistics import quantiles
from typing import Any
from uuid import UUID

import httpx
import psycopg

from bench.peers import fleet, issuer, usage
from bench.peers.measuring import finish
from bench.peers.peers import interlock
from bench.peers.questions import CONNECTED, Question
from bench.peers.results import QUICK, Notes
from bench.peers.running import Running, running
from models.engine import Database
from models.epochs import ensure_epoch
from models.event_log import Cursor, read_after, read_head
from resolvers.pipelines import register_pipeline
from tests.pods import Watcher, at_work
from tests.stories import Story, names_of, wave

DEPLOYMENTS, SECONDS, SOCKETS, WALLS = (60, 24.0, 5, 2) if QUICK else (2_000, 480.0, 20, 10)
SCALE = 0.2 if QUICK else 1.0
PIPELINES = 100
HOUR = SECONDS / 24
BY_HOUR = (1, 1, 1, 1, 2, 3, 5, 9, 12, 12, 11, 9, 8, 11, 12, 11, 9, 6, 4, 3, 2, 2, 1, 1)
"""How a day's deployments are spread over its hours."""
PAUSE = HOUR / 12
"""Between two looks of a wall: five minutes of the day."""
ACCOUNT = "111111111111"
KEY = "a key of this measurement"
WAVES = (
    wave("alpha-1", "alpha", "environment-0000"),
    wave("prod-1", "prod", "environment-0018", "environment-0042"),
    wave("prod-2", "prod", "environment-0019"),
)
BEFORE = (
    ("Source", "SOURCE", ("acme.Source",)),
    ("Build", "SYNTH", ("Synth",)),
    ("Assets", "ASSETS", ("File.Assets",)),
)


def main() -> None:
    """Writes build/bench/day.json."""
    notes = Notes("day")
    with fleet.copy(SCALE) as url, issuer.running() as people:
        asyncio.run(_mapped(url))
        peer = interlock(people)
        given = peer.environment
        peer = replace(peer, environment=lambda url, port: {**given(url, port), "INTERLOCK_INTAKE_KEY": KEY})
        with running(peer, url) as server:
            asyncio.run(Day(server, notes).lived())
        finish(notes, url)


async def _mapped(url: str) -> None:
    """The pipelines tell which actions they have, as their synths do."""
    async with Database(url) as database:
        await ensure_epoch(database)
        for number in range(1, PIPELINES + 1):
            async with database.transaction() as session:
                await register_pipeline(
                    session,
                    "bench",
                    now=datetime.now(UTC),
                    name=fleet.service(number),
                    account=ACCOUNT,
                    region="eu-west-1",
                    repository=f"acme/service-{number}",
                    plan_digest="sha256:" + "0" * 64,
                    structure=_structure(number),
                )


def _structure(number: int) -> dict[str, Any]:
    before = [
        {"name": stage, "stage": None, "wave": None, "actions": [{"name": each, "kind": kind} for each in names]}
        for stage, kind, names in BEFORE
    ]
    return {
        "contract": 1,
        "pipeline": fleet.service(number),
        "account": ACCOUNT,
        "region": "eu-west-1",
        "repository": f"acme/service-{number}",
        "planDigest": "sha256:" + "0" * 64,
        "stages": [*before, *WAVES],
    }


class Day:
    """One, lived by a service. notes: learns what each hour was like."""

    def __init__(self, server: Running, notes: Notes) -> None:
        self._server, self._notes = server, notes
        self._bearer = {"authorization": f"Bearer {server.peer.token}"}
        self._taken: dict[str, list[float]] = defaultdict(list)
        self._held: dict[str, list[float]] = defaultdict(list)
        self._told = self._again = 0

    async def lived(self) -> None:
        """From midnight to midnight; raises RuntimeError where anything is not there at its end."""
        follow = [Watcher([self._server.base], token=self._server.peer.token) for _ in range(SOCKETS)]
        limits = httpx.Limits(max_connections=100)
        async with (
            Database(self._server.url, pool_size=2) as database,
            httpx.AsyncClient(base_url=self._server.base, timeout=60, limits=limits) as client,
        ):
            start = await _head(database)
            for watcher in follow:
                watcher.after = start
            async with at_work(*(each.watch() for each in follow)):
                async with (
                    at_work(self._noted(), *(self._wall(client) for _ in range(WALLS))),
                    asyncio.TaskGroup() as deployments,
                ):
                    for number, at in enumerate(_moments()):
                        deployments.create_task(self._deployed(client, number, at))
                await self._all_there(database, start, follow)

    async def _deployed(self, client: httpx.AsyncClient, number: int, at: float) -> None:
        """A synth, and an hour in which AWS tells how it goes."""
        await asyncio.sleep(at)
        name = fleet.service(number % PIPELINES + 1)
        await self._asked(client, "synth", Question.SYNTH, {"name": name})
        story = Story(name, str(UUID(int=number + 1)), begin=datetime.now(UTC), account=ACCOUNT)
        stages = [*((stage, names) for stage, _, names in BEFORE), *((each["name"], names_of(each)) for each in WAVES)]
        for place, (stage, names) in enumerate(stages):
            begin = len(story.envelopes)
            if place == 0:
                story.run("STARTED", **{"commit-id": f"{number:040x}"})
            story.good_stage(stage, *names)
            if place == len(stages) - 1:
                story.run("SUCCEEDED")
            await self._tell(client, story.envelopes[begin:])
            await asyncio.sleep(HOUR / len(stages))

    async def _tell(self, client: httpx.AsyncClient, envelopes: list[dict[str, Any]]) -> None:
        began = time.perf_counter()
        answer = await self._answered(client, "/events", envelopes, {"x-api-key": KEY})
        if sum(answer.json().get(each, 0) for each in ("accepted", "duplicates")) != len(envelopes):
            raise RuntimeError(f"{len(envelopes)} envelopes were answered by {answer.text[:500]}")
        self._taken["told"].append(1000 * (time.perf_counter() - began))
        self._told += len(envelopes)

    async def _wall(self, client: httpx.AsyncClient) -> None:
        while True:
            await self._asked(client, "wall", Question.DASHBOARD, {})
            await asyncio.sleep(PAUSE)

    async def _asked(self, client: httpx.AsyncClient, kind: str, question: Question, variables: dict[str, str]) -> None:
        began = time.perf_counter()
        body = {"query": CONNECTED[question], "variables": variables}
        answer = await self._answered(client, "/graphql", body, self._bearer)
        if b'"errors"' in answer.content[:100]:
            raise RuntimeError(f"{question} was answered by {answer.text[:500]}")
        self._taken[kind].append(1000 * (time.perf_counter() - began))

    async def _answered(
        self, client: httpx.AsyncClient, path: str, body: Any, headers: dict[str, str]
    ) -> httpx.Response:
        """Asked again while the answer is 503, as EventBridge and the command do. Raises RuntimeError for any other."""
        for _ in range(30):
            answer = await client.post(path, json=body, headers=headers)
            if answer.status_code == 200:
                return answer
            if answer.status_code != 503:
                break
            self._again += 1
            await asyncio.sleep(1)
        raise RuntimeError(f"{path} was answered by {answer.status_code}: {answer.text[:500]}")

    async def _noted(self) -> None:
        """Each hour, what the clients waited and what the processes held."""
        for hour in range(26):
            worked, told = usage.processor_seconds(self._server.pid), self._told
            end = time.monotonic() + HOUR
            while time.monotonic() < end:
                self._held["server_mib"].append(usage.kibibytes(self._server.pid) / 1024)
                self._held["database_mib"].append(usage.kibibytes(self._server.postmaster) / 1024)
                await asyncio.sleep(min(2.0, HOUR / 2))
            figures = {f"{kind}_{name}": value for kind in self._taken for name, value in _cuts(self._taken[kind])}
            figures |= {name: max(values) for name, values in self._held.items()}
            figures["envelopes"] = self._told - told
            figures["processor_percent"] = 100 * (usage.processor_seconds(self._server.pid) - worked) / HOUR
            self._taken.clear()
            self._held.clear()
            self._notes.note("interlock", figures, hour=hour)
            print(
                "  " + "  ".join(f"{name} {value:.0f}" for name, value in ({"hour": hour} | figures).items()),
                flush=True,
            )

    async def _all_there(self, database: Database, start: str, follow: list[Watcher]) -> None:
        """Each execution as it ended, each event once and in order at each socket."""
        last = await _head(database)
        async with database.reading() as connection:
            events = [str(each.cursor) for each in await read_after(connection, Cursor.parse(start), limit=10_000_000)]
        async with asyncio.timeout(120):
            while any(each.after != last for each in follow):  # noqa: ASYNC110 - tasks of many clients
                await asyncio.sleep(0.1)
        if any([event["cursor"] for event in each.seen] != events for each in follow):
            raise RuntimeError("A socket has not had every event once and in order.")
        ids = [str(UUID(int=number + 1)) for number in range(DEPLOYMENTS)]
        with psycopg.connect(fleet.libpq(self._server.url)) as connection:
            counted = "select count(*) from pipeline_execution where status = 'SUCCEEDED' and execution_id = any(%s)"
            (ended,) = connection.execute(counted, [ids]).fetchone() or (0,)
        if ended != DEPLOYMENTS:
            raise RuntimeError(f"{ended} of {DEPLOYMENTS} executions have ended as they were told to.")
        print(
            f"  {DEPLOYMENTS:,} deployments, {self._told:,} envelopes, {len(events):,} events, to {SOCKETS} sockets",
            flush=True,
        )


def _moments() -> Iterator[float]:
    """When each deployment begins, in seconds from midnight: evenly within its hour, the last hour left to end."""
    whole = sum(BY_HOUR)
    for number in range(DEPLOYMENTS):
        place = (number + 0.5) * whole / DEPLOYMENTS
        for hour, share in enumerate(BY_HOUR):
            if place < share:
                yield (hour + place / share) * HOUR
                break
            place -= share


def _cuts(values: list[float]) -> Iterator[tuple[str, float]]:
    if len(values) > 1:
        cuts = quantiles(values, n=100)
        yield from (("p50", cuts[49]), ("p99", cuts[98]))


async def _head(database: Database) -> str:
    """The log's end, when nothing before it is under way."""
    async with database.reading() as connection:
        while (found := await read_head(connection)).held:  # noqa: ASYNC110 - of other processes
            await asyncio.sleep(0.05)
    return str(found.cursor)
