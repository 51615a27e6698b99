"""What happened, as the log has it."""

from datetime import datetime

import strawberry
from sqlalchemy.ext.asyncio import AsyncConnection
from strawberry.scalars import JSON

from graph.planner import mapped, subject
from graph.types.relay import Node
from models import archive, tables


@strawberry.type(description="Where the log begins.")
class LogBeginning:
    cursor: str = strawberry.field(description="Of the last event that was dropped: behind it, the log is whole.")
    time: datetime | None = strawberry.field(description="When the last event that was dropped had happened.")
    archive: str | None = strawberry.field(
        description="The manifest of the last part that was dropped, in S3; null where it is in no archive."
    )


async def log_beginning(connection: AsyncConnection) -> LogBeginning | None:
    """Null while nothing was dropped."""
    found = await archive.last_dropped(connection)
    return LogBeginning(cursor=str(found[0]), time=found[1], archive=found[2]) if found else None


@mapped(tables.Event, "One thing that happened.")
class Event(Node):
    cursor: str = strawberry.field(description="Its position: what `events(after:)` resumes from.")
    type: str = strawberry.field(description="Such as `deployment.changed`; see docs/event-log.md.")
    time: datetime
    actor: str = strawberry.field(description="Who or what made it happen.")
    trace_id: str | None = strawberry.field(description="The trace that it belongs to, 32 hex digits.")
    subject_type: str = strawberry.field(description="The type of what it happened to.")
    subject_id: str = strawberry.field(description="The key of what it happened to.")
    subject: Node | None = subject("subject_type", "subject_id", "What it happened to, as it is now.")
    payload: JSON = strawberry.field(description="What its type says; see docs/event-log.md.")
