"""Setting the clock of a service for rehearsals."""

from __future__ import annotations

import math
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.errors import InvalidValue, Refused
from models import clock
from models.clock import FASTEST, SLOWEST


def require_rehearsal(rehearsal: bool) -> None:
    """Refuses a service whose clock is the world's."""
    if not rehearsal:
        raise Refused(
            "NOT_FOR_REHEARSALS",
            "This service is not for rehearsals: its clock is its machine's.",
            remedy="Start one with INTERLOCK_REHEARSAL=1, over a database of its own.",
        )


async def set_clock(
    session: AsyncSession, _actor: str, *, rehearsal: bool, now: datetime, speed: float, at: datetime | None = None
) -> tuple[datetime, float]:
    """Sets how fast simulated time passes, and moves it forward; what the clock shows then.

    Raises Refused in a service that is not for rehearsals, InvalidValue for a speed or a time that it cannot have.
    """
    require_rehearsal(rehearsal)
    if not (math.isfinite(speed) and SLOWEST <= speed <= FASTEST):
        raise InvalidValue("speed", speed, "a number from 1 to 1,000,000: simulated seconds in a real one")
    if at is not None and at.tzinfo is None:
        raise InvalidValue("at", at, "a time with its zone: '2027-01-31T12:00:00Z'")
    if at is not None and at < now:
        raise InvalidValue("at", at, f"a time after {now.isoformat(timespec='seconds')}: the clock never goes back")
    return await clock.set_to(session, speed, at)
