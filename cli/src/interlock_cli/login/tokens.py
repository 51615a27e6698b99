"""What an issuer grants: tokens, how long they are good for, and how they are granted again or revoked."""

from __future__ import annotations

import base64
import binascii
import json
import time
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from interlock_cli.errors import CommandError, LostError
from interlock_cli.login import http
from interlock_cli.login.issuer import Issuer

SOON_SECONDS = 60.0
"""A token is refreshed before its end: clocks differ, and a request takes time."""
UNKNOWN_LIFE_SECONDS = 300.0
"""Of an access token of which the issuer does not say how long it is good for."""
CLOCK_SECONDS = 300.0
"""How far this machine's clock may be from the issuer's."""
TOO_MANY = 429
"""HTTP's status for one who asks too often: no word on whether the login has ended."""


class LoginEndedError(CommandError):
    """The issuer does not grant a token any more: the person must log in again."""


@dataclass(frozen=True)
class Tokens:
    """What is kept of a login. bearer: what is sent to the service. expires_at: its end, in seconds since 1970.

    The issuer's endpoints are kept with it, so that refreshing asks nobody where they are.
    """

    bearer: str = field(repr=False)
    expires_at: float
    refresh_token: str | None = field(repr=False)
    issuer: Issuer
    subject: str | None

    def ends_soon(self, now: float) -> bool:
        """Whether it must be refreshed before it is sent."""
        return now >= self.expires_at - SOON_SECONDS

    def to_json(self) -> str:
        """One line, for where it is kept."""
        return json.dumps(asdict(self))

    @classmethod
    def from_json(cls, text: str) -> Tokens:
        """Raises ValueError, TypeError or KeyError for what `to_json` did not write."""
        given = json.loads(text)
        issuer = given.pop("issuer")
        return cls(issuer=Issuer(**{**issuer, "scopes": tuple(issuer["scopes"])}), **given)


def granted(issuer: Issuer, body: Mapping[str, Any], nonce: str | None = None, before: Tokens | None = None) -> Tokens:
    """The tokens of a token response. before: those that they replace, whose refresh token stays if none is given.

    Raises CommandError for a response that is not for this client, or holds no token that the service wants.
    """
    now = time.time()
    claims = _claims(body.get("id_token"))
    if claims:
        _refuse_claims(issuer, claims, nonce, now)
    access = body.get("access_token")
    if issuer.audience is None:
        bearer, ends = body.get("id_token") if claims else None, _seconds(claims.get("exp"))
    else:
        bearer, ends = access, now + _seconds(body.get("expires_in"))
    if not isinstance(bearer, str) or not bearer:
        raise LoginEndedError(
            f"The issuer {issuer.issuer} granted no {'ID token' if issuer.audience is None else 'access token'}.",
            "The service may need INTERLOCK_OIDC_AUDIENCE, or its client the scope openid.",
        )
    refresh = body.get("refresh_token") or (before.refresh_token if before else None)
    subject = claims.get("email") or claims.get("preferred_username") or claims.get("sub")
    return Tokens(bearer, ends, refresh, issuer, str(subject) if subject else (before.subject if before else None))


def refreshed(tokens: Tokens) -> Tokens:
    """Tokens in the place of these. Raises LoginEndedError where the issuer grants none, LostError if it fails."""
    issuer = tokens.issuer
    if tokens.refresh_token is None:
        raise LoginEndedError(f"The login at {issuer.issuer} has expired.")
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh_token, "client_id": issuer.client_id}
    answer = http.post(issuer.token_endpoint, form)
    if answer.status >= 500 or answer.status == TOO_MANY:
        raise LostError(f"The issuer {issuer.issuer} failed (HTTP status {answer.status}).", "Try again later.")
    if answer.status != 200:
        raise LoginEndedError(f"The login at {issuer.issuer} has expired{described(answer.body)}.")
    return granted(issuer, answer.body, before=tokens)


def revoke(tokens: Tokens) -> bool:
    """Tells the issuer that nobody may use them any more; False where it has no way to be told (RFC 7009)."""
    endpoint = tokens.issuer.revocation_endpoint
    if endpoint is None:
        return False
    hint = "refresh_token" if tokens.refresh_token else "access_token"
    form = {
        "token": tokens.refresh_token or tokens.bearer,
        "token_type_hint": hint,
        "client_id": tokens.issuer.client_id,
    }
    answer = http.post(endpoint, form)
    if answer.status != 200:
        raise CommandError(
            f"The issuer {tokens.issuer.issuer} did not revoke the token (HTTP status {answer.status})"
            f"{described(answer.body)}."
        )
    return True


def described(body: Mapping[str, Any]) -> str:
    """The reason in an error response: `: invalid_grant, the token was revoked`; or nothing."""
    said = [str(body[key]) for key in ("error", "error_description") if body.get(key)]
    return f": {', '.join(said)}".rstrip(".") if said else ""


def _seconds(given: object) -> float:
    try:
        return max(0.0, float(given))  # type: ignore[arg-type]  # whatever it is, it is tried
    except (TypeError, ValueError):
        return UNKNOWN_LIFE_SECONDS


def _claims(token: object) -> dict[str, Any]:
    """The claims of an ID token: it came from the issuer over TLS, which stands for its signature (Core, 3.1.3.7)."""
    if not isinstance(token, str) or token.count(".") != 2:
        return {}
    body = token.split(".")[1]
    try:
        found = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (ValueError, binascii.Error):
        return {}
    return found if isinstance(found, dict) else {}


def _refuse_claims(issuer: Issuer, claims: Mapping[str, Any], nonce: str | None, now: float) -> None:
    audience = claims.get("aud")
    audiences = audience if isinstance(audience, list) else [audience]
    wrong = {
        f"it is of {claims.get('iss')!r}": claims.get("iss") != issuer.issuer,
        f"it is for {audience!r}": issuer.client_id not in audiences,
        "it answers another request": nonce is not None and claims.get("nonce") != nonce,
        "it has ended already: is this machine's clock right?": _seconds(claims.get("exp")) < now - CLOCK_SECONDS,
    }
    for reason, is_so in wrong.items():
        if is_so:
            raise CommandError(f"The ID token that {issuer.issuer} sent is refused: {reason}.", "Nothing was kept.")
