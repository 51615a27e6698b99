"""The service's own tokens, for programs: what they look like, what is kept of one, and what may be asked for.

A token is `ilk_` and 256 random bits. Nothing can be guessed or tried out, so one SHA-256 of it is kept, and no salt.
"""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta

from domain.authentication.refusals import Unauthenticated
from domain.errors import InvalidValue, Refused
from domain.permissions import (
    EVERYTHING,
    EVERYWHERE,
    PERMISSIONS,
    SCOPE_FIELDS,
    Denial,
    Denied,
    Permission,
    Role,
    Scope,
    Viewer,
)

PREFIX = "ilk_"
"""What scanners for leaked secrets find it by."""
BYTES = 32
LONGEST_DAYS = 365
ACTOR = "token:"
"""What the log calls a program, before its token's name."""
USED_EVERY = timedelta(hours=1)
"""How exactly it is kept when a token was used last."""
NAME = r"[a-z][a-z0-9]*(-[a-z0-9]+)*"
LONGEST_NAME = 50
_TOKEN = re.compile(r"ilk_[A-Za-z0-9_-]{43}")


def new_secret() -> str:
    """A token that nobody has seen."""
    return PREFIX + secrets.token_urlsafe(BYTES)


def digest(token: str) -> str:
    """What is kept of it: 64 hex digits. Raises Unauthenticated for what cannot be one of ours."""
    if not _TOKEN.fullmatch(token):
        raise Unauthenticated("The token begins like one of the service's own, and is none.", remedy=REMEDY)
    return hashlib.sha256(token.encode()).hexdigest()


REMEDY = "Make another with `interlock token create`, and put it into INTERLOCK_TOKEN."


def require_usable(name: str, expires_at: datetime, revoked_at: datetime | None, now: datetime) -> None:
    """Raises Unauthenticated for a token that was revoked or has expired. now: the world's time."""
    if revoked_at is not None:
        raise Unauthenticated(f"The token {name!r} is revoked.", remedy=REMEDY)
    if now >= expires_at:
        raise Unauthenticated(f"The token {name!r} has expired.", remedy=REMEDY)


def require_name(name: str) -> str:
    """Raises InvalidValue for what is no name."""
    if len(name) > LONGEST_NAME or not re.fullmatch(NAME, name):
        allowed = f"lower-case letters, digits and single hyphens, {LONGEST_NAME} characters at most"
        raise InvalidValue("name", name, allowed)
    return name


def require_end(expires_at: datetime, now: datetime) -> datetime:
    """When it ends. Raises InvalidValue for the past, and for more than a year ahead."""
    allowed = f"a time with a zone, in the future, {LONGEST_DAYS} days from now at most"
    if expires_at.tzinfo is None or not now < expires_at <= now + timedelta(days=LONGEST_DAYS):
        raise InvalidValue("expiresAt", expires_at, allowed)
    return expires_at


def require_roles(roles: Iterable[Role], scope: Scope, by: Viewer) -> list[Role]:
    """The roles, in order, each once. Raises Refused where a token would be allowed more than who makes it."""
    wanted = [role for role in Role if role in set(roles)]
    if not wanted:
        raise InvalidValue("roles", [], "given: one role or more")
    if Role.ADMIN in wanted and scope != EVERYWHERE:
        raise InvalidValue("roles", Role.ADMIN, "roles that can be narrowed: who administers, administers everything")
    had = by.permissions_within(scope)
    too_much = [role for role in wanted if not PERMISSIONS[role] <= had]
    if too_much:
        own = [str(role) for role in Role if PERMISSIONS[role] <= had]
        raise Refused(
            "FORBIDDEN",
            f"A token of the role {' and '.join(too_much)} may more than {by.actor}, who makes it.",
            path=["roles"],
            remedy=f"Ask for {', '.join(own)}, or let somebody make it who has the role.",
        )
    return wanted


def require_within(by: Viewer, needed: Iterable[Permission], what: str, scope: Scope) -> None:
    """Raises Denied for whoever lacks one of them in some of the scope: a token is no wider than its maker."""
    had = by.permissions_within(scope)
    missing = tuple(each for each in Permission if each in set(needed) - had)
    if not missing:
        return
    raise Denied(
        f"{what} needs the permission {' and '.join(missing)} {_all_of(scope)}, and {by.actor} has it in less.",
        Denial(by.actor, what, missing, EVERYTHING),
        remedy="Narrow the token to teams, services, stages and accounts as what was granted to you is, each of them "
        "that is narrowed there; or let somebody do it who may.",
    )


def _all_of(scope: Scope) -> str:
    """`everywhere`, or `in all of its scope (teams money)`."""
    parts = [f"{name} {', '.join(sorted(given))}" for name in SCOPE_FIELDS if (given := getattr(scope, name))]
    return f"in all of its scope ({'; '.join(parts)})" if parts else "everywhere"
