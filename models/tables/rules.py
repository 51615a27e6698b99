"""When and whether a revision may move, who is told, and what the company asks of every construct."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Column, ForeignKey, Table
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.permissions import Role
from domain.words import Channel, FreezeScope, HoldKind, PolicyKind, PolicyMode
from models.base import Base
from models.tables import columns

window_calendar = Table(
    "window_calendar",
    Base.metadata,
    Column("window_id", ForeignKey("deployment_window.id", ondelete="CASCADE"), primary_key=True),
    Column("calendar_id", ForeignKey("calendar.id", ondelete="RESTRICT"), primary_key=True, index=True),
    comment="The calendars whose days close a window",
)


def _grants(other: str) -> Table:
    """What grants are narrowed to, of one kind."""
    return Table(
        f"grant_{other}",
        Base.metadata,
        Column("grant_id", ForeignKey("role_grant.id", ondelete="CASCADE"), primary_key=True),
        Column(f"{other}_id", ForeignKey(f"{other}.id", ondelete="RESTRICT"), primary_key=True, index=True),
        comment=f"Which {other} a grant is narrowed to",
    )


grant_team, grant_service, grant_stage, grant_account = map(_grants, ("team", "service", "stage", "account"))


class Calendar(columns.Kept, Base):
    """Days on which nothing is deployed. country: ISO 3166-1 alpha-2, its public holidays. dates: ISO date to label."""

    __tablename__ = "calendar"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    country: Mapped[str | None]
    subdivision: Mapped[str | None]
    dates: Mapped[dict[str, str]] = columns.document()
    created_at: Mapped[datetime] = columns.created()

    windows: Mapped[list[Window]] = relationship(secondary=window_calendar, back_populates="calendars", lazy="raise")


class Window(columns.Kept, Base):
    """A time in which waves may start: `minutes` from each firing of `cron`. time_zone: None for each Region's own."""

    __tablename__ = "deployment_window"
    __table_args__ = (CheckConstraint("(stage_id is null) <> (wave_id is null)", name="stage_or_wave"),)

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    cron: Mapped[str]
    minutes: Mapped[int]
    time_zone: Mapped[str | None]
    services: Mapped[list[str]] = columns.texts()
    stage_id: Mapped[UUID | None] = columns.refers("stage.id")
    wave_id: Mapped[UUID | None] = columns.refers("wave.id")
    team_id: Mapped[UUID | None] = columns.refers("team.id")
    created_at: Mapped[datetime] = columns.created()

    stage: Mapped[Stage | None] = relationship(lazy="raise")
    wave: Mapped[Wave | None] = relationship(lazy="raise")
    team: Mapped[Team | None] = relationship(lazy="raise")
    calendars: Mapped[list[Calendar]] = relationship(secondary=window_calendar, back_populates="windows", lazy="raise")


class Freeze(columns.Kept, Base):
    """A time in which nothing moves within its scope. target: the name within the scope, None for the organisation."""

    __tablename__ = "freeze"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    scope: Mapped[FreezeScope] = columns.word(FreezeScope)
    target: Mapped[str | None]
    starts_at: Mapped[datetime] = columns.moment()
    ends_at: Mapped[datetime] = columns.moment()
    reason: Mapped[str]
    created_at: Mapped[datetime] = columns.created()


class Hold(columns.Kept, Base):
    """A revision kept in, or out of, an environment; of one service, or of all."""

    __tablename__ = "hold"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[HoldKind] = columns.word(HoldKind)
    environment_id: Mapped[UUID] = columns.refers("environment.id")
    service_id: Mapped[UUID | None] = columns.refers("service.id")
    revision: Mapped[str | None]
    reason: Mapped[str]
    expires_at: Mapped[datetime | None] = columns.moment()
    created_at: Mapped[datetime] = columns.created()

    environment: Mapped[Environment] = relationship(back_populates="holds", lazy="raise")
    service: Mapped[Service | None] = relationship(back_populates="holds", lazy="raise")


class NotificationRoute(columns.Kept, Base):
    """Who is told of which events. secret_arn: where the address's secret is kept; never the secret.

    quiet_hours: spans as `domain.quiet` reads them, in time_zone; None for the team's, else UTC.
    """

    __tablename__ = "notification_route"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    channel: Mapped[Channel] = columns.word(Channel)
    address: Mapped[str]
    secret_arn: Mapped[str | None]
    events: Mapped[list[str]] = columns.texts()
    services: Mapped[list[str]] = columns.texts()
    waiting_minutes: Mapped[int] = mapped_column(server_default="60")
    repeat_minutes: Mapped[int] = mapped_column(server_default="60")
    quiet_hours: Mapped[list[str]] = columns.texts()
    time_zone: Mapped[str | None]
    stage_id: Mapped[UUID | None] = columns.refers("stage.id")
    team_id: Mapped[UUID | None] = columns.refers("team.id")
    created_at: Mapped[datetime] = columns.created()

    stage: Mapped[Stage | None] = relationship(lazy="raise")
    team: Mapped[Team | None] = relationship(lazy="raise")
    notifications: Mapped[list[Notification]] = relationship(back_populates="route", lazy="raise")
    target: Mapped[NotificationTarget | None] = relationship(back_populates="route", uselist=False, lazy="raise")


class Policy(columns.Kept, Base):
    """What the company asks of every construct of some services; delivered with their plans."""

    __tablename__ = "policy"

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[PolicyKind] = columns.word(PolicyKind)
    mode: Mapped[PolicyMode] = columns.word(PolicyMode)
    configuration: Mapped[dict[str, Any]] = columns.document()
    services: Mapped[list[str]] = columns.texts()
    team_id: Mapped[UUID | None] = columns.refers("team.id")
    created_at: Mapped[datetime] = columns.created()

    team: Mapped[Team | None] = relationship(lazy="raise")


class Grant(columns.Kept, Base):
    """A role of a group, or of one person, within a scope. until: None for as long as it is in the fleet."""

    __tablename__ = "role_grant"
    __table_args__ = (CheckConstraint('("group" is null) <> (person is null)', name="group_or_person"),)

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    group: Mapped[str | None]
    person: Mapped[str | None]
    role: Mapped[Role] = columns.word(Role)
    until: Mapped[datetime | None] = columns.moment()
    created_at: Mapped[datetime] = columns.created()

    teams: Mapped[list[Team]] = relationship(secondary=grant_team, lazy="raise")
    services: Mapped[list[Service]] = relationship(secondary=grant_service, lazy="raise")
    stages: Mapped[list[Stage]] = relationship(secondary=grant_stage, lazy="raise")
    accounts: Mapped[list[Account]] = relationship(secondary=grant_account, lazy="raise")


from models.tables.fleet import Account, Environment, Stage, Wave  # noqa: E402 - the mapped names of the annotations above
from models.tables.notifications import Notification, NotificationTarget  # noqa: E402
from models.tables.services import Service, Team  # noqa: E402
