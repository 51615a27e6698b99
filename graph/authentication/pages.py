"""`/login`, `/login/callback` and `POST /logout`: how a browser comes to its session, and loses it.

Nothing is shown here. Whoever cannot be signed in is led to the console, which says why by the word behind `#sign-in=`.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote, urlsplit

import orjson
import structlog
from sqlalchemy.exc import SQLAlchemyError
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Route

from domain.authentication import logins
from domain.authentication.refusals import IssuerUnavailable, Unauthenticated
from domain.authentication.sessions import BYTES, own_page
from graph.answers import failure, passing
from graph.authentication.answers import Page
from graph.authentication.bearers import CALLBACK, Bearers
from graph.authentication.sessions import Sessions
from graph.http import source_of
from graph.receiving import body_of
from models.settings import Settings

DENIED, STALE, REFUSED, AWAY = "denied", "stale", "refused", "away"
"""Why nobody is signed in: they did not agree; not begun here, or too long ago; not believed; the issuer is away."""
_OF_ISSUER: Final = {"access_denied": DENIED, "server_error": AWAY, "temporarily_unavailable": AWAY}
"""The issuer's words (RFC 6749, section 4.1.2.1); any other is a fault of how the service is known to it."""
LARGEST = 1_000
"""Bytes of what `POST /logout` is sent."""
_NO_STORE: Final = {"Cache-Control": "no-store"}

log = structlog.get_logger("interlock.authentication")


class LoginPages:
    """The pages of one service."""

    def __init__(self, settings: Settings, bearers: Bearers) -> None:
        self._base_url, self._issuer = settings.base_url, settings.oidc_issuer
        self._cookies, self._sessions = bearers.cookies, bearers.sessions

    @property
    def routes(self) -> Sequence[BaseRoute]:
        """Where they are."""
        return [
            Route("/login", _answered(self._begin), methods=["GET"]),
            Route(CALLBACK, _answered(self._end), methods=["GET"]),
            Route("/logout", _answered(self._log_out), methods=["GET", "POST"]),
        ]

    async def _begin(self, request: Request) -> Response:
        """Sends the browser to the issuer, with a login of its own; from another name of this machine, there first.

        Not over TLS: the proxy that ends it may call the service as it likes.
        """
        next_ = logins.own_path(request.query_params.get("next"))
        if self._sessions is None:
            return self._nobody()
        if not self._cookies.secure and request.headers.get("host") != urlsplit(self._base_url).netloc:
            return _to(f"{self._base_url}/login?next={quote(next_, safe='')}")
        kept = request.cookies.get(self._cookies.login, "")
        secret = kept if logins.is_secret(kept) else secrets.token_urlsafe(BYTES)
        login = logins.begun(secret, secrets.token_urlsafe(12), next_, datetime.now(UTC))
        try:
            answer = _to(await self._sessions.provider.login_address(login))
        except IssuerUnavailable:
            return _unsigned(AWAY, next_)
        self._keep(answer, self._cookies.login, secret, "lax", int(logins.LIFE.total_seconds()))
        return answer

    async def _end(self, request: Request) -> Response:
        """Takes the issuer's answer: a session, under a new cookie, and back to where the person was."""
        if self._sessions is None:
            return self._nobody()
        if request.method != "GET":
            return failure(405, "The issuer's answer is taken by GET.", {"Allow": "GET"})
        said = request.query_params
        names = ("state", "code", "error", "iss")
        state, code, error, issuer = (said.get(each) for each in names)
        secret = request.cookies.get(self._cookies.login, "")
        try:
            if any(len(said.getlist(each)) > 1 for each in names):
                raise Unauthenticated("The issuer's answer says something twice.")
            login = logins.answered(secret, state or "", datetime.now(UTC))
        except Unauthenticated as refused:
            log.warning("an answer to no login", reason=refused.message)
            return _unsigned(STALE, logins.HOME)
        if error is not None or code is None:
            log.warning("the issuer refused a login", error=error, description=said.get("error_description", "")[:300])
            return _unsigned(_OF_ISSUER.get(error or "", REFUSED), login.next)
        return await self._signed_in(request, self._sessions, login, code, issuer)

    async def _signed_in(
        self, request: Request, sessions: Sessions, login: logins.Login, code: str, issuer: str | None
    ) -> Response:
        try:
            cookie = await sessions.begin(code, login, issuer, source_of(request))
        except IssuerUnavailable:
            return _unsigned(AWAY, login.next)
        except Unauthenticated as refused:
            log.warning("a login was not believed", reason=refused.message)
            return _unsigned(REFUSED, login.next)
        answer = _to(login.next)
        self._keep(answer, self._cookies.session, cookie, "strict")
        self._drop(answer, self._cookies.login, "lax")
        return answer

    async def _log_out(self, request: Request) -> Response:
        """Ends the session of the browser, or all of its person's; says where to sign out at the issuer too."""
        headers = request.headers
        if request.method != "POST":
            return failure(
                405, "The console's button signs out, by POST: a link would do it unasked.", {"Allow": "POST"}
            )
        if headers.get("content-type", "").split(";")[0].strip().lower() != "application/json":
            return failure(415, 'Send application/json: {} or {"everywhere": true}.')
        everywhere = _everywhere(await body_of(request, LARGEST))
        if everywhere is None:
            return failure(400, 'The body is to be {} or {"everywhere": true}.')
        if not own_page(headers.get("origin"), headers.get("sec-fetch-site"), headers.get("host"), self._base_url):
            return failure(403, "Only the console signs somebody out of it.", code="ORIGIN_REFUSED")
        if self._sessions is None:
            return self._nobody()
        address = logins.HOME
        cookie = request.cookies.get(self._cookies.session)
        if cookie is not None:
            given = await self._sessions.end(cookie, everywhere)
            address = await self._sessions.provider.logout_address(given.id if given else None) or logins.HOME
            if given is not None:
                await self._sessions.provider.forget(given)
        answer = JSONResponse({"location": address}, headers=_NO_STORE)
        self._drop(answer, self._cookies.session, "strict")
        return answer

    def _nobody(self) -> Response:
        missing = "INTERLOCK_OIDC_CLIENT_ID" if self._issuer else "INTERLOCK_OIDC_ISSUER"
        return failure(404, f"Nobody signs in here: {missing} is not set.")

    def _keep(self, answer: Response, name: str, value: str, site: str, seconds: int | None = None) -> None:
        """A cookie of this host alone, which no script reads. Without seconds it ends with the browser."""
        answer.set_cookie(
            name,
            value,
            max_age=seconds,
            path="/",
            secure=self._cookies.secure,
            httponly=True,
            samesite="strict" if site == "strict" else "lax",
        )

    def _drop(self, answer: Response, name: str, site: str) -> None:
        self._keep(answer, name, "", site, 0)


def _answered(page: Page) -> Page:
    """A page that says so where the database cannot answer."""

    async def answer(request: Request) -> Response:
        try:
            return await page(request)
        except SQLAlchemyError as error:
            return passing(error)

    return answer


def _to(address: str) -> Response:
    return RedirectResponse(address, 303, _NO_STORE)


def _unsigned(why: str, next_: str) -> Response:
    return _to(f"/#sign-in={why}&next={quote(next_, safe='')}")


def _everywhere(body: bytes | None) -> bool | None:
    """What is asked for; None for what is none of both."""
    try:
        given = orjson.loads(body or b"")
    except orjson.JSONDecodeError:
        return None
    found = given.get("everywhere", False) if isinstance(given, dict) else None
    return found if isinstance(found, bool) else None
