"""Settings of the service's doors: who may come through them, and how often."""

import ipaddress
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field
from pydantic_settings import BaseSettings


def _origins(value: str) -> str:
    """Origins by commas become origins by spaces."""
    found = [each.strip().rstrip("/") for each in value.split(",")]
    for origin in found:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname or origin != f"{parts.scheme}://{parts.netloc}":
            raise ValueError("not an origin")
        _ = parts.port  # raises ValueError for one that is no port
    return " ".join(found)


def _proxies(value: str) -> str:
    """Addresses and networks by commas."""
    return ",".join(str(ipaddress.ip_network(each.strip())) for each in value.split(","))


class DoorSettings(BaseSettings):
    """What the environment says of the doors."""

    allowed_origins: Annotated[str, AfterValidator(_origins)] | None = Field(
        None, description="origins such as https://portal.example.com, several by commas"
    )
    trusted_proxies: Annotated[str, AfterValidator(_proxies)] | None = Field(
        None, description="addresses and networks such as 10.0.0.7 or 10.0.0.0/8, several by commas"
    )
    rate_limit: float = Field(
        0, ge=0, le=100_000, allow_inf_nan=False, description="requests a second of one client, or 0 for no bound"
    )
    rate_burst: int = Field(100, ge=1, le=100_000, description="a whole number from 1 to 100000")
