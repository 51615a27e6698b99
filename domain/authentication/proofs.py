"""A proof of who somebody is to AWS: `GetCallerIdentity`, signed by them and put together, and sent, by this service.

Whoever proves gives six short texts, and no address, path, query, header's name or body: what AWS is asked is made here
from the very same constants, so that it can be nothing else (CVE-2020-16250). The signature holds for this service
alone, as its address is signed, and each proof is good once.
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain.authentication.principals import sts_host
from domain.authentication.refusals import Unauthenticated
from domain.errors import shown

PREFIX = "ilk-aws."
"""What a bearer begins with that is a proof; behind it is JSON in base64url."""
LONGEST = timedelta(seconds=60)
"""How old a proof may be, and how far ahead of our clock."""
BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
BODY_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
SERVER = "x-interlock-server"
NONCE = "x-interlock-nonce"
SIGNED = f"content-type;host;x-amz-date;x-amz-security-token;{NONCE};{SERVER}"
"""The names of the headers that are signed, in the order that Signature Version 4 wants."""
_FIELDS = {
    "key": re.compile(r"[A-Z0-9]{16,128}", re.ASCII),
    "date": re.compile(r"\d{8}T\d{6}Z", re.ASCII),
    "signature": re.compile(r"[0-9a-f]{64}", re.ASCII),
    "token": re.compile(r"[A-Za-z0-9+/=_.:~-]{1,12000}", re.ASCII),
    "region": re.compile(r"[a-z0-9-]{1,32}", re.ASCII),
    "nonce": re.compile(r"[0-9a-f]{32}", re.ASCII),
}


@dataclass(frozen=True, slots=True)
class Proof:
    """What was given. key: an access key's id; token: its session's; date: as `20261130T120000Z`. None is a secret."""

    key: str
    date: str
    signature: str
    token: str
    region: str
    nonce: str

    @property
    def host(self) -> str:
        """Where it is proven."""
        return sts_host(self.region)

    @property
    def made_at(self) -> datetime:
        """When it was signed, as it says itself; AWS looks at that, too."""
        return datetime.strptime(self.date, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)

    @property
    def ends_at(self) -> datetime:
        """From when on it is not taken."""
        return self.made_at + LONGEST

    def headers(self, server: str) -> dict[str, str]:
        """Those of the one request. server: this service's address, for which the proof must have been made."""
        scope = f"{self.date[:8]}/{self.region}/sts/aws4_request"
        signed = f"Credential={self.key}/{scope}, SignedHeaders={SIGNED}, Signature={self.signature}"
        return {
            "authorization": f"AWS4-HMAC-SHA256 {signed}",
            "content-type": BODY_TYPE,
            "host": self.host,
            "x-amz-date": self.date,
            "x-amz-security-token": self.token,
            NONCE: self.nonce,
            SERVER: server,
        }


def proof(bearer: str, now: datetime) -> Proof:
    """The proof that a bearer is. now: the world's time, UTC. Raises Unauthenticated for what is none, or too old."""
    given = _object(bearer.removeprefix(PREFIX))
    if set(given) != set(_FIELDS):
        raise Unauthenticated(f"The proof has {shown(sorted(given))}: {', '.join(_FIELDS)} are wanted.")
    for name, allowed in _FIELDS.items():
        value = given[name]
        if not isinstance(value, str) or not allowed.fullmatch(value):
            raise Unauthenticated(f"The proof's {name} is not what it must be: {allowed.pattern}.")
    found = Proof(**{name: str(value) for name, value in given.items()})
    _ = found.host  # raises for a Region that there is not
    try:
        age = now - found.made_at
    except ValueError:
        raise Unauthenticated(f"The proof's date {found.date} is no time.") from None
    if not -LONGEST <= age < LONGEST:
        raise Unauthenticated(
            f"The proof was made at {found.date}, more than {LONGEST.seconds} seconds from now.",
            remedy="Make a new one for every request; is a clock wrong?",
        )
    return found


def _object(text: str) -> Mapping[str, object]:
    try:
        found = json.loads(base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True))
    except (binascii.Error, ValueError, RecursionError):
        found = None
    if not isinstance(found, dict):
        raise Unauthenticated("The proof is no JSON object in base64url.")
    return found
