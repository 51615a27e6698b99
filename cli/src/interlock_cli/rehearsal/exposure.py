"""What a rehearsal exposed: which revision was in which environment, how long, what stopped it, what brought it back.

Times are simulated. A revision is exposed from when its change of an environment's stack began: nobody can say when its
first request met it, so the worst is counted.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from interlock_cli.rehearsal.executions import ROLLBACK
from interlock_cli.rehearsal.outcomes import ActionOutcome, Outcome

NATIVE, REDEPLOY, STACK, NEWER = "NATIVE", "REDEPLOY", "STACK", "NEWER"
"""By which means a revision left: CodePipeline's rollback of the stage, the machine that deployed the last good
assembly again, CloudFormation's own rollback of a stack that failed, or a newer revision that took its place."""


@dataclass(frozen=True)
class Returned:
    """An environment into which the machine brought an earlier revision back."""

    environment: str
    revision: str
    at: datetime


@dataclass(frozen=True)
class Exposure:
    """A revision in an environment. until: None where it is there still. means: how it left; empty where it did not."""

    revision: str
    execution: str
    environment: str
    region: str
    since: datetime
    until: datetime | None
    means: str
    stopped_by: Sequence[str]

    def length(self, end: datetime) -> timedelta:
        """How long it was there, up to the end of the rehearsal."""
        return (self.until or end) - self.since

    def to_json(self, end: datetime) -> dict[str, Any]:
        """Plain values."""
        return {
            "revision": self.revision,
            "executionId": self.execution,
            "environment": self.environment,
            "region": self.region,
            "since": _text(self.since),
            "until": _text(self.until),
            "minutes": round(self.length(end).total_seconds() / 60, 1),
            "means": self.means or None,
            "stoppedBy": list(self.stopped_by),
        }


def exposures(outcomes: Sequence[Outcome], returned: Iterable[Returned] = ()) -> list[Exposure]:
    """Every revision in every environment, in the order of their deployment."""
    came = [(action, outcome) for outcome in outcomes for action in _changes(outcome)]
    back = [_Arrival(each.environment, each.at, REDEPLOY) for each in returned]
    back += [
        _Arrival(action.environment or "", action.ended, NATIVE if outcome.kind == ROLLBACK else NEWER)
        for action, outcome in came
        if action.status == "SUCCEEDED" and action.ended
    ]
    found = [_exposure(action, outcome, back) for action, outcome in came if outcome.kind != ROLLBACK]
    return sorted(found, key=lambda each: (each.since, each.environment))


@dataclass(frozen=True)
class _Arrival:
    """A revision that came to an environment, by some means, and took the place of what was there."""

    environment: str
    at: datetime
    means: str


def _exposure(action: ActionOutcome, outcome: Outcome, arrivals: Iterable[_Arrival]) -> Exposure:
    began, ended = action.began or outcome.began, action.ended or outcome.began
    later = [each for each in arrivals if each.environment == action.environment and each.at > ended]
    first = min(later, key=lambda each: each.at, default=None)
    until, means = (first.at, first.means) if first else (None, "")
    if action.status != "SUCCEEDED":
        until, means = ended, STACK
    return Exposure(
        revision=outcome.revision,
        execution=outcome.execution,
        environment=action.environment or "",
        region=action.region,
        since=began,
        until=until,
        means=means,
        stopped_by=[] if outcome.status == "SUCCEEDED" else outcome.reasons,
    )


def said(length: timedelta) -> str:
    """A duration in its two largest units: `3 h 12 min`."""
    minutes = round(length.total_seconds() / 60)
    days, rest = divmod(minutes, 1440)
    hours, minutes = divmod(rest, 60)
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"


def _changes(outcome: Outcome) -> list[ActionOutcome]:
    """The actions that changed an environment's stack; of several stacks in one, those all."""
    return [
        action
        for stage in outcome.stages
        for action in stage.actions
        if action.deploys and action.environment and action.status != "ABANDONED"
    ]


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat(timespec="seconds").replace("+00:00", "Z") if moment else None
