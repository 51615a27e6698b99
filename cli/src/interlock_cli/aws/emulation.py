"""Whether AWS is an emulator here; apart, so that whoever only asks that needs no boto3."""

from __future__ import annotations

import os
from collections.abc import Mapping
from urllib.parse import urlsplit

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def emulated(environ: Mapping[str, str] | None = None) -> bool:
    """Whether AWS is an emulator on this machine: AWS_ENDPOINT_URL is a loopback address, and Identity Center's is not
    said apart (AWS_ENDPOINT_URL_SSO)."""
    environ = os.environ if environ is None else environ
    host = urlsplit(environ.get("AWS_ENDPOINT_URL", "")).hostname
    return host in LOOPBACK and not environ.get("AWS_ENDPOINT_URL_SSO")
