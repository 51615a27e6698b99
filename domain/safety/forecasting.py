"""When does a revision come where? From what holds it back, what is ahead of it, and how long that takes usually.

A forecast asks the same rules as the decision itself: a wave is entered at the first time at which its windows, freezes
and holds let it in. It counts with nothing failing and nobody stepping in. What cannot be told is said, with the
reason, and so is everything behind it: an alarm and a hold without an end clear when somebody has done something.

Durations are medians of what the pipeline has done before; those of what it has never done are ours.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain import reach
from domain.safety.blockers import Blocker, Entry
from domain.safety.entering import Facts, decide
from domain.words import BlockerKind, Milestone

DEPLOYS = timedelta(minutes=reach.DEPLOY_MINUTES)
"""How long a wave's deployment takes, as far as nobody has seen it: what a preview of the configuration counts with."""
CHECKS = timedelta(minutes=5)
"""How long the checks of a wave take, as far as nobody has seen them."""
BUILDS = timedelta(minutes=10)
"""How long it takes from the start of an execution to its first wave, as far as nobody has seen it."""
LATE = 0.1
"""What takes longer than usual is expected to take a tenth more than it has taken by now."""
LITTLE = timedelta(minutes=5)
"""A forecast that has moved by this, or by a tenth of the time that is left, has not changed."""
_MOST_STEPS = 1_000
"""Windows, freezes and holds in a row. Each step goes on to when one of them ends; more than that is never."""
_FLYING = frozenset({BlockerKind.IN_FLIGHT, BlockerKind.REGION})
"""Kinds that clear when another execution is done with its wave: in about the time that this one would take for it."""


@dataclass(frozen=True, slots=True)
class Durations:
    """How long a part of the way takes. before, checks: of the checks before and after it. bake: its bake time."""

    deploy: timedelta = DEPLOYS
    before: timedelta = timedelta(0)
    checks: timedelta = timedelta(0)
    bake: timedelta = timedelta(0)

    @property
    def after(self) -> timedelta:
        """From the deployment until the part is done: the bake and the checks begin together."""
        return max(self.bake, self.checks)

    @property
    def whole(self) -> timedelta:
        """From the entry until it is done."""
        return self.deploy + self.after


@dataclass(frozen=True, slots=True)
class Ahead:
    """A part of the way: a wave, or what the service's wave size cuts out of it; and what has happened there.

    facts: those that rest on time alone: places with their windows, freezes, holds, overrides.
    """

    name: str
    facts: Facts
    durations: Durations = Durations()
    entered_at: datetime | None = None
    reached_at: datetime | None = None
    done_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Course:
    """An execution's way. begins_at: when its first part is expected to be asked for.

    attempt: the execution's. asking, entry: the part that waits to be entered, and the decision of now; None where none
    waits. over: why nothing more comes, where the execution has ended.
    """

    parts: Sequence[Ahead]
    begins_at: datetime
    attempt: int = 1
    asking: str | None = None
    entry: Entry | None = None
    over: str | None = None


@dataclass(frozen=True, slots=True)
class Expected:
    """When something is expected, or has happened. at: None where nobody can tell, for the reason."""

    at: datetime | None = None
    reason: str | None = None
    happened: bool = False


@dataclass(frozen=True, slots=True)
class WaveExpected:
    """A part of the way, and each of its milestones."""

    name: str
    wave: str
    entered: Expected
    reached: Expected
    done: Expected

    @property
    def milestones(self) -> Mapping[Milestone, Expected]:
        """In the order in which they come."""
        return {Milestone.ENTERED: self.entered, Milestone.REACHED: self.reached, Milestone.DONE: self.done}


@dataclass(frozen=True, slots=True)
class Clearing:
    """A blocker that holds now, and when it is expected to clear."""

    blocker: Blocker
    expected: Expected


@dataclass(frozen=True, slots=True)
class Forecast:
    """Everything that is expected of an execution. clearing: of the blockers that hold now, in their order."""

    waves: Sequence[WaveExpected]
    clearing: Sequence[Clearing] = ()

    @property
    def last_region(self) -> Expected:
        """When the last Region has the revision."""
        return self.waves[-1].reached if self.waves else Expected(reason="the pipeline has no waves")

    @property
    def unknown(self) -> str | None:
        """Why not all of it can be told; None where it can."""
        every = (each for wave in self.waves for each in wave.milestones.values())
        return next((each.reason for each in every if each.at is None), None)


def forecast(course: Course, at: datetime) -> Forecast:
    """What is expected at a time. The part that asks waits for nothing but what the decision of now names."""
    clearing = _clearing(course, at)
    ready = Expected(max(course.begins_at, at))
    waves = []
    for part in course.parts:
        asks = part.name == course.asking
        waves.append(_part(part, Expected(at) if asks else ready, clearing if asks else (), course.over, at))
        ready = waves[-1].done
    return Forecast(waves, clearing)


def cleared_at(facts: Facts, at: datetime) -> Expected:
    """The first time, from this one on, at which nothing of the facts holds any more."""
    moment = at
    for _ in range(_MOST_STEPS):
        entry = decide(facts, moment)
        if not entry.holding:
            return Expected(moment)
        untold = next((each for each in entry.holding if each.final or each.clears_at is None), None)
        if untold is not None:
            return Expected(reason=untold.sentence)
        moment = max(each.clears_at for each in entry.holding if each.clears_at is not None)
    return Expected(reason="its windows, freezes and holds leave no time at which all of it may start")


def of_time(facts: Facts) -> Facts:
    """The facts without what people or other executions have to clear first."""
    return replace(
        facts,
        alarms=(),
        flights=(),
        prior=None,
        missing={},
        taken_back=(),
        checks=None,
        unreported=(),
        drill=None,
        newer=None,
    )


def differs(before: Expected | None, now: Expected, at: datetime) -> bool:
    """Whether what is expected has changed by more than a little since it was said last."""
    if before is None or before.at is None or now.at is None:
        return before is None or (before.at, before.reason) != (now.at, now.reason)
    return abs(now.at - before.at) > max(LITTLE, abs(before.at - at) * LATE)


def _part(part: Ahead, ready: Expected, clearing: Sequence[Clearing], over: str | None, at: datetime) -> WaveExpected:
    durations = part.durations
    entered = _happened(part.entered_at) or _over(over) or _entered(part, ready, clearing, at)
    reached = _happened(part.reached_at) or _over(over) or _then(part.name, entered, durations.deploy, at)
    done = _happened(part.done_at) or _over(over) or _then(part.name, reached, durations.after, at)
    return WaveExpected(part.name, part.facts.wave, entered, reached, done)


def _entered(part: Ahead, ready: Expected, clearing: Sequence[Clearing], at: datetime) -> Expected:
    """When all that is known to hold it has cleared, and its windows, freezes and holds let it in."""
    if ready.at is None:
        return ready
    untold = next((each.expected for each in clearing if each.expected.at is None), None)
    if untold is not None:
        return Expected(reason=f"{part.name} is not entered while {untold.reason}")
    first = max([ready.at, at, *(each.expected.at for each in clearing if each.expected.at is not None)])
    clear = cleared_at(part.facts, first)
    checking = any(each.blocker.kind is BlockerKind.CHECK for each in clearing)
    if clear.at is not None and part.durations.before and not checking:
        clear = cleared_at(part.facts, clear.at + part.durations.before)
    if clear.at is None:
        return Expected(reason=f"{part.name} is not entered while {clear.reason}")
    return clear


def _then(name: str, before: Expected, usual: timedelta, at: datetime) -> Expected:
    """What follows after the usual time; what is late already, in a tenth of what it has taken."""
    if before.at is None:
        return before
    moment = before.at + usual
    if moment < at:
        return Expected(at + (at - before.at) * LATE)
    return Expected(moment)


def _clearing(course: Course, at: datetime) -> list[Clearing]:
    """The blockers of now that hold the part back that waits."""
    part = next((each for each in course.parts if each.name == course.asking), None)
    if part is None or course.entry is None:
        return []
    return [Clearing(each, _cleared(each, part, course, at)) for each in course.entry.holding]


def _cleared(blocker: Blocker, part: Ahead, course: Course, at: datetime) -> Expected:
    """When one blocker clears: by itself, with the part before, with another execution, or nobody can tell."""
    if blocker.final:
        return Expected(reason=blocker.sentence)
    if blocker.kind is BlockerKind.PRIOR_WAVE:
        return _prior(blocker, part, course, at)
    if blocker.clears_at is not None:
        return Expected(max(blocker.clears_at, at))
    if blocker.kind in _FLYING and blocker.since is not None:
        return _then(part.name, Expected(blocker.since), part.durations.whole, at)
    if blocker.kind is BlockerKind.CHECK:
        return Expected(at + max(part.durations.before, CHECKS))
    return Expected(reason=blocker.sentence)


def _prior(blocker: Blocker, part: Ahead, course: Course, at: datetime) -> Expected:
    """The part before is done when it is expected to be; where nothing is known of it, nobody can tell."""
    names = [each.name for each in course.parts]
    place = names.index(part.name)
    if not place:
        return Expected(reason=blocker.sentence)
    before = forecast(replace(course, parts=course.parts[:place], asking=None, entry=None), at)
    return before.waves[-1].done


def _happened(moment: datetime | None) -> Expected | None:
    return None if moment is None else Expected(moment, happened=True)


def _over(reason: str | None) -> Expected | None:
    return None if reason is None else Expected(reason=reason)
