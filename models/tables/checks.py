"""How a revision is tested: checks, and each time that one was executed."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen
from models.base import Base
from models.tables import columns


class Check(Base):
    """A test or guard that a stage, or one wave, requires of all services, or of one."""

    __tablename__ = "check"
    __table_args__ = (CheckConstraint("(stage_id is null) <> (wave_id is null)", name="stage_or_wave"),)

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[CheckKind] = columns.word(CheckKind)
    when: Mapped[CheckWhen] = columns.word(CheckWhen)
    mode: Mapped[CheckMode] = columns.word(CheckMode)
    timeout_minutes: Mapped[int]
    configuration: Mapped[dict[str, Any]] = columns.document()
    stage_id: Mapped[UUID | None] = columns.refers("stage.id")
    wave_id: Mapped[UUID | None] = columns.refers("wave.id")
    service_id: Mapped[UUID | None] = columns.refers("service.id")

    stage: Mapped[Stage | None] = relationship(back_populates="checks", lazy="raise")
    wave: Mapped[Wave | None] = relationship(back_populates="checks", lazy="raise")
    service: Mapped[Service | None] = relationship(back_populates="checks", lazy="raise")
    runs: Mapped[list[CheckRun]] = relationship(back_populates="check", lazy="raise")


class CheckRun(Base):
    """One execution of a check for one pipeline execution and wave; of the wave's own bake time where `check` is unset.

    subject: what it looks at, an environment's name or the wave's. configuration: the check's, placeholders filled in.
    `attempt` is the pipeline execution's: a retried stage runs its checks again.
    """

    __tablename__ = "check_run"
    __table_args__ = (UniqueConstraint("execution_id", "wave_id", "when", "attempt", "name", "subject"),)

    id: Mapped[UUID] = columns.key()
    name: Mapped[str]
    subject: Mapped[str]
    kind: Mapped[CheckKind] = columns.word(CheckKind)
    when: Mapped[CheckWhen] = columns.word(CheckWhen)
    mode: Mapped[CheckMode] = columns.word(CheckMode)
    timeout_minutes: Mapped[int]
    configuration: Mapped[dict[str, Any]] = columns.document()
    attempt: Mapped[int] = mapped_column(default=1)
    status: Mapped[CheckRunStatus] = columns.word(CheckRunStatus)
    cause: Mapped[str | None]
    detail: Mapped[dict[str, Any] | None] = columns.document()
    started_at: Mapped[datetime] = columns.moment()
    ended_at: Mapped[datetime | None] = columns.moment()
    check_id: Mapped[UUID | None] = columns.refers("check.id")
    execution_id: Mapped[UUID] = columns.refers("pipeline_execution.id")
    wave_id: Mapped[UUID] = columns.refers("wave.id")

    check: Mapped[Check | None] = relationship(back_populates="runs", lazy="raise")
    execution: Mapped[PipelineExecution] = relationship(back_populates="check_runs", lazy="raise")
    wave: Mapped[Wave] = relationship(lazy="raise")


from models.tables.executions import PipelineExecution  # noqa: E402 - the mapped names of the annotations above
from models.tables.fleet import Stage, Wave  # noqa: E402
from models.tables.services import Service  # noqa: E402
