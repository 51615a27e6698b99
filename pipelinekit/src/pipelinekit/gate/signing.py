"""AWS Signature Version 4 with the standard library, so that the gate runs wherever Python does.

The runtime's own SDK would sign as well, and would tie the gate to a runtime that brings one. A test compares every
signature with botocore's.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import hmac
import urllib.parse


@dataclasses.dataclass(frozen=True)
class Credentials:
    """A key, its secret and, for a role's, the session token."""

    key: str
    secret: str = dataclasses.field(repr=False)
    token: str = dataclasses.field(default="", repr=False)


@dataclasses.dataclass(frozen=True)
class Call:
    """One request to an AWS service in a Region. `headers` are signed too; `url` has no query."""

    service: str
    region: str
    url: str
    method: str = "POST"
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()


def signed_headers(call: Call, credentials: Credentials, now: datetime.datetime) -> dict[str, str]:
    """All headers of the signed request; `now` is UTC."""
    address = urllib.parse.urlsplit(call.url)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    digest = hashlib.sha256(call.body).hexdigest()
    headers = {name.lower(): value for name, value in call.headers}
    headers |= {"host": address.netloc, "x-amz-date": stamp}
    if call.service == "s3":  # only S3 demands the digest as a header
        headers["x-amz-content-sha256"] = digest
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    names = ";".join(sorted(headers))
    canonical_headers = "".join(f"{name}:{headers[name].strip()}\n" for name in sorted(headers))
    request = "\n".join([call.method, _path(call, address.path), "", canonical_headers, names, digest])
    scope = f"{day}/{call.region}/{call.service}/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    key = _signing_key(credentials.secret, day, call.region, call.service)
    signature = hmac.new(key, to_sign.encode(), "sha256").hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def _path(call: Call, path: str) -> str:
    """The path as it is signed: S3 signs it as it is sent, every other service with its escapes escaped again."""
    return path or "/" if call.service == "s3" else urllib.parse.quote(path or "/", safe="/-_.~")


def _signing_key(secret: str, day: str, region: str, service: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, service, "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return key
