"""Which checks a wave requires."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.words import CheckWhen
from models.tables import Check, Wave


async def checks_of_wave(session: AsyncSession, wave: Wave, service: UUID, when: CheckWhen) -> Sequence[Check]:
    """The checks of the wave and of its stage, for all services and for this one, by name."""
    statement = (
        select(Check)
        .where(
            or_(Check.wave_id == wave.id, Check.stage_id == wave.stage_id),
            or_(Check.service_id.is_(None), Check.service_id == service),
            Check.when == when,
        )
        .order_by(Check.name)
    )
    return (await session.scalars(statement)).all()
