"""Overrides: what a person lets pass, until when, and which deployments passed because of it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from models.base import Base
from models.tables import columns


class Override(Base):
    """A person's permission to pass blockers, until it expires or is revoked. It is never deleted.

    kinds: the blockers' kinds; none for all that may be overridden. service, environment, wave: None for any.
    incident: what it was given for. needs_confirmation: it concerned a stage that needs two persons when it was
    granted, and has no effect before confirmed_at. fingerprint: SHA-256 of what was asked, beside the idempotency key.
    """

    __tablename__ = "override"
    __table_args__ = (
        UniqueConstraint("granted_by", "idempotency_key"),
        CheckConstraint("expires_at > granted_at", name="expires"),
        CheckConstraint("(confirmed_at is null) = (confirmed_by is null)", name="confirmed"),
        CheckConstraint("confirmed_by <> granted_by", name="second"),
        columns.index("expires_at", where="revoked_at is null", serves="models/filters.py::_standing"),
    )

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    kinds: Mapped[list[str]] = columns.texts()
    service_id: Mapped[UUID | None] = columns.refers("service.id")
    environment_id: Mapped[UUID | None] = columns.refers("environment.id")
    wave_id: Mapped[UUID | None] = columns.refers("wave.id")
    incident_id: Mapped[UUID | None] = columns.refers("incident.id")
    reason: Mapped[str]
    granted_by: Mapped[str]
    granted_at: Mapped[datetime] = columns.moment()
    expires_at: Mapped[datetime] = columns.moment()
    needs_confirmation: Mapped[bool] = mapped_column(server_default="false")
    confirmed_by: Mapped[str | None]
    confirmed_at: Mapped[datetime | None] = columns.moment()
    revoked_at: Mapped[datetime | None] = columns.moment()
    revoked_by: Mapped[str | None]
    revoked_because: Mapped[str | None]
    idempotency_key: Mapped[str | None]
    fingerprint: Mapped[str | None]

    service: Mapped[Service | None] = relationship(lazy="raise")
    environment: Mapped[Environment | None] = relationship(lazy="raise")
    wave: Mapped[Wave | None] = relationship(lazy="raise")
    incident: Mapped[Incident | None] = relationship(back_populates="overrides", lazy="raise")
    uses: Mapped[list[OverrideUse]] = relationship(back_populates="override", lazy="raise")


class OverrideUse(Base):
    """An execution entered an environment, in a wave, past blockers that an override covered.

    blockers: what it passed, [{kind, sentence, subject}]. deployment: what came of it, as soon as it has begun.
    """

    __tablename__ = "override_use"
    __table_args__ = (
        UniqueConstraint("override_id", "execution_id", "environment_id"),
        columns.index("execution_id", "environment_id", serves="models/tables/executions.py::Deployment"),
    )

    id: Mapped[UUID] = columns.key()
    override_id: Mapped[UUID] = columns.refers("override.id", index=False)
    execution_id: Mapped[UUID] = columns.refers("pipeline_execution.id", index=False)
    wave_id: Mapped[UUID] = columns.refers("wave.id")
    environment_id: Mapped[UUID] = columns.refers("environment.id")
    used_at: Mapped[datetime] = columns.moment()
    blockers: Mapped[list[dict[str, Any]]] = columns.document()

    override: Mapped[Override] = relationship(back_populates="uses", lazy="raise")
    execution: Mapped[PipelineExecution] = relationship(back_populates="override_uses", lazy="raise")
    wave: Mapped[Wave] = relationship(lazy="raise")
    environment: Mapped[Environment] = relationship(lazy="raise")
    deployment: Mapped[Deployment | None] = relationship(
        primaryjoin=lambda: (
            (foreign(OverrideUse.execution_id) == Deployment.execution_id)
            & (foreign(OverrideUse.environment_id) == Deployment.environment_id)
        ),
        viewonly=True,
        lazy="raise",
    )


from models.tables.executions import Deployment, PipelineExecution  # noqa: E402 - the mapped names of the annotations
from models.tables.fleet import Environment, Wave  # noqa: E402
from models.tables.incidents import Incident  # noqa: E402
from models.tables.services import Service  # noqa: E402
