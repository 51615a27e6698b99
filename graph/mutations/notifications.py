"""The test button of a notification route."""

from __future__ import annotations

import asyncio
import time
from datetime import datetime
from typing import Any

import strawberry

from domain.words import NotificationStatus
from graph.context import Info
from graph.mutations.outcome import Payload, outcome, produced
from graph.types.notifications import Notification
from models import tables
from models.engine import Database
from models.queries import find
from resolvers import notifying

WAIT_SECONDS = 12.0
"""As long as the mutation waits for the reporter: a target has ten seconds to answer."""
LOOK_SECONDS = 0.2
_ENDED = (NotificationStatus.SENT, NotificationStatus.EXPIRED)


@strawberry.input(description="A route that is to be tried.")
class TestNotificationRouteInput:
    name: str = strawberry.field(description="Its name.")


@strawberry.type
class TestNotificationRoutePayload(Payload):
    """Whether a notification arrives, or why not."""

    row: strawberry.Private[Any] = None
    notification: Notification | None = produced(tables.Notification, "The test, as it is now.")

    @strawberry.field(description="The target has taken it.")
    def delivered(self) -> bool:
        return self.row is not None and self.row.status is NotificationStatus.SENT

    @strawberry.field(description="What came of it, in one sentence.")
    def message(self) -> str | None:
        row = self.row
        if row is None:
            return None
        if row.status is NotificationStatus.SENT:
            return "The target has taken it."
        if row.error:
            return f"The target has not taken it: {row.error}"
        if row.attempts:
            return "It is on its way, and the target has not answered yet: ask for the notification again."
        return "It is queued, and nobody has sent it yet: is `python -m graph report` running?"


@strawberry.type
class NotificationMutations:
    """What can be done about notifications, beside configuring their routes."""

    @strawberry.mutation(
        description="Sends a test to a route's target, past quiet hours and back-off; waits 12 seconds for its answer."
    )
    async def test_notification_route(
        self, info: Info, input: TestNotificationRouteInput
    ) -> TestNotificationRoutePayload:
        url = info.context.settings.base_url
        payload = await outcome(
            info, TestNotificationRoutePayload, _request, now=info.context.now(), name=input.name, url=url
        )
        if payload.produced is not None:
            payload.row = await _settled(info.context.database.whole, payload.produced)
        return payload


async def _request(session: Any, actor: str, *, now: datetime, name: str, url: str) -> tables.Notification:
    return await notifying.request_test(session, actor, now, name, url)


async def _settled(database: Database, row: tables.Notification) -> tables.Notification:
    """The row once it is sent or given up, or as it is when the time is over. No transaction is open meanwhile."""
    until = time.monotonic() + WAIT_SECONDS
    while row.status not in _ENDED and time.monotonic() < until:
        await asyncio.sleep(LOOK_SECONDS)
        async with database.transaction() as session:
            row = await find(session, tables.Notification, id=row.id) or row
    return row
