"""Where one thing stands, an execution, a stage, or one run of an action: told by a set of facts about it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from domain.envelopes import Fact, State
from domain.words import ExecutionStatus

_RANK = {State.STARTED: 0, State.RESUMED: 1, State.STOPPING: 2}
_END = 3
_SAME_MOMENT = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Standing:
    """A status, the attempt that it belongs to, and when it began and ended: None until it has."""

    status: ExecutionStatus
    attempt: int
    started_at: datetime
    ended_at: datetime | None


def attempt_of(fact: Fact) -> int:
    """The attempt of a fact; the first, when its sender does not count."""
    return fact.attempt or 1


def standing(told: Sequence[Fact], below: Sequence[Fact] = ()) -> Standing:
    """Where a thing stands. told: the facts about itself; below: those about its parts. One is not empty.

    A later attempt beats an earlier one. Within an attempt an end beats STOPPING, that RESUMED, that STARTED;
    but only ends that were told at or after the last RESUMED count: some senders do not count attempts.
    """
    began = beginning(told, below)
    evidence = max(map(attempt_of, below), default=1)
    if not told:
        return Standing(ExecutionStatus.IN_PROGRESS, evidence, began, None)
    last = latest(told)
    status, attempt = last.state.status, attempt_of(last)
    if status.ended and evidence > attempt:
        return Standing(ExecutionStatus.IN_PROGRESS, evidence, began, None)
    return Standing(status, max(attempt, evidence), began, max(last.time, began) if status.ended else None)


def latest(told: Iterable[Fact]) -> Fact:
    """The fact that decides where a thing stands."""
    return in_order(told)[-1]


def in_order(told: Iterable[Fact]) -> list[Fact]:
    """The facts of the last attempt that count, the deciding one last. There is at least one."""
    facts = list(told)
    attempt = max(map(attempt_of, facts))
    current = [fact for fact in facts if attempt_of(fact) == attempt]
    resumed = [fact.time for fact in current if fact.state is State.RESUMED]
    counting = [fact for fact in current if not resumed or fact.time >= max(resumed)]
    return sorted(counting, key=_weight)


def beginning(told: Iterable[Fact], below: Iterable[Fact] = ()) -> datetime:
    """When it began, as STARTED says; else the start time that another fact gives; else its first sign."""
    own = list(told)
    started = [_start(fact) for fact in own if fact.state is State.STARTED]
    given = [fact.start_time for fact in own if fact.start_time is not None]
    return min(started or given or [fact.time for fact in [*own, *below]])


def _start(started: Fact) -> datetime:
    """The time of STARTED, which is in whole seconds; the start time is finer, where it speaks of the same moment."""
    finer = started.start_time
    return finer if finer is not None and abs(finer - started.time) <= _SAME_MOMENT else started.time


def _weight(fact: Fact) -> tuple[int, datetime, str]:
    return _RANK.get(fact.state, _END), fact.time, fact.event_id
