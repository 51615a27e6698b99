"""A company's whole configuration: loaded, previewed, edited and asked, by the command and over HTTP.

The service is the real program over an embedded database, with a pipeline for each service. Beside it in the same run
stand a mutation for each entity, one after the other, and the physical limit: COPY of the rows that a load writes.

Seconds are those of a fleet of 40 accounts, 25 Regions, 300 environments and 500 services; `x2` and `x4` are the
ratios at twice and four times that. `others wait` is the longest that another request took meanwhile, in milliseconds.
"""

from __future__ import annotations

import asyncio
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import httpx
import psycopg
from sqlalchemy import insert, make_url

from bench.fleets import REGIONS, Document, Fleet
from domain.configuration.kinds import Kind
from domain.configuration.planning import planner_of
from interlock_cli.documents import document
from models import embedded, migrate, regions, tables
from models.base import Base
from models.configuration import current
from models.engine import Database

SCALES = (1.0, 2.0, 4.0)
SINGLES = 200
ROUNDS = 5
ROOT = Path(__file__).parent.parent
EDIT = "mutation($input: UpdateWaveInput!) { updateWave(input: $input) { change { number } errors { message } } }"
SINGLE = "mutation($input: RegisterServiceInput!) { registerService(input: $input) { errors { message } } }"
AS_OF = "query { configuration(asOf: {change: 1}) { change document } }"


@dataclass
class Column:
    """One fleet's figures by name: seconds, and milliseconds of waiting where they were looked at."""

    title: str
    seconds: dict[str, float] = field(default_factory=dict)
    waited: dict[str, float] = field(default_factory=dict)
    counted: dict[str, int] = field(default_factory=dict)


def main() -> None:
    """Prints the table."""
    columns = [_measured(f"x{scale:g}", Fleet(scale)) for scale in SCALES]
    columns.append(_measured("x1 dense", Fleet(everywhere=True)))
    _print(columns)


def _measured(title: str, fleet: Fleet) -> Column:
    column = Column(title)
    with tempfile.TemporaryDirectory(prefix="interlock-bench-") as folder:
        Path(folder).chmod(0o711)
        file = fleet.write(Path(folder))
        with embedded.running(Path(folder)) as url:
            migrate.upgrade(url)
            regions.register_known(url)
            with _service(url) as base:
                Run(column, fleet, base, url).all(file)
            _copied(column, url)
    return column


@contextmanager
def _service(url: str) -> Iterator[str]:
    """The address of `python -m graph serve` over this database."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = str(probe.getsockname()[1])
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("INTERLOCK_", "OTEL_", "AWS_"))}
    env = {**kept, "PYTHONPATH": str(ROOT), "INTERLOCK_DATABASE_URL": url, "INTERLOCK_PORT": port}
    env["INTERLOCK_GRACE_SECONDS"] = "0"
    process = subprocess.Popen([sys.executable, "-m", "graph", "serve"], env=env, stderr=subprocess.DEVNULL)
    base = f"http://127.0.0.1:{port}"
    try:
        while True:
            try:
                httpx.get(f"{base}/readyz").raise_for_status()
                break
            except httpx.HTTPError:
                assert process.poll() is None, f"the service ended with {process.returncode}"
                time.sleep(0.05)
        yield base
    finally:
        process.terminate()
        process.wait(30)


class Others(threading.Thread):
    """Another client, which asks the service for its health all the time. longest: of its requests, in milliseconds."""

    def __init__(self, base: str) -> None:
        super().__init__(daemon=True)
        self.base, self.longest, self.over = base, 0.0, threading.Event()

    def run(self) -> None:
        with httpx.Client(timeout=600) as client:
            while not self.over.wait(0.005):
                began = time.perf_counter()
                client.get(f"{self.base}/healthz")
                self.longest = max(self.longest, (time.perf_counter() - began) * 1000)

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self.join()


@dataclass
class Run:
    """One fleet's measurements against one service."""

    column: Column
    fleet: Fleet
    base: str
    url: str

    def all(self, file: Path) -> None:
        """Each in its turn: what is measured later finds what was written before."""
        self.timed("apply, first", lambda: self.interlock("apply", str(file), "--yes"))
        asyncio.run(self.pipelines())
        self.timed("apply, again", lambda: self.interlock("apply", str(file), "--yes"))
        self.timed("export", lambda: self.interlock("export"))
        moved = {"input": {"operations": self.fleet.moving(REGIONS[2])}}
        asked = document("preview_change")
        self.timed("preview: a Region moves", lambda: self.ask(asked, moved)["previewChange"], rounds=ROUNDS)
        self.edits_and_plans()
        self.timed("apply: a Region moves", lambda: self.ask(document("apply_change"), moved))
        self.timed("configuration(asOf: 1)", lambda: self.ask(AS_OF), rounds=ROUNDS)
        self.singles()

    def timed(self, name: str, work: Callable[[], Any], rounds: int = 1) -> None:
        """The middle of the rounds counts, and of the waiting the worst."""
        taken = []
        for _ in range(rounds):
            with Others(self.base) as others:
                began = time.perf_counter()
                work()
                taken.append(time.perf_counter() - began)
            self.column.waited[name] = max(others.longest, self.column.waited.get(name, 0))
        self.column.seconds[name] = statistics.median(taken)

    def ask(self, query: str, variables: Document | None = None) -> Document:
        """The data of an answer without errors."""
        body = {"query": query, "variables": variables}
        answer = httpx.post(f"{self.base}/graphql", json=body, timeout=600).raise_for_status().json()
        assert not answer.get("errors"), answer["errors"]
        data: Document = answer["data"]
        for each in data.values():
            assert not each.get("errors"), each["errors"]
        return data

    def interlock(self, *arguments: str) -> None:
        """The command, as a person types it; what it prints goes to a file, which is faster than a terminal."""
        command = [str(Path(sys.executable).parent / "interlock"), "--url", self.base, *arguments]
        with tempfile.TemporaryFile() as out:
            ended = subprocess.run(command, check=False, stdout=out, stderr=subprocess.PIPE)
        assert ended.returncode == 0, ended.stderr.decode()

    async def pipelines(self) -> None:
        """Each service has a pipeline that was built from its plan as it is now."""
        async with Database(self.url) as database, database.transaction() as session:
            stored = await current(session)
            planner, rows = planner_of(stored.configuration, self.base), stored.rows[Kind.SERVICE]
            digests = {name: plan.digest for name in rows if (plan := planner.plan_of(name))}
            given = {"account_id": "100000000000", "region_name": "eu-west-1"}
            arn = "arn:aws:codepipeline:eu-west-1:100000000000:"
            made = [
                {"name": name, "arn": arn + name, "service_id": rows[name].id, "plan_digest": digest, **given}
                for name, digest in digests.items()
            ]
            await session.execute(
                insert(tables.Pipeline), [{**each, "wanted_digest": each["plan_digest"]} for each in made]
            )

    def edits_and_plans(self) -> None:
        """A small edit, the first plan after it, and the next one."""
        repository = {"repository": self.fleet.document["services"][0]["repository"]}
        asked: dict[str, list[float]] = {
            "edit: one wave's bake time": [],
            "plan, after a change": [],
            "plan, again": [],
        }
        for number in range(ROUNDS):
            edit = {"input": {"name": "prod-2", "bakeMinutes": 300 + number}}
            work = [lambda edit=edit: self.ask(EDIT, edit), *[lambda: self.ask(document("plan"), repository)] * 2]
            for name, each in zip(asked, work, strict=True):
                self.timed(name, each)
                asked[name].append(self.column.seconds[name])
        self.column.seconds |= {name: statistics.median(taken) for name, taken in asked.items()}

    def singles(self) -> None:
        """Services, each by a mutation of its own; as many as the fleet has entities would take so much longer."""
        services = [*self.fleet.document["services"]][:SINGLES]
        began = time.perf_counter()
        for each in services:
            name = f"more-{each['name']}"
            self.ask(SINGLE, {"input": {**each, "name": name, "repository": f"acme/{name}"}})
        taken = (time.perf_counter() - began) / len(services)
        self.column.counted["entities"] = _entities(self.fleet.document)
        self.column.seconds["singles, extrapolated"] = taken * self.column.counted["entities"]


def _entities(document: Document) -> int:
    waves = [wave for stage in document["stages"] for wave in stage["waves"]]
    inner = len(waves) + sum(len(wave["environments"]) for wave in waves)
    return 1 + inner + sum(len(section) for section in document.values() if isinstance(section, list))


def _copied(column: Column, url: str) -> None:
    """The first change's rows, by COPY in binary into a database with the same schema, tables, indexes and keys."""
    address = make_url(url).set(drivername="postgresql")
    copy = address.set(database="copied")
    with psycopg.connect(address.render_as_string(hide_password=False), autocommit=True) as connection:
        connection.execute("create database copied")
    migrate.upgrade(copy)
    with (
        psycopg.connect(address.render_as_string(hide_password=False)) as source,
        psycopg.connect(copy.render_as_string(hide_password=False)) as target,
    ):
        rows = {table.name: _rows(source, table.name) for table in Base.metadata.sorted_tables}
        began = time.perf_counter()
        for name, data in rows.items():
            with target.cursor().copy(f'copy "{name}" from stdin (format binary)') as into:
                into.write(data)
        target.commit()
        column.seconds["COPY of all rows (limit)"] = time.perf_counter() - began
        column.counted["placements"] = source.execute("select count(*) from placement").fetchone()[0]  # type: ignore[index]


def _rows(source: psycopg.Connection[Any], table: str) -> bytes:
    with source.cursor().copy(f'copy "{table}" to stdout (format binary)') as out:
        return b"".join(bytes(each) for each in out)


def _print(columns: list[Column]) -> None:
    first = columns[0]
    print(f"{'':28}{'seconds':>9}" + "".join(f"{each.title:>9}" for each in columns[1:]) + "   others wait (ms)")
    for name, seconds in first.seconds.items():
        ratios = "".join(f"{each.seconds[name] / seconds:9.1f}" for each in columns[1:])
        waits = "".join(f"{each.waited[name]:7.0f}" for each in columns if name in each.waited)
        print(f"{name:28}{seconds:9.2f}{ratios}   {waits}")
    for name, count in first.counted.items():
        print(f"{name:28}{count:9,}" + "".join(f"{each.counted[name] / count:9.1f}" for each in columns[1:]))


if __name__ == "__main__":
    main()
