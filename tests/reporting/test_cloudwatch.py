"""Data points to CloudWatch: against the emulator, and where that says yes to everything, botocore's Stubber."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from botocore.stub import Stubber
from sqlalchemy import text

from domain.measures import Pipeline, Point, of_build
from models import measures
from models.engine import Database
from models.metric_points import KEPT
from reporting.cloudwatch import AT_ONCE, LEASE, LONGEST_BACK_OFF, CloudWatch, back_off
from tests.emulator import Cloud, emulator

__all__ = ["emulator"]
pytestmark = pytest.mark.database
NOW = datetime.now(UTC).replace(microsecond=0)
PAYMENTS = Pipeline("payments", "payments")
NAMESPACE = "Interlock/Tests"


class Answers:
    """Stands for the client of CloudWatch: remembers what it was sent, and raises what it is told to."""

    def __init__(self, *errors: Exception | None) -> None:
        self.errors = list(errors)
        self.sent: list[list[str]] = []

    def put_metric_data(self, **given: Any) -> None:
        """As CloudWatch has it."""
        self.sent.append([each["MetricName"] for each in given["MetricData"]])
        if self.errors and (error := self.errors.pop(0)):
            raise error


def refusal(code: str) -> ClientError:
    """What botocore raises for an answer with this code."""
    return ClientError({"Error": {"Code": code, "Message": "no"}}, "PutMetricData")


def point(number: int, *, at: datetime = NOW) -> Point:
    """A build of so many seconds."""
    return of_build(f"action-{number}", PAYMENTS, at - timedelta(seconds=number), at)


async def keep(database: Database, *points: Point) -> None:
    """As the counter does."""
    async with database.transaction() as session:
        await measures.keep_points(session, [(each, None) for each in points], NOW)


async def standing(database: Database) -> list[tuple[bool, str | None, int]]:
    """Of each point, by its id: whether it was sent, why it was dropped, and how often it was tried."""
    async with database.reading() as connection:
        statement = "select sent_at is not null, dropped, attempts from metric_point order by id"
        return [tuple(row) for row in await connection.execute(text(statement))]


@pytest.mark.slow
async def test_points_arrive_with_the_time_of_the_event(
    database: Database, emulator: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The emulator has them under the time at which something ended, a week ago, and not that of the sending."""
    cloud = Cloud(emulator)
    for name, value in cloud.environment.items():
        monkeypatch.setenv(name, value)
    week_ago = NOW - timedelta(days=7)
    await keep(database, point(60, at=week_ago), point(120, at=week_ago))
    assert await CloudWatch(database, NAMESPACE).send_due(NOW)
    assert await standing(database) == [(True, None, 1)] * 2
    dimensions = [{"Name": "Service", "Value": "payments"}, {"Name": "Pipeline", "Value": "payments"}]
    found = cloud.cloudwatch.get_metric_statistics(
        Namespace=NAMESPACE,
        MetricName="BuildTime",
        Dimensions=dimensions,
        StartTime=week_ago - timedelta(hours=1),
        EndTime=week_ago + timedelta(hours=1),
        Period=3600 * 2,
        Statistics=["SampleCount", "Sum", "Maximum"],
        Unit="Seconds",
    )["Datapoints"]
    assert [(each["SampleCount"], each["Sum"], each["Maximum"]) for each in found] == [(2, 180, 120)]


async def test_a_request_is_what_aws_describes(database: Database) -> None:
    """botocore's own model takes it: names, units, dimensions, a time."""
    keys = {"aws_access_key_id": "x", "aws_secret_access_key": "x"}
    client = boto3.client("cloudwatch", region_name="eu-west-1", **keys)
    one = point(60)
    expected = {
        "Namespace": NAMESPACE,
        "MetricData": [
            {
                "MetricName": "BuildTime",
                "Timestamp": one.at,
                "Value": 60.0,
                "Unit": "Seconds",
                "Dimensions": [{"Name": "Service", "Value": "payments"}, {"Name": "Pipeline", "Value": "payments"}],
            }
        ],
    }
    await keep(database, one)
    with Stubber(client) as stubber:
        stubber.add_response("put_metric_data", {}, expected)
        assert await CloudWatch(database, NAMESPACE, client).send_due(NOW)
        stubber.assert_no_pending_responses()


async def test_a_request_has_so_many_points(database: Database) -> None:
    """Below AWS's 1,000 and its 1 MB, whatever waits."""
    await keep(database, *(point(number) for number in range(AT_ONCE + 1)))
    client = Answers()
    sender = CloudWatch(database, NAMESPACE, client)
    assert [await sender.send_due(NOW) for _ in range(3)] == [True, True, False]
    assert [len(each) for each in client.sent] == [AT_ONCE, 1]


async def test_an_endpoint_that_is_away_is_asked_again(database: Database) -> None:
    """With back-off, the same points; a right that is missing too: somebody may give it."""
    errors = [EndpointConnectionError(endpoint_url="x"), refusal("AccessDenied"), refusal("Throttling"), None]
    client = Answers(*errors)
    await keep(database, point(1))
    sender = CloudWatch(database, NAMESPACE, client)
    now = NOW
    for attempt in range(1, 4):
        assert not await sender.send_due(now)
        assert not await sender.send_due(now)  # not yet
        now += back_off(attempt)
    assert await sender.send_due(now)
    assert len(client.sent) == 4
    assert await standing(database) == [(True, None, 4)]
    assert back_off(1) == timedelta(seconds=2)
    assert back_off(99) == LONGEST_BACK_OFF


async def test_a_point_that_aws_refuses_holds_no_other_back(database: Database) -> None:
    """Those of its batch are sent one by one; it is dropped, and counted."""
    await keep(database, point(1), point(2), point(3))
    no = refusal("InvalidParameterValue")
    client = Answers(no, None, no, None)
    sender = CloudWatch(database, NAMESPACE, client)
    assert [await sender.send_due(NOW) for _ in range(5)] == [False, True, False, True, False]
    assert [len(each) for each in client.sent] == [3, 1, 1, 1]
    assert sorted((sent, dropped) for sent, dropped, _ in await standing(database)) == sorted(
        [(True, None), (False, "refused"), (True, None)], key=str
    )
    async with database.reading() as connection:
        assert (await connection.execute(text("select name, labels, count from total"))).all() == [
            ("point_dropped", ["refused"], 1)
        ]


async def test_a_process_that_dies_leaves_its_batch_due_again(database: Database) -> None:
    """Claimed and never marked, as between AWS's answer and the mark: sent once more when the lease has ended."""
    await keep(database, point(1))
    sender = CloudWatch(database, NAMESPACE, Answers())
    assert await sender._claim(NOW) is not None
    client = Answers()
    other = CloudWatch(database, NAMESPACE, client)
    assert not await other.send_due(NOW + LEASE - timedelta(seconds=1))
    assert await other.send_due(NOW + LEASE)
    assert not await other.send_due(NOW + 2 * LEASE)
    assert client.sent == [["BuildTime"]]


async def test_what_became_too_old_while_it_waited_is_dropped(database: Database) -> None:
    """Two weeks without CloudWatch: what it would refuse is not sent, and counted; the rest is."""
    await keep(database, point(1), point(2, at=NOW - timedelta(days=10)))
    client = Answers()
    assert await CloudWatch(database, NAMESPACE, client).send_due(NOW + timedelta(days=5))
    assert [len(each) for each in client.sent] == [1]
    assert sorted(sent for sent, _, _ in await standing(database)) == [False, True]
    assert {dropped for _, dropped, _ in await standing(database)} == {None, "old"}


async def test_points_are_forgotten_when_nobody_can_send_them(database: Database) -> None:
    """Not before: a point that is known is not kept again."""
    await keep(database, point(1))
    sender = CloudWatch(database, NAMESPACE, Answers())
    assert await sender.send_due(NOW)
    await keep(database, point(1))
    assert not await sender.send_due(NOW + KEPT)
    assert len(await standing(database)) == 1
    assert not await sender.send_due(NOW + KEPT + timedelta(seconds=1))
    assert await standing(database) == []
