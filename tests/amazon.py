"""AWS as pipelines say by it who they are, on a real socket of this machine: issuers of accounts, and STS.

STS looks at every signature, by botocore's rules and not by ours, and knows no key that a test has not made. What is
sent to it is kept in `asked`.
"""

from __future__ import annotations

import contextlib
import json
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs

import jwt
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from tests.graph.issuer import ALGORITHMS, jwk, private

ACCOUNT = "999999999999"
REGION = "eu-west-1"
XMLNS = "https://sts.amazonaws.com/doc/2011-06-15/"
GATE = "interlock-gate-payments-eu-west-1"


@dataclass(frozen=True)
class Session:
    """Somebody's credentials. arn: as GetCallerIdentity has it; sub: as a web identity token has it."""

    key: str
    secret: str
    token: str
    arn: str
    sub: str

    @property
    def account(self) -> str:
        return self.arn.split(":")[4]

    def environment(self, region: str = REGION) -> dict[str, str]:
        """As a Lambda function has them."""
        return {
            "AWS_ACCESS_KEY_ID": self.key,
            "AWS_SECRET_ACCESS_KEY": self.secret,
            "AWS_SESSION_TOKEN": self.token,
            "AWS_REGION": region,
        }


@dataclass
class Amazon:
    """federated: the accounts with outbound identity federation. answer: instead of STS's own, (status, headers, body).

    keys: the names of the keys that issuers tell. denied: AccessDenied, for so many questions for a token.
    """

    federated: set[str] = field(default_factory=lambda: {ACCOUNT})
    keys: list[str] = field(default_factory=lambda: ["rsa", "p384"])
    answer: tuple[int, dict[str, str], bytes] | None = None
    denied: int = 0
    longest: int = 3600
    asked: list[str] = field(default_factory=list)
    sessions: dict[str, Session] = field(default_factory=dict)
    url: str = ""

    def session(self, role: str = GATE, account: str = ACCOUNT) -> Session:
        """A role, assumed."""
        number = len(self.sessions)
        arn = f"arn:aws:sts::{account}:assumed-role/{role}/interlock-{number}"
        made = Session(
            f"ASIA{number:016}", f"s3cret{number}", f"t/{number}+==", arn, f"arn:aws:iam::{account}:role/{role}"
        )
        self.sessions[made.key] = made
        return made

    def issuer(self, account: str = ACCOUNT) -> str:
        """The issuer of an account."""
        return f"{self.url}/{account}"

    def token(self, session: Session, audience: Any, algorithm: str = "ES384", key: str = "", **said: Any) -> str:
        """A web identity token. said: claims instead of the good ones; None leaves one out."""
        now = int(time.time())
        namespace = {"aws_account": session.account, "source_region": REGION, "org_id": "o-abc1234567"}
        good = {"iss": self.issuer(session.account), "aud": audience, "sub": session.sub, "iat": now, "exp": now + 300}
        good |= {"jti": "1", "https://sts.amazonaws.com/": namespace}
        claims = {name: value for name, value in {**good, **said}.items() if value is not None}
        name = key or ALGORITHMS[algorithm]
        return jwt.encode(claims, private(name), algorithm=algorithm, headers={"kid": name})

    def issued(self, form: dict[str, str], session: Session) -> tuple[int, str]:
        """What STS answers to GetWebIdentityToken."""
        seconds = int(form["DurationSeconds"])
        if self.denied > 0:
            self.denied -= 1
            return _error(403, "AccessDenied", "no identity-based policy allows the sts:GetWebIdentityToken action")
        if session.account not in self.federated:
            return _error(403, "OutboundWebIdentityFederationDisabledException", "It is not enabled for this account.")
        if seconds > self.longest:
            return _error(403, "SessionDurationEscalationException", "It would extend the session.")
        now = int(time.time())
        made = self.token(session, form["Audience.member.1"], form["SigningAlgorithm"], iat=now, exp=now + seconds)
        end = (datetime.now(UTC) + timedelta(seconds=seconds)).isoformat()
        told = f"<WebIdentityToken>{made}</WebIdentityToken><Expiration>{end}</Expiration>"
        return 200, _result("GetWebIdentityToken", told)

    def sts(self, headers: dict[str, str], body: bytes) -> tuple[int, str]:
        """What STS answers to a form."""
        session = self.sessions.get(headers.get("authorization", "").partition("Credential=")[2].partition("/")[0])
        if session is None or headers.get("x-amz-security-token") != session.token:
            return _error(403, "InvalidClientTokenId", "The security token included in the request is invalid.")
        if not _signed(headers, body, session):
            return _error(403, "SignatureDoesNotMatch", "The request signature we calculated does not match.")
        form = {name: values[0] for name, values in parse_qs(body.decode()).items()}
        self.asked.append(form["Action"])
        if form["Action"] == "GetWebIdentityToken":
            return self.issued(form, session)
        assert form["Action"] == "GetCallerIdentity"
        return 200, identity(session.arn, session.account)

    @contextlib.contextmanager
    def running(self) -> Iterator[Amazon]:
        """Served, until the block ends."""
        server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.url = f"http://127.0.0.1:{server.server_port}"
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield self
        finally:
            server.shutdown()
            server.server_close()
            thread.join()


def identity(arn: str, account: str) -> str:
    """STS's answer to GetCallerIdentity."""
    return _result("GetCallerIdentity", f"<Arn>{arn}</Arn><UserId>AROA123:s</UserId><Account>{account}</Account>")


def _result(action: str, told: str) -> str:
    request = "<ResponseMetadata><RequestId>1</RequestId></ResponseMetadata>"
    return f'<{action}Response xmlns="{XMLNS}"><{action}Result>{told}</{action}Result>{request}</{action}Response>'


def _error(status: int, code: str, message: str) -> tuple[int, str]:
    said = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>"
    return status, f'<ErrorResponse xmlns="{XMLNS}">{said}<RequestId>1</RequestId></ErrorResponse>'


def _signed(headers: dict[str, str], body: bytes, session: Session) -> bool:
    """Whether it is the signature that botocore would make, for this host, at about this time."""
    scope = headers["authorization"].partition(f"Credential={session.key}/")[2].partition(",")[0].split("/")
    names = headers["authorization"].partition("SignedHeaders=")[2].partition(",")[0].split(";")
    stamp = headers["x-amz-date"]
    made = datetime.strptime(stamp, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    if scope[2:] != ["sts", "aws4_request"] or abs(datetime.now(UTC) - made) > timedelta(minutes=15):
        return False
    if headers["host"] not in (f"sts.{scope[1]}.amazonaws.com", *_here(headers["host"])):
        return False
    request = AWSRequest("POST", f"https://{headers['host']}/", data=body)
    for name in names:
        request.headers[name] = headers[name]
    request.context["timestamp"] = stamp
    signer = SigV4Auth(Credentials(session.key, session.secret, session.token), "sts", scope[1])
    signature = signer.signature(signer.string_to_sign(request, signer.canonical_request(request)), request)
    return headers["authorization"].rpartition("Signature=")[2] == signature


def _here(host: str) -> tuple[str, ...]:
    """A client that was told of this address signs it."""
    return (host,) if host.startswith("127.0.0.1:") else ()


def _handler(amazon: Amazon) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            account, _, what = self.path[1:].partition("/")
            if what == ".well-known/openid-configuration":
                about = {
                    "issuer": amazon.issuer(account),
                    "jwks_uri": f"{amazon.issuer(account)}/.well-known/jwks.json",
                }
                return self._reply(200, {}, json.dumps(about).encode())
            return self._reply(200, {}, json.dumps({"keys": [jwk(name) for name in amazon.keys]}).encode())

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if amazon.answer is not None:
                return self._reply(*amazon.answer)
            status, text = amazon.sts({name.lower(): value for name, value in self.headers.items()}, body)
            return self._reply(status, {"Content-Type": "text/xml"}, text.encode())

        def _reply(self, status: int, headers: dict[str, str], content: bytes) -> None:
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    return Handler
