"""Where things can run: the organisation, accounts, Regions, stages, waves and environments."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.words import EnvironmentKind, OnFailure
from models.base import Base
from models.tables import columns

LIVING = text("archived_at is null")
SHARED_AND_LIVING = text("archived_at is null and kind = 'SHARED'")


class Organisation(columns.Kept, Base):
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
    start_pipelines: Mapped[bool] = mapped_column(server_default="false")
    pipeline_starts_per_hour: Mapped[int] = mapped_column(server_default="20")
    test_environments_per_owner: Mapped[int] = mapped_column(server_default="3")
    test_environments_per_team: Mapped[int] = mapped_column(server_default="10")
    test_environment_days: Mapped[int] = mapped_column(server_default="7")
    test_environment_extensions: Mapped[int] = mapped_column(server_default="2")
    safety_ratchet: Mapped[bool] = mapped_column(server_default="true")
    environment_steps: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    identity_center_start_url: Mapped[str | None]
    identity_center_region: Mapped[str | None]
    read_role: Mapped[str | None]
    write_role: Mapped[str | None]


class Account(columns.Kept, Base):
    """An AWS account. tags: key to value, as AWS Organizations has them."""

    __tablename__ = "account"
    __table_args__ = (columns.unique_among("name", name="account_name", where=LIVING),)

    id: Mapped[UUID] = columns.key()
    aws_id: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    organizational_unit: Mapped[str | None]
    tags: Mapped[dict[str, str]] = mapped_column(JSONB, server_default="{}")
    created_at: Mapped[datetime] = columns.created()

    environments: Mapped[list[Environment]] = relationship(back_populates="account", lazy="raise")
    pipelines: Mapped[list[Pipeline]] = relationship(
        primaryjoin="foreign(Pipeline.account_id) == Account.aws_id", viewonly=True, lazy="raise"
    )


class Region(columns.Kept, Base):
    """An AWS Region; the rows are those that `domain.regions` knows. traffic_weight: its share beside the others'."""

    __tablename__ = "region"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    description: Mapped[str]
    time_zone: Mapped[str]
    traffic_weight: Mapped[int] = mapped_column(server_default="10")

    environments: Mapped[list[Environment]] = relationship(back_populates="region", lazy="raise")


class Stage(columns.Kept, Base):
    """A step of the way to production: alpha, beta, gamma, prod. `position` orders them."""

    __tablename__ = "stage"
    __table_args__ = (columns.unique_among("position", name="stage_position", where=LIVING),)

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    production: Mapped[bool]
    on_failure: Mapped[OnFailure] = columns.word(OnFailure)
    two_persons: Mapped[bool] = mapped_column(server_default="false")

    waves: Mapped[list[Wave]] = relationship(back_populates="stage", lazy="raise")
    checks: Mapped[list[Check]] = relationship(back_populates="stage", lazy="raise")


class Wave(columns.Kept, Base):
    """Environments of a stage that are deployed together. `position` orders the waves of one stage."""

    __tablename__ = "wave"
    __table_args__ = (columns.unique_among("stage_id", "position", name="wave_position", where=LIVING),)

    id: Mapped[UUID] = columns.key()
    stage_id: Mapped[UUID] = columns.refers("stage.id")
    name: Mapped[str] = mapped_column(unique=True)
    position: Mapped[int]
    bake_minutes: Mapped[int]
    minimum_data_points: Mapped[int]
    one_box_percent: Mapped[int] = mapped_column(server_default="0")
    one_box_bake_minutes: Mapped[int] = mapped_column(server_default="0")
    requires_drill: Mapped[bool] = mapped_column(server_default="false")

    stage: Mapped[Stage] = relationship(back_populates="waves", lazy="raise")
    environments: Mapped[list[Environment]] = relationship(back_populates="wave", lazy="raise")
    checks: Mapped[list[Check]] = relationship(back_populates="wave", lazy="raise")


class Environment(columns.Kept, Base):
    """One account and Region in a wave. extensions: how often a test environment's end was put off.

    warned_at: when the owner was told that it ends soon. cleaning_at: since when its stacks are being deleted.
    """

    __tablename__ = "environment"
    __table_args__ = (
        columns.unique_among("wave_id", "account_id", "region_id", name="environment_place", where=SHARED_AND_LIVING),
        columns.index("expires_at", where="archived_at is null and kind = 'TEST'", serves="models/upkeep.py::_places"),
        CheckConstraint("kind <> 'TEST' or (owner is not null and expires_at is not null)", name="test_owned"),
    )

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[EnvironmentKind] = columns.word(EnvironmentKind)
    account_id: Mapped[UUID] = columns.refers("account.id")
    region_id: Mapped[UUID] = columns.refers("region.id")
    wave_id: Mapped[UUID] = columns.refers("wave.id")
    owner: Mapped[str | None]
    team_id: Mapped[UUID | None] = columns.refers("team.id")
    purpose: Mapped[str | None]
    extensions: Mapped[int] = mapped_column(server_default="0")
    warned_at: Mapped[datetime | None] = columns.moment()
    cleaning_at: Mapped[datetime | None] = columns.moment()
    expires_at: Mapped[datetime | None] = columns.moment()
    created_at: Mapped[datetime] = columns.created()

    account: Mapped[Account] = relationship(back_populates="environments", lazy="raise")
    region: Mapped[Region] = relationship(back_populates="environments", lazy="raise")
    wave: Mapped[Wave] = relationship(back_populates="environments", lazy="raise")
    team: Mapped[Team | None] = relationship(back_populates="environments", lazy="raise")
    holds: Mapped[list[Hold]] = relationship(back_populates="environment", lazy="raise")
    services: Mapped[list[Service]] = relationship(secondary="placement", back_populates="environments", lazy="raise")
    deployments: Mapped[list[Deployment]] = relationship(back_populates="environment", lazy="raise")


from models.tables.checks import Check  # noqa: E402 - the mapped names of the annotations above
from models.tables.executions import Deployment  # noqa: E402
from models.tables.rules import Hold  # noqa: E402
from models.tables.services import Pipeline, Service, Team  # noqa: E402
