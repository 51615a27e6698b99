"""Waivers: what people allow of the safety score."""

from datetime import datetime

import strawberry

from graph.planner import computed, mapped
from graph.types.relay import Node
from models import tables


@mapped(tables.Waiver, "A recorded, expiring permission not to keep a rule of the safety score.")
class Waiver(Node):
    name: str
    rule: str = strawberry.field(description="The rule's code.")
    reason: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime
    needs_confirmation: bool = strawberry.field(
        description="It concerned a stage that needs two persons when it was granted."
    )
    confirmed_by: str | None = strawberry.field(description="The second person; null while there is none.")
    confirmed_at: datetime | None
    revoked_at: datetime | None = strawberry.field(description="When it was taken back; null while it was not.")
    revoked_by: str | None
    revocation: str | None = strawberry.field(description="Why it was taken back.")
    service: "Service | None" = strawberry.field(description="Whose rule, where it is of one service.")
    stage: "Stage | None" = strawberry.field(description="Where it is of all services that pass a stage.")
    wave: "Wave | None" = strawberry.field(description="Where it is of all services that pass a wave.")

    @computed(
        "needs_confirmation",
        "confirmed_at",
        "revoked_at",
        description="It has no effect before a second person confirms it.",
    )
    def waits_for_second_person(self) -> bool:
        """Whether it still can be, if it has not expired."""
        return self.needs_confirmation and self.confirmed_at is None and self.revoked_at is None


from graph.types.fleet import Stage, Wave  # noqa: E402 - the types named above are resolved when the schema is built
from graph.types.services import Service  # noqa: E402
