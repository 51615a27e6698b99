"""How a revision is tested."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen
from graph.planner import connected, loaded, mapped
from graph.planner.mapping import unplanned
from graph.types import check_statistics
from graph.types.check_statistics import CheckStatistics
from graph.types.relay import ARCHIVED, VERSION, Connection, Node
from graph.types.shadows import Shadow, of_checks
from graph.types.traces import of_check_runs
from models import tables

KIND = "How it is executed."
CONFIGURATION = "What its kind needs to know; see docs/checks.md."


def _for_days(info: strawberry.Info, days: int = 30) -> CheckStatistics:
    return unplanned(info)


@mapped(tables.Check, "A test or guard that a stage, or one wave, requires.")
class Check(Node):
    name: str
    kind: CheckKind = strawberry.field(description=KIND)
    when: CheckWhen
    mode: CheckMode
    timeout_minutes: int = strawberry.field(description="Without an outcome by then, it is TIMED_OUT.")
    retries: int = strawberry.field(description="How often a run without a verdict is tried again.")
    failure_limit: int = strawberry.field(description="How many of the wave's environments may fail it.")
    configuration: JSON = strawberry.field(description=CONFIGURATION)
    stage: "Stage | None" = strawberry.field(description="The stage whose every wave requires it.")
    wave: "Wave | None" = strawberry.field(description="The one wave that requires it.")
    service: "Service | None" = strawberry.field(description="The one service it is for; null for all.")
    services: list[str] = strawberry.field(description="Globs over the names of the services it is for; none for all.")
    team: "Team | None" = strawberry.field(description="The team whose services it is for; null for all.")
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    runs: "Connection[CheckRun]" = connected("Each time that it was executed.")
    statistics: CheckStatistics = loaded(
        check_statistics.of_checks,
        "id",
        description="What it came to in the last 30 days, or up to 366, today included.",
        objects=check_statistics.DAYS,
        asked=_for_days,
    )
    shadow: Shadow = loaded(of_checks, "id", description="What it would have done, from its runs as SHADOW.")


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
    try_number: int = strawberry.field(description="Which try of the check it is: without a verdict it is tried again.")
    retries: int = strawberry.field(description="How often the check is tried again.")
    failure_limit: int = strawberry.field(description="How many of its environments may fail.")
    part: str = strawberry.field(description="The part of the wave that the stage deploys; the wave where it is whole.")
    retry: "CheckRun | None" = strawberry.field(description="The run that tried again; null where none did.")
    status: CheckRunStatus
    cause: str | None = strawberry.field(description="Why it did not pass.")
    detail: JSON | None = strawberry.field(description="Whatever the check reported.")
    started_at: datetime
    ended_at: datetime | None
    check: Check | None = strawberry.field(description="Null for a bake, which belongs to the wave.")
    execution: "PipelineExecution"
    wave: "Wave"
    traceparent: str = loaded(
        of_check_runs,
        "id",
        description="W3C Trace Context's header with which whoever carries it out hangs spans under this run's.",
    )
    failure: "Failure | None" = strawberry.field(description="Its failure, with what it shares with others.")


from graph.types.executions import PipelineExecution  # noqa: E402 - resolved when the schema is built
from graph.types.failures import Failure  # noqa: E402
from graph.types.fleet import Stage, Wave  # noqa: E402
from graph.types.services import Service, Team  # noqa: E402
