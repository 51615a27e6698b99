"""The plan, field by field as `domain.plans` has it."""

from typing import Annotated

import strawberry
from strawberry.scalars import JSON

from domain import plans
from domain.words import CheckKind, CheckMode, CheckWhen, EnvironmentKind, OnFailure, PolicyKind, PolicyMode
from graph.types.errors import NotFound, Refused, UpgradeRequired


@strawberry.type(description="One account and Region to deploy to.")
class PlanEnvironment:
    name: str
    account: str
    region: str
    kind: EnvironmentKind


@strawberry.type(description="A check that a wave requires.")
class PlanCheck:
    name: str
    kind: CheckKind
    when: CheckWhen
    mode: CheckMode
    timeout_minutes: int
    configuration: JSON
    retries: int = strawberry.field(description="How often a run without a verdict is tried again.")
    failure_limit: int = strawberry.field(description="How many of its targets may fail.")


@strawberry.type(description="A time in which a wave may start.")
class PlanWindow:
    name: str
    cron: str
    time_zone: str | None = strawberry.field(description="Null where it is each Region's own.")
    minutes: int


@strawberry.type(description="Environments deployed together.")
class PlanWave:
    name: str
    wave: str = strawberry.field(description="The wave's name in the graph; a service's wave size may cut it.")
    bake_minutes: int
    minimum_data_points: int
    one_box_percent: int = strawberry.field(description="The share of requests that the one-box takes; 0 for none.")
    one_box_bake_minutes: int
    environments: list[PlanEnvironment]
    checks: list[PlanCheck]
    windows: list[PlanWindow]


@strawberry.type(description="A stage and its waves, in order.")
class PlanStage:
    name: str
    production: bool
    on_failure: OnFailure
    waves: list[PlanWave]


@strawberry.type(description="Where the pipeline lives, and its name.")
class PlanPipeline:
    name: str
    account: str
    region: str


@strawberry.type(description="Where the pipeline's events go.")
class PlanHub:
    event_bus_arn: str


@strawberry.type(description="Where the pipeline finds this service.")
class PlanEndpoint:
    url: str
    audience: str = strawberry.field(description="What the pipeline's tokens must name.")


@strawberry.type(description="A tag that every resource of the service must carry.")
class RequiredTag:
    key: str
    value: str


@strawberry.type(description="What the company asks of every construct of the service.")
class PlanPolicy:
    name: str
    kind: PolicyKind
    mode: PolicyMode
    configuration: JSON


@strawberry.type(description="Everything that one service's pipeline needs to know at synth.")
class Plan:
    contract: int
    digest: str = strawberry.field(description="SHA-256 of all the rest: equal plans, equal digests.")
    service: str
    repository: str
    branch: str
    connection_arn: str
    pipeline: PlanPipeline
    hub: PlanHub
    endpoint: PlanEndpoint
    required_tags: list[RequiredTag]
    policies: list[PlanPolicy]
    stages: list[PlanStage]

    @classmethod
    def is_type_of(cls, value: object, *_: object) -> bool:
        """The domain's value answers for the type: its attributes have the same names."""
        return isinstance(value, plans.Plan)


PlanResult = Annotated[
    Plan | NotFound | Refused | UpgradeRequired,
    strawberry.union("PlanResult", description="The plan, or why there is none."),
]
