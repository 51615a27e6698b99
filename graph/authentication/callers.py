"""Who asks, as a bearer told it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from domain.permissions import Role, Viewer
from models.settings import Settings

LOCAL_ACTOR = "local"
NOBODY = Viewer("nobody", frozenset())
"""Who has not said yet who it is."""


@dataclass(frozen=True, slots=True)
class Session:
    """A browser's. ends_at: when it does, however often the issuer vouches for its person."""

    id: UUID
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, and for how long that holds: None for whoever is on this machine. token: the key of a program's.

    session: of whoever has signed in in a browser.
    remembered: whether it was taken as it was read a moment ago, where that is remembered.
    """

    viewer: Viewer
    ends_at: datetime | None = None
    token: UUID | None = None
    session: Session | None = None
    remembered: bool = field(default=False, compare=False)

    @property
    def key(self) -> UUID | None:
        """Of the token or the session that says who it is, where the service keeps that."""
        return self.session.id if self.session is not None else self.token

    @property
    def may_end(self) -> bool:
        """Whether it may end before its time: a token, a session or a grant may be taken back."""
        return self.token is not None or self.session is not None or self.viewer.groups is not None


def local(settings: Settings) -> Viewer:
    """Who asks from this machine, where nobody is told apart: a setting says what all of them may do."""
    return Viewer(LOCAL_ACTOR, frozenset({Role[settings.local_role.upper()]}))
