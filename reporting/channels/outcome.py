"""What a target answers, and what every message carries."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from models.notifications import Claimed

TIMEOUT_SECONDS = 10
"""One request, from its start to its answer's last byte: Standard Webhooks recommends 15 to 30 at most."""


class Refused(Exception):
    """A target has not taken a message. wait_seconds: how long it asked to be left alone. gone: it is no more.

    stale: the secret was not taken: it is fetched anew.
    """

    def __init__(self, reason: str, wait_seconds: float = 0, *, gone: bool = False, stale: bool = False) -> None:
        super().__init__(reason)
        self.reason = reason
        self.wait_seconds = wait_seconds
        self.gone = gone
        self.stale = stale


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A notification and its secret. secret: as Secrets Manager has it, None where the route names none."""

    claimed: Claimed
    secret: str | None

    @property
    def id(self) -> str:
        """What a receiver knows repetitions by."""
        return str(self.claimed.id)

    @property
    def document(self) -> dict[str, Any]:
        """The notice."""
        return self.claimed.document


def plain(document: dict[str, Any]) -> str:
    """A notice as text of lines: its title, its text, its facts and its links."""
    parts = [document["title"], document["text"]]
    parts.append("\n".join(f"{label}: {value}" for label, value in document["facts"]))
    parts.append("\n".join(f"{label}: {url}" for label, url in document["links"]))
    return "\n\n".join(part for part in parts if part)


def wait_seconds(retry_after: str | None) -> float:
    """Retry-After in seconds; its other form, a date, is left to our own back-off."""
    given = retry_after or ""
    return float(given) if given.isascii() and given.isdigit() and len(given) < 8 else 0
