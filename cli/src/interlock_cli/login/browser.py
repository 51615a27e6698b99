"""The browser's flow: a code to a loopback port (RFC 8252), bound to this request by PKCE (RFC 7636) and state."""

from __future__ import annotations

import base64
import hashlib
import secrets
import time
import webbrowser
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from interlock_cli.errors import CommandError
from interlock_cli.login import http
from interlock_cli.login.issuer import Issuer
from interlock_cli.login.tokens import Tokens, described, granted

LIFE_SECONDS = 300.0
CALLBACK = "/callback"
PAGE = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Interlock</title>
<body style="font: 1.1rem system-ui; margin: 4rem"><h1>{head}</h1><p>{text}</p></body></html>"""


def log_in(
    issuer: Issuer,
    show: Callable[[str], None],
    opens: Callable[[str], bool] = webbrowser.open,
    life: float = LIFE_SECONDS,
) -> Tokens:
    """Opens the issuer's page, shows its address, and waits for the answer. Raises CommandError when there is none."""
    if issuer.authorization_endpoint is None:
        raise CommandError(f"The issuer {issuer.issuer} has no login in a browser.", "Use `interlock login --device`.")
    request = _Request(issuer)
    with _Listener(request) as listener:
        address = request.address(listener.redirect)
        show(address)
        opens(address)
        code = listener.wait(life)
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": listener.redirect,
            "client_id": issuer.client_id,
            "code_verifier": request.verifier,
        }
    answer = http.post(issuer.token_endpoint, form)
    if answer.status != 200:
        raise CommandError(f"The issuer {issuer.issuer} granted no token{described(answer.body)}.", "Nothing was kept.")
    return granted(issuer, answer.body, request.nonce)


@dataclass(frozen=True)
class _Request:
    """What only this program knows of the request, and its answer must hold."""

    issuer: Issuer
    verifier: str = field(default_factory=lambda: secrets.token_urlsafe(48))
    state: str = field(default_factory=lambda: secrets.token_urlsafe(24))
    nonce: str = field(default_factory=lambda: secrets.token_urlsafe(24))

    def address(self, redirect: str) -> str:
        digest = hashlib.sha256(self.verifier.encode()).digest()
        given = {
            "response_type": "code",
            "client_id": self.issuer.client_id,
            "redirect_uri": redirect,
            "scope": self.issuer.scope,
            "state": self.state,
            "nonce": self.nonce,
            "code_challenge": base64.urlsafe_b64encode(digest).rstrip(b"=").decode(),
            "code_challenge_method": "S256",
        }
        if self.issuer.audience:
            given["audience"] = self.issuer.audience
        base = str(self.issuer.authorization_endpoint)
        return f"{base}{'&' if urlsplit(base).query else '?'}{urlencode(given)}"


class _Listener(HTTPServer):
    """A loopback port that takes one answer to the request; whatever else comes is refused, and waited on."""

    def __init__(self, request: _Request) -> None:
        super().__init__(("127.0.0.1", 0), _Answering)
        self.asked = request
        self.answer: dict[str, str] | None = None

    @property
    def redirect(self) -> str:
        return f"http://127.0.0.1:{self.server_port}{CALLBACK}"

    def wait(self, seconds: float) -> str:
        """The code. Raises CommandError for a refusal, and when nothing comes."""
        end = time.monotonic() + seconds
        while self.answer is None and (left := end - time.monotonic()) > 0:
            self.timeout = min(left, 1.0)
            self.handle_request()
        if self.answer is None:
            raise CommandError("Nobody logged in in time.", "Run `interlock login` again, or with --device.")
        if "code" not in self.answer:
            if self.answer.get("error") == "access_denied":
                raise CommandError("You did not agree.", "Nothing was kept.")
            raise CommandError(f"The issuer refused the login{described(self.answer)}.", "Nothing was kept.")
        return self.answer["code"]

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A browser that leaves early is no failure of this program."""


class _Answering(BaseHTTPRequestHandler):
    """The issuer sends the browser here."""

    server: _Listener
    timeout = 5  # a connection that says nothing must not hold the answer back

    def do_GET(self) -> None:
        """Takes the answer, if it is one to this request."""
        parts = urlsplit(self.path)
        given = {key: values[0] for key, values in parse_qs(parts.query).items()}
        asked = self.server.asked
        ours = parts.path == CALLBACK and secrets.compare_digest(given.get("state", "").encode(), asked.state.encode())
        if not ours or given.get("iss", asked.issuer.issuer) != asked.issuer.issuer:  # iss: RFC 9207
            self._say(400, "This is no answer to a login.", "Begin again with `interlock login`.")
            return
        self.server.answer = given
        if "code" in given:
            self._say(200, "You are logged in.", "You may close this page and go back to the terminal.")
        else:
            self._say(200, "You are not logged in.", "The terminal says why.")

    def _say(self, status: int, head: str, text: str) -> None:
        body = PAGE.format(head=head, text=text).encode()
        self.send_response(status)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Nothing: the address holds a code."""
