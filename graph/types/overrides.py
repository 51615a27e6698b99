"""What people let pass, and what passed because of it."""

from datetime import datetime

import strawberry

from domain.words import BlockerKind
from graph.planner import computed, connected, mapped
from graph.types.relay import Connection, Node
from models import tables


@strawberry.type(description="What an execution passed.")
class PassedBlocker:
    kind: BlockerKind
    sentence: str
    subject: str = strawberry.field(description="An environment, a Region, a wave, a service or an alarm, by name.")


@mapped(tables.Override, "A person's permission to pass blockers, until it expires or is revoked.")
class Override(Node):
    name: str
    kinds: list[BlockerKind] = strawberry.field(
        description="The kinds of blockers; none for all that may be overridden."
    )
    reason: str
    granted_by: str
    granted_at: datetime
    expires_at: datetime = strawberry.field(description="It is in force up to and without this time.")
    needs_confirmation: bool = strawberry.field(
        description="It concerned a stage that needs two persons when it was granted."
    )
    confirmed_by: str | None = strawberry.field(description="The second person; null while there is none.")
    confirmed_at: datetime | None
    revoked_at: datetime | None
    revoked_by: str | None
    revoked_because: str | None = strawberry.field(description="Why, as was said.")
    service: "Service | None" = strawberry.field(description="Null for any.")
    environment: "Environment | None" = strawberry.field(description="Null for any.")
    wave: "Wave | None" = strawberry.field(description="Null for any.")
    incident: "Incident | None" = strawberry.field(description="What it was given for.")
    uses: "Connection[OverrideUse]" = connected("What passed because of it, the earliest first.")

    @computed(
        "needs_confirmation",
        "confirmed_at",
        "revoked_at",
        description="It has no effect before a second person confirms it.",
    )
    def waits_for_second_person(self) -> bool:
        """Whether it still can be, if it has not expired."""
        return self.needs_confirmation and self.confirmed_at is None and self.revoked_at is None


@mapped(tables.OverrideUse, "An execution that entered an environment past blockers, because of an override.")
class OverrideUse(Node):
    used_at: datetime
    override: Override
    execution: "PipelineExecution"
    wave: "Wave"
    environment: "Environment"
    deployment: "Deployment | None"

    @computed("blockers", description="What had no force because of it.")
    def blockers(self) -> list[PassedBlocker]:
        """As they were when the wave was entered."""
        return [PassedBlocker(**each) for each in self.blockers]


from graph.types.executions import Deployment, PipelineExecution  # noqa: E402 - resolved when the schema is built
from graph.types.fleet import Environment, Wave  # noqa: E402
from graph.types.incidents import Incident  # noqa: E402
from graph.types.services import Service  # noqa: E402
