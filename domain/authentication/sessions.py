"""The session of a browser: what its cookie is, whose requests it speaks for, and how long it is good.

A session is 256 random bits in a cookie. What is kept of it here is one SHA-256. It is good as long as the issuer has
vouched for the person, an hour at most; then the issuer is asked again, until the session's own end.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from domain.authentication.logins import is_secret
from domain.authentication.refusals import Unauthenticated
from domain.words import Word

BYTES = 32
VOUCHED_AT_MOST = timedelta(hours=1)
"""However long an ID token lives: who leaves the company, or a group, is out within this."""
USED_EVERY = timedelta(minutes=5)
"""How exactly it is kept when a session was used last."""
RENEWED_WITHIN = timedelta(seconds=20)
"""A renewal that is not over by then has died with its process."""
KEPT_AFTER = timedelta(days=1)
"""How long a session that has ended is still kept: who comes with it is told how it ended."""
REMEDY = "Sign in again."


class Ending(Word):
    """How a session ended."""

    SIGNED_OUT = "SIGNED_OUT", "The person has signed out, in that browser."
    EVERYWHERE = "EVERYWHERE", "The person has signed out everywhere, in another browser."
    REVOKED = "REVOKED", "Somebody who looks after the service has ended it."
    NOT_VOUCHED = "NOT_VOUCHED", "The issuer does not vouch for the person any more, or cannot be asked again."
    EXPIRED = "EXPIRED", "Its hours were over."


_ENDED = {
    Ending.SIGNED_OUT: "You have signed out.",
    Ending.EVERYWHERE: "You have signed out everywhere.",
    Ending.REVOKED: "Your session was ended by somebody who looks after the service.",
    Ending.NOT_VOUCHED: "Your session has ended: the issuer was to be asked whether you are still who you were.",
    Ending.EXPIRED: "Your session's hours are over.",
}


@dataclass(frozen=True, slots=True)
class Cookies:
    """The names of the two cookies. secure: over TLS alone, under names that no other host can set (`__Host-`)."""

    session: str
    login: str
    secure: bool


def cookies(base_url: str) -> Cookies:
    """Of the service at this address: over plain http, on this machine, browsers refuse the prefix."""
    secure = base_url.startswith("https://")
    prefix = "__Host-" if secure else ""
    return Cookies(f"{prefix}interlock-session", f"{prefix}interlock-login", secure)


def digest(cookie: str) -> str:
    """What is kept of a session: 64 hex digits. Raises Unauthenticated for what cannot be one."""
    if not is_secret(cookie):
        raise Unauthenticated("You are not signed in.", error=None, remedy=REMEDY)
    return hashlib.sha256(cookie.encode()).hexdigest()


def own_page(origin: str | None, site: str | None, host: str | None, base_url: str) -> bool:
    """Whether a request comes from a page of the service itself: for those alone a cookie speaks.

    origin and site: the headers Origin, which browsers send with every POST and socket, and Sec-Fetch-Site. host: the
    header of the request, which is one of the service's own names.
    """
    if origin is None or site not in (None, "same-origin"):
        return False
    parts = urlsplit(base_url)
    return origin in (f"{parts.scheme}://{parts.netloc}", f"{parts.scheme}://{host}")


def vouched_until(token_ends: datetime, now: datetime, ends_at: datetime) -> datetime:
    """How long the issuer's word is taken. token_ends: of the ID token."""
    return min(token_ends, now + VOUCHED_AT_MOST, ends_at)


def require_live(ending: Ending | None, ends_at: datetime, now: datetime) -> None:
    """Raises Unauthenticated for a session that has ended."""
    if ending is None and now >= ends_at:
        ending = Ending.EXPIRED
    if ending is not None:
        raise Unauthenticated(_ENDED[ending], error=None, remedy=REMEDY)
