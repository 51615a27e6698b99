"""What happened, as the log has it."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from graph.planner import mapped, subject
from graph.types.relay import Node
from models import tables


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
