"""What is deployed, and by which pipeline."""

from datetime import datetime

import strawberry

from graph.planner import computed, connected, mapped
from graph.types.filters import (
    CheckFilter,
    DeploymentFilter,
    EnvironmentFilter,
    PipelineExecutionFilter,
    PipelineFilter,
)
from graph.types.relay import Connection, Node
from models import tables


@mapped(tables.Service, "What a repository deploys.")
class Service(Node):
    name: str
    repository: str = strawberry.field(description="owner/name on GitHub.")
    branch: str = strawberry.field(description="The branch whose commits are deployed.")
    connection_arn: str | None = strawberry.field(description="Its own connection; null for the organisation's.")
    placement: list[str] = strawberry.field(description="Globs over environment names: where it goes.")
    created_at: datetime
    environments: "Connection[Environment]" = connected("Where it is placed.", EnvironmentFilter)
    stages: "Connection[Stage]" = connected("The stages that it passes.")
    pipelines: "Connection[Pipeline]" = connected("The pipelines that deploy it.", PipelineFilter)
    deployments: "Connection[Deployment]" = connected("Its revisions, the newest first.", DeploymentFilter)
    checks: "Connection[Check]" = connected("Checks that it alone must pass.", CheckFilter)


@mapped(tables.Pipeline, "A pipeline in AWS CodePipeline.")
class Pipeline(Node):
    name: str
    arn: str
    account_id: str = strawberry.field(description="The AWS account that it lives in, twelve digits.")
    region_name: str = strawberry.field(description="The Region that it lives in.")
    plan_digest: str | None = strawberry.field(description="The digest of the plan that it was built from.")
    registered_at: datetime | None = strawberry.field(description="When its structure was registered last.")
    service: Service | None = strawberry.field(description="Null while only its events are known.")
    latest_execution: "PipelineExecution | None" = strawberry.field(description="The execution that started last.")
    executions: "Connection[PipelineExecution]" = connected(
        "Its executions, the newest first.", PipelineExecutionFilter
    )

    @computed(
        "name",
        "account_id",
        "region_name",
        description="Its page in the AWS console, for those logged in there.",
    )
    def console_url(self) -> str:
        """The console's address has no account: it is that of the viewer's session."""
        region = self.region_name
        return (
            f"https://{region}.console.aws.amazon.com/codesuite/codepipeline/pipelines/{self.name}/view?region={region}"
        )


from graph.types.checks import Check  # noqa: E402 - the types named above are resolved when the schema is built
from graph.types.executions import Deployment, PipelineExecution  # noqa: E402
from graph.types.fleet import Environment, Stage  # noqa: E402
