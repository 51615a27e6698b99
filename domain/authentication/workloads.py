"""What a web identity token of AWS must say, once its signature is known to be good, and which role it is of.

IAM User Guide, "Understanding token claims" (outbound identity federation); STS API Reference, `GetWebIdentityToken`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from domain.authentication.claims import require_time
from domain.authentication.principals import Principal, principal
from domain.authentication.refusals import Unauthenticated
from domain.errors import shown

ALGORITHMS = ("RS256", "ES384")
"""Those that AWS signs with."""
LONGEST_SECONDS = 3600
"""AWS makes none that lives longer."""
NAMESPACE = "https://sts.amazonaws.com/"
"""The claim in which AWS tells of the account, and of the session."""
HOSTS = ".tokens.sts.global.api.aws"
"""The end of the host of every account's issuer."""


@dataclass(frozen=True, slots=True)
class Workload:
    """A role that has said who it is. ends_at: when that is not taken any more, the skew included."""

    principal: Principal
    ends_at: datetime


def workload(claims: Mapping[str, Any], issuer: str, account: str, audience: str, now: datetime) -> Workload:
    """Who it is. account: whose issuer it is; audience: this service's address; now: the world's time, UTC.

    Raises Unauthenticated with the first claim that is wrong.
    """
    if claims.get("iss") != issuer:
        raise Unauthenticated(f"The token is of the issuer {shown(claims.get('iss'))}, not of {issuer}.")
    given = claims.get("aud")
    if given not in (audience, [audience]):  # one for several is good with each of them
        raise Unauthenticated(f"The token is for {shown(given)}, not for {audience!r} alone.")
    ends_at = require_time(claims, now.timestamp())
    if claims["exp"] - claims["iat"] > LONGEST_SECONDS:
        raise Unauthenticated(f"The token lives for more than {LONGEST_SECONDS:,} seconds, which none of AWS does.")
    return Workload(_principal(claims, issuer, account), ends_at)


def _principal(claims: Mapping[str, Any], issuer: str, account: str) -> Principal:
    found, told = principal(claims.get("sub")), claims.get(NAMESPACE)
    named = {found.account, told.get("aws_account", account) if isinstance(told, dict) else account}
    if named != {account}:
        other = shown(min(str(each) for each in named - {account}))
        raise Unauthenticated(f"The token names the account {other}, and {issuer} speaks for {account} alone.")
    return found
