"""What a narrowed viewer sees: their grants, resolved to the keys of rows.

A *place* is the stages and accounts of a grant. Each different one has a bit; what a grant reaches carries the bits of
its places. What is of a service and an environment is seen where both carry one bit: a single grant covers them.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TypeAlias, TypeVar
from uuid import UUID

from domain.configuration.kinds import Kind
from domain.permissions import Granted, Scope, Target, Viewer
from domain.selectors import matcher
from domain.words import FreezeScope, Word

MOST_PLACES = 62
"""Bits of PostgreSQL's bigint. Of grants of more different places, the first hold, in order, and the rest do not."""

Place: TypeAlias = tuple[frozenset[str], frozenset[str]]
"""Stages and accounts of a grant; an empty one does not narrow."""
Bits: TypeAlias = int
ALL_BITS: Bits = -1
Key = TypeVar("Key")


class Audience(Word):
    """Who sees an event, by what it is about."""

    OPEN = "OPEN", "Everybody: it is about the company's vocabulary."
    LISTED = "LISTED", "Who sees its subject: a team, an account, a check, a window, a freeze, a route or a policy."
    PLACED = "PLACED", "Who sees its service, in its stage and environment; nobody, while it is of no service."
    SHARED = "SHARED", "The same; where it names no service, it is of all of them."
    ACCOUNT = "ACCOUNT", "Who sees its account, and all services: it is of no service that is known."
    HIDDEN = "HIDDEN", "Those alone who have a role everywhere."


_AUDIENCES: Mapping[str, Audience] = {
    **dict.fromkeys(("Organisation", "Region", "Calendar", "Stage", "Wave"), Audience.OPEN),
    **dict.fromkeys(("Account", "Team", "Check", "Window", "Freeze", "NotificationRoute", "Policy"), Audience.LISTED),
    **dict.fromkeys(("Environment", "Hold", "Override", "Waiver"), Audience.SHARED),
    **dict.fromkeys(("Alarm", "Work"), Audience.ACCOUNT),
    **dict.fromkeys(("Change", "ApiToken", "SetAside"), Audience.HIDDEN),
}


def audience(subject_type: str) -> Audience:
    """Who sees an event about such a row; what is not known here has to be of a service that they see."""
    return _AUDIENCES.get(subject_type, Audience.PLACED)


@dataclass(frozen=True, slots=True)
class Rule:
    """What a check, window, freeze, route or policy is about; what is unsaid does not narrow. globs: over services."""

    kind: Kind
    name: str
    globs: tuple[str, ...] = ()
    service: str | None = None
    team: str | None = None
    stage: str | None = None
    account: str | None = None

    @property
    def of_all_services(self) -> bool:
        """Whether it is about every service, those to come too."""
        return not self.globs and self.service is None and self.team is None

    def concerns(self, service: Target) -> bool:
        """Whether it is about this service: all that it says of services must hold."""
        name = service.service or ""
        if self.service not in (None, name) or self.team not in (None, service.team):
            return False
        return not self.globs or any(matcher(glob)(name) for glob in self.globs)


def frozen(scope: FreezeScope, target: str | None, name: str) -> Rule:
    """What a freeze is about. A Region's, as the organisation's, is everybody's."""

    def of(wanted: FreezeScope) -> str | None:
        return target if scope is wanted else None

    return Rule(
        Kind.FREEZE,
        name,
        service=of(FreezeScope.SERVICE),
        team=of(FreezeScope.TEAM),
        stage=of(FreezeScope.STAGE),
        account=of(FreezeScope.ACCOUNT),
    )


@dataclass(frozen=True)
class Belongings:
    """What each row is of, by key; archived ones too.

    services: team and service. environments: stage, account and, of a test environment, the team. accounts: AWS's ids.
    names: of environments. change: the last change that this includes.
    """

    services: Mapping[UUID, Target] = field(default_factory=dict)
    environments: Mapping[UUID, Target] = field(default_factory=dict)
    stages: Mapping[UUID, str] = field(default_factory=dict)
    accounts: Mapping[UUID, str] = field(default_factory=dict)
    teams: Mapping[UUID, str] = field(default_factory=dict)
    rules: Mapping[UUID, Rule] = field(default_factory=dict)
    names: Mapping[UUID, str] = field(default_factory=dict)
    change: UUID | None = None


@dataclass(frozen=True)
class About:
    """What an event is of: keys, and the id of an AWS account; None where there is none."""

    audience: Audience
    subject: UUID
    service: UUID | None = None
    environment: UUID | None = None
    stage: UUID | None = None
    account: str | None = None


@dataclass(frozen=True)
class Sight:
    """What grants make visible.

    services, environments, stages, accounts (by AWS's id): the bits of whatever carries any. listed: teams, accounts
    and rules that are seen. nameless: the bits of grants that hold for all services. wide: the bit of grants that hold
    in all stages and accounts.
    """

    services: Mapping[UUID, Bits]
    environments: Mapping[UUID, Bits]
    stages: Mapping[UUID, Bits]
    accounts: Mapping[str, Bits]
    listed: frozenset[UUID]
    nameless: Bits
    wide: Bits
    belongings: Belongings

    def sees(self, about: About) -> bool:
        """Whether an event is theirs to see: `models.narrowing.tables` says the same in SQL."""
        if about.audience is Audience.LISTED:
            return about.subject in self.listed
        if about.audience is Audience.ACCOUNT:
            return bool(self.nameless & self.accounts.get(about.account or "", 0))
        if about.audience in (Audience.OPEN, Audience.HIDDEN):
            return about.audience is Audience.OPEN
        unnamed = ALL_BITS if about.audience is Audience.SHARED else 0
        bits = unnamed if about.service is None else self.services.get(about.service, 0)
        for key, carried in ((about.environment, self.environments), (about.stage, self.stages)):
            bits &= ALL_BITS if key is None else carried.get(key, 0)
        return bool(bits)

    @cached_property
    def service_names(self) -> Mapping[str, Bits]:
        """The services that are seen, by name."""
        return {self.belongings.services[key].service or "": bits for key, bits in self.services.items()}

    @cached_property
    def environment_names(self) -> Mapping[str, Bits]:
        """The environments that are seen, by name."""
        return {self.belongings.names[key]: bits for key, bits in self.environments.items()}

    @cached_property
    def team_names(self) -> frozenset[str]:
        """The teams that are seen."""
        return frozenset(name for key, name in self.belongings.teams.items() if key in self.listed)

    @cached_property
    def rule_names(self) -> frozenset[tuple[Kind, str]]:
        """The rules that are seen."""
        return frozenset((rule.kind, rule.name) for key, rule in self.belongings.rules.items() if key in self.listed)

    def together(self, service: str, environment: str) -> bool:
        """Whether a single grant covers the service in the environment."""
        return bool(self.service_names.get(service, 0) & self.environment_names.get(environment, 0))

    def wholly(self, service: str) -> bool:
        """Whether a single grant covers all of the service, wherever it goes."""
        return bool(self.service_names.get(service, 0) & self.wide)


def seeing(viewer: Viewer) -> str:
    """What a viewer sees, as a name: equal for those who see the same, whatever they may do there."""
    if not viewer.narrowed:
        return "all"
    scopes = sorted({_order(each.scope) for each in viewer.granted})
    return hashlib.sha256(repr(scopes).encode()).hexdigest()


def sight(granted: Iterable[Granted], of: Belongings) -> Sight:
    """What these grants make visible of what there is; the roles in them do not matter."""
    scopes = sorted({each.scope for each in granted}, key=_order)
    places = list(dict.fromkeys((each.stages, each.accounts) for each in scopes))[:MOST_PLACES]
    bit = {place: 1 << number for number, place in enumerate(places)}
    reaches = [
        _Reach(each, bit[each.stages, each.accounts], of) for each in scopes if (each.stages, each.accounts) in bit
    ]
    return Sight(
        services=_carried((key, reach.bit) for reach in reaches for key in reach.services),
        environments=_carried((key, reach.bit) for reach in reaches for key in reach.environments),
        stages=_carried((key, reach.bit) for reach in reaches for key, name in of.stages.items() if reach.stage(name)),
        accounts=_carried((id_, reach.bit) for reach in reaches for id_ in of.accounts.values() if reach.account(id_)),
        listed=frozenset(key for reach in reaches for key in reach.listed()),
        nameless=_together(reach.bit for reach in reaches if reach.nameless),
        wide=bit.get((frozenset(), frozenset()), 0),
        belongings=of,
    )


class _Reach:
    """What one grant reaches."""

    def __init__(self, scope: Scope, bit: Bits, of: Belongings) -> None:
        self.bit, self._scope, self._of = bit, scope, of
        who = Scope(teams=scope.teams, services=scope.services)
        self.services = {key: target for key, target in of.services.items() if who.covers(target)}
        self.nameless = not (scope.teams or scope.services)
        self._teams = scope.teams | {target.team for target in self.services.values() if target.team}
        self.environments = [key for key, target in of.environments.items() if self._reaches(target)]

    def stage(self, name: str | None) -> bool:
        return name is None or not self._scope.stages or name in self._scope.stages

    def account(self, id_: str | None) -> bool:
        return id_ is None or not self._scope.accounts or id_ in self._scope.accounts

    def team(self, name: str | None) -> bool:
        return self.nameless or name in self._teams

    def listed(self) -> Iterable[UUID]:
        yield from (key for key, name in self._of.teams.items() if self.team(name))
        yield from (key for key, id_ in self._of.accounts.items() if self.account(id_))
        yield from (key for key, rule in self._of.rules.items() if self._applies(rule))

    def _reaches(self, environment: Target) -> bool:
        """A test environment of a team is the team's."""
        there = self.stage(environment.stage) and self.account(environment.account)
        return there and (environment.team is None or self.team(environment.team))

    def _applies(self, rule: Rule) -> bool:
        if not (self.stage(rule.stage) and self.account(rule.account)):
            return False
        return rule.of_all_services or self.nameless or any(rule.concerns(each) for each in self.services.values())


def _carried(pairs: Iterable[tuple[Key, Bits]]) -> dict[Key, Bits]:
    found: dict[Key, Bits] = {}
    for key, bits in pairs:
        found[key] = found.get(key, 0) | bits
    return found


def _together(bits: Iterable[Bits]) -> Bits:
    found = 0
    for each in bits:
        found |= each
    return found


def _order(scope: Scope) -> tuple[tuple[str, ...], ...]:
    return tuple(tuple(sorted(each)) for each in (scope.stages, scope.accounts, scope.teams, scope.services))
