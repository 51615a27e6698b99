"""What a person's token must say, once its signature is known to be good, and what they are called by it.

OpenID Connect Core 1.0, section 3.1.3.7, for ID tokens; RFC 9068, section 4, for access tokens; RFC 8725 for both.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.authentication.refusals import Unauthenticated
from domain.errors import shown

SKEW_SECONDS = 60
"""How far the issuer's clock may be from ours."""
LONGEST_SUBJECT = 255
"""Characters: OpenID Connect Core, section 2."""
LATEST = 253_402_300_799 - SKEW_SECONDS
"""The end of the year 9999: no date is later."""
TYPES = frozenset({"jwt", "at+jwt"})
"""Of what is a bearer's: a logout token or a proof of possession is signed with the same keys (RFC 8725, 3.11)."""
_EMAIL = re.compile(r"[^<>@\s,;:]{1,64}@[^<>@\s,;:]{1,190}")


@dataclass(frozen=True, slots=True)
class Expected:
    """Whose tokens are taken. audience: the client for ID tokens, else what access tokens are for.

    client: who alone an ID token of several audiences may be granted to; None for access tokens.
    """

    issuer: str
    audience: str
    client: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """Who a token is of. ends_at: when it is not taken any more, the skew included."""

    actor: str
    groups: tuple[str, ...]
    ends_at: datetime


def require_type(given: object) -> None:
    """Raises Unauthenticated for the `typ` of something that is no bearer's token; it may be left out."""
    if given is not None and not (isinstance(given, str) and given.lower().removeprefix("application/") in TYPES):
        raise Unauthenticated(f"The token is of type {shown(given)}: an ID token or an access token is wanted.")


def person(claims: Mapping[str, Any], expected: Expected, groups_claim: str, now: datetime) -> Person:
    """Who it is. now: the world's time, UTC. Raises Unauthenticated with the first claim that is wrong."""
    if claims.get("iss") != expected.issuer:
        raise Unauthenticated(f"The token is of the issuer {shown(claims.get('iss'))}, not of {expected.issuer}.")
    _require_audience(claims, expected)
    ends_at = require_time(claims, now.timestamp())
    return Person(_actor(claims, expected.issuer), _groups(claims.get(groups_claim)), ends_at)


def _require_audience(claims: Mapping[str, Any], expected: Expected) -> None:
    given = claims.get("aud")
    audiences = given if isinstance(given, list) else [given]
    if expected.audience not in audiences:
        raise Unauthenticated(f"The token is for {shown(given)}, not for {expected.audience!r}.")
    if expected.client and len(audiences) > 1 and claims.get("azp") != expected.client:
        raise Unauthenticated(f"The token was granted to {shown(claims.get('azp'))}, not to {expected.client!r}.")


def require_time(claims: Mapping[str, Any], now: float) -> datetime:
    """When it ends, the skew included. now: seconds since 1970. Raises Unauthenticated where it is not good now."""
    expires, issued = _seconds(claims, "exp"), _seconds(claims, "iat")
    if now >= expires + SKEW_SECONDS:
        raise Unauthenticated("The token has expired.")
    begins = _seconds(claims, "nbf") if "nbf" in claims else issued
    if max(begins, issued) > now + SKEW_SECONDS:
        raise Unauthenticated("The token is not good yet: is the clock of its issuer, or of the service, wrong?")
    return datetime.fromtimestamp(expires + SKEW_SECONDS, UTC)


def _seconds(claims: Mapping[str, Any], name: str) -> float:
    """A time in seconds since 1970. Raises Unauthenticated for what is none."""
    given = claims.get(name)
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise Unauthenticated(f"The token's {name} is {shown(given)}: a number of seconds is wanted.")
    if not 0 <= given <= LATEST:
        raise Unauthenticated(f"The token's {name} is {shown(given)}: a time before the year 10000 is wanted.")
    return float(given)


def _actor(claims: Mapping[str, Any], issuer: str) -> str:
    """A name that stays: the address of mail where the issuer has verified it, else the subject at the issuer."""
    subject, email = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not subject.isprintable() or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise Unauthenticated(f"The token's sub is {shown(subject)}: 1 to {LONGEST_SUBJECT} characters are wanted.")
    if claims.get("email_verified") is True and isinstance(email, str) and _is_mail(email):
        return email.lower()
    return f"{subject}@{issuer}"


def _is_mail(email: str) -> bool:
    return email.isascii() and email.isprintable() and _EMAIL.fullmatch(email) is not None


def _groups(given: object) -> tuple[str, ...]:
    """The groups' names: a list of texts, or one text. Anything else names none."""
    if isinstance(given, str):
        return (given,)
    return tuple(each for each in given if isinstance(each, str)) if isinstance(given, list) else ()
