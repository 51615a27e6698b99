"""Intake and reporter, killed at random moments: afterwards everything is as if nobody had been."""

from __future__ import annotations

import asyncio
import json
import os
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

from aws.accounts import Accounts
from domain.configuration.kinds import Kind
from intake.explaining import Explainer
from models.engine import Database
from models.settings import Settings
from reporting import telemetry
from reporting.notifications import Notices
from reporting.traces import Traces
from resolvers.recording import record_envelopes
from tests import stories
from tests.configuring import URL
from tests.configuring import register as registered
from tests.emulator import Cloud, emulator
from tests.fleet import register_fleet, register_payments
from tests.intake.test_emulated import emptied
from tests.reporting.conftest import Collector, collecting
from tests.service import Forked, environment

__all__ = ["emulator"]

pytestmark = [pytest.mark.database, pytest.mark.slow, pytest.mark.timeout(900)]

EXECUTIONS = int(os.environ.get("INTERLOCK_TEST_EXECUTIONS", "24"))
"""Of 34 envelopes, and 50 where they are retried: 912 in all, and 10,032 by `make soak`, of 264."""
LIVES_SECONDS = (0.1, 2.0)
"""How long a process lives: from before it has begun to read, to well into its work."""


def told() -> list[dict[str, Any]]:
    """What CodePipeline says of all executions: those of payments fail; of the others some fail and are retried.

    Whether somebody saw a retried one fail depends on who was alive: so nothing is told of those.
    """
    found: list[dict[str, Any]] = []
    for number in range(EXECUTIONS):
        given = {
            "pipeline": "payments" if number % 2 else f"pipeline-{number % 8}",
            "execution": str(uuid.uuid5(uuid.NAMESPACE_URL, str(number))),
            "begin": stories.BEGIN + timedelta(minutes=number),
        }
        story = stories.retried(**given) if number % 4 == 0 else stories.failed(**given)
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
    "failures": """select p.execution_id, e.name, f.kind, f.attempt, f.cause from failure f
                   join pipeline_execution p on p.id = f.execution_id
                   left join environment e on e.id = f.environment_id
                   where p.pipeline_id in (select id from pipeline where service_id is not null)""",
    "envelopes": "select event_id, execution_id from envelope",
    "set aside": "select message_id, reason from set_aside",
    "spans": "select trace_id, span_id, encode(body, 'hex') from span_outbox",
    "notifications": "select type, thread from notification",
}


SENT_TRACES = "select count(distinct trace_id) from span_outbox where sent_at is not null"


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
    explainer = Explainer(database, Accounts(None, "INTERLOCK_READER_ROLE"))
    while await explainer.turn():
        pass
    await told_of(database)
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
            process = Forked(program, env)
            ending.wait(chance.uniform(*LIVES_SECONDS))
            process.kill()
            if ending.is_set():
                return
        process = Forked(program, env)
        ending.wait()
        process.end()

    thread = threading.Thread(target=live)
    thread.start()
    try:
        yield thread
    finally:
        ending.set()
        thread.join()


async def becomes(database: Database, statement: str, expected: Any, seconds: float = 300) -> None:
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


async def told_of(database: Database) -> None:
    """All that has happened so far is told, as far as the rows; readers that are new begin here."""
    notices = Notices(database, URL, lambda: datetime.now(UTC))
    while any([await notices.derive(), await notices.enqueue()]):
        pass
    await notices.enqueue()


async def register(database: Database, address: str) -> None:
    """The fleet that the executions deploy to, and who wants to know that payments is broken, and why."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
        given = {"name": "broken", "channel": "WEBHOOK", "address": address, "events": ["pipeline.broken"]}
        await registered(session, Kind.NOTIFICATION_ROUTE, **given, services=["payments"], repeat_minutes=0)
    await told_of(database)


async def test_killed_at_random_moments(database: Database, other_database: Database, emulator: str) -> None:
    """Thousands of envelopes, some twice and out of order, while intake and reporter are killed again and again."""
    with collecting() as collector, collecting() as receiver:
        await register(database, receiver.url)
        await register(other_database, receiver.url)
        await undisturbed(other_database)
        await disturbed(database, Cloud(emulator, stories.ACCOUNT, stories.REGION), collector, receiver)
    expected = await state(other_database)
    found = await state(database)
    assert {name: found[name] for name in expected if found[name] != expected[name]} == {}
    spans = {(span.trace_id, span.span_id): span.SerializeToString(deterministic=True) for span in collector.spans()}
    assert len(spans) == len(expected["spans"])
    notifications = {each["id"]: str((each["type"], each["data"]["executionId"])) for each in cloud_events(receiver)}
    assert sorted(notifications.values()) == expected["notifications"]


def cloud_events(receiver: Collector) -> list[dict[str, Any]]:
    """The notifications that arrived, some of them twice; their types as the log has them."""
    events = [json.loads(body) for body in receiver.bodies]
    return [event | {"type": event["type"].removeprefix("interlock.")} for event in events]


async def disturbed(database: Database, cloud: Cloud, collector: Collector, receiver: Collector) -> None:
    """The same over a queue, by programs that are killed; then traces are sealed, by a reporter that is killed too."""
    queue = cloud.sqs.create_queue(QueueName=f"killed-{uuid.uuid4()}")["QueueUrl"]
    env = environment(
        database.url,
        **cloud.environment,
        INTERLOCK_QUEUE_URL=queue,
        INTERLOCK_SETTLE_SECONDS="3600",
        INTERLOCK_NOTIFY_LOOPBACK="1",
        OTEL_EXPORTER_OTLP_TRACES_ENDPOINT=f"{collector.url}/v1/traces",
    )
    await asyncio.to_thread(send, cloud, queue, as_it_arrives(told()))
    with (
        killed_again_and_again("intake", env, 7, seed=1),
        killed_again_and_again("intake", env, 5, seed=2),
        killed_again_and_again("report", env, 5, seed=3),
    ):
        await asyncio.to_thread(emptied, cloud, queue)
        await becomes(database, "select count(*) from envelope", len(told()))
        broken = sum(envelope["detail"]["pipeline"] == "payments" for envelope in told()) // 34
        await becomes(database, "select count(*) from notification where status = 'SENT'", 2 * broken)
    with killed_again_and_again("report", env | {"INTERLOCK_SETTLE_SECONDS": "0"}, 4, seed=4):
        await becomes(database, SENT_TRACES, EXECUTIONS)
        await becomes(database, "select count(*) from span_outbox where sent_at is null", 0)


def send(cloud: Cloud, queue: str, bodies: list[str]) -> None:
    """Puts messages on the queue, ten at a time."""
    sqs = cloud.sqs
    for start in range(0, len(bodies), 10):
        entries: Any = [
            {"Id": str(number), "MessageBody": body} for number, body in enumerate(bodies[start : start + 10])
        ]
        assert not sqs.send_message_batch(QueueUrl=queue, Entries=entries).get("Failed")
