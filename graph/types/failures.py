"""Why things failed."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain.words import FailureKind
from graph.planner import connected, mapped
from graph.types.filters import FailureFilter
from graph.types.relay import Connection, Node
from models import tables


@mapped(tables.Failure, "One failed run of an action or of a check; or of a stage by itself.")
class Failure(Node):
    kind: FailureKind = strawberry.field(description="Where the cause was found.")
    cause: str = strawberry.field(description="Why it failed: the root cause; until `explainedAt`, AWS's summary.")
    resource: str | None = strawberry.field(
        description="The resource's logical id, the phase of a build, or the name of a check, a rule or an action."
    )
    resource_type: str | None
    physical_id: str | None
    stack_path: str | None = strawberry.field(description="The stacks down to the one of the resource, by name.")
    cascade: JSON = strawberry.field(
        description="What failed because of it: a list of {resource, resourceType, reason}, in order."
    )
    log_tail: str | None = strawberry.field(description="The end of a build's log, 4,096 characters at most.")
    summary: str | None = strawberry.field(description="CodePipeline's own words.")
    error_code: str | None
    external_id: str | None = strawberry.field(description="The stack, build or execution behind it.")
    account_id: str = strawberry.field(description="The AWS account in which it failed, twelve digits.")
    region_name: str = strawberry.field(description="The Region in which it failed.")
    attempt: int = strawberry.field(description="The pipeline execution's attempt.")
    began_at: datetime | None = strawberry.field(description="When what failed had started.")
    occurred_at: datetime
    explained_at: datetime | None = strawberry.field(description="Null while AWS is being asked.")
    unexplained: str | None = strawberry.field(description="Why AWS could not be asked, last time.")
    execution: "PipelineExecution"
    stage_execution: "StageExecution | None"
    action: "ActionExecution | None"
    check_run: "CheckRun | None"
    environment: "Environment | None"
    deployment: "Deployment | None" = strawberry.field(description="The deployment that it held up.")
    service: "Service | None"
    fingerprint: "Fingerprint | None" = strawberry.field(description="What it shares with others; null until then.")
    resolved_by: "Deployment | None" = strawberry.field(
        description="The first later deployment of the service to the environment that succeeded; no rollback."
    )


@mapped(tables.Fingerprint, "What equal failures have in common, across time, services and accounts.")
class Fingerprint(Node):
    digest: str = strawberry.field(description="32 hex digits, the same wherever the same failure happens.")
    kind: FailureKind
    resource_type: str | None
    text: str = strawberry.field(description="The cause without names, ids, accounts, Regions, times and numbers.")
    seen: int = strawberry.field(description="How often.")
    first_at: datetime | None = strawberry.field(description="When it happened first.")
    last_at: datetime | None = strawberry.field(description="When it happened last.")
    last_failure: Failure | None = strawberry.field(description="The last time; `resolvedBy` is what passed then.")
    services: "Connection[Service]" = connected("The services in which it was seen.")
    environments: "Connection[Environment]" = connected("The environments in which it was seen.")
    failures: "Connection[Failure]" = connected("Each time that it was seen, the newest first.", FailureFilter)


from graph.types.checks import CheckRun  # noqa: E402 - the types named above are resolved when the schema is built
from graph.types.executions import ActionExecution, Deployment, PipelineExecution, StageExecution  # noqa: E402
from graph.types.fleet import Environment  # noqa: E402
from graph.types.services import Service  # noqa: E402
