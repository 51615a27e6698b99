"""The keys that an issuer signs with: discovered, kept, and asked for again when they are old or one is not known.

OpenID Connect Discovery 1.0, section 4; RFC 7517. Whoever sends unknown key ids cannot make the service ask more often
than once in so many seconds, and whoever bears a good token does not wait while it asks.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import jwt
import structlog

from domain.authentication.refusals import IssuerUnavailable, Unauthenticated
from domain.errors import shown
from graph.authentication.fetching import Unfetchable, fetched

KEPT_SECONDS = 3600.0
"""After that they are asked for again: a key that the issuer has taken back is not taken longer."""
LONGEST_SECONDS = 24 * 3600.0
"""How long keys are taken while the issuer does not answer."""
AGAIN_SECONDS = 30.0
"""Between two questions, whatever came of the first."""
MOST_KEYS = 100
SMALLEST_RSA = 2048
"""Bits: RFC 7518, section 3.3."""
KINDS = {
    "RS256": ("RSA", None),
    "PS256": ("RSA", None),
    "ES256": ("EC", "P-256"),
    "ES384": ("EC", "P-384"),
    "EdDSA": ("OKP", "Ed25519"),
}
"""The algorithms that are taken, each with the one kind of key that it goes with. None of them shares its secret."""

Fetch = Callable[[str], Awaitable[dict[str, Any]]]
log = structlog.get_logger("interlock.authentication")


class Keys:
    """One issuer's. clock: seconds that only go forward."""

    def __init__(self, issuer: str, fetch: Fetch | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._issuer, self._clock = issuer, clock
        self._fetch = fetch or partial(fetched, own=issuer)
        self._turn = asyncio.Lock()
        self._known: list[dict[str, Any]] = []
        self._read_at: float | None = None
        self._editions = 0
        self._asked_at: float | None = None

    async def key(self, kid: str | None, algorithm: str) -> jwt.PyJWK:
        """The key with this id for the algorithm; without an id, the only one that there is for it.

        Raises Unauthenticated where there is none, IssuerUnavailable where the issuer does not say.
        """
        if not self._old() and (found := self._find(kid, algorithm)):
            return found
        await self._refresh(kid, algorithm)
        if self._read_at is None or self._clock() - self._read_at > LONGEST_SECONDS:
            raise IssuerUnavailable(
                f"The issuer {self._issuer} does not tell its keys, so nobody can be recognised.",
                remedy="Try again in a minute; the service's log says why.",
            )
        if found := self._find(kid, algorithm):
            return found
        raise Unauthenticated(f"The token is signed with a key that {self._issuer} does not name: {shown(kid)}.")

    @property
    def edition(self) -> int | None:
        """Which reading of the keys is good now: what was verified by another may be wrong by now. None while old."""
        return None if self._old() else self._editions

    def _old(self) -> bool:
        return self._read_at is None or self._clock() - self._read_at > KEPT_SECONDS

    def _find(self, kid: str | None, algorithm: str) -> jwt.PyJWK | None:
        fitting = [each for each in self._known if kid in (None, each.get("kid")) and _fits(each, algorithm)]
        if not fitting or (kid is None and len(fitting) > 1):
            return None
        return _usable(fitting[0], algorithm)

    async def _refresh(self, kid: str | None, algorithm: str) -> None:
        """Asks the issuer, unless it was asked a moment ago, or somebody else did while this one waited."""
        async with self._turn:
            if self._asked_at is not None and self._clock() - self._asked_at < AGAIN_SECONDS:
                return
            if not self._old() and self._find(kid, algorithm):
                return
            self._asked_at = self._clock()
            try:
                self._known = await self._asked()
            except Unfetchable as error:
                log.warning("an issuer's keys cannot be read", issuer=self._issuer, error=str(error))
            else:
                self._read_at = self._clock()
                self._editions += 1

    async def _asked(self) -> list[dict[str, Any]]:
        about = await self._fetch(f"{self._issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self._issuer:
            raise Unfetchable(f"it calls itself {shown(about.get('issuer'))}")
        address = about.get("jwks_uri")
        if not isinstance(address, str) or _scheme(address) != _scheme(self._issuer) != "":
            raise Unfetchable(f"its jwks_uri is {shown(address)}")
        keys = (await self._fetch(address)).get("keys")
        if not isinstance(keys, list) or len(keys) > MOST_KEYS:
            raise Unfetchable(f"{address} has no list of up to {MOST_KEYS} keys")
        return [each for each in keys if isinstance(each, dict)]


def _scheme(url: str) -> str:
    try:
        return urlsplit(url).scheme
    except ValueError:
        return ""


def _fits(jwk: dict[str, Any], algorithm: str) -> bool:
    """Whether it is a key for signatures by this algorithm, as far as it says itself."""
    kind, curve = KINDS[algorithm]
    return (
        jwk.get("kty") == kind
        and (curve is None or jwk.get("crv") == curve)
        and jwk.get("use", "sig") == "sig"
        and jwk.get("alg", algorithm) == algorithm
    )


def _usable(jwk: dict[str, Any], algorithm: str) -> jwt.PyJWK | None:
    """The key itself; None for one that is malformed, or too small."""
    public = {name: value for name, value in jwk.items() if name in ("kty", "crv", "n", "e", "x", "y")}
    try:
        key = jwt.PyJWK(public, algorithm=algorithm)
    except (jwt.PyJWTError, ValueError, TypeError, KeyError) as error:
        log.warning("a key of an issuer cannot be used", kid=shown(jwk.get("kid")), error=type(error).__name__)
        return None
    return None if KINDS[algorithm][0] == "RSA" and key.key.key_size < SMALLEST_RSA else key
