"""A finding, and what finders are given to find it in."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from interlock_cli.client import Data
from interlock_cli.connection import Connection
from interlock_cli.errors import AuthenticationError, CommandError


@dataclass(frozen=True)
class Finding:
    """What is not as it should be, and what mends it. check: which of the checks found it."""

    check: str
    problem: str
    mend: str


@dataclass(frozen=True)
class Look:
    """What is looked at. health: what the service says of itself; None where it does not answer, and `lost` says why.

    Both are None where it is not known which service is meant. asked, answered: this machine's time before and after.
    trust: whether it matters whom the accounts' bootstraps trust.
    """

    connection: Connection
    asked: datetime
    answered: datetime
    health: Data | None = None
    lost: CommandError | None = None
    trust: bool = False

    @property
    def of_login(self) -> bool:
        """Whether the service did not answer because of who asked."""
        return isinstance(self.lost, AuthenticationError)


def many(count: int) -> str:
    """A number that was counted; 10,000 is as far as the service counts."""
    return "10,000 or more" if count >= 10_000 else f"{count:,}"


def long(seconds: float) -> str:
    """A duration in its largest unit, rounded down."""
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "min")):
        if seconds >= size:
            return f"{int(seconds // size)} {unit}"
    return f"{int(seconds)} s"
