"""A login in the browser: what binds the issuer's answer to the browser that asked, and where it leads afterwards.

OpenID Connect Core 1.0, section 3.1; RFC 7636 (PKCE); RFC 9700, section 4. A browser keeps one secret for ten minutes,
in a cookie; state, nonce and PKCE's verifier of each login are derived from it: nothing is kept here, and logins that
are begun in several tabs do not disturb each other.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from domain.authentication.refusals import Unauthenticated
from domain.errors import shown

LIFE = timedelta(minutes=10)
"""From the first page to the answer: long enough for a second factor, and a password that was forgotten."""
LONGEST_NEXT = 2_000
"""Characters of an address to come back to: with it in `state`, what proxies take is not used up."""
HOME = "/"
_SECRET = re.compile(r"[A-Za-z0-9_-]{43}")
_OWN_PATH = re.compile(r"/(?![/\\])[!-\[\]-~]*")
"""Printable ASCII without a backslash, which browsers read as a slash; not `//host`, which is another site's."""
_HASHES = {"256": hashlib.sha256, "384": hashlib.sha384, "SA": hashlib.sha512}
"""By the end of a signature's algorithm; Ed25519 hashes with SHA-512."""


@dataclass(frozen=True, slots=True)
class Login:
    """What is sent to the issuer for one login, and must come back. next: where it leads afterwards."""

    state: str
    nonce: str
    verifier: str
    next: str

    @property
    def challenge(self) -> str:
        """PKCE's, by S256."""
        return _encoded(hashlib.sha256(self.verifier.encode()).digest())


def own_path(given: str | None) -> str:
    """An address of this service to go to, as a path; the console where it is none: nobody is led to another site."""
    if given is None or len(given) > LONGEST_NEXT or not _OWN_PATH.fullmatch(given):
        return HOME
    return given


def is_secret(given: str) -> bool:
    """Whether it has the form of 256 random bits, as cookies hold them."""
    return _SECRET.fullmatch(given) is not None


def begun(secret: str, number: str, next_: str, now: datetime) -> Login:
    """A login of the browser that keeps the secret. number: random, for this login alone."""
    said = f"{number}.{int(now.timestamp())}.{_encoded(own_path(next_).encode())}"
    return _login(secret, said, own_path(next_))


def answered(secret: str, state: str, now: datetime) -> Login:
    """The login that an answer with this state belongs to. Raises Unauthenticated for one that this browser did not
    begin, or too long ago.
    """
    said, dot, _ = state.rpartition(".")
    parts = said.split(".")
    if not dot or len(parts) != 3 or not is_secret(secret):
        raise Unauthenticated("The issuer's answer belongs to no login of this browser.")
    login = _login(secret, said, _decoded(parts[2]))
    if not hmac.compare_digest(login.state.encode(), state.encode()):
        raise Unauthenticated("The issuer's answer belongs to no login of this browser.")
    if now.timestamp() > int(parts[1]) + LIFE.total_seconds():
        raise Unauthenticated(f"The login took longer than {LIFE.seconds // 60} minutes.")
    return login


def _login(secret: str, said: str, next_: str) -> Login:
    derive = {each: _derived(secret, each, said) for each in ("state", "nonce", "verifier")}
    return Login(f"{said}.{derive['state']}", derive["nonce"], derive["verifier"], own_path(next_))


def _derived(secret: str, what: str, said: str) -> str:
    return _encoded(hmac.digest(secret.encode(), f"{what} {said}".encode(), "sha256"))


def require_own(claims: Mapping[str, Any], login: Login) -> None:
    """Raises Unauthenticated for an ID token of another login (OpenID Connect Core, 3.1.3.7, 11)."""
    nonce = claims.get("nonce")
    if not isinstance(nonce, str) or not hmac.compare_digest(nonce.encode(), login.nonce.encode()):
        raise Unauthenticated(f"The ID token's nonce is {shown(nonce)}: it was made for another login.")


def require_access_token(claims: Mapping[str, Any], access_token: object, algorithm: str) -> None:
    """Raises Unauthenticated where the ID token names another access token beside it (3.1.3.8); it need name none."""
    given = claims.get("at_hash")
    if given is None:
        return
    digest = _HASHES[algorithm[-3:] if algorithm[-3:] in _HASHES else algorithm[-2:]]
    whole = digest(access_token.encode()).digest() if isinstance(access_token, str) else b""
    if not isinstance(given, str) or not hmac.compare_digest(
        given.encode(), _encoded(whole[: len(whole) // 2]).encode()
    ):
        raise Unauthenticated("The ID token's at_hash is not that of the access token beside it.")


def require_issuer(given: str | None, issuer: str, promised: bool) -> None:
    """Raises Unauthenticated for the answer of another issuer (RFC 9207). promised: the issuer always names itself."""
    if given is None and promised:
        raise Unauthenticated(f"The answer does not name its issuer, as {issuer} always does.")
    if given is not None and given != issuer:
        raise Unauthenticated(f"The answer is of the issuer {shown(given)}, not of {issuer}.")


def _encoded(some: bytes) -> str:
    return base64.urlsafe_b64encode(some).rstrip(b"=").decode()


def _decoded(text: str) -> str:
    try:
        return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
    except ValueError:  # what is no base64, and what is no UTF-8
        return HOME
