"""An OpenID Connect issuer and the service that names it, as one application: what it says is as the standards ask.

It keeps the rules that a client can break: PKCE, the redirect, the client, a refresh token that is good once.
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route

from interlock_cli import __version__

CLIENT = "interlock-command"
DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


def encoded(claims: dict[str, Any]) -> str:
    """A JWT whose signature nobody checks here: the service does."""
    parts = [{"alg": "RS256", "kid": "1"}, claims]
    return ".".join([*(_base64(json.dumps(part).encode()) for part in parts), _base64(b"signature")])


async def _form(request: Request) -> dict[str, str]:
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"
    return dict(parse_qsl((await request.body()).decode()))


def _base64(given: bytes) -> str:
    return base64.urlsafe_b64encode(given).rstrip(b"=").decode()


@dataclass
class Sso:
    """url: of both. A test changes what is public; `asked` holds the forms that came to the token endpoint."""

    url: str = ""
    issuer: str | None = None
    audience: str | None = None
    lifetime: float = 3600
    claims: dict[str, Any] = field(default_factory=dict)
    discovery: dict[str, Any] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    denies: bool = False
    asked: list[dict[str, str]] = field(default_factory=list)
    revoked: list[str] = field(default_factory=list)
    bearers: list[str | None] = field(default_factory=list)
    _codes: dict[str, dict[str, str]] = field(default_factory=dict)
    _refresh: set[str] = field(default_factory=set)

    @property
    def app(self) -> Starlette:
        """The application."""
        return Starlette(
            routes=[
                Route("/.well-known/interlock", self.service),
                Route("/.well-known/openid-configuration", self.metadata),
                Route("/graphql", self.graphql, methods=["POST"]),
                Route("/authorize", self.authorize),
                Route("/device", self.device, methods=["POST"]),
                Route("/token", self.token, methods=["POST"]),
                Route("/revoke", self.revoke, methods=["POST"]),
            ]
        )

    async def service(self, _: Request) -> Response:
        """What the service says of itself."""
        client = CLIENT if self.issuer else None
        return JSONResponse(
            {
                "version": "0.1.0",
                "command": __version__,
                "issuer": self.issuer,
                "clientId": client,
                "audience": self.audience,
            }
        )

    async def metadata(self, _: Request) -> Response:
        """The issuer's discovery document."""
        endpoints = {
            "authorization": "authorize",
            "device_authorization": "device",
            "token": "token",
            "revocation": "revoke",
        }
        found = {f"{name}_endpoint": f"{self.url}/{path}" for name, path in endpoints.items()}
        return JSONResponse({"issuer": self.issuer, **found, **self.discovery})

    async def graphql(self, request: Request) -> Response:
        """Who asks, for `interlock whoami`; the bearer is remembered."""
        self.bearers.append(request.headers.get("authorization"))
        viewer = {"actor": "ada@example.com", "roles": ["DEVELOPER"], "permissions": ["READ"], "grants": []}
        return JSONResponse({"data": {"viewer": viewer}})

    async def authorize(self, request: Request) -> Response:
        """The person's browser comes here, and is sent back with a code."""
        given = dict(request.query_params)
        back = urlsplit(given["redirect_uri"])
        assert (back.scheme, back.hostname, given["client_id"]) == ("http", "127.0.0.1", CLIENT)
        assert (given["code_challenge_method"], given["response_type"]) == ("S256", "code")
        assert "openid" in given["scope"].split()
        code = secrets.token_urlsafe(8)
        self._codes[code] = given
        answer = {"error": "access_denied"} if self.denies else {"code": code}
        return RedirectResponse(f"{given['redirect_uri']}?{urlencode({**answer, 'state': given['state']})}")

    async def device(self, request: Request) -> Response:
        """The start of the device flow."""
        form = await _form(request)
        assert form["client_id"] == CLIENT
        code = secrets.token_urlsafe(8)
        self._codes[code] = {}
        return JSONResponse(
            {
                "device_code": code,
                "user_code": "WDJB-MJHT",
                "verification_uri": f"{self.url}/activate",
                "verification_uri_complete": f"{self.url}/activate?user_code=WDJB-MJHT",
                "expires_in": 60,
                "interval": 5,
            }
        )

    async def token(self, request: Request) -> Response:
        """Tokens for a code or a refresh token, each good once."""
        form = await _form(request)
        self.asked.append(form)
        refused = self._refused(form)
        if refused:
            return JSONResponse({"error": refused, "error_description": f"it is {refused}"}, 400)
        nonce = self._codes.pop(form.get("code"), {}).get("nonce")
        refresh = secrets.token_urlsafe(8)
        self._refresh.add(refresh)
        ends = time.time() + self.lifetime
        claims = {
            "iss": self.issuer,
            "aud": CLIENT,
            "sub": "1",
            "email": "ada@example.com",
            "exp": ends,
            "nonce": nonce,
        }
        identity = encoded({**claims, "jti": secrets.token_hex(4), **self.claims})
        answer = {"access_token": f"access-{refresh}", "id_token": identity, "refresh_token": refresh}
        return JSONResponse({**answer, "token_type": "Bearer", "expires_in": self.lifetime})

    def _refused(self, form: dict[str, str]) -> str | None:
        if form["client_id"] != CLIENT:
            return "invalid_client"
        kind = form["grant_type"]
        if kind == DEVICE:
            return self.pending.pop(0) if self.pending else None
        if kind == "refresh_token":
            token = form["refresh_token"]
            good = token in self._refresh and token not in self.revoked
            self._refresh.discard(token)
            return None if good else "invalid_grant"
        begun = self._codes.get(form["code"], {})
        challenge = _base64(hashlib.sha256(form["code_verifier"].encode()).digest())
        kept = begun.get("code_challenge") == challenge and begun.get("redirect_uri") == form["redirect_uri"]
        return None if kept else "invalid_grant"

    async def revoke(self, request: Request) -> Response:
        """RFC 7009."""
        form = await _form(request)
        self.revoked.append(form["token"])
        return Response()
