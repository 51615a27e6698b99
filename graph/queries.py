"""What may be asked. Every field but `plan` is planned: one statement each."""

from typing import Any

import strawberry

from domain.errors import NotFound, Refused, UpgradeRequired
from graph import planner
from graph.acting import ActingQueries
from graph.check_statistics import CheckStatisticsQueries
from graph.clock import ClockQueries
from graph.configuration import ConfigurationQueries, time_of
from graph.context import Info
from graph.dora import DeliveryQueries
from graph.health import HealthQueries
from graph.overrides import OverrideQueries
from graph.overview import FleetQueries
from graph.planner.mapping import paged
from graph.scores import ScoreQueries
from graph.types import filters
from graph.types.api_tokens import ApiToken
from graph.types.changes import Change
from graph.types.checks import Check
from graph.types.errors import published
from graph.types.events import Event, LogBeginning, log_beginning
from graph.types.executions import Deployment, PipelineExecution
from graph.types.failures import Failure, Fingerprint
from graph.types.fleet import Account, Environment, Organisation, Region, Stage, Wave
from graph.types.incidents import Incident
from graph.types.intake import Alarm, SetAside, Work
from graph.types.notifications import Notification
from graph.types.overrides import Override
from graph.types.plan import PlanResult
from graph.types.preview import AsOf
from graph.types.relay import Connection, Node
from graph.types.rules import Calendar, Freeze, Grant, Hold, NotificationRoute, Policy, Window
from graph.types.services import Pipeline, Service, Team
from graph.types.waivers import Waiver
from graph.viewing import ViewerQueries
from graph.why import WhyQueries
from models import event_log, tables
from resolvers import plans


def _all(description: str, narrowed_by: type | None = None) -> Any:
    """A field for all rows of a connection's table."""
    return strawberry.field(resolver=paged(planner.connection, narrowed_by), description=description)


@strawberry.type
class Query(
    CheckStatisticsQueries,
    ConfigurationQueries,
    DeliveryQueries,
    FleetQueries,
    HealthQueries,
    OverrideQueries,
    WhyQueries,
    ScoreQueries,
    ClockQueries,
    ViewerQueries,
    ActingQueries,
):
    """The graph's entrances.

    A field that the planner answers has no source but its arguments: nothing is awaited before, and nothing is asked of
    the context. So what answers it can be asked again (graph/repeating.py).
    """

    accounts: Connection[Account] = _all("Accounts, by name.", filters.AccountFilter)
    regions: Connection[Region] = _all("AWS's Regions, by name.")
    stages: Connection[Stage] = _all("Stages, in order.", filters.ConfiguredFilter)
    waves: Connection[Wave] = _all("Waves of all stages, by their place in their stage.", filters.ConfiguredFilter)
    environments: Connection[Environment] = _all("Environments, by name.", filters.EnvironmentFilter)
    services: Connection[Service] = _all("Services, by name.", filters.ServiceFilter)
    checks: Connection[Check] = _all("Checks, by name.", filters.CheckFilter)
    pipelines: Connection[Pipeline] = _all("Pipelines, by name.", filters.PipelineFilter)
    executions: Connection[PipelineExecution] = _all(
        "Pipeline executions, the newest first.", filters.PipelineExecutionFilter
    )
    deployments: Connection[Deployment] = _all("Deployments, the newest first.", filters.DeploymentFilter)
    failures: Connection[Failure] = _all("Why things failed, the newest first.", filters.FailureFilter)
    fingerprints: Connection[Fingerprint] = _all(
        "What equal failures have in common, the last that came up first.", filters.FingerprintFilter
    )
    events: Connection[Event] = _all("Events, in the order of their commits.", filters.EventFilter)
    teams: Connection[Team] = _all("Teams, by name.", filters.TeamFilter)
    calendars: Connection[Calendar] = _all("Calendars, by name.", filters.ConfiguredFilter)
    windows: Connection[Window] = _all("Windows, by name.", filters.ConfiguredFilter)
    freezes: Connection[Freeze] = _all("Freezes, by name.", filters.FreezeFilter)
    holds: Connection[Hold] = _all("Pins, holds and vetoes, by name.", filters.HoldFilter)
    notification_routes: Connection[NotificationRoute] = _all("Notification routes, by name.", filters.ConfiguredFilter)
    notifications: Connection[Notification] = _all(
        "Notifications of all routes, the newest first.", filters.NotificationFilter
    )
    policies: Connection[Policy] = _all("Policies, by name.", filters.ConfiguredFilter)
    grants: Connection[Grant] = _all("Grants of roles, by name.", filters.GrantFilter)
    alarms: Connection[Alarm] = _all("Alarms, by name.", filters.AlarmFilter)
    set_aside: Connection[SetAside] = _all(
        "Messages that are set aside still, the newest first.", filters.SetAsideFilter
    )
    incidents: Connection[Incident] = _all("Incidents, the newest first.", filters.IncidentFilter)
    overrides: Connection[Override] = _all("Overrides, the newest first.", filters.OverrideFilter)
    waivers: Connection[Waiver] = _all("Waivers, the newest first.", filters.WaiverFilter)
    api_tokens: Connection[ApiToken] = _all("Tokens of programs, the newest first.", filters.ApiTokenFilter)
    changes: Connection[Change] = _all("Changes of the configuration, the newest first.", filters.ChangeFilter)

    @strawberry.field(description="The log's end: behind it comes all that happens from now on, in an empty log too.")
    async def log_head(self, info: Info) -> str:
        async with info.context.database.whole.reading() as connection:  # a position, whoever asks
            return str(await event_log.head(connection))

    @strawberry.field(description="Where the log begins: what lies before was dropped. Null while nothing was.")
    async def log_beginning(self, info: Info) -> LogBeginning | None:
        async with info.context.database.reading() as connection:
            return await log_beginning(connection)

    @strawberry.field(description="What holds for all services; null until it is configured.")
    async def organisation(self, info: Info) -> Organisation | None:
        return await planner.one(info, tables.Organisation, singleton=True)

    @strawberry.field(description="The account with this AWS id.")
    async def account(self, info: Info, aws_id: str) -> Account | None:
        return await planner.one(info, tables.Account, aws_id=aws_id)

    @strawberry.field(description="The Region of this name.")
    async def region(self, info: Info, name: str) -> Region | None:
        return await planner.one(info, tables.Region, name=name)

    @strawberry.field(description="The stage of this name.")
    async def stage(self, info: Info, name: str) -> Stage | None:
        return await planner.one(info, tables.Stage, name=name)

    @strawberry.field(description="The environment of this name.")
    async def environment(self, info: Info, name: str) -> Environment | None:
        return await planner.one(info, tables.Environment, name=name)

    @strawberry.field(description="The service of this name.")
    async def service(self, info: Info, name: str) -> Service | None:
        return await planner.one(info, tables.Service, name=name)

    @strawberry.field(description="The check of this name.")
    async def check(self, info: Info, name: str) -> Check | None:
        return await planner.one(info, tables.Check, name=name)

    @strawberry.field(description="The wave of this name.")
    async def wave(self, info: Info, name: str) -> Wave | None:
        return await planner.one(info, tables.Wave, name=name)

    @strawberry.field(description="The team of this name.")
    async def team(self, info: Info, name: str) -> Team | None:
        return await planner.one(info, tables.Team, name=name)

    @strawberry.field(description="The calendar of this name.")
    async def calendar(self, info: Info, name: str) -> Calendar | None:
        return await planner.one(info, tables.Calendar, name=name)

    @strawberry.field(description="The window of this name.")
    async def window(self, info: Info, name: str) -> Window | None:
        return await planner.one(info, tables.Window, name=name)

    @strawberry.field(description="The freeze of this name.")
    async def freeze(self, info: Info, name: str) -> Freeze | None:
        return await planner.one(info, tables.Freeze, name=name)

    @strawberry.field(description="The pin, hold or veto of this name.")
    async def hold(self, info: Info, name: str) -> Hold | None:
        return await planner.one(info, tables.Hold, name=name)

    @strawberry.field(description="The notification route of this name.")
    async def notification_route(self, info: Info, name: str) -> NotificationRoute | None:
        return await planner.one(info, tables.NotificationRoute, name=name)

    @strawberry.field(description="The policy of this name.")
    async def policy(self, info: Info, name: str) -> Policy | None:
        return await planner.one(info, tables.Policy, name=name)

    @strawberry.field(description="The grant of this name.")
    async def grant(self, info: Info, name: str) -> Grant | None:
        return await planner.one(info, tables.Grant, name=name)

    @strawberry.field(description="The change of this number.")
    async def change(self, info: Info, number: int) -> Change | None:
        return await planner.one(info, tables.Change, number=number)

    @strawberry.field(description="The pipeline with this ARN.")
    async def pipeline(self, info: Info, arn: str) -> Pipeline | None:
        return await planner.one(info, tables.Pipeline, arn=arn)

    @strawberry.field(description="The execution with CodePipeline's id.")
    async def execution(self, info: Info, execution_id: str) -> PipelineExecution | None:
        return await planner.one(info, tables.PipelineExecution, execution_id=execution_id)

    @strawberry.field(description="The deployment with this id.")
    async def deployment(self, info: Info, id: strawberry.ID) -> Deployment | None:
        return await planner.one(info, tables.Deployment, id=planner.key_of(id, "Deployment", "id"))

    @strawberry.field(description="The alarm with this ARN.")
    async def alarm(self, info: Info, arn: str) -> Alarm | None:
        return await planner.one(info, tables.Alarm, arn=arn)

    @strawberry.field(description="The stack, build or state machine's execution with this ARN.")
    async def work(self, info: Info, arn: str) -> Work | None:
        return await planner.one(info, tables.Work, arn=arn)

    @strawberry.field(description="The waiver of this name.")
    async def waiver(self, info: Info, name: str) -> Waiver | None:
        return await planner.one(info, tables.Waiver, name=name)

    @strawberry.field(description="The incident of this name.")
    async def incident(self, info: Info, name: str) -> Incident | None:
        return await planner.one(info, tables.Incident, name=name)

    @strawberry.field(description="The override of this name.")
    async def override(self, info: Info, name: str) -> Override | None:
        return await planner.one(info, tables.Override, name=name)

    @strawberry.field(description="The fingerprint with this id, or this digest.")
    async def fingerprint(
        self, info: Info, id: strawberry.ID | None = None, digest: str | None = None
    ) -> Fingerprint | None:
        if id is not None:
            return await planner.one(info, tables.Fingerprint, id=planner.key_of(id, "Fingerprint", "id"))
        return await planner.one(info, tables.Fingerprint, digest=digest or "")

    @strawberry.field(description="The event at this cursor.")
    async def event(self, info: Info, cursor: str) -> Event | None:
        return await planner.one(info, tables.Event, id=event_log.Cursor.parse(cursor).id)

    @strawberry.field(description="Whatever has this id.")
    async def node(self, info: Info, id: strawberry.ID) -> Node | None:
        return await planner.node(info, id)

    @strawberry.field(description="Whatever has these ids, in their order; null for one that is not there.")
    async def nodes(self, info: Info, ids: list[strawberry.ID]) -> list[Node | None]:
        return await planner.nodes(info, ids)

    @strawberry.field(
        description="Everything that a repository's pipeline needs to know at synth, in one answer."
        " `contract` is the version of the plan that the asking library speaks."
    )
    async def plan(self, info: Info, repository: str, contract: int = 1, as_of: AsOf | None = None) -> PlanResult:
        context = info.context
        try:
            async with context.database.snapshot() as session:
                found: Any = await plans.plan(session, repository, contract, context.settings.base_url, time_of(as_of))
        except (NotFound, Refused, UpgradeRequired) as problem:
            found = published(problem)
        return found
