"""The program itself, reading a real SQS queue that EventBridge fills."""

import asyncio
import json
import time
import uuid
from typing import Any

import pytest
from sqlalchemy import select

from models.engine import Database
from models.tables import Deployment, PipelineExecution, SetAside
from tests import stories
from tests.emulator import Cloud
from tests.fleet import register_fleet, register_payments
from tests.service import environment, running

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


def _publish(cloud: Cloud, queue_url: str, envelopes: list[dict[str, Any]]) -> None:
    """Puts the details of envelopes on a bus whose rule sends them to the queue, as new events.

    Only AWS itself may send events of a source that begins with `aws.`: these are of another.
    """
    bus = f"hub-{uuid.uuid4()}"
    arn = cloud.sqs.get_queue_attributes(QueueUrl=queue_url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    events = cloud.events
    events.create_event_bus(Name=bus)
    pattern = json.dumps({"source": [SOURCE]})
    events.put_rule(Name="pipelines", EventBusName=bus, EventPattern=pattern)
    events.put_targets(Rule="pipelines", EventBusName=bus, Targets=[{"Id": "intake", "Arn": arn}])
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
