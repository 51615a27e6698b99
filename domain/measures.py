"""What is measured of pipelines, as data points of single events: a pure function of what the log and the rows say.

A data point is of the moment at which something *ended*, and is known by an id that follows from what ended. So whoever
derives it twice, from a late fact or after a restart, has the same point, and it is counted once:

- a run, each time that it was seen to end: a retry that resumes it and ends again is another end; a late fact that
  corrects how an attempt ended is none;
- a stage, a build and a deployment, when it first succeeds.

A pipeline has *recovered* with the first success after a failure; the time is from the end of the first run that failed
since the success before. It is what AWS calls the pipeline's mean time to recovery (Deployment Pipeline Reference
Architecture), of which CloudWatch takes the mean. Rollbacks neither break a pipeline nor repair it: they bring no
revision to its end.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256

from domain.words import ExecutionKind, ExecutionStatus

OLDEST = timedelta(days=14) - timedelta(minutes=10)
"""CloudWatch refuses a point of more than two weeks ago; a request needs some minutes at most."""
FURTHEST = timedelta(hours=2) - timedelta(minutes=10)
"""And one of more than two hours ahead."""
LONGEST = 255
"""Characters of a dimension's value: 500 points of four dimensions stay below the 1 MB of a request."""
NOBODY = "-"
"""The value of a dimension that is not known: CloudWatch takes no empty one."""
BOUNDS = (60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 28800, 43200, 86400, 172800, 345600, 604800)
"""The upper bounds of a run's duration in seconds, of a minute to a week. Kept with what was counted: never changed."""

FAILED = "failure"
SUCCEEDED = "success"


class Unit(StrEnum):
    """CloudWatch's names of units."""

    SECONDS = "Seconds"
    COUNT = "Count"


@dataclass(frozen=True, slots=True)
class Pipeline:
    """Whose point it is. service: None while nobody has registered the pipeline."""

    name: str
    service: str | None


@dataclass(frozen=True, slots=True)
class Point:
    """A data point. id: the same for the same thing that ended. dimensions: names and values, in order."""

    id: str
    name: str
    value: float
    unit: Unit
    at: datetime
    dimensions: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class RunEnd:
    """An attempt of an execution that has ended. key: the execution's row. result: as `cicd.pipeline.result` spells it.

    error_type: of a failure, what AWS called it, or `failure`.
    """

    key: str
    attempt: int
    pipeline: Pipeline
    kind: ExecutionKind
    result: str
    error_type: str | None
    started_at: datetime
    ended_at: datetime

    @property
    def seconds(self) -> float:
        """From its start, of the first attempt, to this end."""
        return seconds_between(self.started_at, self.ended_at)


@dataclass(frozen=True, slots=True)
class Reached:
    """An environment in which a deployment has succeeded. production: whether customers are served from there."""

    region: str
    production: bool
    ended_at: datetime


def seconds_between(start: datetime, end: datetime) -> float:
    """Never below zero: AWS's clocks are several."""
    return max(0.0, (end - start).total_seconds())


def is_end(status: ExecutionStatus, previous: ExecutionStatus | None, attempt: int, counted: int) -> bool:
    """Whether a change of an execution is an end of it. counted: the last attempt whose end was counted, else 0.

    From one end to another is a correction by a late fact, where the attempt is the same: the first word stands. Where
    it is a later one, the retry's beginning and end were told together. Some senders do not count attempts: their
    retries are seen by the execution being in progress again.
    """
    if not status.ended:
        return False
    return previous is None or not previous.ended or attempt > counted


def of_run(end: RunEnd, broken_since: datetime | None, reached: Sequence[Reached]) -> tuple[Point, ...]:
    """The points of an end. broken_since: the end of the first failed run since the last success, None without one.

    The failure's point is 1 or 0, so that its mean is the failure rate; what was stopped or superseded has none.
    """
    points = [_point(end, "RunTime", end.seconds)]
    if end.result in (FAILED, SUCCEEDED):
        points.append(_point(end, "RunFailed", float(end.result == FAILED), Unit.COUNT))
    if end.result == SUCCEEDED and end.kind is ExecutionKind.STANDARD:
        if broken_since is not None:
            points.append(_point(end, "PipelineRecoveryTime", seconds_between(broken_since, end.ended_at)))
        points.extend(_to_regions(end, reached))
    return tuple(points)


def of_build(action: str, pipeline: Pipeline, started_at: datetime, ended_at: datetime) -> Point:
    """How long the action that builds the cloud assembly took. action: its row's key."""
    return _timed("BuildTime", action, pipeline, started_at, ended_at)


def of_wave(
    stage_execution: str, pipeline: Pipeline, place: tuple[str, str], times: tuple[datetime, datetime]
) -> Point:
    """How long a wave took, with its checks and its baking. place: stage and wave. times: start and end."""
    stage, wave = place
    return _timed("WaveTime", stage_execution, pipeline, *times, ("Stage", stage), ("Wave", wave))


def of_deployment(
    deployment: str, pipeline: Pipeline, place: tuple[str, str], times: tuple[datetime, datetime]
) -> Point:
    """How long it took to bring a revision to one environment."""
    stage, wave = place
    return _timed("DeploymentTime", deployment, pipeline, *times, ("Stage", stage), ("Wave", wave))


def refusal(at: datetime, now: datetime) -> str | None:
    """Why CloudWatch would not take a point of this moment: `old` or `future`; None where it does."""
    if at < now - OLDEST:
        return "old"
    return "future" if at > now + FURTHEST else None


def _to_regions(end: RunEnd, reached: Sequence[Reached]) -> list[Point]:
    """From the run's start to its first and to its last production Region; a Region is reached with its first one."""
    first: dict[str, datetime] = {}
    for each in sorted((each for each in reached if each.production), key=lambda each: each.ended_at):
        first.setdefault(each.region, each.ended_at)
    if not first:
        return []
    return [
        _point(end, "TimeToFirstRegion", seconds_between(end.started_at, min(first.values()))),
        _point(end, "TimeToLastRegion", seconds_between(end.started_at, max(first.values()))),
    ]


def _point(end: RunEnd, name: str, value: float, unit: Unit = Unit.SECONDS) -> Point:
    id_ = _id(name, end.key, str(end.attempt), end.ended_at.isoformat())
    return Point(id_, name, value, unit, end.ended_at, _dimensions(end.pipeline))


def _timed(
    name: str, key: str, pipeline: Pipeline, started_at: datetime, ended_at: datetime, *more: tuple[str, str]
) -> Point:
    seconds = seconds_between(started_at, ended_at)
    return Point(_id(name, key), name, seconds, Unit.SECONDS, ended_at, _dimensions(pipeline, *more))


def _id(*what: str) -> str:
    return sha256("/".join(what).encode()).hexdigest()[:32]


def _dimensions(pipeline: Pipeline, *more: tuple[str, str]) -> tuple[tuple[str, str], ...]:
    given = (("Service", pipeline.service), ("Pipeline", pipeline.name), *more)
    return tuple((name, _dimension(value)) for name, value in given)


def _dimension(value: str | None) -> str:
    """A value that CloudWatch takes: printable ASCII, not empty, no colon before all."""
    text = "".join(char if " " <= char <= "~" else "?" for char in value or "")[:LONGEST].strip().lstrip(":")
    return text or NOBODY
