"""Where something runs in AWS: an account and a Region."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from urllib.parse import urlsplit

ACCOUNT = re.compile(r"^\d{12}$")


@dataclass(frozen=True, order=True)
class Place:
    """An account (12 digits) and a Region."""

    account: str
    region: str

    def __str__(self) -> str:
        return f"{self.account}/{self.region}"


def account_of(arn: str) -> str | None:
    """The account that an ARN names, or None where it names none."""
    parts = arn.split(":", 5)
    return parts[4] if len(parts) == 6 and parts[0] == "arn" and ACCOUNT.match(parts[4]) else None


def is_loopback(url: str) -> bool:
    """Whether an address can only be this machine: 127.0.0.0/8, ::1 or localhost."""
    host = urlsplit(url).hostname or ""
    if host == "localhost" or host.endswith(".localhost"):
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
