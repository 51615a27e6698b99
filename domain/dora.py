"""DORA's five measures of software delivery, over deliveries and the evidence that is linked to them.

The definitions are those of "DORA's software delivery performance metrics" (dora.dev/guides/dora-metrics). Each
function quotes its own, and says what Interlock takes for it; docs/delivery.md says why. What is not known is counted
as unknown, and never guessed. Without data a value is None, and never zero.

A *delivery* is what DORA counts as one deployment of an application: one execution of one service's pipeline that has
reached at least one of the environments that are looked at, for rollbacks as for any other. In how many environments it
arrived does not make it more than one.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from domain.distribution import percentile
from domain.names import between
from domain.periods import DoraInterval, Window, parts
from domain.words import EvidenceKind, Word


class DoraGrouping(Word):
    """What deliveries are told apart by."""

    SERVICE = "SERVICE", "The service that was delivered."
    TEAM = "TEAM", "The team that owns the service now."
    STAGE = "STAGE", "The stage that was reached: an execution counts once in each."


@dataclass(frozen=True, slots=True)
class Evidence:
    """One thing that shows that a deployment failed, since when, and when it was over by its own account."""

    kind: EvidenceKind
    at: datetime
    over_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class FailedDeployment:
    """A deployment that failed: what shows it, and since when the environment was well again. None: not yet."""

    deployment: str
    evidence: tuple[Evidence, ...]
    recovered_at: datetime | None

    @property
    def began_at(self) -> datetime:
        """Since when the failure is in evidence."""
        return began(self.evidence)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One execution of a service's pipeline that reached the environments that are looked at.

    reached_at: when it had first changed one of them, for good or ill. deployed_at: when it had first succeeded in one;
    None where it never did. repeated: its revision was there before. fixes: a deployment of it is linked to an incident
    as its fix.
    """

    id: str
    service: str
    reached_at: datetime
    team: str | None = None
    stage: str | None = None
    deployed_at: datetime | None = None
    revision: str | None = None
    committed_at: datetime | None = None
    rollback: bool = False
    repeated: bool = False
    fixes: bool = False
    failures: tuple[FailedDeployment, ...] = ()

    @property
    def failed(self) -> bool:
        """Whether it needed immediate intervention: evidence of any kind, however much of it, counts once."""
        return bool(self.failures)

    @property
    def rework(self) -> bool:
        """Whether it was unplanned, made because something had gone wrong: as a rollback is, and an incident's fix."""
        return self.rollback or self.fixes

    @property
    def a_change(self) -> bool:
        """Whether it brought a revision to where it had not been: neither a rollback nor a revision once more."""
        return self.deployed_at is not None and not self.rollback and not self.repeated

    @property
    def lead_time(self) -> float | None:
        """Seconds from the commit until it was deployed; None where it brought no change, or nobody knows.

        A commit that claims to be younger than its deployment has a wrong time: it is unknown.
        """
        if not self.a_change or self.deployed_at is None or self.committed_at is None:
            return None
        seconds = (self.deployed_at - self.committed_at).total_seconds()
        return seconds if seconds >= 0 else None

    @property
    def recovery_time(self) -> float | None:
        """Seconds from the first evidence of failure until all its environments were well; None while one is not."""
        ends = [each.recovered_at for each in self.failures]
        if not ends or None in ends:
            return None
        start = min(each.began_at for each in self.failures)
        return max((each - start).total_seconds() for each in ends if each is not None)


def began(evidence: Iterable[Evidence]) -> datetime:
    """Since when a failure is in evidence: the earliest."""
    return min(each.at for each in evidence)


def recovered(evidence: Sequence[Evidence], next_success: datetime | None) -> datetime | None:
    """Since when the environment was well again, or None where it is not known to be.

    Where incidents were declared, when the last of them was resolved: a person's word stands above what follows from a
    newer deployment. Else, whichever was first: the next success there – a rollback's, or a newer revision's – after
    the failure began, or that all which showed the failure was over by its own account. Never before it began.
    """
    incidents = [each.over_at for each in evidence if each.kind is EvidenceKind.INCIDENT]
    ends = incidents or [each.over_at for each in evidence]
    over = None if None in ends else max(each for each in ends if each is not None)
    found = [over] if incidents else [over, next_success]
    known = [each for each in found if each is not None]
    return max(min(known), began(evidence)) if known else None


# --- the measures ---------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Times:
    """A measure that is a time: of whom it was measured, and of whom it is not known.

    values: seconds, in the order of `measured`. unknown: those that should have one, and whose is not known (yet).
    """

    measured: tuple[Delivery, ...]
    values: tuple[float, ...]
    unknown: tuple[Delivery, ...]

    @property
    def median(self) -> float | None:
        """Half of the values are not above it; None without any."""
        return percentile(sorted(self.values), 50) if self.values else None


@dataclass(frozen=True, slots=True)
class Rate:
    """A measure that is a share: of all, those that count."""

    counted: tuple[Delivery, ...]
    of: tuple[Delivery, ...]

    @property
    def value(self) -> float | None:
        """From 0 to 1; None where there is nothing that it could be a share of."""
        return len(self.counted) / len(self.of) if self.of else None


@dataclass(frozen=True, slots=True)
class Frequency:
    """How often. intervals: seconds between one delivery of a service and its next, within the window."""

    counted: tuple[Delivery, ...]
    window: Window
    intervals: tuple[float, ...]

    @property
    def per_day(self) -> float | None:
        """Deliveries in a day; None where there is none."""
        return len(self.counted) / self.window.days if self.counted else None


def change_lead_time(deliveries: Iterable[Delivery]) -> Times:
    """ "The amount of time it takes for a change to go from committed to version control to deployed in production."

    Taken: from the author date of the revision's commit, as CodePipeline tells it, until the execution had succeeded in
    the first environment. Of the first delivery of a revision alone: rollbacks and repetitions bring no change. Unknown
    where no commit's time was told, or an impossible one.
    """
    changes = [each for each in deliveries if each.a_change]
    return _times(changes, lambda each: each.lead_time)


def deployment_frequency(deliveries: Iterable[Delivery], window: Window) -> Frequency:
    """ "The number of deployments over a given period or the time between deployments."

    Taken: deliveries that succeeded in at least one environment, rollbacks among them; a day is 24 hours.
    """
    counted = tuple(each for each in deliveries if each.deployed_at is not None)
    by_service: dict[str, list[datetime]] = defaultdict(list)
    for each in counted:
        by_service[each.service].append(each.reached_at)
    gaps = [
        (later - earlier).total_seconds() for times in by_service.values() for earlier, later in pairwise(sorted(times))
    ]
    return Frequency(counted, window, tuple(gaps))


def change_fail_rate(deliveries: Iterable[Delivery]) -> Rate:
    """ "The ratio of deployments that require immediate intervention following a deployment. Likely resulting in a
    rollback of the changes or a 'hotfix' to quickly remediate any issues."

    Taken: of all deliveries, those with evidence of failure. One that failed while its environment was being changed
    is among them: what customers use was touched, and somebody has to act. One that failed before has reached nothing.
    """
    all_ = tuple(deliveries)
    return Rate(tuple(each for each in all_ if each.failed), all_)


def failed_deployment_recovery_time(deliveries: Iterable[Delivery]) -> Times:
    """ "The time it takes to recover from a deployment that fails and requires immediate intervention."

    Taken: from the first evidence of the failure until `recovered`, in the last of its environments. Unknown are those
    that have not recovered yet: they are open.
    """
    failed = [each for each in deliveries if each.failed]
    return _times(failed, lambda each: each.recovery_time)


def deployment_rework_rate(deliveries: Iterable[Delivery]) -> Rate:
    """ "The ratio of deployments that are unplanned but happen as a result of an incident in production."

    Taken: of all deliveries, rollbacks and those that are linked to an incident as its fix. A newer revision that
    merely came after a failure may have been planned: nothing says that it was not.
    """
    all_ = tuple(deliveries)
    return Rate(tuple(each for each in all_ if each.rework), all_)


def _times(deliveries: Iterable[Delivery], value: Callable[[Delivery], float | None]) -> Times:
    pairs = [(each, value(each)) for each in deliveries]
    known = [(each, seconds) for each, seconds in pairs if seconds is not None]
    return Times(
        measured=tuple(each for each, _ in known),
        values=tuple(seconds for _, seconds in known),
        unknown=tuple(each for each, seconds in pairs if seconds is None),
    )


# --- in parts -------------------------------------------------------------------------------------------------------


def groups(deliveries: Iterable[Delivery], by: DoraGrouping) -> dict[str | None, list[Delivery]]:
    """Deliveries by the name of what they are told apart by, in the order of the names; those without one last."""
    found: dict[str | None, list[Delivery]] = defaultdict(list)
    for each in deliveries:
        found[_GROUPS[by](each)].append(each)
    return dict(sorted(found.items(), key=lambda item: (item[0] is None, item[0] or "")))


_GROUPS: dict[DoraGrouping, Callable[[Delivery], str | None]] = {
    DoraGrouping.SERVICE: lambda each: each.service,
    DoraGrouping.TEAM: lambda each: each.team,
    DoraGrouping.STAGE: lambda each: each.stage,
}


MOST_GROUPS = 100


def groups_asked(first: int | None) -> int:
    """How many groups are wanted: 50 when nothing is said. Raises InvalidValue for more than 100."""
    return between("first", 50 if first is None else first, 0, MOST_GROUPS)


def series(
    deliveries: Iterable[Delivery], window: Window, interval: DoraInterval
) -> list[tuple[Window, list[Delivery]]]:
    """The deliveries of each part of the window: a delivery belongs where it first reached something."""
    found = [(part, list[Delivery]()) for part in parts(window, interval)]
    place = 0
    for each in sorted(deliveries, key=lambda each: each.reached_at):
        while place < len(found) and each.reached_at >= found[place][0].end:
            place += 1
        if place < len(found) and each.reached_at >= found[place][0].start:
            found[place][1].append(each)
    return found
