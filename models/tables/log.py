"""The event log, its readers' cursors, and the spans that wait to be sent."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, Identity, LargeBinary, Text, cast, func, text
from sqlalchemy.orm import Mapped, column_property, mapped_column

from domain.sight import Audience
from models.base import Base
from models.tables import columns


class Event(Base):
    """One thing that happened. Its position is (epoch, xid, id): the order of commits, as far as any reader may see.

    Kept in parts, by ranges of ids: `models.partitions`.
    subject_type and subject_id name a row by its GraphQL type and key. payload: see `domain.events`.
    audience: who may see it; service_id, environment_id, stage_id and account_id (twelve digits) are what it is of.
    """

    __tablename__ = "event"
    __table_args__ = (
        columns.index("epoch", "xid", "id", serves="models/event_log.py::_read_in_epoch"),
        columns.index("subject_id", "id", serves="models/telling.py::last_told"),
        {"postgresql_partition_by": "RANGE (id)"},
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    epoch: Mapped[int]
    xid: Mapped[int] = mapped_column(columns.Xid8, server_default=text("pg_current_xact_id()"))
    type: Mapped[str]
    time: Mapped[datetime] = columns.created()
    actor: Mapped[str]
    trace_id: Mapped[str | None]
    subject_type: Mapped[str]
    subject_id: Mapped[UUID]
    payload: Mapped[dict[str, Any]] = columns.document()
    audience: Mapped[Audience] = columns.word(Audience, server_default="HIDDEN")
    service_id: Mapped[UUID | None]
    environment_id: Mapped[UUID | None]
    stage_id: Mapped[UUID | None]
    account_id: Mapped[str | None]


_POSITION = (
    func.decode("01", "hex")
    .op("||")(func.int4send(Event.epoch))
    .op("||")(func.int8send(cast(cast(Event.xid, Text), BigInteger)))
    .op("||")(func.int8send(Event.id))
)

Event.cursor = column_property(  # the published text of the position: models.event_log.Cursor
    func.translate(func.encode(_POSITION, "base64"), "+/", "-_")
)


class LogEpoch(Base):
    """Which PostgreSQL cluster wrote which part of the log: transaction ids of different clusters cannot be compared.

    A restored dump or a switched-over cluster has another system identifier and begins the next epoch.
    """

    __tablename__ = "log_epoch"

    epoch: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    system_identifier: Mapped[str] = mapped_column(unique=True)


class ArchivePart(Base):
    """A part of the log, or of the envelopes, that is in the archive, or was dropped, or both.

    name: the partition's. kept_in: its table. bound: the key, as text, before which all its keys are. last_epoch,
    last_xid, last_id: of the log alone, the position of its last event: a cursor before that misses some of it once it
    is dropped. manifest: its address in S3; None where it was dropped without an archive.
    """

    __tablename__ = "archive_part"
    __table_args__ = (
        columns.index(
            *("last_epoch", "last_xid", "last_id"),
            where="dropped_at is not null",
            serves="models/archive.py::last_dropped",
        ),
    )

    name: Mapped[str] = mapped_column(primary_key=True)
    kept_in: Mapped[str]
    bound: Mapped[str]
    rows: Mapped[int] = mapped_column(BigInteger)
    first_time: Mapped[datetime | None] = columns.moment()
    last_time: Mapped[datetime | None] = columns.moment()
    last_epoch: Mapped[int | None]
    last_xid: Mapped[int | None] = mapped_column(columns.Xid8)
    last_id: Mapped[int | None] = mapped_column(BigInteger)
    manifest: Mapped[str | None]
    sha256: Mapped[str | None]
    archived_at: Mapped[datetime | None] = columns.moment()
    dropped_at: Mapped[datetime | None] = columns.moment()


class Reader(Base):
    """A named reader of the log and the cursor up to which its effects are done."""

    __tablename__ = "reader"

    name: Mapped[str] = mapped_column(primary_key=True)
    cursor: Mapped[str]


class SpanOutbox(Base):
    """A sealed span: the bytes of its OTLP request, sent until acknowledged, the same bytes each time."""

    __tablename__ = "span_outbox"
    __table_args__ = (
        columns.index("next_at", where="sent_at is null", serves="models/outbox.py::_CLAIM"),
        columns.index("sent_at", where="sent_at is not null", serves="models/outbox.py::prune"),
    )

    trace_id: Mapped[str] = mapped_column(primary_key=True)
    span_id: Mapped[str] = mapped_column(primary_key=True)
    body: Mapped[bytes] = mapped_column(LargeBinary)
    attempts: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = columns.created()
    sent_at: Mapped[datetime | None] = columns.moment()
