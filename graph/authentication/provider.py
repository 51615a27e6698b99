"""The issuer as an OpenID provider: where people log in, and what it says of them, once or again.

OpenID Connect Core 1.0, sections 3.1 and 12; Discovery 1.0; RP-Initiated Logout 1.0; RFC 7009. What a token says is
believed only after `tokens` and the rules of `domain/authentication` have looked at it.
"""

from __future__ import annotations

import asyncio
import base64
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import quote_plus, urlencode

import structlog

from domain.authentication.claims import Expected, Person, person
from domain.authentication.logins import Login, require_access_token, require_issuer, require_own
from domain.authentication.refusals import IssuerUnavailable, Unauthenticated
from domain.errors import shown
from graph.authentication import tokens
from graph.authentication.fetching import Unfetchable, fetched, posted, require_safe
from graph.authentication.keys import Fetch, Keys
from graph.authentication.sealing import Tokens

KEPT_SECONDS = 3600.0
"""How long what the issuer says of itself is taken; and longer, while it does not answer."""
AGAIN_SECONDS = 5.0
"""Between two questions that were not answered."""
SCOPES = ("openid", "profile", "email", "offline_access")
NOT_VOUCHED = frozenset(
    {"invalid_grant", "access_denied", "login_required", "consent_required", "interaction_required"}
)
"""What an issuer answers where it does not vouch for somebody any more; anything else is a fault between it and us."""

Post = Callable[[str, Mapping[str, str], Mapping[str, str]], Awaitable[tuple[int, dict[str, Any]]]]
log = structlog.get_logger("interlock.authentication")


@dataclass(frozen=True, slots=True)
class Client:
    """Who we are to the issuer. secret: None for a public client. redirect: where it sends people back to."""

    expected: Expected
    groups_claim: str
    redirect: str
    home: str
    secret: str | None = None
    scopes: str | None = None


@dataclass(frozen=True, slots=True)
class Vouched:
    """Who the issuer says it is, and what it gave with that. subject: its own name for them, for ever."""

    person: Person
    subject: str
    tokens: Tokens


class Provider:
    """One issuer. clock: seconds that only go forward."""

    def __init__(
        self,
        client: Client,
        keys: Keys,
        fetch: Fetch = fetched,
        post: Post = posted,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client, self._keys, self._fetch, self._post, self._clock = client, keys, fetch, post, clock
        self._turn = asyncio.Lock()
        self._known: dict[str, Any] | None = None
        self._read_at = self._asked_at = -KEPT_SECONDS

    @property
    def issuer(self) -> str:
        """Its name."""
        return self._client.expected.issuer

    async def login_address(self, login: Login) -> str:
        """Where the person's browser is sent. Raises IssuerUnavailable."""
        about = await self._about()
        given = {
            "response_type": "code",
            "client_id": self._client.expected.audience,
            "redirect_uri": self._client.redirect,
            "scope": self._client.scopes or _scopes(about),
            "state": login.state,
            "nonce": login.nonce,
            "code_challenge": login.challenge,
            "code_challenge_method": "S256",
        }
        return _with(str(about["authorization_endpoint"]), given)

    async def logged_in(self, code: str, login: Login, issuer: str | None, now: datetime) -> Vouched:
        """Who came back with a code. issuer: as the answer names it. now: the world's time, UTC.

        Raises Unauthenticated where the code or what it gives is not good, IssuerUnavailable.
        """
        about = await self._about()
        require_issuer(issuer, self.issuer, about.get("authorization_response_iss_parameter_supported") is True)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._client.redirect,
            "code_verifier": login.verifier,
        }
        answer = await self._granted(about, form)
        vouched, claims, algorithm = await self._vouched(answer, None, now)
        require_own(claims, login)
        require_access_token(claims, answer.get("access_token"), algorithm)
        return vouched

    async def vouches(self, kept: Tokens, subject: str, now: datetime) -> Vouched:
        """Who it says that it is now (section 12.2). Raises Unauthenticated where it does not, IssuerUnavailable."""
        if kept.refresh is None:
            raise Unauthenticated("The issuer gave nothing to ask it again with.")
        answer = await self._granted(
            await self._about(), {"grant_type": "refresh_token", "refresh_token": kept.refresh}
        )
        vouched, claims, algorithm = await self._vouched(answer, kept.refresh, now)
        if vouched.subject != subject:
            raise Unauthenticated("The issuer speaks of somebody else.")
        require_access_token(claims, answer.get("access_token"), algorithm)
        return vouched

    async def logout_address(self, id_token: str | None) -> str | None:
        """Where the browser is sent to sign out at the issuer too; None where it has no such page, or is away."""
        try:
            about = await self._about()
            address = about.get("end_session_endpoint")
            require_safe(str(address))
        except (IssuerUnavailable, Unfetchable):
            return None
        given = {"client_id": self._client.expected.audience, "post_logout_redirect_uri": self._client.home}
        return _with(str(address), given | ({"id_token_hint": id_token} if id_token else {}))

    async def forget(self, kept: Tokens) -> None:
        """Revokes what it gave, where it can (RFC 7009); where not, it ends by itself."""
        if kept.refresh is None:
            return
        try:
            about = await self._about()
            if address := about.get("revocation_endpoint"):
                form = {"token": kept.refresh, "token_type_hint": "refresh_token"}
                await self._posted(str(address), about, form)
        except (IssuerUnavailable, Unfetchable) as error:
            log.warning("a token was not revoked at the issuer", issuer=self.issuer, error=str(error))

    async def _vouched(
        self, answer: Mapping[str, Any], refresh: str | None, now: datetime
    ) -> tuple[Vouched, dict[str, Any], str]:
        given, next_ = answer.get("id_token"), answer.get("refresh_token")
        if not isinstance(given, str):
            raise Unauthenticated("The issuer gave no ID token: is the scope openid asked for?")
        algorithm, claims = await tokens.verified(given, self._keys)
        who = person(claims, self._client.expected, self._client.groups_claim, now)
        kept = Tokens(given, next_ if isinstance(next_, str) else refresh)
        return Vouched(who, str(claims["sub"]), kept), claims, algorithm

    async def _granted(self, about: Mapping[str, Any], form: Mapping[str, str]) -> dict[str, Any]:
        try:
            status, answer = await self._posted(str(about["token_endpoint"]), about, form)
        except Unfetchable as error:
            raise self._away(str(error)) from error
        if status == 200:
            return answer
        if answer.get("error") in NOT_VOUCHED:
            raise Unauthenticated(f"{self.issuer} gives no tokens for that: {shown(answer.get('error'))}.")
        raise self._away(f"the token endpoint answers {status}: {shown(answer.get('error'))}")

    async def _posted(
        self, address: str, about: Mapping[str, Any], form: Mapping[str, str]
    ) -> tuple[int, dict[str, Any]]:
        """By client_secret_basic, unless the issuer takes client_secret_post alone; a public client says its id."""
        own, secret = self._client.expected.audience, self._client.secret
        if secret is None:
            return await self._post(address, {**form, "client_id": own}, {})
        methods = about.get("token_endpoint_auth_methods_supported")
        if isinstance(methods, list) and "client_secret_basic" not in methods and "client_secret_post" in methods:
            return await self._post(address, {**form, "client_id": own, "client_secret": secret}, {})
        both = f"{quote_plus(own)}:{quote_plus(secret)}"
        return await self._post(address, form, {"Authorization": f"Basic {base64.b64encode(both.encode()).decode()}"})

    async def _about(self) -> dict[str, Any]:
        """What it says of itself. Raises IssuerUnavailable while it has never said it."""
        async with self._turn:
            now = self._clock()
            if now - self._read_at >= KEPT_SECONDS and now - self._asked_at >= AGAIN_SECONDS:
                self._asked_at = now
                try:
                    self._known = await self._asked()
                    self._read_at = self._clock()
                except Unfetchable as error:
                    log.warning("an issuer does not say where people log in", issuer=self.issuer, error=str(error))
            if self._known is None:
                raise self._away("it does not say where people log in")
            return self._known

    async def _asked(self) -> dict[str, Any]:
        about = await self._fetch(f"{self.issuer.rstrip('/')}/.well-known/openid-configuration")
        if about.get("issuer") != self.issuer:
            raise Unfetchable(f"it calls itself {shown(about.get('issuer'))}")
        for name in ("authorization_endpoint", "token_endpoint"):
            require_safe(str(about.get(name)))
        return about

    def _away(self, why: str) -> IssuerUnavailable:
        log.warning("the issuer cannot be asked", issuer=self.issuer, reason=why)
        return IssuerUnavailable(
            f"The issuer {self.issuer} cannot be asked who you are.",
            remedy="Try again in a minute; the service's log says why.",
        )


def _scopes(about: Mapping[str, Any]) -> str:
    """What is asked for: who it is, and a token to ask again with, where the issuer says that it knows that."""
    known = about.get("scopes_supported")
    return " ".join(each for each in SCOPES if each == "openid" or not isinstance(known, list) or each in known)


def _with(address: str, given: Mapping[str, str]) -> str:
    return f"{address}{'&' if '?' in address else '?'}{urlencode(given)}"
