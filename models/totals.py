"""What was counted, and what is going on now, as everybody who publishes it reads it: one statement, a moment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncSession

MOST_PIPELINES = 500
"""Pipelines that are told apart, the first that were seen; all others are `other`, together."""
MOST_ERROR_TYPES = 50
"""And types of errors; the others are OpenTelemetry's `_OTHER`."""
OTHER = "other"
OTHER_ERROR = "_OTHER"


@dataclass(frozen=True, slots=True)
class Total:
    """A sum under its labels: see `models.tables.measures.Total`."""

    name: str
    labels: tuple[str, ...]
    since: datetime
    count: int
    amount: float
    buckets: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Active:
    """Runs that have not ended. state: pending, executing or finalizing."""

    pipeline: str
    service: str
    state: str
    count: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Everything. Totals come in the order in which they were first seen."""

    totals: tuple[Total, ...]
    active: tuple[Active, ...]

    def named(self, name: str) -> list[Total]:
        """The totals of one name."""
        return [total for total in self.totals if total.name == name]


_TOTALS = """
    select coalesce(json_agg(json_build_array(
        name, labels, since, count, amount, buckets) order by number), '[]') from total
"""
# An execution is pending until its first stage begins. The partial index holds no more than what runs.
_ACTIVE = """
    select coalesce(json_agg(json_build_array(pipeline, service, state, runs) order by first, state), '[]') from (
        select pipeline.name as pipeline, coalesce(service.name, '') as service, min(pipeline.id::text) as first,
               count(*) as runs,
               case when execution.status = 'STOPPING' then 'finalizing'
                    when exists (select from stage_execution as stage where stage.execution_id = execution.id)
                    then 'executing' else 'pending' end as state
        from pipeline_execution as execution
             join pipeline on pipeline.id = execution.pipeline_id
             left join service on service.id = pipeline.service_id
        where execution.status in ('IN_PROGRESS', 'STOPPING')
        group by pipeline.name, service.name, state
    ) as running
"""
_READ = text(f"select ({_TOTALS}), ({_ACTIVE})")


async def read(connection: AsyncConnection | AsyncSession) -> Counted:
    """What stands in the database now, its labels bounded."""
    totals, active = (await connection.execute(_READ)).one()
    return bounded([_total(*row) for row in totals], [Active(*row) for row in active])


def bounded(totals: Sequence[Total], active: Sequence[Active]) -> Counted:
    """The same with few enough labels. What was told apart once always is: the first seen come first."""
    seen = [total.labels[0] for total in totals if total.name in _OF_PIPELINES] + [each.pipeline for each in active]
    pipelines = set(list(dict.fromkeys(seen))[:MOST_PIPELINES])
    errors = [total.labels[-1] for total in totals if total.name in _OF_PIPELINES and total.labels[-1]]
    types = set(list(dict.fromkeys(errors))[:MOST_ERROR_TYPES])
    named: dict[tuple[str, tuple[str, ...]], Total] = {}
    for total in totals:
        labels = _labels(total, pipelines, types)
        found = named.get((total.name, labels))
        named[total.name, labels] = _sum(found, total, labels) if found else _named(total, labels)
    running: dict[tuple[str, str, str], int] = {}
    for each in active:
        known = each.pipeline in pipelines
        key = (each.pipeline, each.service, each.state) if known else (OTHER, "", each.state)
        running[key] = running.get(key, 0) + each.count
    return Counted(tuple(named.values()), tuple(Active(*key, count) for key, count in running.items()))


_OF_PIPELINES = ("run", "error")


def _labels(total: Total, pipelines: set[str], types: set[str]) -> tuple[str, ...]:
    if total.name not in _OF_PIPELINES:
        return total.labels
    pipeline, service, *rest, error = total.labels
    whose = (pipeline, service) if pipeline in pipelines else (OTHER, "")
    return (*whose, *rest, error if not error or error in types else OTHER_ERROR)


def _named(total: Total, labels: tuple[str, ...]) -> Total:
    return Total(total.name, labels, total.since, total.count, total.amount, total.buckets)


def _sum(one: Total, other: Total, labels: tuple[str, ...]) -> Total:
    size = max(len(one.buckets), len(other.buckets))
    pad = [*one.buckets, *[0] * (size - len(one.buckets))], [*other.buckets, *[0] * (size - len(other.buckets))]
    buckets = tuple(map(sum, zip(*pad, strict=True)))
    since = min(one.since, other.since)
    return Total(one.name, labels, since, one.count + other.count, one.amount + other.amount, buckets)


def _total(name: str, labels: list[str], since: str, count: int, amount: float, buckets: list[int]) -> Total:
    return Total(name, tuple(labels), datetime.fromisoformat(since), count, float(amount), tuple(buckets))
