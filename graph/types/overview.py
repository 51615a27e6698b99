"""The fleet at a glance: a row for each service, a cell for each environment that it is placed in."""

from datetime import datetime

import strawberry

from domain.words import ChangeKind, DeploymentStatus
from graph.planner.mapping import OBJECTS

CELLS = 20
"""How many objects a row's cells count for: a service is in about as many environments."""


@strawberry.type(description="What is in an environment, and what was tried there last.")
class FleetCell:
    environment: str = strawberry.field(description="Its name.")
    deployment_id: strawberry.ID | None = strawberry.field(
        description="The latest deployment that has begun; where none ever has, the one that is coming; null for none."
    )
    status: DeploymentStatus | None = strawberry.field(description="Of the latest deployment.")
    revision: str | None = strawberry.field(description="The commit of the latest deployment.")
    tag: str | None = strawberry.field(description="The tag of the latest deployment's commit, where one was told.")
    changed_at: datetime | None = strawberry.field(
        description="When the latest deployment ended, else when it began; null while it is only coming."
    )
    deployed_revision: str | None = strawberry.field(
        description="The commit that is there: of the last deployment that succeeded; null for none."
    )
    deployed_tag: str | None = strawberry.field(description="The tag of the commit that is there.")
    deployed_at: datetime | None = strawberry.field(description="Since when it is there.")
    commits_behind: int | None = strawberry.field(
        description="How many newer revisions its pipeline has seen since; null where nothing is there."
    )


@strawberry.type(description="A service, and where it stands in each environment that it is placed in.")
class FleetRow:
    service: str = strawberry.field(description="Its name.")
    team: str | None = strawberry.field(description="The name of the team that owns it.")
    tier: int | None = strawberry.field(description="How important it is: 1 is the most.")
    repository: str = strawberry.field(description="owner/name on GitHub.")
    change_kind: ChangeKind = strawberry.field(description="What its repository changes.")
    pipeline_arn: str | None = strawberry.field(description="Its pipeline; null while none is known.")
    cells: list[FleetCell] = strawberry.field(
        description="By stage, wave and name; one for each environment, whether anything is there or not.",
        metadata={OBJECTS: CELLS},
    )
