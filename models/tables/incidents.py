"""Incidents, and which deployments caused or ended them."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.words import IncidentRole, IncidentSeverity
from models.base import Base
from models.tables import columns


class Incident(Base):
    """Something that went wrong for customers of a service, as people declared it.

    started_at, resolved_at: when customers began and ceased to notice. note: what was said when it was declared,
    resolution: when it was resolved. fingerprint: SHA-256 of what was asked, beside the idempotency key.
    """

    __tablename__ = "incident"
    __table_args__ = (
        UniqueConstraint("declared_by", "idempotency_key"),
        columns.index(
            "service_id", name="ix_incident_open", where="resolved_at is null", serves="models/filters.py::FILTERS"
        ),
    )

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    title: Mapped[str]
    severity: Mapped[IncidentSeverity] = columns.word(IncidentSeverity)
    service_id: Mapped[UUID] = columns.refers("service.id")
    started_at: Mapped[datetime] = columns.moment()
    declared_at: Mapped[datetime] = columns.moment()
    declared_by: Mapped[str]
    note: Mapped[str | None]
    resolved_at: Mapped[datetime | None] = columns.moment()
    resolved_by: Mapped[str | None]
    resolution: Mapped[str | None]
    idempotency_key: Mapped[str | None]
    fingerprint: Mapped[str | None]

    service: Mapped[Service] = relationship(back_populates="incidents", lazy="raise")
    links: Mapped[list[IncidentLink]] = relationship(back_populates="incident", lazy="raise")
    overrides: Mapped[list[Override]] = relationship(back_populates="incident", lazy="raise")


class IncidentLink(Base):
    """A deployment that is a cause of an incident, or its fix; never both."""

    __tablename__ = "incident_link"
    __table_args__ = (UniqueConstraint("incident_id", "deployment_id"),)

    id: Mapped[UUID] = columns.key()
    incident_id: Mapped[UUID] = columns.refers("incident.id", index=False)
    deployment_id: Mapped[UUID] = columns.refers("deployment.id")
    role: Mapped[IncidentRole] = columns.word(IncidentRole)
    linked_at: Mapped[datetime] = columns.moment()
    linked_by: Mapped[str]
    reason: Mapped[str | None]

    incident: Mapped[Incident] = relationship(back_populates="links", lazy="raise")
    deployment: Mapped[Deployment] = relationship(back_populates="incident_links", lazy="raise")


from models.tables.executions import Deployment  # noqa: E402 - the mapped names of the annotations above
from models.tables.overrides import Override  # noqa: E402
from models.tables.services import Service  # noqa: E402
