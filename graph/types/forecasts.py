"""What was expected of executions, and what came of it."""

from datetime import datetime

import strawberry

from domain.words import Milestone
from graph.planner import computed, mapped
from graph.types.relay import Node
from models import tables


@mapped(tables.Forecast, "When something was expected, as it was said at the time, and when it came.")
class Forecast(Node):
    part: str = strawberry.field(description="The wave's name, or its part's.")
    milestone: Milestone
    made_at: datetime
    expected_at: datetime | None = strawberry.field(description="Null where it could not be told.")
    reason: str | None = strawberry.field(description="Why it could not be told.")
    reached_at: datetime | None = strawberry.field(description="When it happened; null while it has not.")
    execution: "PipelineExecution"
    wave: "Wave"

    @computed(
        "expected_at", "reached_at", description="Seconds by which it came later than expected; early is negative."
    )
    def error(self) -> float | None:
        """Null while it has not come, and where it was not told."""
        if self.expected_at is None or self.reached_at is None:
            return None
        expected, reached = (datetime.fromisoformat(str(each)) for each in (self.expected_at, self.reached_at))
        return (reached - expected).total_seconds()


from graph.types.executions import PipelineExecution  # noqa: E402 - resolved when the schema is built
from graph.types.fleet import Wave  # noqa: E402
