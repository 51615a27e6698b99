"""Proofs of who a pipeline is that were taken: each is good once."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.orm import Mapped, mapped_column

from models.base import Base
from models.tables import columns


class UsedProof(Base):
    """A proof that was taken, until it would be too old anyway. digest: SHA-256 of its signature, 64 hex digits."""

    __tablename__ = "used_proof"
    __table_args__ = (columns.index("ends_at", serves="models/proofs.py::take"),)

    digest: Mapped[str] = mapped_column(primary_key=True)
    ends_at: Mapped[datetime] = columns.moment()
