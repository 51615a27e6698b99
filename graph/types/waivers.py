"""Waivers: what people allow of the safety score."""

from datetime import datetime

import strawberry

from graph.planner import mapped
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
    revoked_at: datetime | None = strawberry.field(description="When it was taken back; null while it was not.")
    revoked_by: str | None
    revocation: str | None = strawberry.field(description="Why it was taken back.")
    service: "Service | None" = strawberry.field(description="Whose rule, where it is of one service.")
    stage: "Stage | None" = strawberry.field(description="Where it is of all services that pass a stage.")
    wave: "Wave | None" = strawberry.field(description="Where it is of all services that pass a wave.")


from graph.types.fleet import Stage, Wave  # noqa: E402 - the types named above are resolved when the schema is built
from graph.types.services import Service  # noqa: E402
