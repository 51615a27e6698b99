"""A JSON Web Token whose signature is good, as what it says. Nothing of it is believed before (RFC 8725)."""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from collections.abc import Collection
from typing import Any

import jwt
import orjson

from domain.authentication.claims import require_type
from domain.authentication.refusals import Unauthenticated
from domain.errors import shown
from graph.authentication.keys import KINDS, Keys

LARGEST = 16 * 1024
"""Characters: what proxies let pass in all headers together."""
LONGEST_KID = 512
MOST_VERIFIED = 4_096
"""Tokens of an issuer whose signatures are known to be good: 2 KB each."""
_JWS = jwt.PyJWS(algorithms=list(KINDS))


class Verified:
    """The tokens of one issuer. A signature that was good is so until the issuer's keys are read again.

    Whoever asks with the same token again, as all do, costs a SHA-256. Only that is kept of a token, and what it says;
    whether that is good now, its end above all, is for the reader to judge each time.
    """

    def __init__(self, keys: Keys, algorithms: Collection[str] = tuple(KINDS)) -> None:
        self._keys, self._algorithms = keys, algorithms
        self._known: OrderedDict[bytes, dict[str, Any]] = OrderedDict()
        self._by: int | None = None

    def known(self, token: str) -> dict[str, Any] | None:
        """What a token says that was verified before, by the keys that are good now."""
        if not self._known or self._by is None or self._by != self._keys.edition:
            return None
        digest = _digest(token)
        found = self._known.get(digest)
        if found is not None:
            self._known.move_to_end(digest)
        return found

    async def claims(self, token: str) -> dict[str, Any]:
        """What the token says. Raises Unauthenticated, and IssuerUnavailable."""
        found = self.known(token)
        if found is None:
            found = await claims(token, self._keys, self._algorithms)
            self._keep(token, found)
        return found

    def _keep(self, token: str, said: dict[str, Any]) -> None:
        edition = self._keys.edition
        if edition != self._by:
            self._known.clear()
            self._by = edition
        if edition is not None:
            self._known[_digest(token)] = said
            if len(self._known) > MOST_VERIFIED:
                self._known.popitem(last=False)


def _digest(token: str) -> bytes:
    return hashlib.sha256(token.encode()).digest()


async def claims(token: str, keys: Keys, algorithms: Collection[str] = tuple(KINDS)) -> dict[str, Any]:
    """What the token says, signed by one of the issuer's keys. algorithms: those of KINDS that the issuer signs with.

    Raises Unauthenticated, and IssuerUnavailable.
    """
    return (await verified(token, keys, algorithms))[1]


async def verified(token: str, keys: Keys, algorithms: Collection[str] = tuple(KINDS)) -> tuple[str, dict[str, Any]]:
    """The algorithm that the token is signed by, and what it says; else as `claims`."""
    header = _header(token)
    algorithm, kid = header.get("alg"), header.get("kid")
    if not isinstance(algorithm, str) or algorithm not in algorithms:
        raise Unauthenticated(f"The token is signed by {shown(algorithm)}: {', '.join(algorithms)} are taken.")
    if not (kid is None or (isinstance(kid, str) and len(kid) <= LONGEST_KID)):
        raise Unauthenticated("The token's kid is not the id of a key.")
    if "crit" in header or "b64" in header:
        raise Unauthenticated("The token wants extensions of its form that are not known here.")
    require_type(header.get("typ"))
    key = await keys.key(kid, algorithm)
    try:
        body = _JWS.decode(token, key=key, algorithms=[algorithm])
    except (jwt.PyJWTError, ValueError, TypeError) as error:
        raise Unauthenticated("The token's signature is wrong.") from error
    return algorithm, _object(body)


def issuer_of(token: str) -> str | None:
    """Whose token it says that it is: for choosing among the issuers that are taken; nobody has vouched for it."""
    _header(token)
    try:
        issuer = jwt.decode(token, options={"verify_signature": False}).get("iss")
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError):
        return None
    return issuer if isinstance(issuer, str) else None


def _header(token: str) -> dict[str, Any]:
    """Its first part, which nobody has vouched for."""
    if len(token) > LARGEST:
        raise Unauthenticated(f"The token has {len(token):,} characters: {LARGEST:,} are taken.")
    if token.count(".") != 2 or not token.isascii():
        raise Unauthenticated("The token is not a signed JSON Web Token.")
    try:
        return jwt.get_unverified_header(token)
    except (jwt.PyJWTError, ValueError, TypeError, AttributeError, RecursionError) as error:
        raise Unauthenticated("The token is not a signed JSON Web Token.") from error


def _object(body: bytes) -> dict[str, Any]:
    try:
        found = orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise Unauthenticated("The token's claims are not JSON.") from error
    if not isinstance(found, dict):
        raise Unauthenticated("The token's claims are no JSON object.")
    return found
