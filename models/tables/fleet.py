"""Where things can run: the organisation, accounts, Regions, stages, waves and environments."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.words import EnvironmentKind
from models.base import Base
from models.tables import columns


class Organisation(Base):
    """The one row of what holds for all services: where pipelines live, and where their events go."""

    __tablename__ = "organisation"
    __table_args__ = (CheckConstraint("singleton", name="singleton"),)

    id: Mapped[UUID] = columns.key()
    singleton: Mapped[bool] = mapped_column(default=True, unique=True)
    name: Mapped[str]
    pipeline_account: Mapped[str]
    pipeline_region: Mapped[str]
    connection_arn: Mapped[str]
    event_bus_arn: Mapped[str]


class Account(Base):
    """An AWS account."""

    __tablename__ = "account"

    id: Mapped[UUID] = columns.key()
    aws_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(unique=True)
    organizational_unit: Mapped[str | None]
    created_at: Mapped[datetime] = columns.created()

    environments: Mapped[list[Environment]] = relationship(back_populates="account", lazy="raise")
    pipelines: Mapped[list[Pipeline]] = relationship(
        primaryjoin="foreign(Pipeline.account_id) == Account.aws_id", viewonly=True, lazy="raise"
    )


class Region(Base):
    """An AWS Region; the rows are those that `domain.regions` knows."""

    __tablename__ = "region"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    time_zone: Mapped[str]

    environments: Mapped[list[Environment]] = relationship(back_populates="region", lazy="raise")


class Stage(Base):
    """A step of the way to production: alpha, beta, gamma, prod. `position` orders them."""

    __tablename__ = "stage"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int] = mapped_column(unique=True)
    production: Mapped[bool]

    waves: Mapped[list[Wave]] = relationship(back_populates="stage", lazy="raise")
    checks: Mapped[list[Check]] = relationship(back_populates="stage", lazy="raise")


class Wave(Base):
    """Environments of a stage that are deployed together. `position` orders the waves of one stage."""

    __tablename__ = "wave"
    __table_args__ = (UniqueConstraint("stage_id", "position"),)

    id: Mapped[UUID] = columns.key()
    stage_id: Mapped[UUID] = columns.refers("stage.id")
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    bake_minutes: Mapped[int]
    minimum_data_points: Mapped[int]

    stage: Mapped[Stage] = relationship(back_populates="waves", lazy="raise")
    environments: Mapped[list[Environment]] = relationship(back_populates="wave", lazy="raise")
    checks: Mapped[list[Check]] = relationship(back_populates="wave", lazy="raise")


class Environment(Base):
    """One account and Region in a wave."""

    __tablename__ = "environment"
    __table_args__ = (
        UniqueConstraint("wave_id", "account_id", "region_id"),
        CheckConstraint("kind <> 'TEST' or (owner is not null and expires_at is not null)", name="test_owned"),
    )

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[EnvironmentKind] = columns.word(EnvironmentKind)
    account_id: Mapped[UUID] = columns.refers("account.id")
    region_id: Mapped[UUID] = columns.refers("region.id")
    wave_id: Mapped[UUID] = columns.refers("wave.id")
    owner: Mapped[str | None]
    expires_at: Mapped[datetime | None] = columns.moment()
    created_at: Mapped[datetime] = columns.created()

    account: Mapped[Account] = relationship(back_populates="environments", lazy="raise")
    region: Mapped[Region] = relationship(back_populates="environments", lazy="raise")
    wave: Mapped[Wave] = relationship(back_populates="environments", lazy="raise")
    services: Mapped[list[Service]] = relationship(secondary="placement", back_populates="environments", lazy="raise")
    deployments: Mapped[list[Deployment]] = relationship(back_populates="environment", lazy="raise")


from models.tables.checks import Check  # noqa: E402 - the mapped names of the annotations above
from models.tables.executions import Deployment  # noqa: E402
from models.tables.services import Pipeline, Service  # noqa: E402
