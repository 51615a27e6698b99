"""Notifications by `python -m graph report`: killed at any moment, and through AWS's own services in the emulator."""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from uuid import UUID

import orjson
import pytest
from sqlalchemy import text

from aws.secrets import SecretError, Secrets
from aws.topics import TopicError, publish
from domain.configuration.kinds import Kind
from domain.events import EventType, Happening
from models.engine import Database
from models.event_log import append
from reporting.channels.addresses import Web
from reporting.notifications import Channels, Dispatcher, Notices
from tests.configuring import register
from tests.emulator import HUB, Cloud, emulator
from tests.reporting.conftest import Collector
from tests.service import Forked, environment

pytestmark = pytest.mark.database
__all__ = ["emulator"]
EVENTS = 60
URL = "http://127.0.0.1:8400"


@contextmanager
def reporter(database: Database) -> Iterator[None]:
    """A process that reports from this database; it is killed after the block."""
    process = Forked("report", environment(database.url, INTERLOCK_NOTIFY_LOOPBACK="1"))
    try:
        yield
    finally:
        process.kill()


async def eventually(database: Database, statement: str) -> None:
    """Waits until a statement says true."""
    async with asyncio.timeout(90):
        while True:
            async with database.reading() as connection:
                if (await connection.execute(text(statement))).scalar_one():
                    return
            await asyncio.sleep(0.05)


def alarm(number: int) -> Happening:
    return Happening(EventType.ALARM_CHANGED, "Alarm", UUID(int=number), {"alarm": f"a{number}", "state": "ALARM"})


async def test_killed_at_any_moment(database: Database, collector: Collector) -> None:
    """Four times while it sends: afterwards the distinct ids at the receiver are those of all events, in order."""
    async with database.transaction() as session:
        given = {"name": "all", "channel": "WEBHOOK", "address": collector.url, "events": ["alarm.*"]}
        await register(session, Kind.NOTIFICATION_ROUTE, **given)
    with reporter(database):
        await eventually(database, "select count(*) = 1 from reader where name = 'notifications'")
    for number in range(EVENTS):
        async with database.transaction() as session:
            await append(session, [alarm(number)], "tester")
    chance = random.Random(7)
    for _ in range(4):
        collector.arrived.clear()
        with reporter(database):
            assert await asyncio.to_thread(collector.arrived.wait, 60)
            await asyncio.sleep(chance.random() * 0.2)
        async with database.transaction() as session:
            await session.execute(text("update notification_target set leased_until = now()"))  # the lease is over
    with reporter(database):
        await eventually(database, f"select count(*) = {EVENTS} from notification where status = 'SENT'")
    arrived = [orjson.loads(body) for body in collector.bodies]
    first = list(dict.fromkeys((each["id"], each["data"]["title"]) for each in arrived))
    assert [title for _, title in first] == [f"Alarm a{number}: ALARM" for number in range(EVENTS)]
    async with database.reading() as connection:
        kept = {str(id_) for (id_,) in await connection.execute(text("select id from notification"))}
    assert {id_ for id_, _ in first} == kept


@pytest.fixture
def cloud(emulator: str, monkeypatch: pytest.MonkeyPatch) -> Cloud:
    """The emulator, as the credentials and endpoint that boto3 finds by itself."""
    found = Cloud(emulator)
    for name in list(os.environ):
        if name.startswith("AWS_"):
            monkeypatch.delenv(name)
    for name, value in found.environment.items():
        monkeypatch.setenv(name, value)
    return found


@pytest.mark.slow
async def test_a_topic_delivers_to_a_queue(database: Database, cloud: Cloud) -> None:
    """Published once, with its attributes; a filter policy on them holds back what is not wanted."""
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="notices")["TopicArn"]
    queues = {}
    for name, policy in (("all", {}), ("payments", {"FilterPolicy": '{"type": ["freeze.registered"]}'})):
        queues[name] = cloud.sqs.create_queue(QueueName=name)["QueueUrl"]
        arn = f"arn:aws:sqs:eu-west-1:{HUB}:{name}"
        sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=arn, Attributes=policy)
    async with database.transaction() as session:
        given = {"name": "all", "channel": "SNS", "address": topic, "events": ["alarm.*"]}
        await register(session, Kind.NOTIFICATION_ROUTE, **given)

    def clock() -> datetime:
        return datetime.now(UTC)

    with ThreadPoolExecutor(2) as threads:
        web = Web(loopback=False)
        sender = Dispatcher(database, Channels(web, Secrets(), threads, URL, None, URL), clock)
        notices = Notices(database, URL, clock)
        await notices.enqueue()
        async with database.transaction() as session:
            await append(session, [alarm(1)], "tester")
        await notices.enqueue()
        await sender.turn()
        await sender.finish()
        await web.close()
    async with database.reading() as connection:
        row = (await connection.execute(text("select id, status, receipt, error from notification"))).one()
    assert row.status == "SENT", row.error
    (message,) = cloud.sqs.receive_message(QueueUrl=queues["all"], WaitTimeSeconds=5)["Messages"]
    body = orjson.loads(message["Body"])
    assert body["MessageId"] == row.receipt["messageId"]
    assert body["Subject"] == "Alarm a1: ALARM"
    assert body["MessageAttributes"]["id"]["Value"] == str(row.id)
    assert body["MessageAttributes"]["type"]["Value"] == "alarm.changed"
    assert "Messages" not in cloud.sqs.receive_message(QueueUrl=queues["payments"])


@pytest.mark.slow
def test_a_fifo_topic_takes_a_repetition_once(cloud: Cloud) -> None:
    """The notification's id is what it is deduplicated by."""
    sns = cloud.client("sns")
    topic = sns.create_topic(Name="notices.fifo", Attributes={"FifoTopic": "true"})["TopicArn"]
    queue = cloud.sqs.create_queue(QueueName="ordered.fifo", Attributes={"FifoQueue": "true"})["QueueUrl"]
    sns.subscribe(TopicArn=topic, Protocol="sqs", Endpoint=f"arn:aws:sqs:eu-west-1:{HUB}:ordered.fifo")
    for _ in range(2):
        publish(topic, "s", "m", {"id": "one", "empty": ""}, group="thread", once="one")
    got = cloud.sqs.receive_message(QueueUrl=queue, MaxNumberOfMessages=10, WaitTimeSeconds=2)["Messages"]
    assert len(got) == 1
    with pytest.raises(TopicError, match="NotFound"):
        publish(topic.replace("notices", "nothing"), "s", "m", {}, group="thread", once="one")


@pytest.mark.slow
def test_a_secret_is_read_from_secrets_manager(cloud: Cloud) -> None:
    """Text, or the one text of a JSON object; what is not there, or is two, is told without what it is."""
    manager = cloud.client("secretsmanager")
    plain = manager.create_secret(Name="plain", SecretString="xoxb-1 ")["ARN"]
    pair = manager.create_secret(Name="pair", SecretString='{"token": "xoxb-2"}')["ARN"]
    two = manager.create_secret(Name="two", SecretString='{"a": "xoxb-3", "b": "x"}')["ARN"]
    secrets = Secrets()
    assert [secrets.get(plain), secrets.get(pair)] == ["xoxb-1", "xoxb-2"]
    for arn, reason in ((two, "has 2 texts"), (plain.replace("plain", "gone"), "cannot be read: ResourceNotFound")):
        with pytest.raises(SecretError, match=reason) as caught:
            secrets.get(arn)
        assert "xoxb-3" not in str(caught.value)
