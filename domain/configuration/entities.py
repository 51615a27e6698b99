"""The entities of the configuration, each a frozen value. A reference is the other entity's key.

What an entity says of itself is checked by its fields' rules; what it says of others by `domain.configuration.rules`.
Defaults are those of the Amazon Builders' Library where it has one.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar, TypeAlias

from domain import names, zones
from domain.configuration import values
from domain.configuration.fields import Rule, told
from domain.configuration.kinds import Kind
from domain.permissions import OF_PEOPLE, Role
from domain.words import (
    ChangeKind,
    Channel,
    CheckKind,
    CheckMode,
    CheckWhen,
    EnvironmentKind,
    FreezeScope,
    HoldKind,
    OnFailure,
    PolicyKind,
    PolicyMode,
)

NAME = "Lower-case letters, digits and single hyphens; 50 characters at most. It is never changed."
SERVICES = "Globs over services' names; none for all services."


def _name(rule: Rule = names.name) -> Any:
    return told(NAME, rule=rule, fixed=True, schema={"pattern": "^[a-z][a-z0-9]*(-[a-z0-9]+)*$", "maxLength": 50})


def _number(description: str, low: int, high: int, unit: str = "", **more: Any) -> Any:
    """A whole number within bounds, which its description names."""
    return told(
        f"{description} {low} to {high}.",
        rule=lambda field, value: names.between(field, value, low, high, unit),
        schema={"minimum": low, "maximum": high},
        **more,
    )


@dataclass(frozen=True, slots=True)
class Organisation:
    """What holds for all services: where pipelines live, where their events go, and what developers may have."""

    KIND: ClassVar[Kind] = Kind.ORGANISATION
    KEY: ClassVar[str | None] = None

    name: str = told("The organisation's own name.", rule=names.name)
    pipeline_account: str = told("The AWS account in which pipelines live.", rule=names.account_id)
    pipeline_region: str = told("The Region in which pipelines live.", refers=Kind.REGION)
    connection_arn: str = told("The CodeConnections connection to GitHub.", rule=values.connection)
    event_bus_arn: str = told("The hub's event bus, to which pipelines send their events.", rule=values.event_bus)
    start_pipelines: bool = told("Whether a pipeline whose plan has changed is started at once.", default=False)
    pipeline_starts_per_hour: int = _number("How many pipelines are started in an hour at most.", 1, 1000, default=20)
    test_environments_per_owner: int = _number("How many test environments one person may have.", 0, 100, default=3)
    test_environments_per_team: int = _number("How many test environments one team may have.", 0, 1000, default=10)
    test_environment_days: int = _number(
        "How long a test environment lives, and how far it is put off.", 1, 90, default=7
    )
    test_environment_extensions: int = _number("How often its end may be put off.", 0, 50, default=2)
    safety_ratchet: bool = told(
        "Whether what a service's safety score has may be lost only with a waiver.", default=True
    )
    environment_steps: tuple[dict[str, Any], ...] = told(
        "Programs that `interlock env` runs on a developer's machine when a test environment is created and deleted, "
        "in this order: `{name: dns, create: [add-zone], delete: [remove-zone]}`.",
        rule=values.environment_steps,
        default=(),
        schema={"items": values.ENVIRONMENT_STEP},
    )
    identity_center_start_url: str | None = told(
        "The AWS access portal of IAM Identity Center, through which people enter accounts; none where there is none.",
        rule=values.start_url,
        default=None,
    )
    identity_center_region: str | None = told(
        "The Region of IAM Identity Center; that of the pipelines, if unsaid.", refers=Kind.REGION, default=None
    )
    read_role: str | None = told(
        "The permission set that people read with; without Identity Center, the IAM role of each account.",
        rule=values.role,
        default=None,
    )
    write_role: str | None = told(
        "The permission set, or role, that people change things with: in production only with a reason.",
        rule=values.role,
        default=None,
    )


@dataclass(frozen=True, slots=True)
class Account:
    """An AWS account."""

    KIND: ClassVar[Kind] = Kind.ACCOUNT
    KEY: ClassVar[str | None] = "aws_id"

    aws_id: str = told("Twelve digits, as text.", rule=names.account_id, fixed=True, schema={"pattern": "^[0-9]{12}$"})
    name: str = told("Lower-case letters, digits and single hyphens; 50 characters at most.", rule=names.name)
    organizational_unit: str | None = told("Its place in AWS Organizations: Workloads/Prod.", default=None)
    tags: dict[str, str] = told("Its tags, as AWS Organizations has them.", factory=dict)


@dataclass(frozen=True, slots=True)
class Region:
    """An AWS Region. All are known; what is said of one differs from company to company."""

    KIND: ClassVar[Kind] = Kind.REGION
    KEY: ClassVar[str | None] = "name"

    name: str = told("AWS's code: eu-west-1.", rule=values.known_region, fixed=True)
    time_zone: str = told("The IANA time zone that its working hours follow.", rule=zones.time_zone, derived=True)
    traffic_weight: int = _number("Its share of the traffic, beside the other Regions' weights.", 1, 1000, derived=True)


@dataclass(frozen=True, slots=True)
class Calendar:
    """Days on which nothing is deployed: a country's public holidays, and dates of one's own."""

    KIND: ClassVar[Kind] = Kind.CALENDAR
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    country: str | None = told("Whose public holidays: ISO 3166-1, two letters.", rule=values.country, default=None)
    subdivision: str | None = told(
        "A part of the country with holidays of its own: ISO 3166-2 without the country.", default=None
    )
    dates: dict[str, str] = told("More days: ISO dates to what they are.", rule=values.dates, factory=dict)


@dataclass(frozen=True, slots=True)
class Team:
    """People who own services."""

    KIND: ClassVar[Kind] = Kind.TEAM
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    email: str | None = told("Where the team is reached.", rule=values.email, default=None)
    time_zone: str | None = told("The IANA time zone of its working hours.", rule=zones.time_zone, default=None)
    members: tuple[str, ...] = told("Who belongs to it, as they sign in.", rule=values.distinct, default=())


@dataclass(frozen=True, slots=True)
class Stage:
    """A step of the way to production: alpha, beta, gamma, prod."""

    KIND: ClassVar[Kind] = Kind.STAGE
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    position: int = _number("Stages are passed in ascending order.", 1, 1000)
    production: bool = told("Whether customers are served from it.", default=False)
    on_failure: OnFailure = told(
        "What a pipeline does with a wave that failed; ROLLBACK in production, NONE elsewhere.", derived=True
    )
    two_persons: bool = told(
        "An override or a waiver in this stage holds only when a second person has confirmed it; and nobody approves "
        "what they started.",
        default=False,
    )


@dataclass(frozen=True, slots=True)
class Wave:
    """Environments of a stage that are deployed together."""

    KIND: ClassVar[Kind] = Kind.WAVE
    KEY: ClassVar[str | None] = "name"

    name: str = _name(values.wave)
    stage: str = told("The stage's name.", refers=Kind.STAGE)
    position: int = _number("Waves of a stage are deployed in ascending order.", 1, 1000)
    bake_minutes: int = _number(
        "How long the wave is watched before the next one starts; in production 720 for the first wave and 240 for "
        "later ones, elsewhere 0.",
        0,
        10_080,
        "minutes",
        derived=True,
    )
    minimum_data_points: int = _number(
        "How many requests it must have served to count as baked; 100 in production, elsewhere 0.",
        0,
        1_000_000_000,
        derived=True,
    )
    one_box_percent: int = _number(
        "The share of requests that each environment's one-box takes; 10 in production, elsewhere 0.",
        0,
        10,
        "percent",
        derived=True,
    )
    one_box_bake_minutes: int = _number(
        "How long the one-box is watched; 60 where there is one.", 0, 10_080, "minutes", derived=True
    )
    requires_drill: bool = told(
        "Whether the upgrade to its revision, and the downgrade, must have been drilled before.", default=False
    )


@dataclass(frozen=True, slots=True)
class Environment:
    """One account and Region in a wave."""

    KIND: ClassVar[Kind] = Kind.ENVIRONMENT
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    account: str = told("The AWS account's id, twelve digits.", refers=Kind.ACCOUNT, rule=names.account_id)
    region: str = told("The Region's name: eu-west-1.", refers=Kind.REGION)
    wave: str = told("The wave's name.", refers=Kind.WAVE)
    kind: EnvironmentKind = told("SHARED, or a developer's own.", default=EnvironmentKind.SHARED, fixed=True)
    owner: str | None = told("Whose it is; required of a TEST environment.", rule=values.person, default=None)
    team: str | None = told("The team that it counts for.", refers=Kind.TEAM, default=None)
    purpose: str | None = told("What it is for.", default=None)
    expires_at: datetime | None = told("When it ends; required of a TEST environment.", default=None)
    extensions: int = _number("How often its end was put off.", 0, 1000, default=0)


@dataclass(frozen=True, slots=True)
class Service:
    """What a repository deploys."""

    KIND: ClassVar[Kind] = Kind.SERVICE
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    repository: str = told("owner/name on GitHub.", rule=names.repository)
    placement: tuple[str, ...] = told(
        "Where it goes: terms of a selector, as `prod-*`, `stage:prod region:eu-*` or `!region:me-*`.",
        rule=values.selector,
    )
    branch: str = told("The branch whose commits are deployed.", rule=names.branch, default="main")
    connection_arn: str | None = told(
        "Where the organisation's connection does not do.", rule=values.connection, default=None
    )
    wave_size: int | None = _number(
        "How many environments of a wave are deployed at once; none for all.", 1, 1000, default=None
    )
    team: str | None = told("The team that owns it.", refers=Kind.TEAM, default=None)
    tier: int | None = _number("How important it is: 1 is the most.", 1, 4, default=None)
    depends_on: tuple[str, ...] = told(
        "Services that must have reached an environment before it may.",
        refers=Kind.SERVICE,
        rule=values.distinct,
        default=(),
    )
    change_kind: ChangeKind = told("What its repository changes.", default=ChangeKind.APPLICATION)


@dataclass(frozen=True, slots=True)
class Check:
    """A test or guard that a stage, or one wave, requires of all services or of some."""

    KIND: ClassVar[Kind] = Kind.CHECK
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    kind: CheckKind = told("How it is executed.")
    when: CheckWhen = told("Before or after the deployment.", default=CheckWhen.AFTER)
    mode: CheckMode = told("Whether a failure holds a revision back.", default=CheckMode.BLOCKING)
    timeout_minutes: int = _number("After how long it is given up.", 1, 10_080, "minutes", default=60)
    retries: int = _number("How often a run without a verdict is tried again.", 0, 10, default=0)
    failure_limit: int = _number("How many of the wave's environments may fail it.", 0, 1000, default=0)
    configuration: dict[str, Any] = told("What its kind needs; docs/checks.md.", factory=dict)
    stage: str | None = told("Every wave of this stage; or `wave`.", refers=Kind.STAGE, default=None)
    wave: str | None = told("This wave alone; or `stage`.", refers=Kind.WAVE, default=None)
    service: str | None = told("This service alone; or `services`, or `team`.", refers=Kind.SERVICE, default=None)
    services: tuple[str, ...] = told(SERVICES, rule=values.globs, default=())
    team: str | None = told("The services of this team alone.", refers=Kind.TEAM, default=None)


@dataclass(frozen=True, slots=True)
class Window:
    """A time in which the waves of a stage, or one wave, may start. A wave without windows may always start."""

    KIND: ClassVar[Kind] = Kind.WINDOW
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    cron: str = told("When it opens: minute, hour, day of month, month, day of week.", rule=values.cron)
    minutes: int = _number("How long it stays open.", 1, 10_080, "minutes")
    time_zone: str | None = told(
        "The IANA time zone of `cron`; none for each Region's own.", rule=zones.time_zone, default=None
    )
    calendars: tuple[str, ...] = told(
        "The calendars whose days close it.", refers=Kind.CALENDAR, rule=values.distinct, default=()
    )
    stage: str | None = told("Every wave of this stage; or `wave`.", refers=Kind.STAGE, default=None)
    wave: str | None = told("This wave alone; or `stage`.", refers=Kind.WAVE, default=None)
    services: tuple[str, ...] = told(SERVICES, rule=values.globs, default=())
    team: str | None = told("The services of this team alone.", refers=Kind.TEAM, default=None)


@dataclass(frozen=True, slots=True)
class Freeze:
    """A time in which nothing moves within its scope."""

    KIND: ClassVar[Kind] = Kind.FREEZE
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    scope: FreezeScope = told("How much is frozen.")
    target: str | None = told(
        "Which one of the scope: its name, or the account's id; none for the organisation.", default=None
    )
    starts_at: datetime = told("When it begins.")
    ends_at: datetime = told("When it ends.")
    reason: str = told("Why.", rule=values.said)


@dataclass(frozen=True, slots=True)
class Hold:
    """A revision kept in, or out of, an environment."""

    KIND: ClassVar[Kind] = Kind.HOLD
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    kind: HoldKind = told("PIN: stays at one revision. HOLD: nothing new. VETO: one revision never.")
    environment: str = told("The environment's name.", refers=Kind.ENVIRONMENT)
    service: str | None = told("The service's name; none for all services.", refers=Kind.SERVICE, default=None)
    revision: str | None = told("The commit that a PIN keeps and a VETO keeps out.", rule=values.revision, default=None)
    reason: str = told("Why.", rule=values.said)
    expires_at: datetime | None = told("When it ends by itself.", default=None)


@dataclass(frozen=True, slots=True)
class NotificationRoute:
    """Who is told of which events."""

    KIND: ClassVar[Kind] = Kind.NOTIFICATION_ROUTE
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    channel: Channel = told("How it travels.")
    address: str = told(
        "A topic's ARN, a channel of Slack with its hash, addresses of mail with commas between, or an HTTPS address.",
        rule=values.said,
    )
    secret_arn: str | None = told(
        "Where the address's secret is kept in AWS Secrets Manager.", rule=values.secret, default=None
    )
    events: tuple[str, ...] = told("Globs over types of events: `deployment.*`.", rule=values.event_globs)
    waiting_minutes: int = _number(
        "How long nothing of an execution moves before `execution.waiting` is told.", 5, 20_160, "minutes", default=60
    )
    repeat_minutes: int = _number(
        "For how long the same news of the same thing is told once; 0 for each time.",
        0,
        10_080,
        "minutes",
        default=60,
    )
    quiet_hours: tuple[str, ...] = told(
        "When nothing is sent that can wait: `MON-FRI 20:00-08:00`, `SAT,SUN 00:00-24:00`.",
        rule=values.quiet_hours,
        default=(),
    )
    time_zone: str | None = told(
        "The IANA time zone of the quiet hours; none for the team's, else UTC.", rule=zones.time_zone, default=None
    )
    stage: str | None = told("What happens in this stage alone.", refers=Kind.STAGE, default=None)
    services: tuple[str, ...] = told(SERVICES, rule=values.globs, default=())
    team: str | None = told("The services of this team alone.", refers=Kind.TEAM, default=None)


@dataclass(frozen=True, slots=True)
class Policy:
    """What the company asks of every construct of some services; delivered with their plans."""

    KIND: ClassVar[Kind] = Kind.POLICY
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    kind: PolicyKind = told("What it asks for.")
    mode: PolicyMode = told("Whether a finding stops the synth.", default=PolicyMode.BLOCKING)
    configuration: dict[str, Any] = told("What its kind needs.", factory=dict)
    services: tuple[str, ...] = told(SERVICES, rule=values.globs, default=())
    team: str | None = told("The services of this team alone.", refers=Kind.TEAM, default=None)


def _narrowed_to(kind: Kind, description: str) -> Any:
    return told(f"{description}; none for all.", refers=kind, rule=values.distinct, default=())


@dataclass(frozen=True, slots=True)
class Grant:
    """A role that a group of people, or one person, has: everywhere, or within a scope."""

    KIND: ClassVar[Kind] = Kind.GRANT
    KEY: ClassVar[str | None] = "name"

    name: str = _name()
    group: str | None = told(
        "A group of the issuer, as its tokens name it; `*` for whoever the issuer knows. It, or `person`.",
        rule=values.said,
        default=None,
    )
    person: str | None = told("One person, as they sign in. It, or `group`.", rule=values.person, default=None)
    role: Role = told(
        "What they may do there. ADMIN is not narrowed.",
        rule=values.role_of_people,
        schema={"enum": [role.value for role in OF_PEOPLE]},
    )
    teams: tuple[str, ...] = _narrowed_to(Kind.TEAM, "The teams whose services it is for")
    services: tuple[str, ...] = _narrowed_to(Kind.SERVICE, "The services that it is for")
    stages: tuple[str, ...] = _narrowed_to(Kind.STAGE, "The stages that it is for")
    accounts: tuple[str, ...] = _narrowed_to(Kind.ACCOUNT, "The accounts that it is for")
    until: datetime | None = told("When it ends; none for when it is archived.", default=None)


Entity: TypeAlias = (
    Organisation | Account | Region | Calendar | Team | Stage | Wave | Environment | Service | Check | Window | Freeze
    | Hold | NotificationRoute | Policy | Grant
)  # fmt: skip

CLASSES: dict[Kind, type[Any]] = {
    each.KIND: each
    for each in (
        Organisation, Account, Region, Calendar, Team, Stage, Wave, Environment, Service, Check, Window, Freeze, Hold,
        NotificationRoute, Policy, Grant,
    )
}  # fmt: skip
