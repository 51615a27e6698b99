"""What may be watched: replay from a cursor, then live. Without a cursor, from now on."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import aclosing
from functools import partial
from typing import Any
from uuid import UUID

import strawberry

from domain.errors import InvalidValue
from domain.events import EventType
from graph import planner
from graph.context import Info
from graph.types.events import Event
from graph.types.executions import Deployment
from graph.types.filters import EventFilter
from graph.types.services import Pipeline
from models import event_log, tables
from models.event_log import Cursor, EventRow
from models.narrowing.seeing import Narrowed

AFTER = "Resume behind this cursor: everything since is replayed, then what happens is live. Null: from now on."


@strawberry.type
class Change:
    """One event, and what it changed as it is now."""

    logged: strawberry.Private[EventRow]

    @strawberry.field(description="Give it as `after` to resume.")
    def cursor(self) -> str:
        return str(self.logged.cursor)

    @strawberry.field(description="What happened.")
    async def event(self, info: Info) -> Event:
        return await _patiently(info, lambda: planner.row(info, tables.Event, self.logged.id))


@strawberry.type(description="A pipeline, or one of its executions, changed.")
class PipelineChange(Change):
    @strawberry.field(description="The pipeline as it is now.")
    async def pipeline(self, info: Info) -> Pipeline:
        arn = self.logged.payload["pipelineArn"]
        return await _patiently(info, lambda: planner.one(info, tables.Pipeline, arn=arn))


@strawberry.type(description="A deployment changed.")
class DeploymentChange(Change):
    @strawberry.field(description="The deployment as it is now.")
    async def deployment(self, info: Info) -> Deployment:
        return await _patiently(info, lambda: planner.row(info, tables.Deployment, self.logged.subject_id))


PIPELINE_EVENTS = frozenset(
    {
        EventType.PIPELINE_REGISTERED,
        EventType.EXECUTION_CHANGED,
        EventType.STAGE_CHANGED,
        EventType.ACTION_CHANGED,
        EventType.CHECK_RUN_CHANGED,
        EventType.WAVE_CONCLUDED,
    }
)


@strawberry.type
class Subscription:
    """The log, live."""

    @strawberry.subscription(description=f"Every event. {AFTER}")
    async def events(
        self, info: Info, after: str | None = None, filter: EventFilter | None = None
    ) -> AsyncIterator[Event]:
        wanted = filter or EventFilter()
        types, subject = frozenset(wanted.types or ()), wanted.subject_id
        async for logged in _followed(info, after, event_log.EventFilter(types, _subject(subject))):
            event = await _patiently(info, partial(planner.row, info, tables.Event, logged.id))
            if event is not None:  # else it has ceased to be theirs meanwhile
                yield event

    @strawberry.subscription(description=f"Pipelines as they change, of one service or of all. {AFTER}")
    async def pipeline_changed(
        self, info: Info, after: str | None = None, service: str | None = None
    ) -> AsyncIterator[PipelineChange]:
        matching = event_log.EventFilter(PIPELINE_EVENTS, payload=_given(service=service))
        async for logged in _followed(info, after, matching):
            yield PipelineChange(logged=logged)

    @strawberry.subscription(description=f"Deployments as they change. {AFTER}")
    async def deployment_changed(
        self, info: Info, after: str | None = None, service: str | None = None, environment: str | None = None
    ) -> AsyncIterator[DeploymentChange]:
        types = frozenset({EventType.DEPLOYMENT_CHANGED})
        matching = event_log.EventFilter(types, payload=_given(service=service, environment=environment))
        async for logged in _followed(info, after, matching):
            yield DeploymentChange(logged=logged)


async def _followed(info: Info, after: str | None, matching: event_log.EventFilter) -> AsyncIterator[EventRow]:
    """The matching events that the viewer may see: of another's, nothing is read, and nothing is told."""
    database, place = info.context.database, info.context.place
    behind = (place.after if place else None) or after
    events = info.context.feed.follow(Cursor.parse(behind) if behind else None, matching)
    async with aclosing(events):
        async for logged in events:
            if isinstance(database, Narrowed) and not await _patiently(info, partial(database.sees, logged)):
                continue
            if place is not None:
                place.at = str(logged.cursor)
            yield logged


async def _patiently(info: Info, read: Callable[[], Awaitable[Any]]) -> Any:
    """What an event's result is made of, waited for while the database is away: a result that fails would be lost."""
    return await info.context.feed.patiently(read)


def _given(**wanted: str | None) -> dict[str, str]:
    return {name: value for name, value in wanted.items() if value is not None}


def _subject(value: str | None) -> UUID | None:
    try:
        return UUID(value) if value is not None else None
    except ValueError:
        raise InvalidValue("subjectId", value, "an event's subjectId, a UUID") from None
