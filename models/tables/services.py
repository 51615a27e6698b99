"""What is deployed: services, where they are placed, and their pipelines."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import Column, ForeignKey, Subquery, Table, Text, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column, relationship

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


class Service(Base):
    """What a repository deploys. `placement` holds globs over environment names; no glob, nowhere."""

    __tablename__ = "service"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    repository: Mapped[str] = mapped_column(unique=True)
    branch: Mapped[str]
    connection_arn: Mapped[str | None]
    placement: Mapped[list[str]] = mapped_column(ARRAY(Text))
    created_at: Mapped[datetime] = columns.created()

    environments: Mapped[list[Environment]] = relationship(
        secondary="placement", back_populates="services", lazy="raise"
    )
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


class Pipeline(Base):
    """A pipeline in CodePipeline. `service` is unset while only its events are known.

    structure: the map of actions that pipelinekit emitted, as registered last.
    latest_execution_id: the execution that started last, kept here because every dashboard asks for it.
    """

    __tablename__ = "pipeline"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str]
    arn: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str] = mapped_column(index=True)
    region_name: Mapped[str]
    service_id: Mapped[UUID | None] = columns.refers("service.id")
    plan_digest: Mapped[str | None]
    structure: Mapped[dict[str, Any] | None] = columns.document()
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
