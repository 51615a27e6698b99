"""What routes are told: notifications on their way out, and how the target of each route takes them."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity
from sqlalchemy.orm import Mapped, mapped_column, relationship

from domain.words import NotificationStatus
from models.base import Base
from models.tables import columns

_THREAD = ("route_id", "thread", "number")
_OPEN = "status in ('PENDING', 'FAILING')"


class Notification(Base):
    """One event told to one route. id: derived from both; it travels along, so that a receiver knows a repetition.

    number: their order. event_id: the event's, None for a test. type: the event's type. about and state: what makes it
    the same news as another one; repeats: how often that came and was not told again. thread: what it belongs to.
    document: a Notice (`domain.notices`). not_before: when quiet hours are over. receipt: what the target answered,
    as far as what follows needs it. error: why it was not taken last.
    """

    __tablename__ = "notification"
    __table_args__ = (
        columns.index(
            "route_id", "next_at", name="ix_notification_open", where=_OPEN, serves="models/notifications.py::_NEXT"
        ),
        columns.index(
            *_THREAD, name="ix_notification_open_thread", where=_OPEN, serves="models/notifications.py::_DUE"
        ),
        columns.index(
            *_THREAD,
            name="ix_notification_receipt",
            where="receipt is not null",
            serves="models/notifications.py::_first_of_thread",
        ),
        columns.index("route_id", "type", "about", "number", serves="models/notifications.py::same_news"),
        columns.index("thread", serves="models/filters.py::FILTERS"),
        columns.index("created_at", serves="models/notifications.py::forget"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    route_id: Mapped[UUID] = columns.refers("notification_route.id", index=False)
    event_id: Mapped[int | None] = mapped_column(BigInteger)
    type: Mapped[str]
    about: Mapped[str]
    state: Mapped[str]
    thread: Mapped[str]
    title: Mapped[str]
    urgent: Mapped[bool]
    document: Mapped[dict[str, Any]] = columns.document()
    status: Mapped[NotificationStatus] = columns.word(NotificationStatus, server_default="PENDING")
    repeats: Mapped[int] = mapped_column(server_default="0")
    attempts: Mapped[int] = mapped_column(server_default="0")
    created_at: Mapped[datetime] = columns.moment()
    not_before: Mapped[datetime] = columns.moment()
    next_at: Mapped[datetime] = columns.moment()
    sent_at: Mapped[datetime | None] = columns.moment()
    expired_at: Mapped[datetime | None] = columns.moment()
    error: Mapped[str | None]
    receipt: Mapped[dict[str, Any] | None] = columns.document()

    route: Mapped[NotificationRoute] = relationship(back_populates="notifications", lazy="raise")


class NotificationTarget(Base):
    """How a route's target takes what is sent. One notification is on its way to it at a time.

    leased_until: somebody is sending to it. next_at: it is left alone until then. failures: how many in a row.
    failing_since: when the first of them was. disabled_version: the route's version whose target said that it is gone
    (disabled_at); a route that is changed is tried again.
    """

    __tablename__ = "notification_target"

    id: Mapped[UUID] = columns.key()
    route_id: Mapped[UUID] = mapped_column(ForeignKey("notification_route.id", ondelete="RESTRICT"), unique=True)
    leased_until: Mapped[datetime] = columns.moment()
    next_at: Mapped[datetime] = columns.moment()
    failures: Mapped[int] = mapped_column(server_default="0")
    failing_since: Mapped[datetime | None] = columns.moment()
    error: Mapped[str | None]
    disabled_at: Mapped[datetime | None] = columns.moment()
    disabled_version: Mapped[int | None]
    last_sent_at: Mapped[datetime | None] = columns.moment()

    route: Mapped[NotificationRoute] = relationship(back_populates="target", lazy="raise")


from models.tables.rules import NotificationRoute  # noqa: E402 - the mapped name of the annotations above
