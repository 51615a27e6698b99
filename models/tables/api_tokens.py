"""Tokens of programs: what is kept of them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.tables import columns


class ApiToken(Base):
    """A token that a program bears. digest: SHA-256 of it, 64 hex digits; the token itself is kept nowhere.

    name: for ever this token's, as the log tells by it who did something. roles: names of `Role`. teams,
    services, stages, accounts: what it is narrowed to, by name and by twelve digits; none for all. last_used_at: to the
    hour. revocation: why it was revoked.
    """

    __tablename__ = "api_token"
    __table_args__ = (
        CheckConstraint("expires_at > created_at", name="expires"),
        CheckConstraint("cardinality(roles) > 0", name="has_a_role"),
    )

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    digest: Mapped[str] = mapped_column(unique=True)
    roles: Mapped[list[str]] = columns.texts()
    teams: Mapped[list[str]] = columns.texts()
    services: Mapped[list[str]] = columns.texts()
    stages: Mapped[list[str]] = columns.texts()
    accounts: Mapped[list[str]] = columns.texts()
    created_by: Mapped[str]
    created_at: Mapped[datetime] = columns.moment()
    expires_at: Mapped[datetime] = columns.moment()
    last_used_at: Mapped[datetime | None] = columns.moment()
    revoked_at: Mapped[datetime | None] = columns.moment()
    revoked_by: Mapped[str | None]
    revocation: Mapped[str | None]
