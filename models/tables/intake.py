"""What AWS told: envelopes, messages that were set aside, the work behind actions, and alarms."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import UniqueConstraint
from sqlalchemy.orm import Mapped, foreign, mapped_column, relationship

from domain.words import AlarmState, Resolution, WorkKind, WorkStatus
from models.base import Base
from models.tables import columns


class Envelope(Base):
    """A raw envelope, kept whole, but for values that may be secret. What is folded is folded from these rows.

    event_id: EventBridge's. pipeline_arn and execution_id: of CodePipeline's, and of other CI systems'. subject: the
    ARN that all others are about, a stack, a build, a state machine's execution or an alarm.
    Kept in parts, by months of receipt, which its key begins with: `models.partitions`. `EnvelopeReceipt`: each once.
    """

    __tablename__ = "envelope"
    __table_args__ = (
        columns.index("execution_id", "pipeline_arn", serves="models/envelopes.py::envelopes_of"),
        columns.index("subject", "time", serves="models/envelopes.py::_OF_WORKS"),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    id: Mapped[UUID] = columns.key()
    event_id: Mapped[str]
    detail_type: Mapped[str]
    pipeline_arn: Mapped[str | None]
    execution_id: Mapped[str | None]
    subject: Mapped[str | None]
    time: Mapped[datetime] = columns.moment()
    received_at: Mapped[datetime] = columns.created()
    body: Mapped[dict[str, Any]] = columns.document()


class EnvelopeReceipt(Base):
    """That an envelope has come: whatever repeats it is known by its event's id, in whichever part it is kept."""

    __tablename__ = "envelope_receipt"
    __table_args__ = (
        columns.index("received_at", postgresql_using="brin", serves="models/archive.py::forget_receipts"),
    )

    event_id: Mapped[str] = mapped_column(primary_key=True)
    received_at: Mapped[datetime] = columns.created()


class SetAside(Base):
    """A message that could not be understood or recorded, with the newest reason. message_id: the queue's.

    tries: how often it was tried. It stays after it was replayed or dismissed, which `resolution` says.
    """

    __tablename__ = "set_aside"
    __table_args__ = (columns.index("id", where="resolved_at is null", serves="models/envelopes.py::oldest_set_aside"),)

    id: Mapped[UUID] = columns.key()
    message_id: Mapped[str] = mapped_column(unique=True)
    reason: Mapped[str]
    body: Mapped[str]
    received_at: Mapped[datetime] = columns.created()
    tries: Mapped[int] = mapped_column(server_default="1")
    tried_at: Mapped[datetime] = columns.created()
    resolution: Mapped[Resolution | None] = columns.word(Resolution)
    resolved_at: Mapped[datetime | None] = columns.moment()
    resolved_by: Mapped[str | None]
    resolution_reason: Mapped[str | None]


class Work(Base):
    """The work behind an action. Of a stack, its latest operation.

    state: AWS's word for the status. failures: a list of {name, state, time, type, resource, reason}, the first that
    failed first. log_url: where a build's log is.
    """

    __tablename__ = "work"

    id: Mapped[UUID] = columns.key()
    arn: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[WorkKind] = columns.word(WorkKind)
    account_id: Mapped[str]
    region_name: Mapped[str]
    name: Mapped[str]
    status: Mapped[WorkStatus] = columns.word(WorkStatus)
    state: Mapped[str]
    started_at: Mapped[datetime] = columns.moment()
    ended_at: Mapped[datetime | None] = columns.moment()
    cause: Mapped[str | None]
    failures: Mapped[list[dict[str, Any]]] = columns.document()
    log_url: Mapped[str | None]

    actions: Mapped[list[ActionExecution]] = relationship(
        primaryjoin=lambda: foreign(ActionExecution.work_arn) == Work.arn, viewonly=True, lazy="raise"
    )
    envelopes: Mapped[list[Envelope]] = relationship(
        primaryjoin=lambda: foreign(Envelope.subject) == Work.arn, viewonly=True, lazy="raise"
    )


class Alarm(Base):
    """A CloudWatch alarm of some account, in the state that it was told to be in last."""

    __tablename__ = "alarm"
    __table_args__ = (columns.index("name", "id", serves="models/entering.py::alarms"),)

    id: Mapped[UUID] = columns.key()
    arn: Mapped[str] = mapped_column(unique=True)
    account_id: Mapped[str]
    region_name: Mapped[str]
    name: Mapped[str]
    state: Mapped[AlarmState] = columns.word(AlarmState)
    reason: Mapped[str | None]
    changed_at: Mapped[datetime] = columns.moment()

    changes: Mapped[list[AlarmChange]] = relationship(back_populates="alarm", lazy="raise")
    envelopes: Mapped[list[Envelope]] = relationship(
        primaryjoin=lambda: foreign(Envelope.subject) == Alarm.arn, viewonly=True, lazy="raise"
    )


class AlarmChange(Base):
    """A change of an alarm's state, as CloudWatch told it: previous is what it says that the state was before."""

    __tablename__ = "alarm_change"
    __table_args__ = (UniqueConstraint("alarm_id", "changed_at", "state"),)

    id: Mapped[UUID] = columns.key()
    alarm_id: Mapped[UUID] = columns.refers("alarm.id", index=False)
    state: Mapped[AlarmState] = columns.word(AlarmState)
    previous: Mapped[AlarmState | None] = columns.word(AlarmState)
    reason: Mapped[str | None]
    changed_at: Mapped[datetime] = columns.moment()

    alarm: Mapped[Alarm] = relationship(back_populates="changes", lazy="raise")


from models.tables.executions import ActionExecution  # noqa: E402 - the mapped name of the annotations above
