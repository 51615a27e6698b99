"""What routes are told, and how their targets take it."""

from datetime import datetime

import strawberry

from domain.words import NotificationStatus
from graph.planner import computed, mapped
from graph.types.relay import Node
from models import tables


@mapped(tables.Notification, "One event, told to one route.")
class Notification(Node):
    type: str = strawberry.field(description="The event's type; `notification.test` for a test.")
    title: str
    urgent: bool = strawberry.field(description="It does not wait for the end of quiet hours.")
    thread: str = strawberry.field(description="What it belongs to: CodePipeline's id of the execution, if it has one.")
    status: NotificationStatus
    repeats: int = strawberry.field(description="How often the same news came again, and was not told.")
    attempts: int = strawberry.field(description="How often it was tried.")
    created_at: datetime
    not_before: datetime = strawberry.field(description="When it may be sent: the end of quiet hours, if it waits.")
    next_at: datetime = strawberry.field(description="When it is tried next, while it is not sent.")
    sent_at: datetime | None
    expired_at: datetime | None = strawberry.field(description="When it was given up.")
    error: str | None = strawberry.field(description="Why it was not taken the last time; never with a secret in it.")
    route: "NotificationRoute"

    @computed("id", description="The id that travels along, by which a receiver knows a repetition.")
    def delivery_id(self) -> str:
        """`webhook-id`, the Message-ID of a mail, SNS's attribute `id`."""
        return str(self.id)


@mapped(tables.NotificationTarget, "How the target of a route takes what is sent.")
class NotificationTarget(Node):
    failures: int = strawberry.field(description="How often in a row it has not taken what was sent.")
    failing_since: datetime | None = strawberry.field(description="Null while it takes what is sent.")
    error: str | None = strawberry.field(description="Why it did not, the last time; never with a secret in it.")
    next_at: datetime = strawberry.field(description="Until then it is left alone.")
    disabled_at: datetime | None = strawberry.field(
        description="When it said that it is gone (410): nothing is sent until the route changes or a test arrives."
    )
    last_sent_at: datetime | None


from graph.types.rules import NotificationRoute  # noqa: E402 - resolved when the schema is built
