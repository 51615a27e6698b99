"""Upgrades and downgrades between two revisions that were tried before production: their certificates."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from models.base import Base
from models.tables import columns


class DrillCertificate(Base):
    """One pair of revisions that a run of a DRILL check has tried in a stage, or is trying.

    target: CodePipeline's id of the execution whose cloud assembly was deployed for the downgrade. passed: None while
    the run has not ended. at: when it ended.
    """

    __tablename__ = "drill"
    __table_args__ = (
        UniqueConstraint("check_run_id", "downgrade_to"),
        columns.index("service_id", "upgrade_to", serves="models/returning.py::certificate"),
    )

    id: Mapped[UUID] = columns.key()
    service_id: Mapped[UUID] = columns.refers("service.id", index=False)
    stage_id: Mapped[UUID] = columns.refers("stage.id")
    execution_id: Mapped[UUID] = columns.refers("pipeline_execution.id")
    check_run_id: Mapped[UUID] = columns.refers("check_run.id", index=False)
    upgrade_to: Mapped[str]
    downgrade_to: Mapped[str]
    target: Mapped[str]
    passed: Mapped[bool | None]
    cause: Mapped[str | None]
    began_at: Mapped[datetime] = columns.moment()
    at: Mapped[datetime | None] = columns.moment()

    service: Mapped[Service] = relationship(lazy="raise")
    stage: Mapped[Stage] = relationship(lazy="raise")
    execution: Mapped[PipelineExecution] = relationship(lazy="raise")
    check_run: Mapped[CheckRun] = relationship(lazy="raise")


from models.tables.checks import CheckRun  # noqa: E402 - the mapped names of the annotations above
from models.tables.executions import PipelineExecution  # noqa: E402
from models.tables.fleet import Stage  # noqa: E402
from models.tables.services import Service  # noqa: E402
