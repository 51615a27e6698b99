"""Who asks the service, without a secret: a token that AWS signs for the role that this runs in; else a proof.

1. INTERLOCK_TOKEN, where somebody has set it.
2. A web identity token (`sts:GetWebIdentityToken`), for this service alone: kept until shortly before its end.
3. Where AWS refuses that, as outbound identity federation is off: GetCallerIdentity, signed here, which the service
   puts together and sends. It names no host and no path, is for this service alone, and is good once.

The service's half of the proof is domain/authentication/proofs.py; a test holds one to the other.
"""

from __future__ import annotations

import base64
import dataclasses
import datetime
import json
import re
import secrets
import time
import urllib.parse
import xml.etree.ElementTree as ET
from collections.abc import Callable

from .aws import Aws, AwsError, AwsUnavailableError
from .signing import Call, signed_headers

ALGORITHM = "ES384"
TOKEN_SECONDS = (300, 60)
"""How long a token lives: AWS's own default, and its least, for a session that ends before that."""
SPARE_SECONDS = 60
"""A token is not sent any more so long before its end…"""
REFUSED_SECONDS = 300
"""…and AWS, once it has refused to sign one, is not asked again for so long."""
PATIENCE_SECONDS = (2.0, 6.0)
"""Waits after a right that is denied: IAM is consistent after seconds only, and the first question comes soon."""
PROOF_PREFIX = "ilk-aws."
PROOF_BODY = b"Action=GetCallerIdentity&Version=2011-06-15"
PROOF_TYPE = "application/x-www-form-urlencoded; charset=utf-8"
_LONG_AGO = datetime.datetime(1970, 1, 1, tzinfo=datetime.UTC)
_DENIED = "AccessDenied"
_SHORT = "SessionDurationEscalation"


@dataclasses.dataclass
class Identity:
    """The role of a process, before one service. audience: the service's address, as its plan has it.

    aws: the role's credentials as they are now, which AWS renews.
    """

    audience: str
    aws: Callable[[], Aws]
    now: Callable[[], datetime.datetime] = lambda: datetime.datetime.now(datetime.UTC)
    sleep: Callable[[float], None] = time.sleep
    refusal: str = ""
    """Why there is no token, in AWS's words; empty where there is one."""
    _token: str = dataclasses.field(default="", repr=False)
    _until: datetime.datetime = _LONG_AGO

    def bearer(self, *, fresh: bool = False) -> str:
        """What to send as a bearer. fresh: not what was sent before. Raises AwsUnavailableError: ask again later."""
        if fresh or self.now() >= self._until:
            self._ask()
        return self._token or proof(self.aws(), self.audience, self.now())

    def _ask(self) -> None:
        """A new token; or none, for a while, and why."""
        begun = self.now()
        try:
            self._token, seconds = self._patiently()
        except AwsError as error:
            self._token, self.refusal = "", _said(str(error))
            self._until = begun + datetime.timedelta(seconds=REFUSED_SECONDS)
        else:
            self.refusal = ""
            self._until = begun + datetime.timedelta(seconds=seconds - min(SPARE_SECONDS, seconds // 2))

    def _patiently(self) -> tuple[str, int]:
        for wait in PATIENCE_SECONDS:
            try:
                return self._signed()
            except AwsError as error:
                if _DENIED not in str(error):
                    raise
                self.sleep(wait)
        return self._signed()

    def _signed(self) -> tuple[str, int]:
        """A token, and for how many seconds it is good. Raises AwsError where AWS refuses it."""
        for seconds in TOKEN_SECONDS[:-1]:
            try:
                return web_identity_token(self.aws(), self.audience, seconds), seconds
            except AwsError as error:
                if _SHORT not in str(error):
                    raise
        return web_identity_token(self.aws(), self.audience, TOKEN_SECONDS[-1]), TOKEN_SECONDS[-1]


def _said(error: str) -> str:
    """`<Code>: <Message>` of AWS's answer; all of it where that is not in it."""
    found = [each[1] for name in ("Code", "Message") if (each := re.search(f"<{name}>([^<]+)</{name}>", error))]
    return ": ".join(found).rstrip(".") or error


def is_private(url: str) -> bool:
    """Whether nobody reads on the way to an address: TLS, or this machine. A bearer is sent nowhere else."""
    parts = urllib.parse.urlsplit(url)
    return parts.scheme == "https" or parts.hostname in ("127.0.0.1", "localhost", "::1")


def web_identity_token(aws: Aws, audience: str, seconds: int) -> str:
    """A JSON Web Token of the role, signed by AWS, from STS in its Region: the global endpoint has none.

    Raises AwsError where AWS refuses it, AwsUnavailableError where it does not answer.
    """
    form = {
        "Action": "GetWebIdentityToken",
        "Version": "2011-06-15",
        "Audience.member.1": audience,
        "SigningAlgorithm": ALGORITHM,
        "DurationSeconds": str(seconds),
    }
    try:
        tree = aws.by_form("sts", form)
    except AwsUnavailableError as error:
        if error.status == 403:  # a no of AWS's, which for roles that are new yet may pass
            raise AwsError(str(error)) from None
        raise
    except ET.ParseError:
        raise AwsUnavailableError(f"sts in {aws.region} answered, and not as AWS does") from None
    found = next((each.text for each in tree.iter() if each.tag.rpartition("}")[2] == "WebIdentityToken"), None)
    if not found:
        raise AwsError(f"sts in {aws.region} answered without a token")
    return found


def proof(aws: Aws, audience: str, now: datetime.datetime) -> str:
    """A bearer with which the service can ask AWS whose it is, once, within a minute. now: UTC."""
    nonce = secrets.token_hex(16)
    suffix = "amazonaws.com.cn" if aws.region.startswith("cn-") else "amazonaws.com"
    headers = (("content-type", PROOF_TYPE), ("x-interlock-nonce", nonce), ("x-interlock-server", audience))
    call = Call("sts", aws.region, f"https://sts.{aws.region}.{suffix}/", body=PROOF_BODY, headers=headers)
    signed = signed_headers(call, aws.credentials, now)
    fields = {
        "key": aws.credentials.key,
        "date": signed["x-amz-date"],
        "signature": signed["authorization"].rpartition("Signature=")[2],
        "token": aws.credentials.token,
        "region": aws.region,
        "nonce": nonce,
    }
    return PROOF_PREFIX + base64.urlsafe_b64encode(json.dumps(fields).encode()).rstrip(b"=").decode()
