"""How lists are narrowed: every field that is given must hold. `models.filters` has the predicates."""

import strawberry

from domain.permissions import Role
from domain.words import (
    AlarmState,
    ChangeKind,
    CheckKind,
    CheckWhen,
    DeploymentStatus,
    EnvironmentKind,
    ExecutionStatus,
    FailureKind,
    FreezeScope,
    HoldKind,
    IncidentSeverity,
    NotificationStatus,
)

GLOB = "A glob: `*` stands for any characters, `?` for one."
ARCHIVED = "Those that were archived, instead of those that are in the fleet."
PREFIX = "The revision, or its first characters."


@strawberry.input
class AccountFilter:
    """Narrows accounts."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    aws_id: str | None = strawberry.field(default=None, description="Twelve digits.")
    organizational_unit: str | None = strawberry.field(default=None, description=GLOB)
    archived: bool | None = strawberry.field(default=None, description=ARCHIVED)


@strawberry.input
class EnvironmentFilter:
    """Narrows environments."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    kind: EnvironmentKind | None = None
    stage: str | None = strawberry.field(default=None, description="The stage's name.")
    wave: str | None = strawberry.field(default=None, description="The wave's name.")
    account_id: str | None = strawberry.field(default=None, description="The AWS account's id, twelve digits.")
    region: str | None = strawberry.field(default=None, description="The Region's name: eu-west-1.")
    owner: str | None = strawberry.field(default=None, description="Whose test environment it is.")
    team: str | None = strawberry.field(default=None, description="The team's name.")
    archived: bool | None = strawberry.field(default=None, description=ARCHIVED)


@strawberry.input
class ServiceFilter:
    """Narrows services."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    repository: str | None = strawberry.field(default=None, description="owner/name on GitHub.")
    team: str | None = strawberry.field(default=None, description="The team's name.")
    tier: int | None = None
    change_kind: ChangeKind | None = None
    archived: bool | None = strawberry.field(default=None, description=ARCHIVED)


@strawberry.input
class CheckFilter:
    """Narrows checks."""

    kind: CheckKind | None = None
    when: CheckWhen | None = None
    archived: bool | None = strawberry.field(default=None, description=ARCHIVED)


@strawberry.input
class TeamFilter:
    """Narrows teams."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    archived: bool | None = strawberry.field(default=None, description=ARCHIVED)


@strawberry.input
class FreezeFilter:
    """Narrows freezes."""

    scope: FreezeScope | None = None
    target: str | None = strawberry.field(default=None, description="The name within the scope.")
    archived: bool | None = strawberry.field(default=None, description=ARCHIVED)


@strawberry.input
class GrantFilter:
    """Narrows grants."""

    group: str | None = strawberry.field(default=None, description="The group that has it.")
    person: str | None = strawberry.field(default=None, description="The person who has it.")
    role: Role | None = None
    archived: bool | None = strawberry.field(default=None, description=ARCHIVED)


@strawberry.input
class HoldFilter:
    """Narrows holds."""

    kind: HoldKind | None = None
    service: str | None = strawberry.field(default=None, description="The service's name.")
    environment: str | None = strawberry.field(default=None, description="The environment's name.")
    archived: bool | None = strawberry.field(default=None, description=ARCHIVED)


@strawberry.input
class ConfiguredFilter:
    """Narrows a kind of the configuration that has no other filters."""

    archived: bool | None = strawberry.field(default=None, description=ARCHIVED)


@strawberry.input
class ChangeFilter:
    """Narrows changes."""

    actor: str | None = None
    kind: str | None = strawberry.field(
        default=None, description="They did something to an entity of this kind: `wave`."
    )
    name: str | None = strawberry.field(default=None, description="They did something to an entity of this name.")


@strawberry.input
class PipelineFilter:
    """Narrows pipelines."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    service: str | None = strawberry.field(default=None, description="The service's name.")
    stale: bool | None = strawberry.field(default=None, description="Built from a plan that is no longer, or not.")


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
class AlarmFilter:
    """Narrows alarms."""

    name: str | None = strawberry.field(default=None, description=GLOB)
    state: list[AlarmState] | None = strawberry.field(default=None, description="Any of these.")
    account_id: str | None = strawberry.field(default=None, description="The AWS account's id, twelve digits.")
    region: str | None = strawberry.field(default=None, description="The Region's name: eu-west-1.")


@strawberry.input
class SetAsideFilter:
    """Narrows messages that were set aside."""

    reason: str | None = strawberry.field(default=None, description=GLOB)
    message_id: str | None = strawberry.field(default=None, description="The queue's id of it.")
    resolved: bool | None = strawberry.field(
        default=None, description="Those that were replayed or dismissed, instead of those that are set aside still."
    )


@strawberry.input
class IncidentFilter:
    """Narrows incidents."""

    service: str | None = strawberry.field(default=None, description="The service's name.")
    severity: list[IncidentSeverity] | None = strawberry.field(default=None, description="Any of these.")
    open: bool | None = strawberry.field(default=None, description="Not resolved yet, or resolved.")


@strawberry.input
class OverrideFilter:
    """Narrows overrides."""

    in_force: bool | None = strawberry.field(
        default=None, description="Neither expired nor revoked now, nor waiting for a second person; or one of these."
    )
    standing: bool | None = strawberry.field(
        default=None, description="Neither expired nor revoked now: in force, or waiting for a second person."
    )
    service: str | None = strawberry.field(default=None, description="Given for the service of this name.")
    environment: str | None = strawberry.field(default=None, description="Given for the environment of this name.")
    wave: str | None = strawberry.field(default=None, description="Given for the wave of this name.")
    incident: str | None = strawberry.field(default=None, description="Given for the incident of this name.")


@strawberry.input
class WaiverFilter:
    """Narrows waivers."""

    rule: str | None = strawberry.field(default=None, description="The rule's code.")
    service: str | None = strawberry.field(default=None, description="The name of the one service that it is of.")
    revoked: bool | None = strawberry.field(default=None, description="Taken back before it expired, or not.")


@strawberry.input
class ApiTokenFilter:
    """Narrows tokens."""

    revoked: bool | None = strawberry.field(default=None, description="Revoked, or not.")


@strawberry.input
class FailureFilter:
    """Narrows failures."""

    kind: list[FailureKind] | None = strawberry.field(default=None, description="Any of these.")
    service: str | None = strawberry.field(default=None, description="The service's name.")
    environment: str | None = strawberry.field(default=None, description="The environment's name.")
    account_id: str | None = strawberry.field(default=None, description="Twelve digits.")
    region: str | None = strawberry.field(default=None, description="The Region's name: eu-west-1.")
    fingerprint: str | None = strawberry.field(default=None, description="The fingerprint's digest.")
    explained: bool | None = strawberry.field(default=None, description="Whether the reason is known, or not yet.")


@strawberry.input
class FingerprintFilter:
    """Narrows fingerprints."""

    kind: list[FailureKind] | None = strawberry.field(default=None, description="Any of these.")
    service: str | None = strawberry.field(default=None, description="Seen in the service of this name.")
    environment: str | None = strawberry.field(default=None, description="Seen in the environment of this name.")


@strawberry.input
class EventFilter:
    """Narrows events."""

    types: list[str] | None = strawberry.field(
        default=None, description="Any of these types, such as `deployment.changed`."
    )
    subject_id: str | None = strawberry.field(default=None, description="The subject's key (`Event.subjectId`).")


@strawberry.input
class NotificationFilter:
    """Narrows notifications."""

    status: list[NotificationStatus] | None = strawberry.field(default=None, description="Any of these.")
    route: str | None = strawberry.field(default=None, description="The route's name.")
    type: str | None = strawberry.field(default=None, description="The event's type; a glob.")
    execution_id: str | None = strawberry.field(
        default=None, description="CodePipeline's id of the execution that they are about."
    )
