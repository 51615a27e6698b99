"""A commit on its way: what is known of it from the execution in which its pipeline saw it first."""

from datetime import datetime

import strawberry

from graph.planner import same_row, shows
from models import tables


@shows(tables.PipelineExecution, "A commit, as its pipeline saw it first.")
class Revision:
    revision: str = strawberry.field(description="The commit.")
    known_tag: str | None = strawberry.field(
        name="tag", description="Its tag, as a CI system told it with any of its executions; CodePipeline tells none."
    )
    commit_message: str | None = strawberry.field(name="message")
    author: str | None
    committed_at: datetime | None = strawberry.field(description="Its author date; null where nobody told it.")
    started_at: datetime = strawberry.field(name="seenAt", description="When its pipeline began with it first.")
    execution: "PipelineExecution" = same_row("The execution in which its pipeline saw it first.")


from graph.types.executions import PipelineExecution  # noqa: E402 - resolved when the schema is built
