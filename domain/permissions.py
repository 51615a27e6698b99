"""Who may do what: roles, the permissions that each has, and the refusal of whoever has none.

Roles widen: a developer may all that a viewer may, an operator all that a developer may, an administrator everything.
A pipeline stands beside them: it reports, and asks about its own way. A role holds everywhere, or is granted within a
scope: then it says what may be done, and what is seen, there alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeAlias

from domain.errors import Refused
from domain.words import Word


class Role(Word):
    """What somebody is to the service: each role has some of the permissions."""

    VIEWER = "VIEWER", "Reads everything, and changes nothing."
    DEVELOPER = "DEVELOPER", "Moves and stops what a team deploys, and takes it back."
    OPERATOR = "OPERATOR", "Also decides for everybody: approvals, freezes, overrides, waivers, and the service's own."
    ADMIN = "ADMIN", "May everything, and alone changes the configuration."
    PIPELINE = "PIPELINE", "A pipeline: it reports, and asks about its own way."


EVERYBODY = "*"
"""Whoever the issuer knows, whatever their groups."""
OF_PEOPLE = (Role.VIEWER, Role.DEVELOPER, Role.OPERATOR, Role.ADMIN)
"""A pipeline is no person: its role is given to a token."""


class Permission(Word):
    """What somebody may do: every mutation needs one of these."""

    START_PIPELINE = "START_PIPELINE", "Start a pipeline."
    STOP_EXECUTION = "STOP_EXECUTION", "Stop a pipeline's execution."
    RETRY_STAGE = "RETRY_STAGE", "Try a stage that has failed again."
    ROLL_BACK = "ROLL_BACK", "Roll a stage back to an earlier revision."
    APPROVE = "APPROVE", "Answer an action that waits for an approval."
    HOLD = "HOLD", "Hold, pin and veto: what enters an environment, and what does not."
    FREEZE = "FREEZE", "Freeze deployments, and end a freeze."
    GRANT_OVERRIDE = "GRANT_OVERRIDE", "Let blockers pass for a time, and take that back."
    GRANT_WAIVER = "GRANT_WAIVER", "Let a rule of the safety score go unkept for a time, and take that back."
    DECLARE_INCIDENT = "DECLARE_INCIDENT", "Declare, link, resolve and reopen incidents."
    MANAGE_TEST_ENVIRONMENTS = "MANAGE_TEST_ENVIRONMENTS", "Create, extend and delete test environments."
    RECORD_MANUAL_CHANGE = "RECORD_MANUAL_CHANGE", "Say that something is changed by hand in an environment's account."
    CONFIGURE = "CONFIGURE", "Change the configuration: accounts, stages, waves, services, checks, and the rest."
    MANAGE_GRANTS = "MANAGE_GRANTS", "Grant roles to groups and persons within the service, and take them back."
    OPERATE = "OPERATE", "Look after the service: messages that were set aside, tests of routes, a rehearsal's clock."
    MANAGE_TOKENS = (
        "MANAGE_TOKENS",
        "Make tokens for programs, which may no more than whoever makes them; revoke any, and anybody's sessions.",
    )
    REPORT = "REPORT", "Report what a pipeline does, and ask what it may do next."


_DEVELOPER = frozenset(
    {
        Permission.START_PIPELINE,
        Permission.STOP_EXECUTION,
        Permission.RETRY_STAGE,
        Permission.ROLL_BACK,
        Permission.HOLD,
        Permission.DECLARE_INCIDENT,
        Permission.MANAGE_TEST_ENVIRONMENTS,
        Permission.RECORD_MANUAL_CHANGE,
    }
)
_OPERATOR = _DEVELOPER | {
    Permission.APPROVE,
    Permission.FREEZE,
    Permission.GRANT_OVERRIDE,
    Permission.GRANT_WAIVER,
    Permission.OPERATE,
    Permission.MANAGE_TOKENS,
}
PERMISSIONS: Mapping[Role, frozenset[Permission]] = {
    Role.VIEWER: frozenset(),
    Role.DEVELOPER: _DEVELOPER,
    Role.OPERATOR: _OPERATOR,
    Role.ADMIN: frozenset(Permission),
    Role.PIPELINE: frozenset({Permission.REPORT}),
}


@dataclass(frozen=True, slots=True)
class Target:
    """What something is done to, or is seen of. None: it is of none, or of more than one.

    account: twelve digits. team: that of the service.
    """

    team: str | None = None
    service: str | None = None
    stage: str | None = None
    account: str | None = None


SCOPE_FIELDS = ("teams", "services", "stages", "accounts")
"""What a scope, a grant and a token are narrowed by."""
_Parts: TypeAlias = tuple[tuple[frozenset[str], str | None], ...]
EVERYTHING = Target()
"""What concerns all services, in all accounts."""


@dataclass(frozen=True, slots=True)
class Scope:
    """Where a grant holds: a part that names something narrows it, an empty one does not. accounts: twelve digits."""

    teams: frozenset[str] = frozenset()
    services: frozenset[str] = frozenset()
    stages: frozenset[str] = frozenset()
    accounts: frozenset[str] = frozenset()

    def covers(self, target: Target) -> bool:
        """Whether all of the target lies within: who has one stage of a service may not act on all of it."""
        return all(not names or name in names for names, name in self._parts(target))

    def touches(self, target: Target) -> bool:
        """Whether some of the target may lie within: who has one stage of a service sees the service."""
        return all(not names or name is None or name in names for names, name in self._parts(target))

    def within(self, other: Scope) -> bool:
        """Whether all that it covers, the other covers too, whatever becomes of the services' teams."""
        pairs = ((getattr(self, name), getattr(other, name)) for name in SCOPE_FIELDS)
        return all(not theirs or (own and own <= theirs) for own, theirs in pairs)

    def _parts(self, target: Target) -> _Parts:
        return (
            (self.teams, target.team),
            (self.services, target.service),
            (self.stages, target.stage),
            (self.accounts, target.account),
        )


EVERYWHERE = Scope()
"""Nothing is narrowed."""


@dataclass(frozen=True, slots=True)
class Granted:
    """A role within a scope."""

    role: Role
    scope: Scope


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who asks. actor: as the event log records it. roles: what they are everywhere. granted: what, and where.

    groups: the issuer's, of one of its people; None for a program, and for whoever is on this machine.
    """

    actor: str
    roles: frozenset[Role]
    granted: frozenset[Granted] = frozenset()
    groups: frozenset[str] | None = None

    @property
    def permissions(self) -> frozenset[Permission]:
        """What their roles allow, together, at least somewhere."""
        return frozenset().union(*(PERMISSIONS[role] for role in self.roles | {each.role for each in self.granted}))

    @property
    def narrowed(self) -> bool:
        """Whether they see no more than what was granted to them; whoever has a role everywhere sees everything."""
        return not self.roles

    def permissions_at(self, target: Target) -> frozenset[Permission]:
        """What their roles allow there."""
        there = {each.role for each in self.granted if each.scope.covers(target)}
        return frozenset().union(*(PERMISSIONS[role] for role in self.roles | there))

    def permissions_within(self, scope: Scope) -> frozenset[Permission]:
        """What their roles allow in all of a scope."""
        there = {each.role for each in self.granted if scope.within(each.scope)}
        return frozenset().union(*(PERMISSIONS[role] for role in self.roles | there))

    def sees(self, target: Target) -> bool:
        """Whether it, or some of it, is theirs to see."""
        return not self.narrowed or any(each.scope.touches(target) for each in self.granted)


@dataclass(frozen=True, slots=True)
class Denial:
    """Who was not let do what, and where: what the log tells of it."""

    actor: str
    what: str
    permissions: tuple[Permission, ...]
    target: Target


class Denied(Refused):
    """Whoever asks may not."""

    def __init__(self, message: str, denial: Denial, *, remedy: str) -> None:
        super().__init__("FORBIDDEN", message, remedy=remedy)
        self.denial = denial


def roles_with(permission: Permission) -> list[Role]:
    """The roles that have a permission, the smallest first."""
    return [role for role in Role if permission in PERMISSIONS[role]]


def require(viewer: Viewer, needed: Iterable[Permission], what: str, at: Target | None = None) -> None:
    """Raises Denied where the viewer lacks one of them. what: what they want to do, as `stopExecution`.

    at: where; None asks whether they have them anywhere, before it is known what is concerned.
    """
    missing = missing_of(viewer, needed, at)
    if not missing:
        return
    enough = " or ".join(role for role in Role if PERMISSIONS[role] >= set(missing))
    raise Denied(
        f"{what} needs the permission {' and '.join(missing)}{_there(at)}: {viewer.actor} is {_are(viewer, at)}, and "
        "may not.",
        Denial(viewer.actor, what, missing, at or EVERYTHING),
        remedy=f"Ask somebody who is {enough}{_there(at)} to do it, or an ADMIN for that role. Roles come from the "
        "issuer's groups by INTERLOCK_ROLE_GROUPS, and by grants; without an issuer, from INTERLOCK_LOCAL_ROLE.",
    )


def missing_of(viewer: Viewer, needed: Iterable[Permission], at: Target | None = None) -> tuple[Permission, ...]:
    """Those that the viewer lacks there, in order; None: those that they have nowhere."""
    had = viewer.permissions if at is None else viewer.permissions_at(at)
    return tuple(each for each in Permission if each in set(needed) - had)


def _are(viewer: Viewer, at: Target | None) -> str:
    roles = viewer.roles | {each.role for each in viewer.granted if at is None or each.scope.covers(at)}
    return " and ".join(role for role in Role if role in roles) or "nobody"


def _there(at: Target | None) -> str:
    """` for payments in prod`: nothing where all is concerned, or nothing yet."""
    if at is None or at == EVERYTHING:
        return ""
    of = at.service or (f"the team {at.team}" if at.team else "")
    place = " ".join(each for each in (at.stage, at.account) if each)
    return (f" for {of}" if of else "") + (f" in {place}" if place else "")
