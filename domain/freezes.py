"""Freezes: for some time, nothing moves within a scope.

A freeze is in force from its start, up to and without its end.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from domain.errors import InvalidValue
from domain.words import FreezeScope


@dataclass(frozen=True, slots=True)
class FreezeTimes:
    """One freeze. target: the stage's, Region's, team's or service's name, the account's id, or None for everything."""

    name: str
    scope: FreezeScope
    target: str | None
    starts_at: datetime
    ends_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Movement:
    """What is about to move, and where to. account: the twelve digits."""

    stage: str
    account: str
    region: str
    service: str
    team: str | None = None

    def within(self, freeze: FreezeTimes) -> bool:
        """Whether the freeze is about this, at whatever time."""
        named = {
            FreezeScope.ORGANISATION: None,
            FreezeScope.STAGE: self.stage,
            FreezeScope.ACCOUNT: self.account,
            FreezeScope.REGION: self.region,
            FreezeScope.TEAM: self.team,
            FreezeScope.SERVICE: self.service,
        }[freeze.scope]
        return freeze.scope is FreezeScope.ORGANISATION or named == freeze.target


def freeze(
    name: str, scope: FreezeScope, target: str | None, starts_at: datetime, ends_at: datetime, reason: str
) -> FreezeTimes:
    """A freeze whose every value is right by itself; whether its target exists is for others to say."""
    if scope is FreezeScope.ORGANISATION and target is not None:
        raise InvalidValue("target", target, "left out: a freeze of the organisation is of everything")
    if scope is not FreezeScope.ORGANISATION and not target:
        raise InvalidValue("target", target, _TARGETS[scope])
    for field, at in (("startsAt", starts_at), ("endsAt", ends_at)):
        if at.utcoffset() is None:
            raise InvalidValue(field, at.isoformat(), "a time with its zone: '2026-12-20T18:00:00Z'")
    if ends_at <= starts_at:
        raise InvalidValue("endsAt", ends_at.isoformat(), f"a time after startsAt, which is {starts_at.isoformat()}")
    if not reason.strip():
        raise InvalidValue("reason", reason, "a sentence for those who are held back: 'Peak season'")
    return FreezeTimes(name, scope, target, starts_at, ends_at, reason)


_TARGETS = {
    FreezeScope.STAGE: "the name of the stage that is frozen",
    FreezeScope.ACCOUNT: "the id of the account that is frozen, twelve digits",
    FreezeScope.REGION: "the name of the Region that is frozen: 'eu-west-1'",
    FreezeScope.TEAM: "the name of the team whose services are frozen",
    FreezeScope.SERVICE: "the name of the service that is frozen",
}


def freezing(freezes: Iterable[FreezeTimes], movement: Movement, at: datetime) -> list[FreezeTimes]:
    """The freezes in force that the movement is within, the one that ends last first."""
    found = [each for each in freezes if each.starts_at <= at < each.ends_at and movement.within(each)]
    return sorted(found, key=lambda each: (-each.ends_at.timestamp(), each.name))


def until(freezes: Iterable[FreezeTimes], movement: Movement, at: datetime) -> datetime | None:
    """When the movement is free again, through freezes that overlap or follow at once; None when it is free."""
    about = sorted((each.starts_at, each.ends_at) for each in freezes if movement.within(each))
    end = at
    for starts_at, ends_at in about:
        if starts_at > end:
            break
        end = max(end, ends_at)
    return end if end > at else None
