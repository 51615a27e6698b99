"""What the upkeep worker has in hand: test environments that are being cleaned, pipelines that are to be started."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.tables import columns


class Cleaning(Base):
    """A test environment whose stacks are being deleted; the row goes with the last of them.

    stacks: all that were found, by name. remaining: those that were there when it was looked at last. told_at: when the
    event environment.cleaning was appended. attempts: looks in a row after which no less was there. next_at: when it is
    looked at again. cause: why something cannot be deleted, as it was told last.
    """

    __tablename__ = "cleaning"

    environment_id: Mapped[UUID] = mapped_column(ForeignKey("environment.id", ondelete="RESTRICT"), primary_key=True)
    stacks: Mapped[list[str]] = columns.texts()
    remaining: Mapped[list[str]] = columns.texts()
    told_at: Mapped[datetime | None] = columns.moment()
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime] = columns.moment()
    cause: Mapped[str | None]


class PipelineStart(Base):
    """A pipeline that is to be started, or was: by the worker because it is stale, or because somebody asked.

    digest: of the plan that it is started for, None where none is known. asked_by: None for the worker's own.
    claimed_at: when AWS was asked; it counts for the limit of an hour until AWS said no. ended_at: when it was started.
    cause: why AWS did not start it, as it was told last.
    """

    __tablename__ = "pipeline_start"
    __table_args__ = (
        columns.index(
            "pipeline_id",
            name="ix_pipeline_start_open",
            where="ended_at is null",
            unique=True,
            serves="models/upkeep.py::request_start",
        ),
        columns.index("claimed_at", serves="models/upkeep.py::started_since"),
        UniqueConstraint("asked_by", "idempotency_key"),
    )

    id: Mapped[UUID] = columns.key()
    pipeline_id: Mapped[UUID] = columns.refers("pipeline.id")
    digest: Mapped[str | None]
    asked_at: Mapped[datetime] = columns.moment()
    asked_by: Mapped[str | None]
    reason: Mapped[str | None]
    idempotency_key: Mapped[str | None]
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime] = columns.moment()
    claimed_at: Mapped[datetime | None] = columns.moment()
    ended_at: Mapped[datetime | None] = columns.moment()
    execution_id: Mapped[str | None]
    cause: Mapped[str | None]
