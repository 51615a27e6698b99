"""What holds a revision back, by name; and what a person's override does to it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.words import BlockerKind, Decision

NEVER_OVERRIDDEN = frozenset({BlockerKind.IN_FLIGHT, BlockerKind.SUPERSEDED})
"""Two deployments of one environment at once are no risk that anybody may take; an overtaken one has no purpose."""
SOONEST, LATEST = timedelta(seconds=30), timedelta(minutes=5)
"""A pipeline that waits asks again within these, whatever its blockers say: they may be lifted at any time."""


@dataclass(frozen=True, slots=True)
class Blocker:
    """One reason why a revision does not move now. sentence: without its full stop, for a person who waits.

    subject: what it is about: an environment, a Region, a wave, a service or an alarm, by name. since: from when it
    holds, where that is known. clears_at: when it is expected to clear by itself, None where nobody can tell.
    final: no waiting helps. override: the name of the override that takes its force. unconfirmed: the name of one that
    would, as soon as a second person has confirmed it.
    """

    kind: BlockerKind
    sentence: str
    subject: str
    since: datetime | None = None
    clears_at: datetime | None = None
    final: bool = False
    override: str | None = None
    unconfirmed: str | None = None

    @property
    def holds(self) -> bool:
        """Whether it still has its force."""
        return self.override is None


@dataclass(frozen=True, slots=True)
class Override:
    """A person's permission to pass blockers of some kinds, in force up to and without `expires_at`.

    kinds: none for every kind that may be overridden. service, environment, wave: None for any. waits: a second person
    has yet to confirm it, and it takes no blocker's force.
    """

    name: str
    by: str
    reason: str
    granted_at: datetime
    expires_at: datetime
    kinds: frozenset[BlockerKind] = frozenset()
    service: str | None = None
    environment: str | None = None
    wave: str | None = None
    waits: bool = False

    def covers(self, blocker: Blocker, service: str, wave: str, environments: Collection[str], at: datetime) -> bool:
        """Whether it is about the blocker at a time, for a service that enters these environments of a wave.

        It takes its force then, unless it waits. One for an environment reaches what is about that environment, and
        what is about others only where nothing else is entered.
        """
        in_force = self.granted_at <= at < self.expires_at
        meant = self.service in (None, service) and self.wave in (None, wave)
        named = not self.kinds or blocker.kind in self.kinds
        entered = self.environment in environments
        there = self.environment is None or (
            entered and (blocker.subject == self.environment or set(environments) == {self.environment})
        )
        return in_force and meant and named and there and _may_be_overridden(blocker)


@dataclass(frozen=True, slots=True)
class Entry:
    """The decision whether a revision may enter a wave now, with everything that speaks against it."""

    blockers: Sequence[Blocker] = ()

    @property
    def holding(self) -> list[Blocker]:
        """The blockers that have their force."""
        return [each for each in self.blockers if each.holds]

    @property
    def decision(self) -> Decision:
        """STOP where no waiting helps; WAIT while anything holds."""
        if any(each.final for each in self.holding):
            return Decision.STOP
        return Decision.WAIT if self.holding else Decision.PROCEED

    @property
    def clears_at(self) -> datetime | None:
        """When the last of the blockers is expected to clear; None where nobody can tell, or nothing holds."""
        times = [each.clears_at for each in self.holding]
        known = [each for each in times if each is not None]
        return max(known) if known and len(known) == len(times) else None

    def ask_again(self, at: datetime) -> timedelta:
        """How long whoever waits sleeps before asking again."""
        soon = [each.clears_at - at for each in self.holding if each.clears_at is not None]
        return min(max(min(soon, default=LATEST), SOONEST), LATEST)


def overridden(
    blockers: Iterable[Blocker],
    overrides: Iterable[Override],
    service: str,
    wave: str,
    environments: Collection[str],
    at: datetime,
) -> list[Blocker]:
    """The blockers, those that an override covers with its name: of several, the one that expires first.

    One that waits for a second person lets nothing pass, and is named where no other does.
    """
    known = sorted(overrides, key=lambda each: (each.expires_at, each.name))

    def by(blocker: Blocker, waits: bool) -> str | None:
        found = (each for each in known if each.waits is waits)
        return next((each.name for each in found if each.covers(blocker, service, wave, environments, at)), None)

    def said(blocker: Blocker) -> Blocker:
        override = by(blocker, waits=False)
        return replace(blocker, override=override, unconfirmed=None if override else by(blocker, waits=True))

    return [said(each) for each in blockers]


def _may_be_overridden(blocker: Blocker) -> bool:
    return blocker.kind not in NEVER_OVERRIDDEN and not (blocker.final and blocker.kind is BlockerKind.HOLD)
