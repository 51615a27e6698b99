"""Data points to CloudWatch, by PutMetricData: at least once, a batch at a time, in threads.

PutMetricData knows no token by which it could tell that it has a point already. A process that dies between AWS's
answer and the mark leaves a batch that is sent again, `AT_ONCE` points at most; so does an answer that never comes.
The other order, marking first, would lose as many. A point twice moves a mean by a little and doubles a count of one
moment; a point that is lost is a failure that nobody sees. So nothing is lost.
"""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import Any

import structlog
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import ClientError
from sqlalchemy.ext.asyncio import AsyncSession

from aws.accounts import AwsError, words
from domain import measures as rules
from domain.backing_off import back_off
from domain.measures import Point
from models import measures, metric_points
from models.engine import Database
from models.measures import Addition
from models.metric_points import Batch
from reporting.counting import DROPPED

AT_ONCE = 500
"""Points of one request. AWS takes 1,000 and 1 MB; 500 of the longest are 0.6 MB."""
LEASE = timedelta(seconds=60)
"""Longer than a request may take: after it, the batch of a process that died is due again."""
LONGEST_BACK_OFF = timedelta(minutes=5)
_REFUSED = {
    "InvalidParameterCombination",
    "InvalidParameterCombinationException",
    "InvalidParameterValue",
    "InvalidParameterValueException",
    "MissingParameter",
    "MissingRequiredParameterException",
    "ValidationError",
    "ValidationException",
}
"""What AWS says of a request's content. Everything else may pass by itself, a right that is missing too."""
# boto3 repeats nothing by itself: each repetition may count twice, and the outbox repeats.
_CONFIG = Config(connect_timeout=5, read_timeout=20, retries={"mode": "standard", "total_max_attempts": 1})
_log = structlog.get_logger("interlock.reporting")


class CloudWatch:
    """One process's part in the sending of points; several may run, each with batches of its own.

    Credentials, Region and endpoint are found as boto3 finds them.
    """

    def __init__(self, database: Database, namespace: str, client: Any = None) -> None:
        self._database = database
        self._namespace = namespace
        self._client = client

    async def send_due(self, now: datetime) -> bool:
        """Sends one batch, if one is due. True when it was acknowledged, and more may be due."""
        batch = await self._claim(now)
        if batch is None:
            return False
        if not batch.points:
            return True
        error = await asyncio.to_thread(self._put, batch)
        async with self._database.transaction() as session:
            if error is None:
                await metric_points.mark_sent(session, batch, now)
            else:
                await _refused(session, batch, error, now)
        _tell(batch, error)
        return error is None

    async def _claim(self, now: datetime) -> Batch | None:
        """What is due, without what has become too old while it waited."""
        async with self._database.transaction() as session:
            batch = await metric_points.claim(session, now=now, until=now + LEASE, most=AT_ONCE)
            if batch is None:
                await metric_points.forget(session, now)
                return None
            late = [(point, reason) for point in batch.points if (reason := rules.refusal(point.at, now))]
            for reason in sorted({reason for _, reason in late}):
                await _drop(session, [point for point, why in late if why == reason], reason, now)
            return Batch(tuple(point for point in batch.points if not rules.refusal(point.at, now)), batch.attempts)

    def _put(self, batch: Batch) -> Exception | None:
        try:
            if self._client is None:
                self._client = Session().client("cloudwatch", config=_CONFIG)
            self._client.put_metric_data(Namespace=self._namespace, MetricData=[_datum(each) for each in batch.points])
        except AwsError as error:
            return error
        return None


def _datum(point: Point) -> dict[str, Any]:
    return {
        "MetricName": point.name,
        "Timestamp": point.at,
        "Value": point.value,
        "Unit": point.unit.value,
        "Dimensions": [{"Name": name, "Value": value} for name, value in point.dimensions],
    }


async def _refused(session: AsyncSession, batch: Batch, error: Exception, now: datetime) -> None:
    """A point that AWS does not take holds no other back: those of its batch are sent one by one, and it is dropped."""
    if not _of_the_content(error):
        await metric_points.mark_failed(session, batch, now + back_off(batch.attempts, LONGEST_BACK_OFF))
    elif len(batch.points) > 1:
        await metric_points.mark_failed(session, batch, now, alone=True)
    else:
        await _drop(session, list(batch.points), "refused", now)


async def _drop(session: AsyncSession, points: list[Point], reason: str, now: datetime) -> None:
    if points and (count := await metric_points.mark_dropped(session, points, reason)):
        await measures.add(session, [Addition(DROPPED, (reason,), now, count)])


def _of_the_content(error: Exception) -> bool:
    return isinstance(error, ClientError) and error.response["Error"].get("Code") in _REFUSED


def _tell(batch: Batch, error: Exception | None) -> None:
    facts = {"points": len(batch.points), "attempt": batch.attempts}
    if error is None:
        _log.info("points sent to CloudWatch", **facts)
    else:
        _log.warning("points not sent to CloudWatch", **facts, reason=words(error))
