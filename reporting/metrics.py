"""What was counted as OTLP's metrics, and their sending: cumulative, so that sending them again is harmless.

Names are those of OpenTelemetry's semantic conventions 1.44. The bytes are a function of what was counted, the resource
and the time alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

import structlog
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.metrics.v1.metrics_pb2 import (
    AggregationTemporality,
    Histogram,
    HistogramDataPoint,
    Metric,
    NumberDataPoint,
    ResourceMetrics,
    ScopeMetrics,
    Sum,
)
from opentelemetry.proto.resource.v1.resource_pb2 import Resource as ResourceMessage
from opentelemetry.sdk.resources import Resource

from domain.measures import BOUNDS
from models import leases, totals
from models.engine import Database
from models.totals import Counted, Total
from reporting.counting import ERROR, RUN
from reporting.sender import Refusal, Sender
from reporting.telemetry import SCHEMA_URL

LEASE = "otlp metrics"
"""The name of the lease that elects who sends, once in each interval."""
_CUMULATIVE = AggregationTemporality.AGGREGATION_TEMPORALITY_CUMULATIVE
_SCOPE = InstrumentationScope(name="interlock.executions", version="1")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_log = structlog.get_logger("interlock.reporting")


class Metrics:
    """One process's part in the sending of metrics; several may run, and one of them sends in each interval."""

    def __init__(self, database: Database, resource: Resource, interval: timedelta) -> None:
        self._database = database
        self._resource = resource
        self._interval = interval

    async def send_due(self, sender: Sender, now: datetime) -> bool:
        """Sends what stands now, if it is time and nobody else does. Nothing is lost by a failure: sums go on."""
        async with self._database.transaction() as session:
            if not await leases.take(session, LEASE, self._interval):
                return False
        async with self._database.reading() as connection:
            counted = await totals.read(connection)
        _tell(await sender.send(encode(counted, self._resource, now)), sender.url)
        return False


def encode(counted: Counted, resource: Resource, now: datetime) -> bytes:
    """An ExportMetricsServiceRequest of everything. Empty where nothing was counted yet."""
    metrics = [_durations(counted, now), _active(counted, now), _errors(counted, now)]
    scope = ScopeMetrics(scope=_SCOPE, schema_url=SCHEMA_URL, metrics=[each for each in metrics if _has_data(each)])
    attributes = _attributes((name, str(value)) for name, value in sorted(resource.attributes.items()))
    of_resource = ResourceMetrics(
        resource=ResourceMessage(attributes=attributes), schema_url=resource.schema_url, scope_metrics=[scope]
    )
    body: bytes = ExportMetricsServiceRequest(resource_metrics=[of_resource]).SerializeToString(deterministic=True)
    return body


def _durations(counted: Counted, now: datetime) -> Metric:
    """CodePipeline knows neither a queue nor an aftermath: all of a run, to its result, is `executing`."""
    points = [
        HistogramDataPoint(
            attributes=_attributes(_of_run(total)),
            start_time_unix_nano=_nanoseconds(total.since),
            time_unix_nano=_nanoseconds(max(now, total.since)),
            count=total.count,
            sum=total.amount,
            explicit_bounds=BOUNDS,
            bucket_counts=total.buckets,
        )
        for total in counted.named(RUN)
    ]
    return Metric(
        name="cicd.pipeline.run.duration",
        description="Duration of a pipeline run grouped by pipeline, state and result.",
        unit="s",
        histogram=Histogram(data_points=points, aggregation_temporality=_CUMULATIVE),
    )


def _of_run(total: Total) -> Iterable[tuple[str, str]]:
    pipeline, service, result, error_type = total.labels
    return (
        ("cicd.pipeline.name", pipeline),
        ("cicd.pipeline.result", result),
        ("cicd.pipeline.run.state", "executing"),
        ("error.type", error_type),
        ("interlock.service.name", service),
    )


def _active(counted: Counted, now: datetime) -> Metric:
    """How many run now. An UpDownCounter of no fixed beginning: its start is unknown, which OTLP writes as 0.

    A pipeline that was seen is told with 0 when none of its runs goes on: a sum that is left out would stand.
    """
    found = {(each.pipeline, each.service, each.state): each.count for each in counted.active}
    pipelines = dict.fromkeys(
        [*((total.labels[0], total.labels[1]) for total in counted.named(RUN)), *((key[0], key[1]) for key in found)]
    )
    points = [
        NumberDataPoint(
            attributes=_attributes(
                (
                    ("cicd.pipeline.name", pipeline),
                    ("cicd.pipeline.run.state", state),
                    ("interlock.service.name", service),
                )
            ),
            time_unix_nano=_nanoseconds(now),
            as_int=found.get((pipeline, service, state), 0),
        )
        for pipeline, service in pipelines
        for state in ("executing", "finalizing", "pending")
    ]
    return Metric(
        name="cicd.pipeline.run.active",
        description="The number of pipeline runs currently active in the system by state.",
        unit="{run}",
        sum=Sum(data_points=points, aggregation_temporality=_CUMULATIVE, is_monotonic=False),
    )


def _errors(counted: Counted, now: datetime) -> Metric:
    points = [
        NumberDataPoint(
            attributes=_attributes(
                (
                    ("cicd.pipeline.name", total.labels[0]),
                    ("error.type", total.labels[2]),
                    ("interlock.service.name", total.labels[1]),
                )
            ),
            start_time_unix_nano=_nanoseconds(total.since),
            time_unix_nano=_nanoseconds(max(now, total.since)),
            as_int=total.count,
        )
        for total in counted.named(ERROR)
    ]
    return Metric(
        name="cicd.pipeline.run.errors",
        description="The number of errors encountered in pipeline runs (eg. compile, test failures).",
        unit="{error}",
        sum=Sum(data_points=points, aggregation_temporality=_CUMULATIVE, is_monotonic=True),
    )


def _attributes(pairs: Iterable[tuple[str, str]]) -> Sequence[KeyValue]:
    """Those that have a value, as they come: in the order of their names."""
    return [KeyValue(key=name, value=AnyValue(string_value=value)) for name, value in pairs if value]


def _has_data(metric: Metric) -> bool:
    return bool(metric.histogram.data_points or metric.sum.data_points)


def _nanoseconds(moment: datetime) -> int:
    return (moment - _EPOCH) // timedelta(microseconds=1) * 1000


def _tell(refusal: Refusal | None, url: str) -> None:
    if refusal is not None:
        _log.warning("metrics not sent: the next time tells them all", endpoint=url, reason=refusal.reason)
