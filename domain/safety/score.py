"""A service's safety score: each rule met or not, with what is missing, what to do, and the waiver that allows it.

What is waived is not met: a waiver lets the score be lower, and makes nothing safer. When it has expired, it is shown
as expired, and the rule is one that is missing like any other.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.errors import InvalidValue, Problem
from domain.safety.audited import Facts
from domain.safety.score_rules import RULE, RULES, Rule, SafetyRule

LONGEST_WAIVER = timedelta(days=90)
"""Long enough to mend what is missing, and not to forget it."""
MOST_SHOWN = 5
"""What is missing of a rule, told at once: the rest is of the same kind."""
MOST_LOWERED = 100
"""Sentences of a refusal: a change of a stage concerns every service."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """A person's recorded, expiring permission not to keep a rule: of one service, or of all that pass a stage or wave.

    rule: its code, which may be one that is no longer audited.
    """

    name: str
    rule: str
    service: str | None
    stage: str | None
    wave: str | None
    reason: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime

    def in_force(self, at: datetime) -> bool:
        """From when it was granted until it expires."""
        return self.granted_at <= at < self.expires_at

    def covers(self, rule: SafetyRule, facts: Facts) -> bool:
        """Whether it is about the rule and the service."""
        if self.rule != rule:
            return False
        if self.service is not None:
            return self.service == facts.service
        return any(
            self.stage == stage.name or self.wave in [wave.wave for wave in stage.waves] for stage in facts.stages
        )


@dataclass(frozen=True, slots=True)
class Point:
    """A rule that has something to say of a service. missing: a sentence each; none where it is met.

    waiver: the one that allows it to be missing, or the last one that did; None where it is met.
    """

    rule: Rule
    missing: Sequence[str]
    waiver: Waiver | None = None

    @property
    def met(self) -> bool:
        """Nothing is missing."""
        return not self.missing

    @property
    def points(self) -> int:
        """What it gives: all or nothing."""
        return self.rule.points if self.met else 0

    @property
    def said(self) -> str:
        """What is missing, in one sentence; empty where nothing is."""
        shown, more = self.missing[:MOST_SHOWN], len(self.missing) - MOST_SHOWN
        return "; ".join(shown) + (f"; and {more} more" if more > 0 else "")

    def waived(self, at: datetime) -> bool:
        """It is missing, and a waiver in force allows it."""
        return self.waiver is not None and self.waiver.in_force(at)


@dataclass(frozen=True, slots=True)
class Score:
    """What the rules say of a service at a time; those that have nothing to say of it are left out."""

    service: str
    at: datetime
    points: Sequence[Point] = ()

    @property
    def score(self) -> int:
        """The points of the rules that are met."""
        return sum(each.points for each in self.points)

    @property
    def of(self) -> int:
        """The points of all rules that have something to say."""
        return sum(each.rule.points for each in self.points)

    @property
    def waived(self) -> int:
        """The points that are missing, and that a waiver in force allows to be."""
        return sum(each.rule.points for each in self.points if each.waived(self.at))

    @property
    def missing(self) -> list[Point]:
        """The points that are not met, waived ones too; those that count most first."""
        return sorted((each for each in self.points if not each.met), key=lambda each: -each.rule.points)

    @property
    def standing(self) -> dict[SafetyRule, bool]:
        """Whether each rule that has something to say is met."""
        return {each.rule.rule: each.met for each in self.points}

    @property
    def share(self) -> float:
        """The score's share of what could be had, 0 to 1; 1 where nothing is audited."""
        return self.score / self.of if self.of else 1.0


def audit(facts: Facts, at: datetime, waivers: Iterable[Waiver] = ()) -> Score:
    """The score of a service. waivers: those that were granted and not revoked, expired ones too."""
    known = tuple(waivers)
    points = []
    for rule in RULES:
        missing = rule.audit(facts, at)
        if missing is not None:
            points.append(Point(rule, missing, _waiver(known, rule.rule, [facts], at) if missing else None))
    return Score(facts.service, at, points)


def _waiver(waivers: Iterable[Waiver], rule: SafetyRule, facts: Collection[Facts], at: datetime) -> Waiver | None:
    """The waiver for a rule of a service: the one in force that lasts longest, else the one that expired last."""
    about = [each for each in waivers if each.granted_at <= at and any(each.covers(rule, one) for one in facts)]
    return max(about, key=lambda each: (each.expires_at, each.name), default=None)


@dataclass(frozen=True, slots=True)
class Lowered:
    """A rule that was met for a service and would no longer be. waiver: the one in force that allows it, or None."""

    service: str
    rule: SafetyRule
    missing: str
    remedy: str
    waiver: Waiver | None = None

    @property
    def sentence(self) -> str:
        """What the service loses."""
        return f"{self.service} would no longer keep {self.rule}: {self.missing}."


@dataclass(frozen=True, slots=True)
class Weighed:
    """What becomes of one service's score. lowered: the rules that it would no longer keep, waived ones as well."""

    before: Score
    after: Score
    lowered: Sequence[Lowered] = ()

    @property
    def differs(self) -> bool:
        """Another score, or the same one by other rules."""
        return self.before.standing != self.after.standing


def weigh(before: Facts, after: Facts, at: datetime, waivers: Iterable[Waiver] = ()) -> Weighed:
    """What a change from one state of a service to another makes of its score.

    Nothing is lowered of a service that no registered pipeline deploys, before or after; nor by a stage that is new.
    """
    known = tuple(waivers)
    was, becomes = audit(before, at, known), audit(after, at, known)
    if not (before.guarded and after.guarded):
        return Weighed(was, becomes)
    there = [stage for stage in after.order if stage in before.order]
    seen = becomes if len(there) == len(after.order) else audit(replace(after, order=there), at)
    kept = {rule for rule, met in was.standing.items() if met and RULE[rule].ratchet}
    lost = [_lowered(each, before, after, at, known) for each in seen.points if not each.met and each.rule.rule in kept]
    return Weighed(was, becomes, lost)


def _lowered(point: Point, before: Facts, after: Facts, at: datetime, waivers: Iterable[Waiver]) -> Lowered:
    waiver = _waiver(waivers, point.rule.rule, (before, after), at)
    allowed = waiver if waiver is not None and waiver.in_force(at) else None
    return Lowered(after.service, point.rule.rule, point.said, point.rule.remedy, allowed)


class SafetyLowered(Problem):
    """A change after which services would keep less than they do. lowered: what nobody has waived."""

    code = "SAFETY_LOWERED"

    def __init__(self, lowered: Sequence[Lowered], *, path: Iterable[str] = ()) -> None:
        self.services = sorted({each.service for each in lowered})
        self.rules = sorted({str(each.rule) for each in lowered})
        self.lowered = [each.sentence for each in lowered[:MOST_LOWERED]]
        more = len(lowered) - MOST_SHOWN
        said = " ".join(self.lowered[:MOST_SHOWN]) + (f" And {more} more." if more > 0 else "")
        first = lowered[0]
        super().__init__(
            f"The safety of {_named(self.services)} would be lowered. {said}",
            path=path,
            remedy=f"Keep what is there ({first.remedy.rstrip('.')}), or grant a waiver first: grantWaiver, or "
            f"`interlock waiver grant {first.rule} --service {first.service}`.",
        )


def _named(services: Sequence[str]) -> str:
    return ", ".join(services) if len(services) <= MOST_SHOWN else f"{len(services)} services"


def require_expiry(expires_at: datetime, now: datetime) -> datetime:
    """When a waiver ends: in the future, and within 90 days. Raises InvalidValue."""
    if not now < expires_at <= now + LONGEST_WAIVER:
        until = (now + LONGEST_WAIVER).isoformat(timespec="seconds")
        raise InvalidValue("expiresAt", expires_at, f"a time in the future, at most 90 days from now: by {until}")
    return expires_at
