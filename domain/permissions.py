"""Who may do what: roles, the permissions that each has, and the refusal of whoever has none.

Roles widen: a developer may all that a viewer may, an operator all that a developer may, an administrator everything.
A pipeline stands beside them: it reports, and asks about its own way. What is read is read by everybody.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from domain.errors import Refused
from domain.words import Word


class Role(Word):
    """What somebody is to the service: each role has some of the permissions."""

    VIEWER = "VIEWER", "Reads everything, and changes nothing."
    DEVELOPER = "DEVELOPER", "Moves and stops what a team deploys, and takes it back."
    OPERATOR = "OPERATOR", "Also decides for everybody: approvals, freezes, overrides, waivers, and the service's own."
    ADMIN = "ADMIN", "May everything, and alone changes the configuration."
    PIPELINE = "PIPELINE", "A pipeline: it reports, and asks about its own way."


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
    OPERATE = "OPERATE", "Look after the service: messages that were set aside, tests of routes, a rehearsal's clock."
    MANAGE_TOKENS = "MANAGE_TOKENS", "Make tokens for programs, which may no more than whoever makes them; revoke any."
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
class Viewer:
    """Who asks. actor: as the event log records it."""

    actor: str
    roles: frozenset[Role]

    @property
    def permissions(self) -> frozenset[Permission]:
        """What their roles allow, together."""
        return frozenset().union(*(PERMISSIONS[role] for role in self.roles))


def roles_with(permission: Permission) -> list[Role]:
    """The roles that have a permission, the smallest first."""
    return [role for role in Role if permission in PERMISSIONS[role]]


def require(viewer: Viewer, needed: Iterable[Permission], what: str) -> None:
    """Raises Refused where the viewer lacks one of them. what: what they want to do, as `stopExecution`."""
    missing = [each for each in Permission if each in set(needed) - viewer.permissions]
    if not missing:
        return
    enough = " or ".join(role for role in Role if PERMISSIONS[role] >= set(missing))
    roles = " and ".join(role for role in Role if role in viewer.roles) or "nobody"
    raise Refused(
        "FORBIDDEN",
        f"{what} needs the permission {' and '.join(missing)}: {viewer.actor} is {roles}, and may not.",
        remedy=f"Ask somebody who is {enough} to do it, or an ADMIN for that role. Roles come from the issuer's "
        "groups by INTERLOCK_ROLE_GROUPS; without an issuer, from INTERLOCK_LOCAL_ROLE.",
    )
