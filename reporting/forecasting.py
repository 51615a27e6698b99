"""From the log to forecasts: whatever moves an execution has them made anew. Time is passed in."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncSession

from domain.events import EventType
from models.engine import Database
from models.event_log import EventFilter, EventRow
from reporting.reader import LogReader
from resolvers import forecasts

FORECASTS = "forecasts"
"""The reader that has forecasts made."""
_MOVES = (EventType.EXECUTION_CHANGED, EventType.STAGE_CHANGED, EventType.DEPLOYMENT_CHANGED, EventType.WAVE_CONCLUDED)


class Forecasts:
    """What is expected, as often as something has moved."""

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._reader = LogReader(
            database, FORECASTS, EventFilter(types=frozenset(each.value for each in _MOVES)), from_now=True
        )
        self._clock = clock

    async def turn(self) -> bool:
        """Makes the forecasts of what has moved. True when there may be more."""

        async def handle(session: AsyncSession, events: Sequence[EventRow]) -> None:
            await forecasts.follow(session, events, self._clock())

        return await self._reader.turn(handle)
