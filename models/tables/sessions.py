"""Sessions of browsers: what is kept of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from domain.authentication.sessions import Ending
from models.base import Base
from models.tables import columns


class BrowserSession(Base):
    """A person who has signed in in a browser. digest: SHA-256 of the cookie, 64 hex digits; the cookie is nowhere.

    subject: who it is to the issuer, for ever; actor and groups: what the issuer said last. vouched_until: how long
    that is taken. renewing_until: somebody is asking the issuer again. sealed: the issuer's tokens, encrypted with a
    key that only the cookie gives; None once it has ended. source: the browser, and its address, at the beginning.
    """

    __tablename__ = "browser_session"
    __table_args__ = (
        columns.index("subject", serves="models/sessions.py::going_on"),
        columns.index("actor", serves="models/sessions.py::going_on"),
        CheckConstraint("ends_at > began_at", name="ends"),
        CheckConstraint("(ended_at is null) = (ending is null)", name="ended"),
        CheckConstraint("ended_at is null or sealed is null", name="nothing_is_left"),
    )

    id: Mapped[UUID] = columns.key()
    digest: Mapped[str] = mapped_column(unique=True)
    subject: Mapped[str]
    actor: Mapped[str]
    groups: Mapped[list[str]] = columns.texts()
    source: Mapped[str]
    began_at: Mapped[datetime] = columns.moment()
    last_used_at: Mapped[datetime] = columns.moment()
    vouched_until: Mapped[datetime] = columns.moment()
    renewing_until: Mapped[datetime | None] = columns.moment()
    ends_at: Mapped[datetime] = columns.moment()
    ended_at: Mapped[datetime | None] = columns.moment()
    ending: Mapped[Ending | None] = columns.word(Ending)
    sealed: Mapped[bytes | None]
