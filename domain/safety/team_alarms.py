"""The alarms that speak against a bake from outside of it: the team's aggregate ones, whoever has set them off.

'Any of the team's services in high severity: every deployment of the team that is in flight in that Region rolls back'
(Builders' Library). What is known of an alarm comes from CloudWatch's events and from what gates saw of it; the newest
knowledge counts, and of one moment ALARM does.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from domain.words import AlarmRole, AlarmState

FRESH = timedelta(minutes=10)
"""What a gate saw longer ago says nothing of now: it looks every minute, and every five where many checks run."""


class Where(NamedTuple):
    """An alarm by its name and where it is: names are unique in an account and Region."""

    account: str
    region: str
    name: str


@dataclass(frozen=True, slots=True)
class Known:
    """What was known of an alarm at a time, from an event or from a gate. state: None where it was not there."""

    where: Where
    state: AlarmState | None
    at: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Declared:
    """An alarm that a service of the team declares for one of its environments."""

    where: Where
    role: AlarmRole
    service: str
    environment: str


@dataclass(frozen=True, slots=True)
class Concerned:
    """A bake as far as alarms concern it: whose it is, and where."""

    service: str
    team: str | None
    environments: Collection[str]
    regions: Collection[str]


def declared(
    structure: Mapping[str, Any] | None, service: str, places: Mapping[str, tuple[str, str]]
) -> list[Declared]:
    """The alarms in a registered map, of these environments. places: (account, Region) by environment."""
    signals = (structure or {}).get("signals") or {}
    return [
        Declared(Where(*places[environment], alarm["name"]), AlarmRole(alarm["role"]), service, environment)
        for environment, found in sorted(signals.items())
        if environment in places
        for alarm in found["alarms"]
    ]


def against(alarms: Iterable[Declared], concerned: Concerned, known: Iterable[Known]) -> list[str]:
    """A sentence for each alarm that is in alarm and concerns a bake."""
    newest: dict[Where, Known] = {}
    for each in sorted(known, key=lambda each: (each.at, each.state is AlarmState.ALARM)):
        newest[each.where] = each
    reasons = []
    for alarm in alarms:
        found = newest.get(alarm.where)
        if found is not None and found.state is AlarmState.ALARM and _concerns(alarm, concerned):
            reasons.append(_sentence(alarm, found, concerned.team if alarm.role is AlarmRole.AGGREGATE else None))
    return sorted(set(reasons))


def _concerns(alarm: Declared, concerned: Concerned) -> bool:
    """The aggregate ones in its Regions, whosever they are; its own of every role, which its gate could not read."""
    mine = alarm.service == concerned.service and alarm.environment in concerned.environments
    return mine or (alarm.role is AlarmRole.AGGREGATE and alarm.where.region in concerned.regions)


def _sentence(alarm: Declared, found: Known, team: str | None) -> str:
    whose = (
        f"the aggregate alarm {alarm.where.name} of team {team}" if team else f"{alarm.where.name} of {alarm.service}"
    )
    because = f": {found.reason}" if found.reason else ""
    return f"{whose} is in ALARM in {alarm.where.region}{because}"
