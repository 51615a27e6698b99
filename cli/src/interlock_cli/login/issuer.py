"""What the service says of itself and its issuer, and what the issuer says of itself (OpenID Connect Discovery)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from interlock_cli.errors import CommandError
from interlock_cli.login import http

WELL_KNOWN = "/.well-known/interlock"
NOT_FOUND = 404
ENDPOINTS = ("token", "authorization", "device_authorization", "revocation")


@dataclass(frozen=True)
class Service:
    """What a service says of itself; issuer and client_id are None where it tells nobody apart.

    command: the version of the command that was released with it.
    """

    version: str
    command: str | None
    issuer: str | None
    client_id: str | None
    audience: str | None


@dataclass(frozen=True)
class Issuer:
    """Where an issuer's endpoints are; None for what it does not have.

    audience None: the service wants the ID token, which is for the client; else an access token for this audience.
    """

    issuer: str
    client_id: str
    audience: str | None
    token_endpoint: str
    authorization_endpoint: str | None
    device_authorization_endpoint: str | None
    revocation_endpoint: str | None
    scopes: tuple[str, ...] = ()

    @property
    def scope(self) -> str:
        """What is asked for: who it is, and a token to go on with, where the issuer says that it knows that."""
        wanted = ("openid", "profile", "email", "offline_access")
        return " ".join(each for each in wanted if each == "openid" or not self.scopes or each in self.scopes)


def service(url: str) -> Service | None:
    """What the service at the base address says; None for one that is older than this document."""
    answer = http.get(f"{url}{WELL_KNOWN}")
    if answer.status == NOT_FOUND:
        return None
    version = answer.body.get("version")
    if answer.status != 200 or not isinstance(version, str):
        raise CommandError(
            f"{url} does not say how to log in: {WELL_KNOWN} answers with HTTP status {answer.status}.",
            "Check --url or INTERLOCK_URL; a proxy or a login page may answer in its place.",
        )
    command, named, client, audience = (
        _text(answer.body, key) for key in ("command", "issuer", "clientId", "audience")
    )
    return Service(version, command, named, client, audience)


def issuer_of(url: str) -> Issuer:
    """The issuer of the service at this base address. Raises CommandError where it has none, or none that answers."""
    http.refuse_plain(url, "The service's address")
    said = service(url)
    if said is None:
        raise CommandError(
            f"The service at {url} is older than `interlock login`.",
            "Update it; until then put a token into INTERLOCK_TOKEN.",
        )
    if said.issuer is None or said.client_id is None:
        raise CommandError(
            f"The service at {url} has no login: no issuer of tokens is set (INTERLOCK_OIDC_ISSUER).",
            "Whoever reaches it may do what its setting INTERLOCK_LOCAL_ROLE says; `interlock whoami` shows that.",
        )
    return discovered(said.issuer, said.client_id, said.audience)


def discovered(issuer: str, client_id: str, audience: str | None) -> Issuer:
    """The issuer's endpoints, from its own document. Raises CommandError."""
    http.refuse_plain(issuer, "The issuer")
    place = f"{issuer.rstrip('/')}/.well-known/openid-configuration"
    answer = http.get(place)
    if answer.status != 200:
        raise CommandError(
            f"{place} answers with HTTP status {answer.status}.", "The service's INTERLOCK_OIDC_ISSUER may be wrong."
        )
    if answer.body.get("issuer") != issuer:
        raise CommandError(
            f"{place} is of the issuer {answer.body.get('issuer')!r}, not of {issuer!r}.",
            "The service's INTERLOCK_OIDC_ISSUER must be exactly what the issuer calls itself.",
        )
    found = {
        key: _endpoint(answer.body, key) for key in ("token", "authorization", "device_authorization", "revocation")
    }
    if found["token"] is None:
        raise CommandError(f"{place} names no token_endpoint.", "Nobody can log in with this issuer.")
    scopes = answer.body.get("scopes_supported")
    return Issuer(
        issuer,
        client_id,
        audience,
        found["token"],
        found["authorization"],
        found["device_authorization"],
        found["revocation"],
        tuple(str(each) for each in scopes) if isinstance(scopes, list) else (),
    )


def _endpoint(body: Mapping[str, Any], key: str) -> str | None:
    url = _text(body, f"{key}_endpoint")
    if url is not None:
        http.refuse_plain(url, f"The issuer's {key}_endpoint")
    return url


def _text(body: Mapping[str, Any], key: str) -> str | None:
    value = body.get(key)
    return value if isinstance(value, str) and value else None
