"""Where things can run."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain.words import EnvironmentKind, OnFailure
from graph.planner import connected, mapped
from graph.types.filters import (
    CheckFilter,
    DeploymentFilter,
    EnvironmentFilter,
    HoldFilter,
    PipelineFilter,
    ServiceFilter,
)
from graph.types.relay import ARCHIVED, VERSION, Connection, Node
from models import tables


@mapped(tables.Organisation, "What holds for all services: where pipelines live, and where their events go.")
class Organisation(Node):
    name: str
    pipeline_account: str = strawberry.field(description="The AWS account in which pipelines live.")
    pipeline_region: str = strawberry.field(description="The Region in which pipelines live.")
    connection_arn: str = strawberry.field(description="The CodeConnections connection to GitHub.")
    event_bus_arn: str = strawberry.field(description="The hub's event bus, to which pipelines send their events.")
    start_pipelines: bool = strawberry.field(
        description="Whether a pipeline whose plan has changed is started at once."
    )
    pipeline_starts_per_hour: int
    test_environments_per_owner: int
    test_environments_per_team: int
    test_environment_days: int = strawberry.field(description="How long a test environment lives.")
    test_environment_extensions: int = strawberry.field(description="How often its end may be put off.")
    safety_ratchet: bool = strawberry.field(
        description="Whether what a service's safety score has may be lost only with a waiver."
    )
    environment_steps: JSON = strawberry.field(
        description="Programs that `interlock env` runs when a test environment is created and deleted, in order: "
        "a list of objects with `name`, `create` and `delete`."
    )
    identity_center_start_url: str | None = strawberry.field(
        description="The AWS access portal of IAM Identity Center; null where people do not enter through one."
    )
    identity_center_region: str | None = strawberry.field(
        description="The Region of IAM Identity Center; null for that of the pipelines."
    )
    read_role: str | None = strawberry.field(description="The permission set, or IAM role, that people read with.")
    write_role: str | None = strawberry.field(
        description="The permission set, or IAM role, that people change things with."
    )
    version: int = strawberry.field(description=VERSION)


@mapped(tables.Account, "An AWS account.")
class Account(Node):
    name: str
    aws_id: str = strawberry.field(description="Twelve digits, as text.")
    organizational_unit: str | None = strawberry.field(description="Its place in AWS Organizations.")
    tags: JSON = strawberry.field(description="Keys to values, as AWS Organizations has them.")
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    created_at: datetime
    environments: "Connection[Environment]" = connected("Environments in this account.", EnvironmentFilter)
    pipelines: "Connection[Pipeline]" = connected("Pipelines that live in this account.", PipelineFilter)


@mapped(tables.Region, "An AWS Region.")
class Region(Node):
    name: str = strawberry.field(description="AWS's code: eu-west-1.")
    description: str = strawberry.field(description="AWS's name: Europe (Ireland).")
    time_zone: str = strawberry.field(description="The IANA time zone that its working hours follow.")
    traffic_weight: int = strawberry.field(description="Its share of the traffic, beside the other Regions'.")
    version: int = strawberry.field(description=VERSION)
    environments: "Connection[Environment]" = connected("Environments in this Region.", EnvironmentFilter)


@mapped(tables.Stage, "A step of the way to production: alpha, beta, gamma, prod.")
class Stage(Node):
    name: str
    position: int = strawberry.field(description="Stages are passed in ascending order.")
    production: bool
    on_failure: OnFailure = strawberry.field(description="What a pipeline does with a wave that failed.")
    two_persons: bool = strawberry.field(
        description="An override or a waiver in it needs a second person; and nobody approves what they started."
    )
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    waves: "Connection[Wave]" = connected("Its waves, in the order of their deployment.")
    checks: "Connection[Check]" = connected("Checks that each of its waves requires.", CheckFilter)


@mapped(tables.Wave, "Environments of a stage that are deployed together.")
class Wave(Node):
    name: str
    position: int = strawberry.field(description="Waves of a stage are deployed in ascending order.")
    bake_minutes: int = strawberry.field(description="How long the wave is watched before the next one starts.")
    minimum_data_points: int = strawberry.field(description="How many requests it must have served to count as baked.")
    one_box_percent: int = strawberry.field(description="The share of requests that each one-box takes; 0 for none.")
    one_box_bake_minutes: int = strawberry.field(description="How long each one-box is watched.")
    requires_drill: bool = strawberry.field(
        description="Whether the upgrade to its revision, and the downgrade, must have been drilled before."
    )
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    stage: Stage
    environments: "Connection[Environment]" = connected("Its environments.", EnvironmentFilter)
    checks: "Connection[Check]" = connected("Checks that this wave alone requires.", CheckFilter)


@mapped(tables.Environment, "One account and Region in a wave.")
class Environment(Node):
    name: str
    kind: EnvironmentKind
    owner: str | None = strawberry.field(description="Whose test environment it is; null for a shared one.")
    purpose: str | None = strawberry.field(description="What it is for.")
    expires_at: datetime | None = strawberry.field(description="When a test environment ends.")
    extensions: int = strawberry.field(description="How often its end was put off.")
    warned_at: datetime | None = strawberry.field(description="When its owner was told that it ends soon.")
    cleaning_at: datetime | None = strawberry.field(description="Since when what was deployed to it is being deleted.")
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    created_at: datetime
    account: Account
    region: Region
    wave: Wave
    team: "Team | None" = strawberry.field(description="The team that it counts for.")
    holds: "Connection[Hold]" = connected("Revisions kept in it, or out of it.", HoldFilter)
    services: "Connection[Service]" = connected("Services that are placed here.", ServiceFilter)
    deployments: "Connection[Deployment]" = connected("Revisions that came here, the newest first.", DeploymentFilter)


from graph.types.checks import Check  # noqa: E402 - the types named above are resolved when the schema is built
from graph.types.executions import Deployment  # noqa: E402
from graph.types.rules import Hold  # noqa: E402
from graph.types.services import Pipeline, Service, Team  # noqa: E402
