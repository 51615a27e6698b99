"""Signatures and keys: what is taken, every forgery that is not, and how often the issuer is asked."""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import socket
from collections.abc import Callable
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from domain.authentication.refusals import IssuerUnavailable, Unauthenticated
from graph.authentication import fetching, tokens
from graph.authentication.fetching import Unfetchable, fetched
from graph.authentication.keys import AGAIN_SECONDS, KEPT_SECONDS, LONGEST_SECONDS, Keys
from tests.graph.issuer import ALGORITHMS, CLIENT, URL, Issuer, claims, jwk, part, private, token


class Clock:
    """Seconds that go forward when the test says so."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now


def keys_of(issuer: Issuer, clock: Callable[[], float] | None = None) -> Keys:
    """The keys of an issuer in this process."""
    return Keys(URL, issuer.fetch, clock or Clock())


@pytest.mark.parametrize("algorithm", list(ALGORITHMS))
async def test_each_algorithm_is_taken(algorithm: str) -> None:
    """With the kind of key that it goes with; the claims are as they were signed."""
    said = await tokens.claims(token(algorithm, jti="7"), keys_of(Issuer()))
    assert (said["jti"], said["aud"]) == ("7", CLIENT)


async def test_without_an_id_the_only_fitting_key_is_taken() -> None:
    """Where two would fit, none is tried."""
    plain = jwt.encode(claims(), private("p384"), algorithm="ES384")
    assert await tokens.claims(plain, keys_of(Issuer()))
    with pytest.raises(Unauthenticated, match="does not name"):
        await tokens.claims(
            jwt.encode(claims(), private("rsa"), algorithm="RS256"),
            keys_of(Issuer([jwk("rsa"), jwk("other")])),
        )


def hs256() -> str:
    """Signed with the public key as if it were a secret: the confusion that libraries once fell for."""
    signed = f"{part({'alg': 'HS256', 'kid': 'rsa', 'typ': 'JWT'})}.{part(claims())}"
    secret = private("rsa").public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    return f"{signed}.{part(hmac.new(secret, signed.encode(), hashlib.sha256).digest())}"


def own_key() -> str:
    """It brings its own key, and points to another set of them."""
    header = {"jwk": jwk("other"), "jku": "https://evil.example/keys", "x5u": "https://evil.example/cert"}
    return token(key="other", header={"kid": "rsa", **header})


def with_parts(header: Any = None, body: Any = None, signature: str | None = None) -> str:
    """A good token of which parts are others."""
    first, second, third = token().split(".")
    changed = part(header) if header is not None else first
    return ".".join([changed, part(body) if body is not None else second, third if signature is None else signature])


FORGED: dict[str, Callable[[], str]] = {
    "none": lambda: f"{part({'alg': 'none', 'kid': 'rsa'})}.{part(claims())}.",
    "None": lambda: f"{part({'alg': 'nOnE', 'kid': 'rsa'})}.{part(claims())}.",
    "hs256": hs256,
    "no algorithm": lambda: with_parts({"kid": "rsa"}),
    "a number": lambda: with_parts({"alg": 256, "kid": "rsa"}),
    "rs512": lambda: token("RS512", key="rsa"),
    "another claim": lambda: with_parts(body=claims(groups=["platform-admins"])),
    "no signature": lambda: with_parts(signature=""),
    "half a signature": lambda: token()[:-100],
    "of another key": lambda: token(key="other", header={"kid": "rsa"}),
    "unknown key": lambda: token(key="other"),
    "its own key": own_key,
    "kid of another kind": lambda: token("ES256", header={"kid": "rsa"}),
    "kid is a list": lambda: with_parts({"alg": "RS256", "kid": ["rsa"]}),
    "kid is a path": lambda: token(header={"kid": "../../dev/null"}),
    "kid is long": lambda: token(header={"kid": "k" * 5000}),
    "crit": lambda: token(header={"crit": ["exp"]}),
    "b64": lambda: token(header={"b64": False, "crit": ["b64"]}),
    "typ": lambda: token(header={"typ": "logout+jwt"}),
    "huge": lambda: token(more="x" * 20_000),
    "encrypted": lambda: "a.b.c.d.e",
    "one part": lambda: "opaque",
    "header no JSON": lambda: with_parts(b"{"),
    "header a list": lambda: with_parts([]),
    "header deep": lambda: with_parts(b"[" * 5000),
    "empty": lambda: "..",
    "claims a list": lambda: jwt.PyJWS().encode(b"[]", private("rsa"), "RS256", {"kid": "rsa"}),
    "claims no JSON": lambda: jwt.PyJWS().encode(b"\xff", private("rsa"), "RS256", {"kid": "rsa"}),
    "claims NaN": lambda: jwt.PyJWS().encode(b'{"exp": NaN}', private("rsa"), "RS256", {"kid": "rsa"}),
}


@pytest.mark.parametrize("kind", list(FORGED))
async def test_every_forgery_is_refused(kind: str) -> None:
    """As a refusal in words, and never as a crash."""
    with pytest.raises(Unauthenticated) as refused:
        await tokens.claims(FORGED[kind](), keys_of(Issuer()))
    assert refused.value.message


@pytest.mark.parametrize(
    "told",
    [
        jwk("rsa", use="enc"),
        jwk("rsa", alg="PS256"),
        jwk("rsa", n="AQAB"),
        jwk("rsa", n=None),
        {"kty": "oct", "kid": "rsa", "k": part(b"secret" * 8)},
        {"kid": "rsa"},
        "rsa",
    ],
)
async def test_keys_that_cannot_be_used_are_not(told: Any) -> None:
    """For something else, malformed, or a shared secret: as if they were not there."""
    with pytest.raises(Unauthenticated, match="does not name"):
        await tokens.claims(token(), keys_of(Issuer([told])))


async def test_a_small_rsa_key_is_not_taken() -> None:
    """Its owner is whoever has a week."""
    with pytest.warns(jwt.warnings.InsecureKeyLengthWarning):
        forged = token(key="small")
    with pytest.raises(Unauthenticated, match="does not name"):
        await tokens.claims(forged, keys_of(Issuer([jwk("small")])))


async def test_a_new_key_is_found_and_the_issuer_is_not_asked_for_every_unknown_one() -> None:
    """Rotation: asked again for an id that is not known, at most once in so many seconds."""
    issuer, clock = Issuer([jwk("rsa")]), Clock()
    keys = keys_of(issuer, clock)
    assert await tokens.claims(token(), keys)
    issuer.keys = [jwk("rsa"), jwk("p256")]
    for _ in range(3):
        with pytest.raises(Unauthenticated):
            await tokens.claims(token("ES256"), keys)
    assert issuer.asked == 1
    clock.now += AGAIN_SECONDS
    await asyncio.gather(*(tokens.claims(token("ES256"), keys) for _ in range(5)))
    assert issuer.asked == 2


async def test_a_key_that_is_taken_back_is_taken_for_an_hour() -> None:
    """And known ones for a day where the issuer does not answer; then nobody is recognised, and that is said."""
    issuer, clock = Issuer([jwk("rsa"), jwk("p256")]), Clock()
    keys = keys_of(issuer, clock)
    assert await tokens.claims(token("ES256"), keys)
    issuer.keys = [jwk("rsa")]
    clock.now += KEPT_SECONDS + 1
    with pytest.raises(Unauthenticated):
        await tokens.claims(token("ES256"), keys)
    issuer.failing = Unfetchable("it is away")
    clock.now += KEPT_SECONDS + 1
    assert await tokens.claims(token(), keys)
    clock.now += LONGEST_SECONDS
    with pytest.raises(IssuerUnavailable):
        await tokens.claims(token(), keys)


@pytest.mark.parametrize(
    "about",
    [
        {"issuer": "https://evil.example", "jwks_uri": f"{URL}/keys"},
        {"issuer": URL},
        {"issuer": URL, "jwks_uri": "http://169.254.169.254/keys"},
        {"issuer": URL, "jwks_uri": "file:///etc/passwd"},
        {"issuer": URL, "jwks_uri": "https://[/"},
    ],
)
async def test_an_issuer_that_says_nonsense_is_not_believed(about: dict[str, Any]) -> None:
    """Another's name, or keys at an address that is less safe than its own."""
    issuer = Issuer(about=about)
    with pytest.raises(IssuerUnavailable):
        await tokens.claims(token(), keys_of(issuer))
    assert issuer.asked == 0


async def test_nobody_is_recognised_while_the_issuer_s_keys_are_unknown() -> None:
    """It is asked once, however many wait."""
    issuer = Issuer(failing=Unfetchable("it is away"))
    keys = keys_of(issuer)
    for _ in range(2):
        with pytest.raises(IssuerUnavailable):
            await tokens.claims(token(), keys)


def _answering(body: bytes, **more: Any) -> httpx.MockTransport:
    return httpx.MockTransport(lambda _: httpx.Response(more.pop("status", 200), content=body, **more))


@pytest.mark.parametrize(
    ("transport", "because"),
    [
        (_answering(json.dumps({"keys": "x" * 1_000_000}).encode()), "more than 262,144 bytes"),
        (_answering(b"", status=302, headers={"location": "https://evil.example"}), "status 302"),
        (_answering(b"", status=500), "status 500"),
        (_answering(b"<html>"), "is not JSON"),
        (_answering(b"[]"), "no JSON object"),
    ],
)
async def test_documents_of_the_issuer_have_limits(transport: httpx.MockTransport, because: str) -> None:
    """Size, redirects, and form."""
    with pytest.raises(Unfetchable, match=because):
        await fetched(f"{URL}/keys", transport)


async def test_a_slow_issuer_is_not_waited_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit is for the whole answer: one byte after the other does not lengthen it."""
    monkeypatch.setattr(fetching, "SECONDS", 0.05)

    async def never(_: httpx.Request) -> httpx.Response:
        await asyncio.Event().wait()
        raise AssertionError("unreachable")

    with pytest.raises(Unfetchable, match="did not answer within"):
        await fetched(f"{URL}/keys", httpx.MockTransport(never))


@pytest.mark.parametrize(
    "url", ["http://sso.example.com/keys", "file:///etc/passwd", "https://", "https://[", "http://127.evil.example"]
)
async def test_only_safe_addresses_are_asked(url: str) -> None:
    """https, or this machine."""
    with pytest.raises(Unfetchable, match="is not https"):
        await fetched(url, _answering(b"{}"))
    assert await fetched("http://127.0.0.1:1/keys", _answering(b'{"keys": []}')) == {"keys": []}


async def test_keys_at_another_host_are_fetched_from_public_networks_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a discovery document names is somebody else's word; the issuer's own host is the one that is configured."""
    own = "https://sso.example.com"
    for address in ("10.0.0.1", "169.254.169.254", "127.0.0.1"):
        found = [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 443))]
        monkeypatch.setattr(socket, "getaddrinfo", lambda *_, found=found, **__: found)
        with pytest.raises(Unfetchable, match=r"nothing is sent|INTERLOCK_OUTBOUND_NETWORKS"):
            await fetched("https://keys.example.net/keys", own=own)
    assert await fetched(f"{own}/keys", _answering(b'{"keys": []}'), own=own) == {"keys": []}
