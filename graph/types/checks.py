"""How a revision is tested."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen
from graph.planner import connected, mapped
from graph.types.relay import Connection, Node
from models import tables

KIND = "How it is executed."
CONFIGURATION = "What its kind needs to know; see docs/checks.md."


@mapped(tables.Check, "A test or guard that a stage, or one wave, requires.")
class Check(Node):
    name: str
    kind: CheckKind = strawberry.field(description=KIND)
    when: CheckWhen
    mode: CheckMode
    timeout_minutes: int = strawberry.field(description="Without an outcome by then, it is TIMED_OUT.")
    configuration: JSON = strawberry.field(description=CONFIGURATION)
    stage: "Stage | None" = strawberry.field(description="The stage whose every wave requires it.")
    wave: "Wave | None" = strawberry.field(description="The one wave that requires it.")
    service: "Service | None" = strawberry.field(description="The one service it is for; null for all.")
    runs: "Connection[CheckRun]" = connected("Each time that it was executed.")


@mapped(tables.CheckRun, "One execution of a check, for one pipeline execution and one subject.")
class CheckRun(Node):
    name: str = strawberry.field(description="The check's name, or `bake` for the wave's bake time.")
    subject: str = strawberry.field(description="The environment that it looks at, or the wave.")
    kind: CheckKind = strawberry.field(description=KIND)
    when: CheckWhen
    mode: CheckMode
    timeout_minutes: int
    configuration: JSON = strawberry.field(description="The check's, with its placeholders filled in.")
    attempt: int = strawberry.field(description="The pipeline execution's attempt: a retry runs its checks again.")
    status: CheckRunStatus
    cause: str | None = strawberry.field(description="Why it did not pass.")
    detail: JSON | None = strawberry.field(description="Whatever the check reported.")
    started_at: datetime
    ended_at: datetime | None
    check: Check | None = strawberry.field(description="Null for a bake, which belongs to the wave.")
    execution: "PipelineExecution"
    wave: "Wave"


from graph.types.executions import PipelineExecution  # noqa: E402 - resolved when the schema is built
from graph.types.fleet import Stage, Wave  # noqa: E402
from graph.types.services import Service  # noqa: E402
