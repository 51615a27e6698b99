"""What was counted of pipelines: the ends of runs, sums over them, and data points on their way to CloudWatch."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, ForeignKey, Identity, Text
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from domain.words import ExecutionKind
from models.base import Base
from models.tables import columns


class RunEnd(Base):
    """An execution that was seen to end, one row each time; never changed. result: as `cicd.pipeline.result` is."""

    __tablename__ = "run_end"
    __table_args__ = (columns.index("pipeline_id", "ended_at", serves="models/measures.py::_BROKEN_SINCE"),)

    execution_id: Mapped[UUID] = mapped_column(
        ForeignKey("pipeline_execution.id", ondelete="RESTRICT"), primary_key=True
    )
    attempt: Mapped[int] = mapped_column(primary_key=True)
    ended_at: Mapped[datetime] = mapped_column(DateTime(timezone=True), primary_key=True)
    pipeline_id: Mapped[UUID] = columns.refers("pipeline.id", index=False)
    kind: Mapped[ExecutionKind] = columns.word(ExecutionKind)
    result: Mapped[str]


class Total(Base):
    """A sum that only grows, of one name and one set of labels, in the order of the name's labels.

    number: in the order in which they were first seen. since: before the first of what was counted. amount: the sum of
    what was measured, where something is; buckets: how many were at most as large as each of `domain.measures.BOUNDS`,
    and no larger than the bound before; the last one has what is larger than all.
    """

    __tablename__ = "total"

    name: Mapped[str] = mapped_column(primary_key=True)
    labels: Mapped[list[str]] = mapped_column(ARRAY(Text), primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    since: Mapped[datetime] = columns.moment()
    count: Mapped[int] = mapped_column(BigInteger)
    amount: Mapped[float]
    buckets: Mapped[list[int]] = mapped_column(ARRAY(BigInteger))


class MetricPoint(Base):
    """A data point for CloudWatch, sent until it is acknowledged. body: name, value, unit and dimensions.

    at: the event's time. alone: it was in a request whose content AWS refused, so it is sent by itself. dropped: why it
    is not sent at all: `old`, `future` or `refused`.
    """

    __tablename__ = "metric_point"
    __table_args__ = (
        columns.index("next_at", where="sent_at is null and dropped is null", serves="models/metric_points.py::_CLAIM"),
        columns.index("at", serves="models/metric_points.py::forget"),
    )

    id: Mapped[str] = mapped_column(primary_key=True)
    at: Mapped[datetime] = columns.moment()
    body: Mapped[dict[str, Any]] = columns.document()
    attempts: Mapped[int] = mapped_column(default=0, server_default="0")
    created_at: Mapped[datetime] = columns.created()
    next_at: Mapped[datetime] = columns.created()
    alone: Mapped[bool] = mapped_column(default=False, server_default="false")
    sent_at: Mapped[datetime | None] = columns.moment()
    dropped: Mapped[str | None]


class Lease(Base):
    """Who does something by the clock: the process that took the name, until then; by the database's clock."""

    __tablename__ = "lease"

    name: Mapped[str] = mapped_column(primary_key=True)
    until: Mapped[datetime] = columns.moment()
