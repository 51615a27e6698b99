"""What is deployed, and by which pipeline."""

from datetime import datetime

import strawberry

from domain.words import ChangeKind
from graph.planner import computed, connected, listed, loaded, mapped
from graph.types import expected
from graph.types.expected import ForecastAccuracy
from graph.types.filters import (
    CheckFilter,
    DeploymentFilter,
    EnvironmentFilter,
    HoldFilter,
    IncidentFilter,
    PipelineExecutionFilter,
    PipelineFilter,
    ServiceFilter,
    WaiverFilter,
)
from graph.types.relay import ARCHIVED, VERSION, Connection, Node
from graph.types.scores import Safety, of_services
from models import revisions, tables


@mapped(tables.Team, "People who own services.")
class Team(Node):
    name: str
    email: str | None
    time_zone: str | None = strawberry.field(description="The IANA time zone of its working hours.")
    members: list[str] = strawberry.field(description="Who belongs to it, as they sign in.")
    created_at: datetime
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    services: "Connection[Service]" = connected("The services that it owns.", ServiceFilter)
    environments: "Connection[Environment]" = connected("Test environments that count for it.", EnvironmentFilter)


@mapped(tables.Service, "What a repository deploys.")
class Service(Node):
    name: str
    repository: str = strawberry.field(description="owner/name on GitHub.")
    branch: str = strawberry.field(description="The branch whose commits are deployed.")
    connection_arn: str | None = strawberry.field(description="Its own connection; null for the organisation's.")
    placement: list[str] = strawberry.field(description="The terms of a selector: where it goes.")
    wave_size: int | None = strawberry.field(description="How many environments of a wave are deployed at once.")
    tier: int | None = strawberry.field(description="How important it is: 1 is the most.")
    change_kind: ChangeKind = strawberry.field(description="What its repository changes.")
    created_at: datetime
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    team: "Team | None" = strawberry.field(description="The team that owns it.")
    depends_on: "Connection[Service]" = connected("Services that must come first.", ServiceFilter)
    dependents: "Connection[Service]" = connected("Services that wait for it.", ServiceFilter)
    holds: "Connection[Hold]" = connected("Its revisions kept in, or out of, environments.", HoldFilter)
    environments: "Connection[Environment]" = connected("Where it is placed.", EnvironmentFilter)
    stages: "Connection[Stage]" = connected("The stages that it passes.")
    pipelines: "Connection[Pipeline]" = connected("The pipelines that deploy it.", PipelineFilter)
    deployments: "Connection[Deployment]" = connected("Its revisions, the newest first.", DeploymentFilter)
    revisions: "list[Revision]" = listed(
        revisions.of_service, "What its pipelines have seen, each commit once: the newest first, 500 at most."
    )
    checks: "Connection[Check]" = connected("Checks that it alone must pass.", CheckFilter)
    incidents: "Connection[Incident]" = connected(
        "What went wrong for its customers, the newest first.", IncidentFilter
    )
    forecast_accuracy: ForecastAccuracy | None = loaded(
        expected.accuracy,
        "id",
        description="How its last forecasts compared with what happened; null while nothing can be compared.",
    )
    waivers: "Connection[Waiver]" = connected("Waivers of this one service, the newest first.", WaiverFilter)
    safety: "Safety | None" = loaded(
        of_services,
        "name",
        description="How safely it reaches production; null for one that is no longer in the fleet.",
    )


@strawberry.type(description="A policy that does not hold for a construct of a pipeline's code, and why.")
class PolicyException:
    policy: str = strawberry.field(description="The policy's name.")
    path: str = strawberry.field(description="The construct's path: it, and all within it.")
    reason: str = strawberry.field(description="Why, as the code says it.")


@mapped(tables.Pipeline, "A pipeline in AWS CodePipeline.")
class Pipeline(Node):
    name: str
    arn: str
    account_id: str = strawberry.field(
        description="The AWS account that it lives in, twelve digits; empty for one of another CI system."
    )
    region_name: str = strawberry.field(description="The Region that it lives in; empty as well.")
    plan_digest: str | None = strawberry.field(description="The digest of the plan that it was built from.")
    wanted_digest: str | None = strawberry.field(description="The digest of the plan as it is now; null for none.")
    stale_at: datetime | None = strawberry.field(description="Since when the two differ; null while they do not.")
    started_at: datetime | None = strawberry.field(description="When it was started last because it was stale.")
    registered_at: datetime | None = strawberry.field(description="When its structure was registered last.")
    service: Service | None = strawberry.field(description="Null while only its events are known.")
    latest_execution: "PipelineExecution | None" = strawberry.field(description="The execution that started last.")
    executions: "Connection[PipelineExecution]" = connected(
        "Its executions, the newest first.", PipelineExecutionFilter
    )

    @computed("exceptions", description="What its code excepts from the company's policies, as registered last.")
    def exceptions(self) -> list[PolicyException]:
        return [PolicyException(**each) for each in self.exceptions]

    @computed(
        "name",
        "account_id",
        "region_name",
        description="Its page in the AWS console, for those logged in there; null for one of another CI system.",
    )
    def console_url(self) -> str | None:
        """The console's address has no account: it is that of the viewer's session."""
        if not self.account_id:
            return None
        region = self.region_name
        return (
            f"https://{region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/{self.name}/view?region={region}"
        )


from graph.types.checks import Check  # noqa: E402 - the types named above are resolved when the schema is built
from graph.types.executions import Deployment, PipelineExecution  # noqa: E402
from graph.types.fleet import Environment, Stage  # noqa: E402
from graph.types.incidents import Incident  # noqa: E402
from graph.types.revisions import Revision  # noqa: E402
from graph.types.rules import Hold  # noqa: E402
from graph.types.waivers import Waiver  # noqa: E402
