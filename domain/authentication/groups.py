"""Which roles the groups of an issuer have here: `admin=platform-admins,operator=sre,developer=*`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import TypeAlias
from urllib.parse import unquote

from domain.authentication.refusals import NoRole
from domain.errors import nearest
from domain.permissions import EVERYBODY, OF_PEOPLE, Role

RoleGroups: TypeAlias = Mapping[Role, frozenset[str]]


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


def nobody(actor: str, groups: Collection[str], claim: str) -> NoRole:
    """Whoever has no role, by none of their groups and by no grant."""
    what = f"none of the {len(groups)} groups of the token has one" if groups else f"the token's {claim} name no group"
    return NoRole(
        f"{actor} has no role here: {what}, and nothing is granted to them.",
        remedy="Ask whoever looks after the service to put you into a group that INTERLOCK_ROLE_GROUPS names, or an "
        "ADMIN for a grant.",
        person=actor,
    )
