"""How lists are narrowed: every field that is given must hold. `models.filters` has the predicates."""

import strawberry

from domain.words import (
    CheckKind,
    CheckWhen,
    DeploymentStatus,
    EnvironmentKind,
    ExecutionStatus,
)

GLOB = "A glob: `*` stands for any characters, `?` for one."
PREFIX = "The revision, or its first characters."


@strawberry.input
class AccountFilter:
    """Narrows accounts."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    aws_id: str | None = strawberry.field(default=None, description="Twelve digits.")


@strawberry.input
class EnvironmentFilter:
    """Narrows environments."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    kind: EnvironmentKind | None = None
    stage: str | None = strawberry.field(default=None, description="The stage's name.")
    wave: str | None = strawberry.field(default=None, description="The wave's name.")
    account_id: str | None = strawberry.field(default=None, description="The AWS account's id, twelve digits.")
    region: str | None = strawberry.field(default=None, description="The Region's name: eu-west-1.")


@strawberry.input
class ServiceFilter:
    """Narrows services."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    repository: str | None = strawberry.field(default=None, description="owner/name on GitHub.")


@strawberry.input
class CheckFilter:
    """Narrows checks."""

    kind: CheckKind | None = None
    when: CheckWhen | None = None


@strawberry.input
class PipelineFilter:
    """Narrows pipelines."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    service: str | None = strawberry.field(default=None, description="The service's name.")


@strawberry.input
class PipelineExecutionFilter:
    """Narrows pipeline executions."""

    status: list[ExecutionStatus] | None = strawberry.field(default=None, description="Any of these.")
    service: str | None = strawberry.field(default=None, description="The service's name.")
    revision: str | None = strawberry.field(default=None, description=PREFIX)


@strawberry.input
class DeploymentFilter:
    """Narrows deployments."""

    status: list[DeploymentStatus] | None = strawberry.field(default=None, description="Any of these.")
    service: str | None = strawberry.field(default=None, description="The service's name.")
    environment: str | None = strawberry.field(default=None, description="The environment's name.")
    revision: str | None = strawberry.field(default=None, description=PREFIX)


@strawberry.input
class EventFilter:
    """Narrows events."""

    types: list[str] | None = strawberry.field(
        default=None, description="Any of these types, such as `deployment.changed`."
    )
    subject_id: str | None = strawberry.field(default=None, description="The subject's key (`Event.subjectId`).")
