"""An issuer of tokens in this process: real keys, real signatures, and whatever else a forger would send."""

from __future__ import annotations

import base64
import json
import time
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt import algorithms

from models.settings import Settings

URL = "https://sso.example.com"
CLIENT = "interlock"
SETTINGS = Settings(
    oidc_issuer=URL, oidc_client_id=CLIENT, role_groups="admin=platform-admins,operator=sre,developer=*"
)


@cache
def private(name: str) -> Any:
    """A key pair, made once: `rsa`, `small`, `p256`, `p384`, `ed`."""
    match name:
        case "rsa" | "other":
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)
        case "small":
            return rsa.generate_private_key(public_exponent=65537, key_size=1024)
        case "p256":
            return ec.generate_private_key(ec.SECP256R1())
        case "p384":
            return ec.generate_private_key(ec.SECP384R1())
        case _:
            return ed25519.Ed25519PrivateKey.generate()


ALGORITHMS = {"RS256": "rsa", "PS256": "rsa", "ES256": "p256", "ES384": "p384", "EdDSA": "ed"}


def jwk(name: str, **more: Any) -> dict[str, Any]:
    """The public half of a key, as an issuer tells it; its id is its name."""
    kinds: dict[str, Any] = {"p256": algorithms.ECAlgorithm, "p384": algorithms.ECAlgorithm}
    kinds["ed"] = algorithms.OKPAlgorithm
    kind = kinds.get(name, algorithms.RSAAlgorithm)
    return {**kind.to_jwk(private(name).public_key(), as_dict=True), "kid": name, "use": "sig", **more}


def part(value: Any) -> str:
    """One part of a token."""
    given = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


def claims(**more: Any) -> dict[str, Any]:
    """What a good ID token of ada says; None leaves a claim out."""
    now = time.time()
    good = {"iss": URL, "aud": CLIENT, "sub": "1", "iat": now, "exp": now + 300, "groups": ["sre", "staff"]}
    good |= {"email": "Ada@example.com", "email_verified": True}
    return {name: value for name, value in {**good, **more}.items() if value is not None}


def token(algorithm: str = "RS256", key: str | None = None, header: dict[str, Any] | None = None, **said: Any) -> str:
    """A signed token. said: claims instead of the good ones."""
    name = key or ALGORITHMS[algorithm]
    return jwt.encode(claims(**said), private(name), algorithm=algorithm, headers={"kid": name, **(header or {})})


@dataclass
class Issuer:
    """What it tells, and how often it was asked for its keys. failing: it does not answer."""

    keys: list[Any] = field(default_factory=lambda: [jwk(name) for name in ("rsa", "p256", "p384", "ed")])
    about: dict[str, Any] = field(default_factory=lambda: {"issuer": URL, "jwks_uri": f"{URL}/keys"})
    failing: Exception | None = None
    asked: int = 0

    async def fetch(self, url: str) -> dict[str, Any]:
        """Its documents."""
        if self.failing is not None:
            raise self.failing
        if url == f"{URL}/.well-known/openid-configuration":
            return self.about
        self.asked += 1
        return {"keys": self.keys}
