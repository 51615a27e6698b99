"""Which of the two is too old, the service or this command, when they do not understand each other.

The service answers every document that a command ever shipped. So where it does not know a field, it is older than the
command; it says itself which command was released with it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from interlock_cli import __version__
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.login import issuer

UNKNOWN = re.compile(
    r"Cannot query field|Unknown (argument|type|fragment|directive)|is not defined by type|does not exist in .* enum|"
    r"Fragment .* cannot be spread here"
)


class NotUnderstoodError(CommandError):
    """The service does not know a field, an argument or a type that the command asks for."""


@dataclass(frozen=True)
class Versions:
    """The service's version and that of the command released with it; None for one older than that it says so."""

    service: str | None
    command: str | None

    @property
    def old(self) -> str | None:
        """`service` or `command` where one is older by more than a patch; None where they fit."""
        own, released = _parts(__version__), _parts(self.command or "")
        if not released or own > released:
            return "service"
        return "command" if own < released else None


def not_understood(errors: Any) -> bool:
    """Whether the service refused a document because it does not know what is in it."""
    return any(UNKNOWN.search(str(error.get("message", ""))) for error in errors or () if isinstance(error, dict))


def asked(connection: Connection) -> Versions:
    """What the service says of itself. Raises CommandError where it does not answer."""
    said = issuer.service(connection.base)
    return Versions(said.version, said.command) if said else Versions(None, None)


def explained(connection: Connection, sentence: str) -> NotUnderstoodError:
    """The failure for a document that was not understood; sentence: what the service said."""
    try:
        versions = asked(connection)
    except CommandError:
        versions = Versions(None, None)
    message = f"The service at {connection.base} does not understand this command: {sentence}"
    return NotUnderstoodError(message, mend(versions))


def mend(versions: Versions) -> str:
    """What to update, with both versions."""
    if versions.old is None:
        return "Their versions fit, so this is a defect: report it."
    if versions.old == "command":
        return f"Update this command, which is {__version__}: pip install --upgrade interlock-cli."
    if versions.command is None:
        return f"Update the service: it is older than this command, {__version__}."
    return (
        f"Update the service: {versions.service} was released with the command {versions.command}, and this is "
        f"{__version__}. Until then use that one: pip install interlock-cli=={versions.command}."
    )


def _parts(version: str) -> tuple[int, ...]:
    """`0.4.1` as (0, 4); empty for what is no version."""
    found = re.match(r"(\d+)\.(\d+)", version)
    return (int(found[1]), int(found[2])) if found else ()
