"""What AWS tells, recorded: batches of 200 envelopes, and one by one over HTTP, beside a statement of SQL for each.

Every envelope tells that another execution has begun, of 100 pipelines. It is read, kept, known should it come again,
folded into a row, and in the log.

sql      one statement that writes the same rows, by eight connections of raw psycopg in this process: nothing is read
batches  what a consumer of the queue does with its messages, two at once as it is shipped
single   `POST /events` of the service as it is shipped, an envelope each, 64 at once

All of it twice: with commits as this machine has them, and with such as a disk of a cloud takes 3.5 ms for.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import psycopg

from bench.event_log import FLUSH
from bench.peers import fleet, issuer
from bench.peers.load import Load, asked
from bench.peers.measuring import finish
from bench.peers.peers import interlock
from bench.peers.results import QUICK, Notes
from bench.peers.running import Running, running
from intake import batches
from models.engine import Database
from models.epochs import ensure_epoch
from models.settings import Settings
from resolvers.messages import message
from tests.stories import Story

ENVELOPES, ROUNDS, SECONDS = (400, 1, 1.0) if QUICK else (4_000, 5, 5.0)
AT_ONCE, CONNECTIONS, CONSUMERS, SINGLE = 200, 8, 2, 64
PIPELINES = 100
FAST, SLOW = "as it is", "3.5 ms"
COMMITS = (FAST, SLOW)
"""How long a commit takes: as this machine's disk has it, and as a cloud's volume does."""
KEY = "a key of this measurement"
_ONE = """
with receipt as (
    insert into envelope_receipt (event_id) values (%(event)s) on conflict do nothing returning event_id
), kept as (
    insert into envelope (id, event_id, detail_type, pipeline_arn, execution_id, time, body)
    select uuidv7(), event_id, %(type)s, %(arn)s, %(execution)s, %(time)s, %(body)s from receipt
), execution as (
    insert into pipeline_execution (id, pipeline_id, execution_id, status, attempt, started_at)
    select uuidv7(), id, %(execution)s, 'IN_PROGRESS', 1, %(time)s from receipt, pipeline where arn = %(arn)s
    returning id, pipeline_id
), latest as (
    update pipeline set latest_execution_id = execution.id from execution where pipeline.id = pipeline_id
)
insert into event (epoch, type, actor, subject_type, subject_id, payload)
select 1, 'execution.changed', 'bench', 'PipelineExecution', id, jsonb_build_object(
    'pipeline', %(pipeline)s::text, 'executionId', %(execution)s::text, 'status', 'IN_PROGRESS', 'attempt', 1)
from execution
"""
_NUMBERS = itertools.count(1)


def main() -> None:
    """Writes build/bench/intake.json."""
    notes = Notes("intake")
    with issuer.running() as people:
        for commit in COMMITS:
            with fleet.copy(0.04) as url:
                _flushing(url, commit)
                _rounds(notes, url, people, commit)
        finish(notes, fleet.database(0.04))


def _flushing(url: str, commit: str) -> None:
    """From here on a commit in this database takes as long as a cloud's disk does with it, if that is wanted."""
    if commit == SLOW:
        with psycopg.connect(fleet.libpq(url), autocommit=True) as connection:
            for setting in FLUSH:
                name, value = setting.split("=")
                connection.execute(f"alter database {connection.info.dbname} set {name} = {value}".encode())


def _rounds(notes: Notes, url: str, people: issuer.Issuer, commit: str) -> None:
    asyncio.run(_batches(url, _stories(PIPELINES)))  # the pipelines are known from here on
    peer = interlock(people)
    taking = {"INTERLOCK_INTAKE_KEY": KEY}
    peer = replace(peer, environment=lambda url, port: {**interlock(people).environment(url, port), **taking})
    with running(peer, url) as server:
        for _ in range(ROUNDS):
            _note(notes, "sql", commit, asyncio.run(_statements(url, _stories(ENVELOPES))))
            _note(notes, "batches", commit, asyncio.run(_batches(url, _stories(ENVELOPES))))
            _note(notes, "single", commit, _single(server))


def _note(notes: Notes, name: str, commit: str, rate: float) -> None:
    notes.note(name, {"per_second": rate}, commit=commit)
    print(f"  {name:8} commit {commit:9} {rate:9.1f} envelopes a second", flush=True)


def _stories(count: int) -> list[dict[str, Any]]:
    """Envelopes of executions that begin, none of which was there before."""
    begin = datetime.now(UTC)
    return [_begins(number, begin) for number in itertools.islice(_NUMBERS, count)]


def _begins(number: int, begin: datetime) -> dict[str, Any]:
    story = Story(f"told-{number % PIPELINES}", str(UUID(int=number)), begin=begin)
    story.run("STARTED")
    return story.envelopes[0]


async def _batches(url: str, told: Sequence[dict[str, Any]]) -> float:
    async with Database(url) as database:
        await ensure_epoch(database)
        admitted = batches.admission(Settings(), database.clock.afresh())

        async def record(bodies: Sequence[str]) -> None:
            counts = await batches.record(database, [message(each) for each in bodies], admitted)
            assert counts.accepted == len(bodies), counts

        bodies = [json.dumps(each) for each in told]
        taken = await _seconds(record, [bodies[at : at + AT_ONCE] for at in range(0, len(bodies), AT_ONCE)], CONSUMERS)
    return len(bodies) / taken


async def _statements(url: str, told: Sequence[dict[str, Any]]) -> float:
    address = fleet.libpq(url)
    free: asyncio.Queue[psycopg.AsyncConnection[Any]] = asyncio.Queue()
    for _ in range(CONNECTIONS):
        free.put_nowait(await psycopg.AsyncConnection.connect(address, autocommit=True))

    async def write(values: dict[str, Any]) -> None:
        connection = await free.get()
        written = await connection.execute(_ONE, values, prepare=True)
        assert written.rowcount == 1, values
        free.put_nowait(connection)

    try:
        return len(told) / await _seconds(write, [_values(each) for each in told], CONNECTIONS)
    finally:
        while not free.empty():
            await free.get_nowait().close()


def _values(envelope: dict[str, Any]) -> dict[str, Any]:
    detail = envelope["detail"]
    named = {"event": envelope["id"], "type": envelope["detail-type"], "arn": envelope["resources"][0]}
    told = {"execution": detail["execution-id"], "pipeline": detail["pipeline"], "time": envelope["time"]}
    return named | told | {"body": json.dumps(envelope)}


async def _seconds(work: Callable[[Any], Awaitable[None]], given: Sequence[Any], at_once: int) -> float:
    """How long so many workers have with them."""
    left: Iterator[Any] = iter(given)

    async def worker() -> None:
        for each in left:
            await work(each)

    began = time.perf_counter()
    await asyncio.gather(*(worker() for _ in range(at_once)))
    return time.perf_counter() - began


def _single(server: Running) -> float:
    """Envelopes that have not come before: there are more than can be sent in the time."""
    head = {"x-api-key": KEY, "content-type": "application/json"}
    told = [server.peer.posted("/events", json.dumps(each), head) for each in _stories(round(6_000 * SECONDS))]
    answers = asked(Load(server.port, told, SINGLE, SECONDS))
    assert answers.done < len(told), "what came twice was only looked up"
    return answers.done / answers.seconds
