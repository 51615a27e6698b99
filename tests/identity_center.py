"""A stand-in for IAM Identity Center: the device flow, assignments, and credentials whose access key is the account.

Emulators have none. It answers as AWS does, by REST-JSON, to whatever has `variables` set: boto3, the AWS CLI, cdk.
"""

from __future__ import annotations

import http.server
import json
import threading
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

Answer = tuple[int, dict[str, Any], str]


@dataclass
class IdentityCenter:
    """What it knows. assigned: permission sets by account. flow: what it says to the first polls, before the token."""

    assigned: dict[str, set[str]] = field(default_factory=dict)
    flow: list[str] = field(default_factory=lambda: ["AuthorizationPendingException"])
    lasts: int = 3600
    url: str = ""
    tokens: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, str]:
        """The environment variables that lead AWS's clients here."""
        return {"AWS_ENDPOINT_URL_SSO": self.url, "AWS_ENDPOINT_URL_SSO_OIDC": self.url}

    def token(self, given: dict[str, Any]) -> Answer:
        """A token for a confirmed code, or for a refresh token; else what the flow says next."""
        if given["grantType"] == "refresh_token":
            if given["refreshToken"] != "refresh":
                return 400, {"error": "invalid_grant"}, "InvalidGrantException"
        elif self.flow:
            return 400, {"error": "pending"}, self.flow.pop(0)
        token = f"token-{uuid.uuid4().hex}"
        self.tokens.add(token)
        return (
            200,
            {"accessToken": token, "tokenType": "Bearer", "expiresIn": self.lasts, "refreshToken": "refresh"},
            "",
        )

    def post(self, path: str, given: dict[str, Any]) -> Answer:
        """What the OIDC service answers."""
        if path == "/client/register":
            return (
                200,
                {"clientId": "id", "clientSecret": "secret", "clientSecretExpiresAt": int(time.time()) + 90_000},
                "",
            )
        if path == "/device_authorization":
            uri = "https://device.example/"
            code = {"deviceCode": "device", "userCode": "ABCD-EFGH", "expiresIn": 600, "interval": 1}
            return 200, {**code, "verificationUri": uri, "verificationUriComplete": f"{uri}?user_code=ABCD-EFGH"}, ""
        return self.token(given) if path == "/token" else (200, {}, "")

    def get(self, path: str, asked: dict[str, str], token: str) -> Answer:
        """What the portal answers to whoever has a token."""
        if token not in self.tokens:
            return 401, {"message": "Session token not found or invalid"}, "UnauthorizedException"
        if path == "/assignment/accounts":
            return 200, {"accountList": [{"accountId": each, "accountName": each} for each in self.assigned]}, ""
        roles = self.assigned.get(asked["account_id"], set())
        if path == "/assignment/roles":
            return (
                200,
                {"roleList": [{"roleName": each, "accountId": asked["account_id"]} for each in sorted(roles)]},
                "",
            )
        if asked["role_name"] not in roles:
            return 403, {"message": "No access"}, "ForbiddenException"
        ends = int((time.time() + self.lasts) * 1000)
        keys = {"accessKeyId": asked["account_id"], "secretAccessKey": "secret", "sessionToken": "session"}
        return 200, {"roleCredentials": {**keys, "expiration": ends}}, ""


@pytest.fixture
def identity_center() -> Iterator[IdentityCenter]:
    """One on a loopback port of its own, to which nobody has anything assigned."""
    center = IdentityCenter()

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("content-length", 0)))
            path = urlsplit(self.path).path
            center.asked.append(path)
            self._send(center.post(path, json.loads(body or "{}")))

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            center.asked.append(parts.path)
            asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
            self._send(center.get(parts.path, asked, self.headers.get("x-amz-sso_bearer_token", "")))

        def _send(self, answer: Answer) -> None:
            status, data, error = answer
            body = json.dumps(data).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            if error:
                self.send_header("x-amzn-errortype", error)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    center.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    yield center
    server.shutdown()
    server.server_close()
    thread.join(10)
