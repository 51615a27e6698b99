"""The issuer's tokens of a session, encrypted with a key that its cookie alone gives: the database tells nothing.

HKDF with SHA-256 (RFC 5869), AES-256 in GCM (NIST SP 800-38D). The session's key is salt and associated data, so that
nothing can be moved from one session to another.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from uuid import UUID

import orjson
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

NONCE_BYTES = 12
KEY_BYTES = 32
_WHAT = b"interlock: the issuer's tokens of a session, 1"


@dataclass(frozen=True, slots=True)
class Tokens:
    """What the issuer gave. refresh: with which it can be asked again. id: that of the person, to sign out with."""

    id: str
    refresh: str | None

    def __repr__(self) -> str:
        return "Tokens(…)"


def sealed(tokens: Tokens, cookie: str, session: UUID) -> bytes:
    """The tokens, encrypted; different bytes each time."""
    nonce = os.urandom(NONCE_BYTES)
    text = orjson.dumps({"id": tokens.id, "refresh": tokens.refresh})
    return nonce + AESGCM(_key(cookie, session)).encrypt(nonce, text, session.bytes)


def opened(given: bytes, cookie: str, session: UUID) -> Tokens | None:
    """The tokens; None where they were sealed for another cookie or session, or are damaged."""
    try:
        text = AESGCM(_key(cookie, session)).decrypt(given[:NONCE_BYTES], given[NONCE_BYTES:], session.bytes)
    except (InvalidTag, ValueError):
        return None
    found = orjson.loads(text)
    return Tokens(found["id"], found["refresh"])


def _key(cookie: str, session: UUID) -> bytes:
    return HKDF(SHA256(), KEY_BYTES, session.bytes, _WHAT).derive(cookie.encode())
