"""Where the service is and how to speak to it: what `--url` and `--token` say."""

from __future__ import annotations

from dataclasses import dataclass, field
from urllib.parse import urlsplit

from interlock_cli.errors import InputError

DEFAULT_URL = "http://127.0.0.1:8400"


@dataclass(frozen=True)
class Connection:
    """The service's base address, and the bearer token if there is one (kept out of `repr`)."""

    url: str = DEFAULT_URL
    token: str | None = field(default=None, repr=False)

    def __post_init__(self) -> None:
        """Refuses what is not http(s)://HOST[:PORT][/PATH], and a token that no header can carry."""
        try:
            parts = urlsplit(self.url)
            usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
        except ValueError:
            usable = False
        if not usable:
            raise InputError(
                f"{self.url!r} is not the address of a service.",
                f"Give --url or INTERLOCK_URL an address such as {DEFAULT_URL}.",
            )
        if self.token is not None and not (self.token.isascii() and self.token.isprintable()):
            raise InputError(
                "The token holds characters that no HTTP header can carry.",
                "Copy it again into INTERLOCK_TOKEN, without line breaks.",
            )

    @property
    def graphql_url(self) -> str:
        """The address for POST."""
        base = self.url.rstrip("/")
        return base if base.endswith("/graphql") else f"{base}/graphql"

    @property
    def websocket_url(self) -> str:
        """The same path over ws or wss, for subscriptions."""
        return "ws" + self.graphql_url.removeprefix("http")

    @property
    def headers(self) -> dict[str, str]:
        """The authorization header, if a token was given."""
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}
