"""Settings of the service's doors: who may come through them, with what, how often, and for how long."""

import ipaddress
from pathlib import Path
from typing import Annotated, Literal
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


EVERYBODY = "known"
NOBODY = "nobody"
ROLES = ("viewer", "developer", "operator", "admin", "pipeline")


def _introspection(value: str) -> str:
    """Roles by commas; or everybody who is let in, or nobody."""
    return value if value in (EVERYBODY, NOBODY) else _roles(value)


def _roles(value: str) -> str:
    found = [each.strip().lower() for each in value.split(",")]
    if not set(found) <= set(ROLES):
        raise ValueError("not roles")
    return ",".join(found)


class DoorSettings(BaseSettings):
    """What the environment says of the doors."""

    allowed_origins: Annotated[str, AfterValidator(_origins)] | None = Field(
        None, description="origins such as https://portal.example.com, several by commas"
    )
    trusted_proxies: Annotated[str, AfterValidator(_proxies)] | None = Field(
        None, description="addresses and networks such as 10.0.0.7 or 10.0.0.0/8, several by commas"
    )
    outbound_networks: Annotated[str, AfterValidator(_proxies)] | None = Field(
        None, description="addresses and networks such as 10.0.0.7 or 10.0.0.0/8, several by commas"
    )
    rate_limit: float = Field(
        0, ge=0, le=100_000, allow_inf_nan=False, description="requests a second of one client, or 0 for no bound"
    )
    rate_burst: int = Field(100, ge=1, le=100_000, description="a whole number from 1 to 100000")
    sockets_of_address: int = Field(2_000, ge=1, le=100_000, description="a whole number from 1 to 100000")
    sockets_of_caller: int = Field(100, ge=1, le=100_000, description="a whole number from 1 to 100000")
    operations_of_socket: int = Field(100, ge=1, le=1_000, description="a whole number from 1 to 1000")
    operation_seconds: float = Field(60, ge=1, le=600, allow_inf_nan=False, description="a number of seconds, 1 to 600")
    answers_mb: int = Field(64, ge=0, le=10_000, description="a whole number of megabytes from 0 to 10000")
    introspection: Annotated[str, AfterValidator(_introspection)] = Field(
        EVERYBODY, description="known, nobody, or roles by commas: viewer, developer, operator, admin and pipeline"
    )
    trusted_documents: Literal["off", "log", "only"] = Field("off", description="off, log or only")
    any_document_roles: Annotated[str, AfterValidator(_roles)] | None = Field(
        None, description="roles by commas: viewer, developer, operator, admin and pipeline"
    )
    documents: Path | None = Field(None, description="a folder of .graphql files and .json manifests")

    @property
    def own_networks(self) -> list[str]:
        """Private networks in which receivers may be."""
        return self.outbound_networks.split(",") if self.outbound_networks else []
