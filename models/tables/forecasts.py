"""Forecasts: when a revision was expected where, as it was said at the time, and when it came."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.words import Milestone
from models.base import Base
from models.tables import columns


class Forecast(Base):
    """When an execution was expected to enter a wave, to have deployed it, or to be done with it.

    part: the wave's name, or its part's. position: its place on the pipeline's way, from 0. expected_at: None where it
    could not be told, for the reason. reached_at: when it happened. The newest of a wave and milestone holds.
    """

    __tablename__ = "forecast"
    __table_args__ = (
        columns.index("execution_id", "made_at", serves="models/forecasts.py::newest"),
        columns.index(
            "execution_id", name="ix_forecast_open", where="reached_at is null", serves="models/forecasts.py::settle"
        ),
        columns.index("reached_at", where="reached_at is not null", serves="models/forecasts.py::accuracy"),
        CheckConstraint("expected_at is not null or reason is not null", name="told"),
    )

    id: Mapped[UUID] = columns.key()
    execution_id: Mapped[UUID] = columns.refers("pipeline_execution.id", index=False)
    wave_id: Mapped[UUID] = columns.refers("wave.id")
    part: Mapped[str]
    position: Mapped[int]
    milestone: Mapped[Milestone] = columns.word(Milestone)
    made_at: Mapped[datetime] = columns.moment()
    expected_at: Mapped[datetime | None] = columns.moment()
    reason: Mapped[str | None] = mapped_column()
    reached_at: Mapped[datetime | None] = columns.moment()

    execution: Mapped[PipelineExecution] = relationship(back_populates="forecasts", lazy="raise")
    wave: Mapped[Wave] = relationship(lazy="raise")


from models.tables.executions import PipelineExecution  # noqa: E402 - the mapped names of the annotations above
from models.tables.fleet import Wave  # noqa: E402
