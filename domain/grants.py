"""What the configuration's grants come to for one person: roles within scopes, as long as they have not ended."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import datetime

from domain.configuration.configuration import Configuration
from domain.configuration.entities import Grant
from domain.permissions import EVERYBODY, Granted, Scope, Viewer


def granted_to(actor: str, groups: Collection[str], grants: Iterable[Grant], now: datetime) -> frozenset[Granted]:
    """What is granted to somebody by name, or to one of their groups, and has not ended."""
    own = {*(each for each in groups if each != EVERYBODY), EVERYBODY}
    return frozenset(
        Granted(each.role, scope_of(each))
        for each in grants
        if (each.group in own or _is(each.person, actor)) and (each.until is None or now < each.until)
    )


def scope_of(grant: Grant) -> Scope:
    """Where a grant holds."""
    return Scope(frozenset(grant.teams), frozenset(grant.services), frozenset(grant.stages), frozenset(grant.accounts))


def renewed(viewer: Viewer, configuration: Configuration, now: datetime) -> Viewer:
    """A person with what is granted to them by now; whoever is none of the issuer's people stays as they are."""
    if viewer.groups is None:
        return viewer
    return replace(viewer, granted=granted_to(viewer.actor, viewer.groups, configuration.grants.values(), now))


def _is(person: str | None, actor: str) -> bool:
    """Addresses of mail are told in small letters, however somebody typed them into a grant."""
    return person is not None and actor in (person, person.lower())
