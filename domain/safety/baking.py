"""Has the wave baked? Rollback stays armed for the whole of it: what is seen meanwhile can end it at any time.

It has when its time is over **and** each environment has had enough data **and** nothing declared is missing. No data
is never a pass: without it a bake goes on for a while, and then could not tell.

A one-box, where there is one, is watched first: the wave's own time begins when all of it is exposed.

Beside the alarms that people authored, three floors need no author: requests that drop to zero, faults and latency far
above what they were before the deployment. The Builders' Library names the three; their numbers here are ours.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from domain.words import AlarmRole, AlarmState, BakeReason, CheckRunStatus

ENOUGH = 20
"""Requests below which neither a share of faults nor a percentile of latency is believed."""
SILENCE = timedelta(minutes=10)
"""How long there must be no request, where there were before, to be called silence: two periods of five minutes."""
MOST_FAULTS_UP = 0.05
"""The share of faults may rise by five of a hundred requests…"""
TIMES_FAULTS = 3.0
"""…or to three times what it was, whichever is more."""
TIMES_LATENCY = 3.0
"""Latency may rise to three times what it was…"""
LATENCY_UP = 100.0
"""…if that is more than a tenth of a second above it: milliseconds."""
LATEST_DATA = timedelta(hours=1)
"""How long a bake whose time is over waits for data at least; as long as it baked, if that is longer."""
ASK_AGAIN = timedelta(minutes=1)
"""CloudWatch evaluates a standard alarm once a minute; asking more often learns nothing."""


@dataclass(frozen=True, slots=True)
class AlarmSeen:
    """An alarm that the service declares, as CloudWatch answered. state: None where there is no such alarm."""

    name: str
    role: AlarmRole
    state: AlarmState | None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Measured:
    """What was counted over some minutes. requests, faults: sums, None without data. latency: milliseconds."""

    minutes: float
    requests: float | None = None
    faults: float | None = None
    latency: float | None = None

    @property
    def fault_rate(self) -> float | None:
        """The share of requests that failed; None where too few were counted to believe it."""
        if self.requests is None or self.requests < ENOUGH or self.faults is None:
            return None
        return self.faults / self.requests


@dataclass(frozen=True, slots=True)
class Observation:
    """One environment as it was seen at a time.

    before: over the time before its deployment; since: since all of the wave is deployed; lately: over the last minutes
    of that, SILENCE at most. problem: why it could not be looked at, or not wholly, else empty.
    """

    environment: str
    alarms: Sequence[AlarmSeen] = ()
    before: Measured = Measured(0)
    since: Measured = Measured(0)
    lately: Measured = Measured(0)
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Bake:
    """What a wave must do: bake from `began_at` for some time, with so many requests in each environment.

    one_box_until: until when only the one-box is exposed, where there is one. watched: the environments that declare
    signals; uncounted: those that declare no metric of their requests, which no waiting brings about. alarms: the names
    of those that each environment declares.
    """

    began_at: datetime
    minutes: int
    minimum_data_points: int
    environments: Sequence[str] = ()
    one_box_until: datetime | None = None
    watched: Collection[str] = ()
    uncounted: Collection[str] = ()
    alarms: Mapping[str, Collection[str]] = field(default_factory=dict)

    @property
    def exposed_at(self) -> datetime:
        """From when all of the wave is exposed."""
        return max(self.began_at, self.one_box_until or self.began_at)

    @property
    def ends_at(self) -> datetime:
        """When its time is over."""
        return self.exposed_at + timedelta(minutes=self.minutes)

    @property
    def given_up_at(self) -> datetime:
        """When it could not tell, if data are still missing."""
        return self.ends_at + max(LATEST_DATA, timedelta(minutes=self.minutes))

    def ask_again(self, at: datetime) -> timedelta:
        """How long to wait until the next look: a minute, or less where the time is over sooner."""
        left = self.ends_at - at
        return left if timedelta(seconds=1) < left < ASK_AGAIN else ASK_AGAIN


@dataclass(frozen=True, slots=True)
class Because:
    """One thing that speaks against a bake. sentence: for a person, without its full stop."""

    kind: BakeReason
    sentence: str


@dataclass(frozen=True, slots=True)
class Baked:
    """How far a bake is. status: RUNNING, PASSED, FAILED or INCONCLUSIVE.

    reasons: why it failed or could not tell; while it runs, what is missing still. data_points: the fewest requests of
    any environment. kinds: what the reasons are about.
    """

    status: CheckRunStatus
    reasons: Sequence[str] = field(default_factory=tuple)
    data_points: int = 0
    kinds: frozenset[BakeReason] = frozenset()


def judge(bake: Bake, seen: Sequence[Observation], at: datetime, elsewhere: Sequence[str] = ()) -> Baked:
    """How far the bake is at a time. seen: each environment's newest observation.

    elsewhere: what speaks against it from outside, such as a team's alarm that another service has set off.
    """
    points = _data_points(bake, seen)
    wrong = [Because(BakeReason.TEAM_ALARM, each) for each in elsewhere]
    wrong += [reason for each in seen for reason in _wrong(each)]
    if wrong:
        return _baked(CheckRunStatus.FAILED, wrong, points)
    missing = list(_missing(bake, seen))
    if at < bake.ends_at:
        return _baked(CheckRunStatus.RUNNING, [*_time(bake, at), *missing], points)
    if missing:
        may_come = at < bake.given_up_at and any(each.kind is not BakeReason.UNCOUNTED for each in missing)
        return _baked(CheckRunStatus.RUNNING if may_come else CheckRunStatus.INCONCLUSIVE, missing, points)
    return Baked(CheckRunStatus.PASSED, (), points)


def _baked(status: CheckRunStatus, because: Sequence[Because], points: int) -> Baked:
    return Baked(status, [each.sentence for each in because], points, frozenset(each.kind for each in because))


def _time(bake: Bake, at: datetime) -> Iterator[Because]:
    """What is left of the time: of the one-box's, while nothing else is exposed."""
    if at < bake.exposed_at:
        sentence = f"one-box bake {left(bake.exposed_at - at)} left, and nothing else is exposed"
        yield Because(BakeReason.ONE_BOX, sentence)
    yield Because(BakeReason.TIME, f"bake {left(bake.ends_at - at)} left")


def _wrong(seen: Observation) -> Iterator[Because]:
    """What ends a bake at once."""
    for alarm in seen.alarms:
        if alarm.state is AlarmState.ALARM:
            because = f": {alarm.reason}" if alarm.reason else ""
            yield Because(BakeReason.ALARM, f"{alarm.name} is in ALARM in {seen.environment}{because}")
    yield from _silent(seen)
    yield from _faulty(seen)
    yield from _slow(seen)


def _silent(seen: Observation) -> Iterator[Because]:
    """As many requests must have come before as make it certain that some would have come since."""
    before, lately = seen.before, seen.lately
    if before.requests is None or not before.minutes or timedelta(minutes=lately.minutes) < SILENCE:
        return
    expected = before.requests / before.minutes * lately.minutes
    if expected >= ENOUGH and not lately.requests:
        sentence = f"requests in {seen.environment} dropped to zero: none in {lately.minutes:.0f} min, "
        yield Because(BakeReason.SILENCE, f"{sentence}where {expected:.0f} came before")


def _faulty(seen: Observation) -> Iterator[Because]:
    rates = [rate for each in (seen.since, seen.lately) if (rate := each.fault_rate) is not None]
    before = seen.before.fault_rate or 0.0
    allowed = max(before + MOST_FAULTS_UP, before * TIMES_FAULTS)
    if rates and max(rates) > allowed:
        sentence = f"{max(rates):.1%} of requests in {seen.environment} failed, where {before:.1%} did before"
        yield Because(BakeReason.FAULTS, sentence)


def _slow(seen: Observation) -> Iterator[Because]:
    before = seen.before.latency if (seen.before.requests or 0) >= ENOUGH else None
    if before is None:
        return
    found = [each.latency for each in (seen.since, seen.lately) if each.latency and (each.requests or 0) >= ENOUGH]
    if found and max(found) > max(before * TIMES_LATENCY, before + LATENCY_UP):
        sentence = f"latency in {seen.environment} rose to {max(found):.0f} ms, from {before:.0f} ms before"
        yield Because(BakeReason.LATENCY, sentence)


def _missing(bake: Bake, seen: Sequence[Observation]) -> Iterator[Because]:
    """What keeps a bake from passing, whose time may be over."""
    known = {each.environment: each for each in seen}
    for environment in bake.environments:
        found = known.get(environment)
        if found is None:
            if bake.minimum_data_points or environment in bake.watched:
                yield Because(BakeReason.UNSEEN, f"{environment} has not been looked at")
            continue
        yield from _untold(found)
        yield from _unsaid(bake, found)
        yield from _too_few(bake, found)


def _untold(seen: Observation) -> Iterator[Because]:
    if seen.problem:
        yield Because(BakeReason.UNSEEN, f"{seen.environment} could not be looked at: {seen.problem}")
    for alarm in seen.alarms:
        if alarm.state is None:
            yield Because(BakeReason.UNTOLD, f"there is no alarm {alarm.name} in {seen.environment}")
        elif alarm.state is AlarmState.INSUFFICIENT_DATA:
            yield Because(BakeReason.UNTOLD, f"{alarm.name} has no data in {seen.environment}")


def _unsaid(bake: Bake, seen: Observation) -> Iterator[Because]:
    """Declared alarms of which an environment that was looked at says nothing at all."""
    said = {alarm.name for alarm in seen.alarms}
    for name in sorted(set(bake.alarms.get(seen.environment, ())) - said) if not seen.problem else ():
        yield Because(BakeReason.UNTOLD, f"nothing was said of the alarm {name} in {seen.environment}")


def _too_few(bake: Bake, seen: Observation) -> Iterator[Because]:
    found = seen.since.requests or 0
    if found >= bake.minimum_data_points:
        return
    sentence = f"{found:.0f} of {bake.minimum_data_points} requests in {seen.environment}"
    if seen.environment in bake.uncounted:
        yield Because(BakeReason.UNCOUNTED, f"{sentence}, which declares no metric of its requests")
    else:
        yield Because(BakeReason.DATA, sentence)


def _data_points(bake: Bake, seen: Sequence[Observation]) -> int:
    known = {each.environment: int(each.since.requests or 0) for each in seen}
    return min((known.get(environment, 0) for environment in bake.environments), default=0)


def left(time: timedelta) -> str:
    """'3 h 12 min', '12 min', '40 s'."""
    seconds = int(time.total_seconds())
    if seconds < 60:
        return f"{seconds} s"
    hours, minutes = divmod(seconds // 60, 60)
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
