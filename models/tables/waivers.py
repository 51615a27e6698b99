"""What people allow of the safety score: waivers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from models.base import Base
from models.tables import columns


class Waiver(Base):
    """A recorded, expiring permission not to keep a rule of the safety score: of a service, or of a stage's or wave's.

    rule: its code. revoked_at: when it was taken back, before it expired. told_at: when `waiver.expired` was appended.
    needs_confirmation: it concerned a stage that needs two persons when it was granted, and has no effect before
    confirmed_at. fingerprint: SHA-256 of what was asked, beside the idempotency key.
    """

    __tablename__ = "waiver"
    __table_args__ = (
        UniqueConstraint("granted_by", "idempotency_key"),
        CheckConstraint("num_nonnulls(service_id, stage_id, wave_id) = 1", name="of_one"),
        CheckConstraint("expires_at > granted_at", name="expires"),
        CheckConstraint("(confirmed_at is null) = (confirmed_by is null)", name="confirmed"),
        CheckConstraint("confirmed_by <> granted_by", name="second"),
        columns.index(
            "expires_at",
            name="ix_waiver_untold",
            where="revoked_at is null and told_at is null",
            serves="models/scores.py::expired",
        ),
    )

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    rule: Mapped[str]
    service_id: Mapped[UUID | None] = columns.refers("service.id")
    stage_id: Mapped[UUID | None] = columns.refers("stage.id")
    wave_id: Mapped[UUID | None] = columns.refers("wave.id")
    reason: Mapped[str]
    granted_by: Mapped[str]
    granted_at: Mapped[datetime] = columns.moment()
    expires_at: Mapped[datetime] = columns.moment()
    needs_confirmation: Mapped[bool] = mapped_column(server_default="false")
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None] = columns.moment()
    revoked_at: Mapped[datetime | None] = columns.moment()
    revoked_by: Mapped[str | None]
    revocation: Mapped[str | None]
    told_at: Mapped[datetime | None] = columns.moment()
    idempotency_key: Mapped[str | None]
    fingerprint: Mapped[str | None]

    service: Mapped[Service | None] = relationship(back_populates="waivers", lazy="raise")
    stage: Mapped[Stage | None] = relationship(lazy="raise")
    wave: Mapped[Wave | None] = relationship(lazy="raise")


from models.tables.fleet import Stage, Wave  # noqa: E402 - the mapped names of the annotations above
from models.tables.services import Service  # noqa: E402
