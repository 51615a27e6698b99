"""The clock of a service for rehearsals."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import CheckConstraint
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.tables import columns


class ClockSetting(Base):
    """How the simulated clock was set last: one row, and none in a service that is not for rehearsals.

    At `real_at` by the database's clock it was `simulated_at`; since then `speed` simulated seconds pass in a real one.
    """

    __tablename__ = "clock"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"), CheckConstraint("speed >= 1", name="speed"))

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    simulated_at: Mapped[datetime] = columns.moment()
    real_at: Mapped[datetime] = columns.moment()
    speed: Mapped[float]
