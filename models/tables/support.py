"""Which programs work over this schema."""

from __future__ import annotations

from sqlalchemy import CheckConstraint, Text
from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base


class SchemaSupport(Base):
    """One row. since: the newest revision without which a program cannot work over this schema: `models.support`."""

    __tablename__ = "schema_support"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    since: Mapped[str] = mapped_column(Text)
