"""The program itself, reading a real SQS queue that EventBridge fills."""

import asyncio
import json
import time
import uuid
from typing import Any

import pytest
from sqlalchemy import func, select

from intake.queue import Queue
from models.engine import Database
from models.tables import Deployment, Envelope, PipelineExecution, SetAside, Work
from tests import mixed, stories
from tests.emulator import Cloud
from tests.fleet import register_fleet, register_payments
from tests.service import answers, environment, free_port, running

pytestmark = [pytest.mark.database, pytest.mark.slow]

SOURCE = "test.codepipeline"


@pytest.fixture
def cloud(emulator: str) -> Cloud:
    """The pipeline's account, which EventBridge names in every envelope."""
    return Cloud(emulator, stories.ACCOUNT, stories.REGION)


@pytest.fixture
def queue_url(cloud: Cloud) -> str:
    """A queue of the test's own."""
    return cloud.sqs.create_queue(QueueName=f"intake-{uuid.uuid4()}")["QueueUrl"]


def emptied(cloud: Cloud, queue_url: str) -> None:
    """Returns when no message is visible, and none in somebody's hands."""
    names: Any = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    sqs = cloud.sqs
    while True:
        found = sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=names)["Attributes"]
        if not any(int(found[name]) for name in names):
            return
        time.sleep(0.05)


async def until(database: Database, statement: Any, expected: Any) -> None:
    """Returns when a statement's only column has become what is expected; fails with what it is after a minute."""
    found = None
    for _ in range(1200):
        async with database.reading() as connection:
            found = (await connection.execute(statement)).scalars().all()
        if found == expected:
            return
        await asyncio.sleep(0.05)
    assert found == expected


async def test_from_the_bus_to_the_rows(database: Database, cloud: Cloud, queue_url: str) -> None:
    """Events on a bus reach the rows through a queue; poison is set aside; SIGTERM ends the program well."""
    async with database.transaction() as session:
        await register_fleet(session)
        await register_payments(session)
    story = stories.failed()
    await asyncio.to_thread(_publish, cloud, queue_url, story.envelopes)
    cloud.sqs.send_message(QueueUrl=queue_url, MessageBody="not JSON")
    settings = cloud.environment | {"INTERLOCK_QUEUE_URL": queue_url}
    with running("intake", environment(database.url, **settings)) as process:
        await until(database, select(PipelineExecution.status), ["FAILED"])
        await until(database, select(Deployment.reason).where(Deployment.status == "FAILED"), [stories.FAILURE])
        await until(database, select(SetAside.body), ["not JSON"])
        await asyncio.to_thread(emptied, cloud, queue_url)
        process.terminate()
        assert await asyncio.to_thread(process.wait, 60) == 0


async def test_several_processes_of_several_consumers(database: Database, cloud: Cloud, queue_url: str) -> None:
    """Two processes, three consumers each, over a queue of duplicates: all is recorded once, the folds are whole."""
    told = [envelope for number in range(6) for envelope in _story(number).envelopes] + mixed.others().envelopes
    twice = [*told, *told[::-1]]
    for start in range(0, len(twice), 10):
        entries: Any = [
            {"Id": str(number), "MessageBody": json.dumps(envelope)}
            for number, envelope in enumerate(twice[start : start + 10])
        ]
        cloud.sqs.send_message_batch(QueueUrl=queue_url, Entries=entries)
    settings = cloud.environment | {"INTERLOCK_QUEUE_URL": queue_url, "INTERLOCK_INTAKE_CONSUMERS": "3"}
    env = environment(database.url, **settings)
    with running("intake", env) as one, running("intake", env) as other:
        await until(database, select(func.count()).select_from(Envelope), [len(told)])
        await asyncio.to_thread(emptied, cloud, queue_url)
        for process in (one, other):
            process.terminate()
        assert [await asyncio.to_thread(process.wait, 60) for process in (one, other)] == [0, 0]
    await until(database, select(func.count()).select_from(SetAside), [0])
    await until(database, select(PipelineExecution.status), ["SUCCEEDED"] * 6)
    await until(database, select(Work.status).order_by(Work.status), ["FAILED", "FAILED", "SUCCEEDED", "SUCCEEDED"])


def _story(number: int) -> stories.Story:
    """An execution of one of two pipelines."""
    execution = f"{number:08d}-6a3e-4f0e-9d52-6f8c6c1d2e3f"
    return stories.retried(pipeline="payments" if number % 2 else "orders", execution=execution)


async def test_held_and_given_back(cloud: Cloud, queue_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """A message in hand can be held, and given back it is there at once; one that is gone is told."""
    cloud.sqs.send_message(QueueUrl=queue_url, MessageBody="{}")
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    queue = Queue(queue_url, wait_seconds=1)
    (message,) = await queue.receive()
    assert await queue.hold([message]) == 0
    assert await queue.receive() == []
    await queue.give_back([message])
    (again,) = await queue.receive()
    assert again.id == message.id
    await queue.delete([again])
    queue.close()


async def test_an_api_destination(database: Database, cloud: Cloud) -> None:
    """Events on a bus whose rule sends them to `POST /events` reach the rows by HTTP, under the key."""
    port = free_port()
    secret = "a key of twenty characters"
    env = environment(database.url, INTERLOCK_PORT=str(port), INTERLOCK_INTAKE_KEY=secret)
    with running("serve", env) as process:
        await asyncio.to_thread(answers, f"http://127.0.0.1:{port}", process)
        target = await asyncio.to_thread(_destination, cloud, f"http://127.0.0.1:{port}/events", secret)
        await asyncio.to_thread(_send, cloud, target, stories.failed().envelopes)
        await until(database, select(PipelineExecution.status), ["FAILED"])


def _destination(cloud: Cloud, url: str, key: str) -> dict[str, str]:
    """A target of rules that posts events to the URL."""
    name = f"interlock-{uuid.uuid4()}"
    parameters: Any = {"ApiKeyAuthParameters": {"ApiKeyName": "X-Api-Key", "ApiKeyValue": key}}
    connection = cloud.events.create_connection(Name=name, AuthorizationType="API_KEY", AuthParameters=parameters)
    destination = cloud.events.create_api_destination(
        Name=name, ConnectionArn=connection["ConnectionArn"], InvocationEndpoint=url, HttpMethod="POST"
    )
    return {"Id": "intake", "Arn": destination["ApiDestinationArn"]}


def _publish(cloud: Cloud, queue_url: str, envelopes: list[dict[str, Any]]) -> None:
    """Puts the details of envelopes on a bus whose rule sends them to the queue, as new events.

    Only AWS itself may send events of a source that begins with `aws.`: these are of another.
    """
    arn = cloud.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    _send(cloud, {"Id": "intake", "Arn": arn}, envelopes)


def _send(cloud: Cloud, target: Any, envelopes: list[dict[str, Any]]) -> None:
    """Puts the details of envelopes on a bus of their own, whose rule sends them to the target."""
    bus = f"hub-{uuid.uuid4()}"
    events = cloud.events
    events.create_event_bus(Name=bus)
    pattern = json.dumps({"source": [SOURCE]})
    events.put_rule(Name="pipelines", EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule="pipelines", EventBusName=bus, Targets=[target])
    for start in range(0, len(envelopes), 10):
        answer = events.put_events(
            Entries=[
                {
                    "Source": SOURCE,
                    "DetailType": envelope["detail-type"],
                    "Detail": json.dumps(envelope["detail"]),
                    "EventBusName": bus,
                    "Time": envelope["time"],
                }
                for envelope in envelopes[start : start + 10]
            ]
        )
        assert answer["FailedEntryCount"] == 0
