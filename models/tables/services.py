"""What is deployed: services, where they are placed, and their pipelines."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Subquery, Table, Text, select, text
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.words import ChangeKind
from models.base import Base
from models.tables import columns

placement = Table(
    "placement",
    Base.metadata,
    Column("service_id", ForeignKey("service.id", ondelete="CASCADE"), primary_key=True),
    Column("environment_id", ForeignKey("environment.id", ondelete="CASCADE"), primary_key=True, index=True),
    comment="Where each service goes: Service.placement evaluated over the environments, kept by the use-cases",
)


@cache
def _service_stage() -> Subquery:
    """(service_id, stage_id) of every stage that a service passes."""
    way = select(placement.c.service_id, Wave.stage_id).distinct()
    way = way.join(Environment, placement.c.environment_id == Environment.id).join(Environment.wave)
    return way.subquery("service_stage")


dependency = Table(
    "dependency",
    Base.metadata,
    Column("service_id", ForeignKey("service.id", ondelete="CASCADE"), primary_key=True),
    Column("depends_on_id", ForeignKey("service.id", ondelete="RESTRICT"), primary_key=True, index=True),
    comment="Which services must have reached an environment before another one may",
)


class Team(columns.Kept, Base):
    """People who own services. time_zone: of their working hours."""

    __tablename__ = "team"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    email: Mapped[str | None]
    time_zone: Mapped[str | None]
    members: Mapped[list[str]] = columns.texts()
    created_at: Mapped[datetime] = columns.created()

    services: Mapped[list[Service]] = relationship(back_populates="team", lazy="raise")
    environments: Mapped[list[Environment]] = relationship(back_populates="team", lazy="raise")


class Service(columns.Kept, Base):
    """What a repository deploys. `placement` holds the terms of a selector (`domain.selectors`); no term, nowhere.

    wave_size: how many environments of a wave are deployed at once, None for all. tier: 1 is the most important.
    """

    __tablename__ = "service"
    __table_args__ = (columns.unique_among("repository", name="service_repository", where=text("archived_at is null")),)

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    repository: Mapped[str]
    branch: Mapped[str]
    connection_arn: Mapped[str | None]
    placement: Mapped[list[str]] = mapped_column(ARRAY(Text))
    wave_size: Mapped[int | None]
    tier: Mapped[int | None]
    change_kind: Mapped[ChangeKind] = columns.word(ChangeKind)
    team_id: Mapped[UUID | None] = columns.refers("team.id")
    created_at: Mapped[datetime] = columns.created()

    team: Mapped[Team | None] = relationship(back_populates="services", lazy="raise")
    environments: Mapped[list[Environment]] = relationship(
        secondary="placement", back_populates="services", lazy="raise"
    )
    depends_on: Mapped[list[Service]] = relationship(
        secondary=dependency,
        primaryjoin=lambda: Service.id == dependency.c.service_id,
        secondaryjoin=lambda: Service.id == dependency.c.depends_on_id,
        back_populates="dependents",
        lazy="raise",
    )
    dependents: Mapped[list[Service]] = relationship(
        secondary=dependency,
        primaryjoin=lambda: Service.id == dependency.c.depends_on_id,
        secondaryjoin=lambda: Service.id == dependency.c.service_id,
        back_populates="depends_on",
        lazy="raise",
    )
    holds: Mapped[list[Hold]] = relationship(back_populates="service", lazy="raise")
    stages: Mapped[list[Stage]] = relationship(
        secondary=_service_stage,
        primaryjoin=lambda: Service.id == _service_stage().c.service_id,
        secondaryjoin=lambda: _service_stage().c.stage_id == Stage.id,
        viewonly=True,
        lazy="raise",
    )
    pipelines: Mapped[list[Pipeline]] = relationship(back_populates="service", lazy="raise")
    deployments: Mapped[list[Deployment]] = relationship(back_populates="service", lazy="raise")
    checks: Mapped[list[Check]] = relationship(back_populates="service", lazy="raise")
    incidents: Mapped[list[Incident]] = relationship(back_populates="service", lazy="raise")
    waivers: Mapped[list[Waiver]] = relationship(back_populates="service", lazy="raise")


class Pipeline(Base):
    """A pipeline in CodePipeline. `service` is unset while only its events are known.

    structure: the map of actions that pipelinekit emitted, as registered last.
    audited: what the safety score reads of it (`domain.safety.audited.declared`). replaced: SHA-256 of the one before.
    exceptions: what its services' code excepts from policies, as registered last: [{policy, path, reason}], sorted.
    wanted_digest: the digest of the plan as it is now, where it is known. stale_at: since when plan_digest is another.
    started_for: the digest for which the pipeline was started last, by us.
    latest_execution_id: the execution that started last, kept here because every dashboard asks for it.
    """

    __tablename__ = "pipeline"
    __table_args__ = (columns.index("account_id", serves="models/tables/fleet.py::Account"),)

    id: Mapped[UUID] = columns.key()
    name: Mapped[str]
    arn: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str]
    region_name: Mapped[str]
    service_id: Mapped[UUID | None] = columns.refers("service.id")
    plan_digest: Mapped[str | None]
    wanted_digest: Mapped[str | None]
    stale_at: Mapped[datetime | None] = columns.moment()
    started_for: Mapped[str | None]
    started_at: Mapped[datetime | None] = columns.moment()
    structure: Mapped[dict[str, Any] | None] = columns.document()
    audited: Mapped[dict[str, Any] | None] = columns.document()
    replaced: Mapped[str | None]
    exceptions: Mapped[list[dict[str, str]]] = mapped_column(JSONB, default=list, server_default="[]")
    registered_at: Mapped[datetime | None] = columns.moment()
    latest_execution_id: Mapped[UUID | None] = mapped_column(
        ForeignKey("pipeline_execution.id", use_alter=True, ondelete="SET NULL")
    )

    service: Mapped[Service | None] = relationship(back_populates="pipelines", lazy="raise")
    executions: Mapped[list[PipelineExecution]] = relationship(
        back_populates="pipeline", foreign_keys="PipelineExecution.pipeline_id", lazy="raise"
    )
    latest_execution: Mapped[PipelineExecution | None] = relationship(
        foreign_keys=latest_execution_id, post_update=True, lazy="raise"
    )


from models.tables.checks import Check  # noqa: E402 - the mapped names of the annotations above
from models.tables.executions import Deployment, PipelineExecution  # noqa: E402
from models.tables.fleet import Environment, Stage, Wave  # noqa: E402
from models.tables.incidents import Incident  # noqa: E402
from models.tables.rules import Hold  # noqa: E402
from models.tables.waivers import Waiver  # noqa: E402
