"""What happened: executions and deployments."""

from datetime import datetime

import strawberry

from domain.words import ActionKind, DeploymentStatus, ExecutionKind, ExecutionStatus
from graph.planner import computed, connected, listed, loaded, mapped
from graph.types import expected, traces
from graph.types.expected import ExecutionForecast
from graph.types.filters import DeploymentFilter, FailureFilter, IncidentFilter
from graph.types.relay import Connection, Node
from graph.types.traces import Trace
from models import revisions, tables

MOST_COMMITS = 100
"""How many of the commits that a deployment brings are told: the newest."""


@mapped(tables.PipelineExecution, "One run of a pipeline.")
class PipelineExecution(Node):
    execution_id: str = strawberry.field(description="CodePipeline's id, a UUID.")
    kind: ExecutionKind
    status: ExecutionStatus
    attempt: int = strawberry.field(description="1, and one more for each retry.")
    revision: str | None = strawberry.field(description="The commit.")
    commit_message: str | None
    author: str | None
    committed_at: datetime | None = strawberry.field(
        description="The commit's author date, as it was told; null where nobody told it."
    )
    tag: str | None = strawberry.field(description="The commit's tag, as a CI system told it; CodePipeline tells none.")
    trigger: str | None = strawberry.field(description="What started it: a push, a person, an update of the pipeline.")
    rollback_target: str | None = strawberry.field(
        description="CodePipeline's id of the execution to whose revision a rollback returns."
    )
    version: int | None = strawberry.field(
        description="The version of the pipeline's structure that it ran with; null where nobody told it."
    )
    started_at: datetime | None
    ended_at: datetime | None
    pipeline: "Pipeline"
    stages: "Connection[StageExecution]" = connected("Its stages, in order.")
    deployments: "Connection[Deployment]" = connected("The environments that it reaches.", DeploymentFilter)
    check_runs: "Connection[CheckRun]" = connected("The checks that it ran.")
    envelopes: "Connection[Envelope]" = connected("All that was told of it, the newest first.")
    failures: "Connection[Failure]" = connected("What failed, each attempt's, the newest first.", FailureFilter)
    override_uses: "Connection[OverrideUse]" = connected("The overrides that it passed with, for each environment.")
    forecast: ExecutionForecast | None = loaded(
        expected.of_executions,
        "id",
        description="When it is expected where, as it was said last; null while nothing was said.",
        objects=expected.WAVES,
    )
    forecasts: "Connection[Forecast]" = connected("All that was said of it, the newest first: docs/forecasts.md.")

    @computed("execution_id", description="The trace of this execution: its id without hyphens, 32 hex digits.")
    def trace_id(self) -> str:
        """Everyone can derive it; nothing needs passing on."""
        return self.execution_id.replace("-", "")

    trace: Trace = loaded(
        traces.of_executions,
        "id",
        description="Everything that was done so far, and what is being done, as spans.",
        objects=traces.SPANS,
    )


@mapped(tables.StageExecution, "A stage of a pipeline's execution.")
class StageExecution(Node):
    name: str = strawberry.field(description="CodePipeline's name of the stage.")
    status: ExecutionStatus
    position: int
    started_at: datetime | None
    ended_at: datetime | None
    stage: "Stage | None" = strawberry.field(description="Null for source, build and the like.")
    wave: "Wave | None"
    execution: PipelineExecution
    actions: "Connection[ActionExecution]" = connected("Its actions, in order.")
    failures: "Connection[Failure]" = connected("What failed in it, the newest first.", FailureFilter)


@mapped(tables.ActionExecution, "An action of a stage's execution: its latest attempt.")
class ActionExecution(Node):
    name: str = strawberry.field(description="CodePipeline's name of the action.")
    kind: ActionKind = strawberry.field(description="What it does, as the pipeline's map of actions says.")
    provider: str
    category: str
    region_name: str | None = strawberry.field(description="The Region that it acts in.")
    status: ExecutionStatus
    position: int
    started_at: datetime | None
    ended_at: datetime | None
    external_id: str | None = strawberry.field(description="The stack, build or execution behind it.")
    external_url: str | None
    summary: str | None = strawberry.field(description="CodePipeline's words; the reason, where it failed.")
    error_code: str | None
    stage_execution: StageExecution
    environment: "Environment | None"
    deployment: "Deployment | None"
    work: "Work | None" = strawberry.field(description="What is known of the work behind it.")
    failure: "Failure | None" = strawberry.field(description="Why its latest attempt failed.")


@mapped(tables.Deployment, "One revision reaching one environment.")
class Deployment(Node):
    status: DeploymentStatus
    revision: str | None = strawberry.field(description="The commit.")
    reason: str | None = strawberry.field(description="Why it failed, in CodePipeline's words.")
    started_at: datetime | None
    ended_at: datetime | None
    service: "Service"
    environment: "Environment"
    execution: PipelineExecution
    actions: "Connection[ActionExecution]" = connected("The actions that carried it out.")
    commits: "list[Revision]" = listed(
        revisions.of_deployment,
        f"What it brings beyond the last deployment there that succeeded before it: the newest first, {MOST_COMMITS} at"
        " most. A return to an earlier revision brings none.",
        most=MOST_COMMITS,
    )
    trace: Trace = loaded(
        traces.of_deployments,
        "execution_id",
        "environment_id",
        description="The part of its execution's trace that leads from the source to its environment: without other"
        " environments, and without the waves behind it.",
        objects=traces.SPANS,
    )
    failure_evidence: "Connection[FailureEvidence]" = connected("What shows that it failed, the earliest first.")
    incidents: "Connection[Incident]" = connected("Incidents that it caused or ended.", IncidentFilter)
    incident_links: "Connection[IncidentLink]" = connected("The same, each with what the deployment is to it.")
    override_uses: "Connection[OverrideUse]" = connected("The overrides because of which it was let in.")
    failure: "Failure | None" = strawberry.field(
        description="The first cause, in the latest attempt: of an action, or of a blocking check on its environment."
    )


from graph.types.checks import CheckRun  # noqa: E402 - the types named above are resolved when the schema is built
from graph.types.failures import Failure  # noqa: E402
from graph.types.fleet import Environment, Stage, Wave  # noqa: E402
from graph.types.forecasts import Forecast  # noqa: E402
from graph.types.incidents import FailureEvidence, Incident, IncidentLink  # noqa: E402
from graph.types.intake import Envelope, Work  # noqa: E402
from graph.types.overrides import OverrideUse  # noqa: E402
from graph.types.revisions import Revision  # noqa: E402
from graph.types.services import Pipeline, Service  # noqa: E402
