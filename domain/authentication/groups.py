"""Which roles the groups of an issuer have here: `admin=platform-admins,operator=sre,developer=*`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TypeAlias
from urllib.parse import unquote

from domain.authentication.refusals import NoRole
from domain.errors import nearest
from domain.permissions import Role

EVERYBODY = "*"
"""Whoever the issuer knows, whatever their groups."""
RoleGroups: TypeAlias = Mapping[Role, frozenset[str]]
OF_PEOPLE = (Role.VIEWER, Role.DEVELOPER, Role.OPERATOR, Role.ADMIN)
"""A pipeline is no person: its role is given to a token."""


def role_groups(text: str) -> RoleGroups:
    """The groups of each role. A comma in a group's name is written %2C, and a percent sign %25.

    Raises ValueError, which says which part is wrong.
    """
    found: dict[Role, frozenset[str]] = {}
    for part in text.split(","):
        name, equals, group = (each.strip() for each in part.partition("="))
        if not equals or not group:
            raise ValueError(f"{part.strip()!r} is not role=group")
        role = next((each for each in OF_PEOPLE if each == name.upper()), None)
        if role is None:
            likely = nearest(name.lower(), [each.lower() for each in OF_PEOPLE])
            hint = f"; is {likely[0]} meant?" if likely else ""
            raise ValueError(f"{name!r} is no role of people{hint}")
        found[role] = found.get(role, frozenset()) | {unquote(group)}
    return found


def roles_of(groups: Iterable[str], known: RoleGroups) -> frozenset[Role]:
    """The roles that somebody in these groups has."""
    own = {*(each for each in groups if each != EVERYBODY), EVERYBODY}
    return frozenset(role for role, named in known.items() if named & own)


def require_role(actor: str, groups: Iterable[str], known: RoleGroups, claim: str) -> frozenset[Role]:
    """Their roles. Raises NoRole for whoever has none."""
    given = list(groups)
    roles = roles_of(given, known)
    if roles:
        return roles
    what = f"none of the {len(given)} groups of the token has one" if given else f"the token's {claim} name no group"
    raise NoRole(
        f"{actor} has no role here: {what}.",
        remedy="Ask whoever looks after the service to put you into a group that INTERLOCK_ROLE_GROUPS names.",
    )
