"""Settings of the way to PostgreSQL: its address, its password, and how the server shows who it is."""

from __future__ import annotations

import ipaddress
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Annotated, Literal

import structlog
from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import BaseSettings
from sqlalchemy import URL
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError

from models.secret_files import FileError, read

VERIFIED = "verify-full"
SYSTEM = "system"
"""libpq's word for the authorities that the machine knows."""
_POSTGRESQL = {"postgres", "postgresql", "postgresql+psycopg"}
_log = structlog.get_logger("interlock.settings")


def _postgresql(value: str) -> str:
    """The address for SQLAlchemy with psycopg; every way to write a PostgreSQL address is accepted."""
    try:
        url = make_url(value)
    except ArgumentError as error:
        raise ValueError("not a URL") from error
    if url.drivername not in _POSTGRESQL:
        raise ValueError("not PostgreSQL")
    if not url.database:
        raise ValueError("names no database")
    return url.set(drivername="postgresql+psycopg").render_as_string(hide_password=False)


def _authorities(value: str) -> str:
    """A file that is there, or the machine's own."""
    if value != SYSTEM and not Path(value).is_file():
        raise ValueError("no file")
    return value


class DatabaseSettings(BaseSettings):
    """What the environment says of it; `address` puts it together."""

    database_url: Annotated[str, AfterValidator(_postgresql)] | None = Field(
        None,
        repr=False,
        description="postgresql://user:password@host:5432/database, or nothing for the embedded database",
    )
    database_password: SecretStr | None = Field(None, min_length=1, description="the password of the database's user")
    database_ca: Annotated[str, AfterValidator(_authorities)] | None = Field(
        None, description=f"a file with certificates in PEM, or {SYSTEM} for the authorities that this machine knows"
    )
    database_tls: Literal["verify-full", "verify-ca", "require", "disable"] = Field(
        "verify-full", description="verify-full, verify-ca, require or disable"
    )

    @property
    def database_address(self) -> str | None:
        """The address with all that is said of it. None for the embedded database. Raises ValueError: `weaker`."""
        if self.database_url is None:
            return None
        url = make_url(self.database_url)
        if self.database_password is not None:
            url = url.set(password=self.database_password.get_secret_value())
        return _verified(url, self.database_tls, self.database_ca).render_as_string(hide_password=False)

    @property
    def current_password(self) -> Callable[[], str] | None:
        """What reads the password anew for each connection, where it, or the address, is in a file that may change."""
        for name, taken in (("DATABASE_PASSWORD", str), ("DATABASE_URL", _password_of)):
            if path := os.environ.get(f"INTERLOCK_{name}_FILE"):
                first = make_url(self.database_address or "").password
                return _Reread(path, taken, str(first or ""))
        return None


class _Reread:
    """A password in a file; the last one that could be read while the file is being replaced."""

    def __init__(self, path: str, taken: Callable[[str], str], last: str) -> None:
        self._path, self._taken, self._last = path, taken, last

    def __call__(self) -> str:
        try:
            self._last = self._taken(read(self._path))
        except (FileError, ArgumentError) as error:
            _log.warning("the password's file cannot be read: the last one is used", file=self._path, reason=str(error))
        return self._last


def _password_of(address: str) -> str:
    return str(make_url(address).password or "")


def _verified(url: URL, said: str, authorities: str | None) -> URL:
    """Of a server elsewhere, who it is is verified, unless it is said that it need not be."""
    asked = url.query.get("sslmode")
    if not any(map(elsewhere, hosts(url))):
        more = {"sslmode": asked or VERIFIED, "sslrootcert": authorities} if authorities else {}
        return url.update_query_dict(more)
    if isinstance(asked, str) and asked not in (VERIFIED, said):
        raise ValueError(
            f"INTERLOCK_DATABASE_URL has sslmode={asked}, with which another server could pose as the database at"
            f" {next(filter(elsewhere, hosts(url)))}. Take it out: {VERIFIED} is what is used. Where it is to be so,"
            f" say it by INTERLOCK_DATABASE_TLS={asked if asked in ('verify-ca', 'require', 'disable') else 'disable'}."
        )
    mode = asked if isinstance(asked, str) else said
    more = {"sslmode": mode, "gssencmode": "disable"}  # GSSAPI's encryption would be tried first, and verifies nothing
    if mode.startswith("verify") and "sslrootcert" not in url.query:
        # libpq takes the machine's authorities for verify-full alone: anybody can have a certificate of theirs
        more["sslrootcert"] = authorities or SYSTEM
    return url.update_query_dict(more)


def hosts(url: URL) -> Iterator[str]:
    """Whatever the address would connect to: libpq takes several, and numbers instead of names."""
    for given in (url.query.get("hostaddr"), url.query.get("host") or url.host or ""):
        for each in given if isinstance(given, tuple) else (given,):
            if each is not None:
                yield from each.split(",")


def elsewhere(host: str) -> bool:
    """Whether the way to it leaves this machine. A socket's folder, and no name at all, do not."""
    if not host or host.startswith(("/", "@")) or host == "localhost":
        return False
    try:
        return not ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return True
