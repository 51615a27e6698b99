"""Reading one object of S3 with the standard library: a GET signed as AWS Signature Version 4 prescribes.

The runtime's own SDK would do it, and would tie the gate to a runtime that brings one; this is compared
with botocore's signature in a test.
"""

from __future__ import annotations

import dataclasses
import datetime
import hashlib
import hmac
import urllib.parse
import urllib.request

NOTHING = hashlib.sha256(b"").hexdigest()
TIMEOUT_SECONDS = 20


@dataclasses.dataclass(frozen=True)
class Credentials:
    """What Lambda puts into a function's environment for its role."""

    key: str
    secret: str = dataclasses.field(repr=False)
    token: str = dataclasses.field(default="", repr=False)


def read(url: str, region: str, credentials: Credentials, now: datetime.datetime) -> bytes:
    """The object at a path-style https address. Raises OSError when it cannot be read."""
    request = urllib.request.Request(  # noqa: S310 - the address is the map's, fixed when the stack was deployed
        url, headers=signed_headers(url, region, credentials, now)
    )
    with urllib.request.urlopen(request, timeout=TIMEOUT_SECONDS) as answer:  # noqa: S310 - as above
        return bytes(answer.read())


def at_endpoint(url: str, endpoint: str | None) -> str:
    """The same object behind another endpoint (an emulator's AWS_ENDPOINT_URL), or the address as it is."""
    if not endpoint:
        return url
    own, other = urllib.parse.urlsplit(url), urllib.parse.urlsplit(endpoint)
    return urllib.parse.urlunsplit((other.scheme, other.netloc, own.path, "", ""))


def signed_headers(url: str, region: str, credentials: Credentials, now: datetime.datetime) -> dict[str, str]:
    """The headers of a signed GET; `now` is UTC."""
    address = urllib.parse.urlsplit(url)
    stamp, day = now.strftime("%Y%m%dT%H%M%SZ"), now.strftime("%Y%m%d")
    headers = {"host": address.netloc, "x-amz-content-sha256": NOTHING, "x-amz-date": stamp}
    if credentials.token:
        headers["x-amz-security-token"] = credentials.token
    names = ";".join(headers)
    request = "\n".join(
        [
            "GET",
            urllib.parse.quote(urllib.parse.unquote(address.path), safe="/~"),
            address.query,
            *(f"{name}:{value}" for name, value in headers.items()),
            "",
            names,
            NOTHING,
        ]
    )
    scope = f"{day}/{region}/s3/aws4_request"
    to_sign = f"AWS4-HMAC-SHA256\n{stamp}\n{scope}\n{hashlib.sha256(request.encode()).hexdigest()}"
    signature = hmac.new(_signing_key(credentials.secret, day, region), to_sign.encode(), "sha256").hexdigest()
    headers["authorization"] = (
        f"AWS4-HMAC-SHA256 Credential={credentials.key}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers


def _signing_key(secret: str, day: str, region: str) -> bytes:
    key = f"AWS4{secret}".encode()
    for part in (day, region, "s3", "aws4_request"):
        key = hmac.new(key, part.encode(), "sha256").digest()
    return key
