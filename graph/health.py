"""The root field that tells how the service itself is."""

from __future__ import annotations

import strawberry
from sqlalchemy import select

from domain.version import VERSION
from graph import clock
from graph.context import Info
from graph.types.health import FailingTarget, Health, LogHold, LogReader, Waiting
from models import health
from models.tables import NotificationRoute


@strawberry.type
class HealthQueries:
    """What an operator asks."""

    @strawberry.field(description="How the service itself is: lags, and what waits for somebody.")
    async def health(self, info: Info) -> Health:
        """Of the whole service, whoever asks; but a route has a name only for who sees it."""
        database = info.context.database
        async with database.whole.reading() as connection:
            found = await health.read(connection)
        async with database.reading() as connection:
            routes = set(await connection.scalars(select(NotificationRoute.name))) if found.failing_targets else set()
        return Health(
            version=VERSION,
            clock=clock.shown(info),
            database_time=found.time,
            database_version=found.postgresql,
            readers=[
                LogReader(
                    name=reader.name,
                    cursor=reader.cursor,
                    events_behind=reader.events,
                    seconds_behind=reader.seconds,
                )
                for reader in found.readers
            ],
            hold=LogHold(
                events=found.lag.events,
                seconds=found.lag.seconds,
                pid=found.lag.pid,
                application=found.lag.application,
            ),
            set_aside=found.set_aside,
            spans=_waiting(found.spans),
            metric_points=_waiting(found.points),
            notifications=_waiting(found.notifications),
            failing_targets=[
                FailingTarget(route=each.route, seconds=each.seconds, error=each.error)
                for each in found.failing_targets
                if each.route in routes
            ],
        )


def _waiting(found: health.Waiting) -> Waiting:
    return Waiting(count=found.count, seconds=found.seconds, tried=found.tried)
