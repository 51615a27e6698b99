"""The reader of the log that counts: totals, and data points for CloudWatch, in the transaction of its cursor."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import conventions
from domain import measures as rules
from domain.events import EventType
from domain.measures import BOUNDS, Pipeline, Point, RunEnd
from domain.words import ActionKind, CheckRunStatus, DeploymentStatus, ExecutionStatus
from models import measures
from models.engine import Database
from models.event_log import EventFilter, EventRow
from models.measures import Addition
from reporting.reader import LogReader

READER = "metrics"
RUN, ERROR, DEPLOYMENT, CHECK_RUN, DROPPED = "run", "error", "deployment", "check_run", "point_dropped"
"""The names of totals. Their labels, in order: pipeline, service, result and error type; pipeline, service and error
type; stage and status; kind, mode and status; reason. What is not there is empty."""
_TYPES = frozenset(
    {
        EventType.EXECUTION_CHANGED.value,
        EventType.STAGE_CHANGED.value,
        EventType.ACTION_CHANGED.value,
        EventType.DEPLOYMENT_CHANGED.value,
        EventType.CHECK_RUN_CHANGED.value,
    }
)
_LONGEST = 100
"""Characters of a label: AWS's pipelines have that many at most, its errors' types 40. An index has its limit too."""


class Counting:
    """Counts what the log tells. points: whether points are kept for CloudWatch. clock: the time, for their age."""

    def __init__(self, database: Database, clock: Callable[[], datetime], *, points: bool) -> None:
        self._reader = LogReader(database, READER, EventFilter(types=_TYPES))
        self._clock = clock
        self._points = points

    async def turn(self) -> bool:
        """Counts the next events. True when there may be more."""
        return await self._reader.turn(self._count)

    async def _count(self, session: AsyncSession, events: Sequence[EventRow]) -> None:
        tally = _Tally()
        await _runs(session, _of(events, EventType.EXECUTION_CHANGED), tally)
        await _stages(session, _of(events, EventType.STAGE_CHANGED), tally)
        await _actions(session, _of(events, EventType.ACTION_CHANGED), tally)
        await _deployments(session, _of(events, EventType.DEPLOYMENT_CHANGED), tally)
        await _check_runs(session, _of(events, EventType.CHECK_RUN_CHANGED), tally)
        if self._points:
            now = self._clock()
            kept = await measures.keep_points(
                session, [(point, rules.refusal(point.at, now)) for point in tally.points], now
            )
            for reason in filter(None, kept):
                tally.add(now, DROPPED, reason)
        await measures.add(session, tally.additions())


@dataclass
class _Sum:
    """What is to be added under one name and labels; since: the earliest."""

    since: datetime
    count: int = 0
    amount: float = 0
    buckets: list[int] = field(default_factory=list)


class _Tally:
    """What one batch of events comes to."""

    def __init__(self) -> None:
        self.points: list[Point] = []
        self._sums: dict[tuple[str, tuple[str, ...]], _Sum] = {}

    def add(self, at: datetime, name: str, *labels: str | None, seconds: float | None = None) -> None:
        """One more, that began or happened at this time."""
        key = name, tuple((label or "")[:_LONGEST] for label in labels)
        found = self._sums.setdefault(key, _Sum(at))
        found.since = min(found.since, at)
        found.count += 1
        if seconds is not None:
            found.amount += seconds
            found.buckets = found.buckets or [0] * (len(BOUNDS) + 1)
            found.buckets[measures.bucket(seconds)] += 1

    def additions(self) -> list[Addition]:
        """In the order in which their names and labels were first seen."""
        return [
            Addition(name, labels, each.since, each.count, each.amount, tuple(each.buckets))
            for (name, labels), each in self._sums.items()
        ]


async def _runs(session: AsyncSession, events: Sequence[EventRow], tally: _Tally) -> None:
    """The ends of runs. An end that was counted before, by whichever batch, is not counted again."""
    told = [event for event in events if _status(event).ended and event.payload.get("endedAt")]
    facts = await measures.runs(session, {event.subject_id for event in told})
    ended = [event for event in told if event.subject_id in facts]
    counted = {key: each.counted for key, each in facts.items()}
    ends: list[tuple[UUID, RunEnd]] = []
    times = {}
    for event in ended:
        found = facts[event.subject_id]
        attempt: int = event.payload["attempt"]
        if rules.is_end(_status(event), _previous(event), attempt, counted[event.subject_id]):
            counted[event.subject_id] = max(attempt, counted[event.subject_id])
            end = _end(event, found)
            ends.append((found.pipeline_id, end))
            times[event.subject_id, attempt, end.ended_at] = event.time
    new = await measures.keep_ends(session, ends)
    broken = await measures.broken_since(session, {key for key, _, _ in new})
    for _, end in ends:
        key = UUID(end.key), end.attempt, end.ended_at
        if key in new:
            whose = end.pipeline.name, end.pipeline.service
            tally.add(times[key], RUN, *whose, end.result, end.error_type, seconds=end.seconds)
            tally.points.extend(rules.of_run(end, broken.get(key), facts[key[0]].reached))


def _end(event: EventRow, facts: measures.RunFacts) -> RunEnd:
    result = conventions.OF_EXECUTION[_status(event)]
    started_at, ended_at = _times(event)
    return RunEnd(
        key=str(event.subject_id),
        attempt=event.payload["attempt"],
        pipeline=_pipeline(event),
        kind=facts.kind,
        result=result,
        error_type=facts.error_type or rules.FAILED if result == rules.FAILED else None,
        started_at=started_at,
        ended_at=ended_at,
    )


async def _stages(session: AsyncSession, events: Sequence[EventRow], tally: _Tally) -> None:
    done = [event for event in events if _has_succeeded(event)]
    waves = await measures.waves(session, {event.subject_id for event in done})
    for event in done:
        if place := waves.get(event.subject_id):
            tally.points.append(rules.of_wave(str(event.subject_id), _pipeline(event), place, _times(event)))


async def _actions(session: AsyncSession, events: Sequence[EventRow], tally: _Tally) -> None:
    """Errors: each time that an action has come to fail. Builds: the action that synthesizes."""
    facts = await measures.actions(session, {event.subject_id for event in events})
    for event in events:
        found = facts.get(event.subject_id)
        if found is None:
            continue
        if _status(event) is ExecutionStatus.FAILED is not _previous(event):
            pipeline = _pipeline(event)
            tally.add(event.time, ERROR, pipeline.name, pipeline.service, found.error_code or rules.FAILED)
        elif found.kind is ActionKind.SYNTH and _has_succeeded(event):
            tally.points.append(rules.of_build(str(event.subject_id), _pipeline(event), *_times(event)))


async def _deployments(session: AsyncSession, events: Sequence[EventRow], tally: _Tally) -> None:
    """Each time that a deployment has come to an end; the time of those that succeeded."""
    open_ = {DeploymentStatus.PENDING.value, DeploymentStatus.IN_PROGRESS.value}
    ended = [
        event
        for event in events
        if event.payload["status"] not in open_ and event.payload["previous"] != event.payload["status"]
    ]
    places = await measures.deployments(session, {event.subject_id for event in ended})
    for event in ended:
        if place := places.get(event.subject_id):
            tally.add(event.time, DEPLOYMENT, place[0], event.payload["status"])
            if _has_succeeded(event):
                point = rules.of_deployment(str(event.subject_id), _pipeline(event), place, _times(event))
                tally.points.append(point)


async def _check_runs(session: AsyncSession, events: Sequence[EventRow], tally: _Tally) -> None:
    running = CheckRunStatus.RUNNING.value
    ended = [event for event in events if event.payload["status"] != running]
    facts = await measures.check_runs(session, {event.subject_id for event in ended})
    for event in ended:
        if event.subject_id in facts and event.payload["previous"] in (None, running):
            tally.add(event.time, CHECK_RUN, *facts[event.subject_id], event.payload["status"])


def _of(events: Sequence[EventRow], type_: EventType) -> list[EventRow]:
    return [event for event in events if event.type == type_]


def _status(event: EventRow) -> ExecutionStatus:
    return ExecutionStatus(event.payload["status"])


def _previous(event: EventRow) -> ExecutionStatus | None:
    previous = event.payload["previous"]
    return ExecutionStatus(previous) if previous else None


def _has_succeeded(event: EventRow) -> bool:
    """Whether it has now, and both its times are known: events of earlier versions do not tell them."""
    succeeded = ExecutionStatus.SUCCEEDED.value
    told = event.payload.get("startedAt") and event.payload.get("endedAt")
    return bool(told) and event.payload["status"] == succeeded != event.payload["previous"]


def _times(event: EventRow) -> tuple[datetime, datetime]:
    return datetime.fromisoformat(event.payload["startedAt"]), datetime.fromisoformat(event.payload["endedAt"])


def _pipeline(event: EventRow) -> Pipeline:
    return Pipeline(event.payload["pipeline"], event.payload["service"])
