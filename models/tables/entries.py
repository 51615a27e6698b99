"""What was decided before waves."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, relationship

from domain.words import Decision
from models.base import Base
from models.tables import columns


class WaveEntry(Base):
    """The newest decision for an execution that asks whether it may enter a wave. stage: CodePipeline's name.

    attempt: the execution's when it asked last. blockers: [{kind, sentence, subject, since, clearsAt, final,
    override}], times in ISO 8601. observations: what the gate saw of the declared alarms then. since: from when on
    the decision is this one.
    """

    __tablename__ = "wave_entry"
    __table_args__ = (UniqueConstraint("execution_id", "stage"),)

    id: Mapped[UUID] = columns.key()
    execution_id: Mapped[UUID] = columns.refers("pipeline_execution.id", index=False)
    stage: Mapped[str]
    wave_id: Mapped[UUID] = columns.refers("wave.id")
    part: Mapped[str]
    attempt: Mapped[int]
    decision: Mapped[Decision] = columns.word(Decision)
    blockers: Mapped[list[dict[str, Any]]] = columns.document()
    observations: Mapped[list[dict[str, Any]]] = columns.document()
    since: Mapped[datetime] = columns.moment()
    asked_at: Mapped[datetime] = columns.moment()

    execution: Mapped[PipelineExecution] = relationship(lazy="raise")


from models.tables.executions import PipelineExecution  # noqa: E402 - the mapped name of the annotation above
