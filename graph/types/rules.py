"""When and whether a revision may move, who is told, and what the company asks of every construct."""

from datetime import datetime

import strawberry
from strawberry.scalars import JSON

from domain.permissions import Role
from domain.words import Channel, FreezeScope, HoldKind, PolicyKind, PolicyMode
from graph.planner import connected, mapped
from graph.types.filters import NotificationFilter
from graph.types.relay import ARCHIVED, VERSION, Connection, Node
from models import tables

SERVICES = "Globs over the names of the services it is for; none for all."
TEAM = "The team whose services it is for; null for all."


@mapped(tables.Calendar, "Days on which nothing is deployed.")
class Calendar(Node):
    name: str
    country: str | None = strawberry.field(description="Whose public holidays: ISO 3166-1.")
    subdivision: str | None = strawberry.field(description="A part of the country with holidays of its own.")
    dates: JSON = strawberry.field(description="More days: ISO dates to what they are.")
    created_at: datetime
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    windows: "Connection[Window]" = connected("The windows that it closes.")


@mapped(tables.Window, "A time in which waves may start; a wave without windows may always start.")
class Window(Node):
    name: str
    cron: str = strawberry.field(description="When it opens: minute, hour, day of month, month, day of week.")
    minutes: int = strawberry.field(description="How long it stays open.")
    time_zone: str | None = strawberry.field(description="The IANA time zone of `cron`; null for each Region's own.")
    services: list[str] = strawberry.field(description=SERVICES)
    created_at: datetime
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    stage: "Stage | None" = strawberry.field(description="The stage whose every wave it is for.")
    wave: "Wave | None" = strawberry.field(description="The one wave that it is for.")
    team: "Team | None" = strawberry.field(description=TEAM)
    calendars: "Connection[Calendar]" = connected("The calendars whose days close it.")


@mapped(tables.Freeze, "A time in which nothing moves within its scope.")
class Freeze(Node):
    name: str
    scope: FreezeScope
    target: str | None = strawberry.field(description="The name within the scope; null for the organisation.")
    starts_at: datetime
    ends_at: datetime
    reason: str
    created_at: datetime
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)


@mapped(tables.Hold, "A revision kept in, or out of, an environment.")
class Hold(Node):
    name: str
    kind: HoldKind
    revision: str | None = strawberry.field(description="The commit that a PIN keeps and a VETO keeps out.")
    reason: str
    expires_at: datetime | None
    created_at: datetime
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    environment: "Environment"
    service: "Service | None" = strawberry.field(description="Null for all services.")


@mapped(tables.NotificationRoute, "Who is told of which events.")
class NotificationRoute(Node):
    name: str
    channel: Channel
    address: str
    secret_arn: str | None = strawberry.field(description="Where the address's secret is kept.")
    events: list[str] = strawberry.field(description="Globs over types of events.")
    services: list[str] = strawberry.field(description=SERVICES)
    waiting_minutes: int = strawberry.field(
        description="How long nothing of an execution moves before `execution.waiting` is told."
    )
    repeat_minutes: int = strawberry.field(description="For how long the same news of the same thing is told once.")
    quiet_hours: list[str] = strawberry.field(description="When nothing is sent that can wait.")
    time_zone: str | None = strawberry.field(description="Of the quiet hours; null for the team's, else UTC.")
    created_at: datetime
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    stage: "Stage | None"
    team: "Team | None" = strawberry.field(description=TEAM)
    target: "NotificationTarget | None" = strawberry.field(
        description="How what is sent is taken; null before the first notification."
    )
    notifications: "Connection[Notification]" = connected("What it was told, the newest first.", NotificationFilter)


@mapped(tables.Policy, "What the company asks of every construct; delivered with the plan.")
class Policy(Node):
    name: str
    kind: PolicyKind
    mode: PolicyMode
    configuration: JSON
    services: list[str] = strawberry.field(description=SERVICES)
    created_at: datetime
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    team: "Team | None" = strawberry.field(description=TEAM)


@mapped(tables.Grant, "A role that a group of people, or one person, has: everywhere, or within a scope.")
class Grant(Node):
    name: str
    group: str | None = strawberry.field(description="A group of the issuer; `*` for whoever it knows.")
    person: str | None = strawberry.field(description="One person, as they sign in.")
    role: Role
    until: datetime | None = strawberry.field(description="When it ends; null for when it is archived.")
    created_at: datetime
    version: int = strawberry.field(description=VERSION)
    archived_at: datetime | None = strawberry.field(description=ARCHIVED)
    teams: "Connection[Team]" = connected("The teams whose services it is for; none for all.")
    services: "Connection[Service]" = connected("The services that it is for; none for all.")
    stages: "Connection[Stage]" = connected("The stages that it is for; none for all.")
    accounts: "Connection[Account]" = connected("The accounts that it is for; none for all.")


from graph.types.fleet import Account, Environment, Stage, Wave  # noqa: E402 - resolved when the schema is built
from graph.types.notifications import Notification, NotificationTarget  # noqa: E402
from graph.types.services import Service, Team  # noqa: E402
