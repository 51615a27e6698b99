"""Who changed the configuration, when, from where and why; and what each change did to each entity."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.words import OperationKind
from models.base import Base
from models.tables import columns


class Change(Base):
    """One transaction that changed the configuration. Changes take turns: `number` is the order of their commits.

    source: from where, as the client told. fingerprint: SHA-256 of what was asked, beside the idempotency key.
    (epoch, xid): its place in the log of events, which has the same.
    """

    __tablename__ = "change"
    __table_args__ = (UniqueConstraint("actor", "idempotency_key"),)

    id: Mapped[UUID] = columns.key()
    number: Mapped[int] = mapped_column(unique=True)
    time: Mapped[datetime] = columns.moment()
    epoch: Mapped[int]
    xid: Mapped[int] = mapped_column(columns.Xid8, server_default=text("pg_current_xact_id()"))
    actor: Mapped[str]
    source: Mapped[str | None]
    reason: Mapped[str | None]
    reverts: Mapped[int | None]
    idempotency_key: Mapped[str | None]
    fingerprint: Mapped[str | None]

    entries: Mapped[list[ChangeEntry]] = relationship(back_populates="change", lazy="raise")


class ChangeEntry(Base):
    """What a change did to one entity. before, after: its fields; None where it was not, or is no longer, there.

    entity_id: the key of its row. version: the row's after the change.
    """

    __tablename__ = "change_entry"
    __table_args__ = (
        UniqueConstraint("change_id", "entity_id"),
        columns.index("entity_id", "number", serves="models/changes.py::configuration_after"),
        columns.index("kind", "name", serves="models/changes.py::last_of"),
    )

    id: Mapped[UUID] = columns.key()
    change_id: Mapped[UUID] = columns.refers("change.id", index=False)
    number: Mapped[int]
    position: Mapped[int]
    operation: Mapped[OperationKind] = columns.word(OperationKind)
    kind: Mapped[str]
    name: Mapped[str]
    entity_id: Mapped[UUID]
    version: Mapped[int]
    before: Mapped[dict[str, Any] | None] = columns.document()
    after: Mapped[dict[str, Any] | None] = columns.document()

    change: Mapped[Change] = relationship(back_populates="entries", lazy="raise")
