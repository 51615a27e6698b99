"""May this revision enter this wave now? Each guard looks at the facts and names what speaks against it.

The facts are given; nobody here reads a clock or a database. A rollback is never held back: it is the way out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce

from domain import windows, zones
from domain.checks import Verdict
from domain.freezes import FreezeTimes, Movement, freezing, until
from domain.openings import Openings, any_of, both
from domain.safety.blockers import Blocker, Entry, Override, overridden
from domain.windows import OpenTimes
from domain.words import AlarmState, BlockerKind, ExecutionKind, HoldKind

EARLY_WAVES = 2
"""'Never touch several Regions at once in the first waves': production's first two, as its waves are proposed."""


@dataclass(frozen=True, slots=True)
class Place:
    """An environment that is about to be entered. windows: those that hold for it, in its Region's own time zone."""

    environment: str
    account: str
    region: str
    windows: Collection[OpenTimes] = ()


@dataclass(frozen=True, slots=True)
class AlarmStanding:
    """An alarm that guards the places, as it was told last. whose: 'the service', 'the team payments'…

    state: None where no such alarm was ever heard of. region: where it is. unseen: why it could not be looked at.
    """

    name: str
    region: str
    whose: str
    state: AlarmState | None
    reason: str = ""
    since: datetime | None = None
    unseen: str = ""


@dataclass(frozen=True, slots=True)
class HoldOn:
    """A hold on an environment that concerns the service. revision: the one that is pinned or vetoed."""

    name: str
    environment: str
    kind: HoldKind
    revision: str | None
    reason: str
    since: datetime | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Flight:
    """Another execution that is in a wave now. early: the wave is one of production's first.

    environments: those that it keeps others from. regions: those in which it exposes the service.
    """

    execution: str
    service: str
    wave: str
    environments: Collection[str]
    regions: Collection[str]
    revision: str | None = None
    since: datetime | None = None
    early: bool = False
    ends_at: datetime | None = None
    production: bool = True


@dataclass(frozen=True, slots=True)
class Prior:
    """The wave before, for this execution. passed: concluded, with its checks and its bake time.

    reasons: why it has not, as far as that is known. ends_at: when its bake time is over.
    """

    wave: str
    passed: bool
    reasons: Sequence[str] = ()
    ends_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class TakenBack:
    """A rollback that took a revision out of an environment. began_at: of the execution that was taken back."""

    environment: str
    revision: str | None
    at: datetime
    began_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Drill:
    """An upgrade and downgrade between two revisions in gamma, as far as it has come. passed: None while unknown."""

    upgrade_to: str
    downgrade_to: str
    passed: bool | None
    cause: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything that the decision rests on. number: the wave's place in its stage, from 1.

    checks: what the checks before the wave came to; None where it has none, or they run only after all else is clear.
    unreported: those of them that run now, a sentence each.
    missing: environments in which services that this one depends on have not been deployed, by service.
    newer: the revision of a newer execution that waits to enter this wave, None where there is none.
    drill: where the wave demands a certificate of the two versions.
    """

    service: str
    team: str | None
    stage: str
    wave: str
    production: bool
    number: int
    execution: str
    revision: str | None
    began_at: datetime | None
    places: Sequence[Place]
    kind: ExecutionKind = ExecutionKind.STANDARD
    alarms: Sequence[AlarmStanding] = ()
    freezes: Collection[FreezeTimes] = ()
    holds: Sequence[HoldOn] = ()
    flights: Sequence[Flight] = ()
    prior: Prior | None = None
    missing: Mapping[str, Collection[str]] = field(default_factory=dict)
    taken_back: Sequence[TakenBack] = ()
    checks: Verdict | None = None
    unreported: Sequence[str] = ()
    drill: Drill | None = None
    newer: str | None = None
    overrides: Sequence[Override] = ()


def decide(facts: Facts, at: datetime) -> Entry:
    """The decision at a time: every blocker, in the order of GUARDS, those that are overridden as well."""
    if facts.kind is ExecutionKind.ROLLBACK:
        return Entry()
    found = [blocker for guard in GUARDS for blocker in guard(facts, at)]
    names = [place.environment for place in facts.places]
    return Entry(overridden(found, facts.overrides, facts.service, facts.wave, names, at))


def _superseded(facts: Facts, at: datetime) -> Iterator[Blocker]:
    if facts.newer is not None:
        sentence = f"the newer revision {_short(facts.newer)} has passed all that this one has, and takes its place"
        yield Blocker(BlockerKind.SUPERSEDED, sentence, facts.wave, final=True)


def _prior_wave(facts: Facts, at: datetime) -> Iterator[Blocker]:
    prior = facts.prior
    if prior is not None and not prior.passed:
        why = "; ".join(prior.reasons) or "it has not been concluded"
        yield Blocker(
            BlockerKind.PRIOR_WAVE,
            f"{prior.wave} has not passed: {why}",
            prior.wave,
            clears_at=_ahead(prior.ends_at, at),
        )


def _alarms(facts: Facts, at: datetime) -> Iterator[Blocker]:
    """In alarm, nothing enters; nor production without data, which is never a pass.

    An alarm that is not there yet may come with this revision: whether it did, the bake asks.
    """
    for alarm in facts.alarms:
        because = f": {alarm.reason}" if alarm.reason else ""
        what = f"the alarm {alarm.name} of {alarm.whose} in {alarm.region}"
        if alarm.state is AlarmState.ALARM:
            yield Blocker(BlockerKind.ALARM, f"{what} is in ALARM{because}", alarm.name, since=alarm.since)
        elif alarm.state is AlarmState.INSUFFICIENT_DATA and facts.production:
            yield Blocker(BlockerKind.ALARM, f"{what} has no data, so nobody can tell", alarm.name, since=alarm.since)
        elif alarm.state is None and alarm.unseen and facts.production:
            yield Blocker(BlockerKind.ALARM, f"{what} could not be looked at: {alarm.unseen}", alarm.name)


def _windows(facts: Facts, at: datetime) -> Iterator[Blocker]:
    """Closed for one place, closed for the wave: its environments are deployed together, when all of them are open."""
    closed = [place for place in facts.places if not windows.is_open(place.windows, at)]
    together = _shared(facts.places).opening(at) if closed else None
    for place in closed:
        opens = windows.opening(place.windows, at)
        names = ", ".join(sorted(each.name for each in place.windows))
        when = f"opens {_said(opens, place, at)}" if opens else "does not open within two years"
        if opens is not None and together is None:
            when += ", but never while those of the wave's other environments are open"
        elif opens is not None and together is not None and opens < together:
            when += f", together with those of the wave's other environments {_said(together, place, at)}"
        sentence = f"the window {names} {when} for {place.environment}"
        yield Blocker(BlockerKind.WINDOW, sentence, place.environment, clears_at=together)


def _shared(places: Iterable[Place]) -> Openings:
    """When the windows of all places are open."""
    return reduce(both, (any_of(tuple(place.windows)) for place in places), any_of(()))


def _freezes(facts: Facts, at: datetime) -> Iterator[Blocker]:
    for place in facts.places:
        movement = Movement(facts.stage, place.account, place.region, facts.service, facts.team)
        for freeze in freezing(facts.freezes, movement, at)[:1]:
            sentence = f"{place.environment} is frozen by {freeze.name} ({freeze.scope.lower()}): {freeze.reason}"
            end = until(facts.freezes, movement, at)
            yield Blocker(BlockerKind.FREEZE, sentence, place.environment, freeze.starts_at, end)


def _holds(facts: Facts, at: datetime) -> Iterator[Blocker]:
    """A hold keeps everything out, a pin all but its revision, a veto one revision, for as long as it is there.

    A revision that is not known may be the one that is vetoed.
    """
    for hold in facts.holds:
        if hold.expires_at is not None and hold.expires_at <= at:
            continue
        unknown = not facts.revision
        named = same_revision(hold.revision, facts.revision)
        if hold.kind is HoldKind.HOLD or unknown or (hold.kind is HoldKind.PIN) != named:
            what = {
                HoldKind.HOLD: "holds every revision back",
                HoldKind.PIN: f"is pinned to {_short(hold.revision)}",
                HoldKind.VETO: f"is closed to {_short(hold.revision)}",
            }[hold.kind]
            sentence = f"{hold.environment} {what} by {hold.name}: {hold.reason}"
            if unknown and hold.kind is not HoldKind.HOLD:
                sentence += "; which revision this is, is not known yet"
            final = hold.kind is HoldKind.VETO and hold.expires_at is None and not unknown
            yield Blocker(BlockerKind.HOLD, sentence, hold.environment, hold.since, hold.expires_at, final)


def _flights(facts: Facts, at: datetime) -> Iterator[Blocker]:
    """One deployment of an environment at a time; and one Region of a service at a time in production's first waves."""
    early = facts.production and facts.number <= EARLY_WAVES
    entered = {place.environment for place in facts.places}
    regions = {place.region for place in facts.places}
    for flight in facts.flights:
        who = f"{flight.service} {_short(flight.revision)}"
        for environment in sorted(entered & set(flight.environments)):
            sentence = f"{who} is being deployed to {environment}"
            yield Blocker(BlockerKind.IN_FLIGHT, sentence, environment, flight.since, _ahead(flight.ends_at, at))
        others = sorted(set(flight.regions) - regions)
        exposed = flight.service == facts.service and flight.production and facts.production
        if exposed and others and (flight.early or early):
            sentence = f"{who} is being exposed in {', '.join(others)}: the first waves touch one Region at a time"
            yield Blocker(BlockerKind.REGION, sentence, others[0], flight.since, _ahead(flight.ends_at, at))


def _dependencies(facts: Facts, at: datetime) -> Iterator[Blocker]:
    for service, environments in sorted(facts.missing.items()):
        for environment in sorted(environments):
            sentence = f"{service}, which {facts.service} depends on, has not been deployed to {environment}"
            yield Blocker(BlockerKind.DEPENDENCY, sentence, environment)


def _taken_back(facts: Facts, at: datetime) -> Iterator[Blocker]:
    """After a rollback the environment is held, until a newer revision comes or a person lifts it."""
    for back in facts.taken_back:
        same = not facts.revision or same_revision(back.revision, facts.revision)
        if same or _began_before(facts.began_at, back.began_at):
            lifted = "a newer revision, or a person, lifts it"
            sentence = f"{back.environment} was rolled back from {_short(back.revision)}: {lifted}"
            yield Blocker(BlockerKind.ROLLED_BACK, sentence, back.environment, since=back.at)


def _drill(facts: Facts, at: datetime) -> Iterator[Blocker]:
    """Whether the two versions can run beside each other and be exchanged has been tried, where the wave demands it."""
    drill = facts.drill
    if drill is None or drill.passed:
        return
    pair = f"the upgrade to {_short(drill.upgrade_to)} and the downgrade to {_short(drill.downgrade_to)}"
    if drill.passed is None:
        yield Blocker(BlockerKind.CERTIFICATE, f"{pair} have not been drilled in gamma", facts.wave)
    else:
        because = f": {drill.cause}" if drill.cause else ""
        yield Blocker(BlockerKind.CERTIFICATE, f"{pair} failed in gamma{because}", facts.wave, final=True)


def _checks(facts: Facts, at: datetime) -> Iterator[Blocker]:
    """What a check has said stands; what it has not said yet is waited for."""
    for reason in facts.unreported:
        yield Blocker(BlockerKind.CHECK, reason, facts.wave)
    for reason in [] if facts.checks is None else facts.checks.reasons:
        yield Blocker(BlockerKind.CHECK, reason, facts.wave, final=True)


Guard = Callable[[Facts, datetime], Iterable[Blocker]]

GUARDS: tuple[Guard, ...] = (
    _superseded,
    _prior_wave,
    _alarms,
    _windows,
    _freezes,
    _holds,
    _flights,
    _dependencies,
    _taken_back,
    _drill,
    _checks,
)
"""All that may speak against entering, the plainest first."""


def same_revision(one: str | None, other: str | None) -> bool:
    """Whether two names of commits mean the same: people give the first characters of one, seven at least."""
    if not one or not other:
        return False
    return one == other or (min(len(one), len(other)) >= _SHORT and (one.startswith(other) or other.startswith(one)))


_SHORT = 7
"""Characters by which git names a commit."""


def _short(revision: str | None) -> str:
    return revision[:8] if revision else "an unknown revision"


def _began_before(began_at: datetime | None, taken_back: datetime | None) -> bool:
    return began_at is not None and taken_back is not None and began_at <= taken_back


def _ahead(when: datetime | None, at: datetime) -> datetime | None:
    """A time that is still to come."""
    return when if when is not None and when > at else None


def _said(opens: datetime, place: Place, at: datetime) -> str:
    zone = min((each.zone for each in place.windows), default="UTC")
    return zones.said(opens, zone, at)
