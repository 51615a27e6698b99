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


class Check(columns.Kept, Base):
    """A test or guard that a stage, or one wave, requires of all services, or of some.

    services: globs over their names, empty for all. retries: of a run without a verdict. failure_limit: how many of
    its targets may fail.
    """

    __tablename__ = "check"
    __table_args__ = (CheckConstraint("(stage_id is null) <> (wave_id is null)", name="stage_or_wave"),)

    id: Mapped[UUID] = columns.key()
    name: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[CheckKind] = columns.word(CheckKind)
    when: Mapped[CheckWhen] = columns.word(CheckWhen)
    mode: Mapped[CheckMode] = columns.word(CheckMode)
    timeout_minutes: Mapped[int]
    retries: Mapped[int] = mapped_column(server_default="0")
    failure_limit: Mapped[int] = mapped_column(server_default="0")
    configuration: Mapped[dict[str, Any]] = columns.document()
    services: Mapped[list[str]] = columns.texts()
    stage_id: Mapped[UUID | None] = columns.refers("stage.id")
    wave_id: Mapped[UUID | None] = columns.refers("wave.id")
    service_id: Mapped[UUID | None] = columns.refers("service.id")
    team_id: Mapped[UUID | None] = columns.refers("team.id")

    stage: Mapped[Stage | None] = relationship(back_populates="checks", lazy="raise")
    wave: Mapped[Wave | None] = relationship(back_populates="checks", lazy="raise")
    service: Mapped[Service | None] = relationship(back_populates="checks", lazy="raise")
    team: Mapped[Team | None] = relationship(lazy="raise")
    runs: Mapped[list[CheckRun]] = relationship(back_populates="check", lazy="raise")


class CheckRun(Base):
    """One execution of a check for one pipeline execution and wave; of the wave's own bake time where `check` is unset.

    subject: what it looks at, an environment's name or the wave's. configuration: the check's, placeholders filled in.
    `attempt` is the pipeline execution's: a retried stage runs its checks again; `try_number` is the check's own, where
    a run without a verdict is tried again. part: the part of the wave that CodePipeline's stage deploys, else the wave.
    """

    __tablename__ = "check_run"
    __table_args__ = (
        UniqueConstraint(
            *("execution_id", "wave_id", "part", "when", "attempt", "name", "check_id", "subject", "try_number"),
            name="check_run_try",
            postgresql_nulls_not_distinct=True,  # the bake time has no check; a check may have its name
        ),
        UniqueConstraint("retry_of_id"),
        columns.index("check_id", "started_at", serves="models/check_statistics.py::_READ"),
        columns.index(
            "execution_id",
            name="ix_check_run_failed",
            where="status = 'FAILED'",
            serves="models/tables/evidence.py::_checks",
        ),
        columns.index(
            "ended_at", name="ix_check_run_bakes", where="kind = 'BAKE'", serves="models/baking.py::seen_by_team"
        ),
    )

    id: Mapped[UUID] = columns.key()
    name: Mapped[str]
    subject: Mapped[str]
    kind: Mapped[CheckKind] = columns.word(CheckKind)
    when: Mapped[CheckWhen] = columns.word(CheckWhen)
    mode: Mapped[CheckMode] = columns.word(CheckMode)
    timeout_minutes: Mapped[int]
    configuration: Mapped[dict[str, Any]] = columns.document()
    attempt: Mapped[int] = mapped_column(default=1)
    try_number: Mapped[int] = mapped_column(default=1, server_default="1")
    retries: Mapped[int] = mapped_column(default=0, server_default="0")
    failure_limit: Mapped[int] = mapped_column(default=0, server_default="0")
    part: Mapped[str]
    status: Mapped[CheckRunStatus] = columns.word(CheckRunStatus)
    cause: Mapped[str | None]
    detail: Mapped[dict[str, Any] | None] = columns.document()
    started_at: Mapped[datetime] = columns.moment()
    ended_at: Mapped[datetime | None] = columns.moment()
    check_id: Mapped[UUID | None] = columns.refers("check.id", index=False)
    execution_id: Mapped[UUID] = columns.refers("pipeline_execution.id")
    wave_id: Mapped[UUID] = columns.refers("wave.id")
    retry_of_id: Mapped[UUID | None] = columns.refers("check_run.id", index=False)

    check: Mapped[Check | None] = relationship(back_populates="runs", lazy="raise")
    execution: Mapped[PipelineExecution] = relationship(back_populates="check_runs", lazy="raise")
    wave: Mapped[Wave] = relationship(lazy="raise")
    retry_of: Mapped[CheckRun | None] = relationship(back_populates="retry", remote_side="CheckRun.id", lazy="raise")
    retry: Mapped[CheckRun | None] = relationship(back_populates="retry_of", uselist=False, lazy="raise")
    failure: Mapped[Failure | None] = relationship(back_populates="check_run", uselist=False, lazy="raise")


from models.tables.executions import PipelineExecution  # noqa: E402 - the mapped names of the annotations above
from models.tables.failures import Failure  # noqa: E402
from models.tables.fleet import Stage, Wave  # noqa: E402
from models.tables.services import Service, Team  # noqa: E402
