"""Where the service is and how to speak to it: what options, environment, configuration and login say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from interlock_cli.errors import InputError

DEFAULT_URL = "http://127.0.0.1:8400"


def refuse_unusable_url(url: str, remedy: str) -> None:
    """Raises InputError for what is not http(s)://HOST[:PORT][/PATH]."""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        usable = False
    if not usable:
        raise InputError(f"{url!r} is not the address of a service.", remedy)


@dataclass(frozen=True)
class Connection:
    """The service's base address, and the bearer token if there is one (kept out of `repr`).

    login: gives the token of `interlock login` for this address, or None; asked when a request needs it, and only
    where no token was given. origin: what said the address. context: its name in the configuration, if it has one.
    """

    url: str = DEFAULT_URL
    token: str | None = field(default=None, repr=False)
    login: Callable[[str], str | None] | None = field(default=None, repr=False)
    origin: str = "the default"
    context: str | None = None

    def __post_init__(self) -> None:
        """Refuses what is not http(s)://HOST[:PORT][/PATH], and a token that no header can carry."""
        refuse_unusable_url(self.url, f"Give --url or INTERLOCK_URL an address such as {DEFAULT_URL}.")
        if self.token is not None and not (self.token.isascii() and self.token.isprintable()):
            raise InputError(
                "The token holds characters that no HTTP header can carry.",
                "Copy it again into INTERLOCK_TOKEN, without line breaks.",
            )

    @property
    def base(self) -> str:
        """The address without /graphql and without a slash at its end: what a login is kept for."""
        return self.url.rstrip("/").removesuffix("/graphql").rstrip("/")

    @property
    def graphql_url(self) -> str:
        """The address for POST."""
        return f"{self.base}/graphql"

    @property
    def websocket_url(self) -> str:
        """The same path over ws or wss, for subscriptions."""
        return "ws" + self.graphql_url.removeprefix("http")

    @property
    def headers(self) -> dict[str, str]:
        """The authorization header, if there is a token. Raises AuthenticationError for a login that has expired."""
        token = self.bearer()
        return {"Authorization": f"Bearer {token}"} if token else {}

    def bearer(self) -> str | None:
        """The token that was given, or that of the login that is kept, refreshed if it is about to end; or none.

        Raises AuthenticationError for a login that has expired.
        """
        return self.token or (self.login(self.base) if self.login else None)
