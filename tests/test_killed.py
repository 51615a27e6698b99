"""Intake and reporter, killed at random moments: afterwards everything is as if nobody had been."""

from __future__ import annotations

import asyncio
import json
import random
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from models.engine import Database
from models.settings import Settings
from reporting import telemetry
from reporting.traces import Traces
from resolvers.recording import record_envelopes
from tests import stories
from tests.emulator import Cloud, emulator
from tests.fleet import register_fleet, register_payments
from tests.intake.test_emulated import emptied
from tests.reporting.conftest import Collector, collector
from tests.service import environment, running

__all__ = ["collector", "emulator"]

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(600)]

EXECUTIONS = 240
"""Of 42 envelopes on average: 10,080 in all."""
VISIBILITY_SECONDS = 3
"""How long a message stays hidden that a killed process had in hand."""
LIVES_SECONDS = (1.5, 4.0)
"""How long a process lives: from before it has begun to read, to well into its work."""


def told() -> list[dict[str, Any]]:
    """What CodePipeline says of all executions: half of them fail, half of them fail and are retried."""
    found: list[dict[str, Any]] = []
    for number in range(EXECUTIONS):
        given = {
            "pipeline": "payments" if number % 2 else f"pipeline-{number % 8}",
            "execution": str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))),
            "begin": stories.BEGIN + timedelta(minutes=number),
        }
        story = stories.failed(**given) if number % 3 else stories.retried(**given)
        found += story.envelopes
    return found


def as_it_arrives(envelopes: list[dict[str, Any]]) -> list[str]:
    """The messages: neighbours change places, and some come twice."""
    chance = random.Random(20261129)
    order = sorted(range(len(envelopes)), key=lambda place: place + chance.uniform(0, 60))
    bodies = [json.dumps(envelopes[place]) for place in order]
    return [body for body in bodies for _ in range(2 if chance.random() < 0.05 else 1)]


STATE = {
    "executions": "select execution_id, status, attempt, revision, started_at, ended_at from pipeline_execution",
    "stages": """select execution_id, name, status, started_at, ended_at
                 from (select p.execution_id, s.name, s.status, s.started_at, s.ended_at
                       from stage_execution s join pipeline_execution p on p.id = s.execution_id) as found""",
    "actions": """select p.execution_id, s.name, a.name, a.kind, a.status, a.started_at, a.ended_at, a.summary
                  from action_execution a join stage_execution s on s.id = a.stage_execution_id
                  join pipeline_execution p on p.id = s.execution_id""",
    "deployments": """select p.execution_id, e.name, d.status, d.revision, d.reason, d.started_at, d.ended_at
                      from deployment d join pipeline_execution p on p.id = d.execution_id
                      join environment e on e.id = d.environment_id""",
    "envelopes": "select id, execution_id from envelope",
    "set aside": "select id, reason from set_aside",
}


async def state(database: Database) -> dict[str, list[Any]]:
    """Everything that the envelopes have come to, without the keys of rows."""
    async with database.reading() as connection:
        return {
            name: sorted(map(str, (await connection.execute(text(statement))).all()))
            for name, statement in STATE.items()
        }


async def undisturbed(database: Database) -> None:
    """The same executions, told in their order and in one process."""
    envelopes = told()
    for start in range(0, len(envelopes), 100):
        async with database.transaction() as session:
            await record_envelopes(session, envelopes[start : start + 100])
    traces = Traces(database, telemetry.resource(Settings()), timedelta())
    while await traces.seal_due(datetime.now(UTC) + timedelta(seconds=1)):
        pass


@contextmanager
def killed_again_and_again(program: str, env: dict[str, str], lives: int, seed: int) -> Iterator[threading.Thread]:
    """The program, in a thread: killed after a random time, started again, and left to live after so many lives."""
    chance = random.Random(seed)
    ending = threading.Event()

    def live() -> None:
        for _ in range(lives):
            with running(program, env) as process:
                ending.wait(chance.uniform(*LIVES_SECONDS))
                process.kill()
            if ending.is_set():
                return
        with running(program, env):
            ending.wait()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield thread
    finally:
        ending.set()
        thread.join()


async def becomes(database: Database, statement: str, expected: Any, seconds: float = 240) -> None:
    """Returns when the only value of a statement is what is expected."""
    found = None
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        async with database.reading() as connection:
            found = (await connection.execute(text(statement))).scalar_one()
        if found == expected:
            return
        await asyncio.sleep(0.1)
    assert found == expected


async def register(database: Database) -> None:
    """The fleet that the executions deploy to."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)


async def test_killed_at_random_moments(
    database: Database, other_database: Database, emulator: str, collector: Collector
) -> None:
    """Ten thousand envelopes, some twice and out of order, while intake and reporter are killed again and again."""
    await register(database)
    await register(other_database)
    await undisturbed(other_database)

    cloud = Cloud(emulator, stories.ACCOUNT, stories.REGION)
    attributes: Any = {"VisibilityTimeout": str(VISIBILITY_SECONDS)}
    queue = cloud.sqs.create_queue(QueueName=f"killed-{uuid.uuid4()}", Attributes=attributes)["QueueUrl"]
    given = cloud.environment | {"INTERLOCK_QUEUE_URL": queue, "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    env = environment(database.url, **given, INTERLOCK_SETTLE_SECONDS="3600")
    await asyncio.to_thread(send, cloud, queue, as_it_arrives(told()))
    with killed_again_and_again("intake", env, 8, seed=1), killed_again_and_again("intake", env, 6, seed=2):
        await asyncio.to_thread(emptied, cloud, queue)
        await becomes(database, "select count(*) from envelope", len(told()))

    sealing = env | {"INTERLOCK_SETTLE_SECONDS": "0"}
    async with other_database.reading() as connection:
        spans = (await connection.execute(text("select count(*) from span_outbox"))).scalar_one()
    with killed_again_and_again("report", sealing, 6, seed=3):
        await becomes(database, "select count(*) from span_outbox where sent_at is not null", spans)

    assert await state(database) == await state(other_database)
    received = {(span.trace_id, span.span_id): span for span in collector.spans()}
    assert len(received) == spans


def send(cloud: Cloud, queue: str, bodies: list[str]) -> None:
    """Puts messages on the queue, ten at a time."""
    sqs = cloud.sqs
    for start in range(0, len(bodies), 10):
        entries: Any = [
            {"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies[start : start + 10])
        ]
        assert not sqs.send_message_batch(QueueUrl=queue, Entries=entries).get("Failed")
