"""A company of two teams, red and blue, each with a service that goes through three stages, and all that happens there.

Every name, text and ARN of a team's has the team's name in it; `keys` has the keys of its rows. What is the company's
(stages, waves, accounts, environments) has neither.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from uuid_utils.compat import uuid7

from domain.events import EventType, Happening
from models import tables
from models.base import Base
from models.engine import Database
from models.event_log import append

TEAMS = ("red", "blue")
EXECUTIONS = {
    team: f"{letter * 8}-{letter * 4}-4{letter * 3}-8{letter * 3}-{letter * 12}"
    for team, letter in zip(TEAMS, "ab", strict=True)
}
STAGES = ("beta", "gamma", "prod")
AT = datetime(2026, 11, 20, 12, tzinfo=UTC)


@dataclass
class Company:
    """keys: of each team's rows. rows: by team and table."""

    keys: dict[str, set[UUID]] = field(default_factory=lambda: {team: set() for team in TEAMS})
    rows: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def of(self, team: str, table: type[Base]) -> list[Any]:
        """The rows of a table that are a team's."""
        return self.rows.get((team, table.__table__.name), [])  # type: ignore[attr-defined]

    def note(self, team: str, *rows: Any) -> None:
        for row in rows:
            self.keys[team].add(row.id)
            self.rows.setdefault((team, row.__table__.name), []).append(row)


async def configure(change: Any) -> None:
    """The company's configuration, one mutation after the other. change: `Graph.change`."""
    await change(
        "configureOrganisation organisation",
        name="acme",
        pipelineAccount="999999999999",
        pipelineRegion="eu-west-1",
        connectionArn="arn:aws:codeconnections:eu-west-1:999999999999:connection/0f5b706a",
        eventBusArn="arn:aws:events:eu-west-1:888888888888:event-bus/interlock",
    )
    for number, stage in enumerate(STAGES, 1):
        await change("registerAccount account", awsId=str(number) * 12, name=f"account-{stage}")
        await change("registerStage stage", name=stage, position=number, production=stage == "prod")
        await change("registerWave wave", stage=stage, name=f"{stage}-1", position=1, bakeMinutes=10)
        await change(
            "registerEnvironment environment",
            name=f"{stage}-eu",
            account=str(number) * 12,
            region="eu-west-1",
            wave=f"{stage}-1",
        )
    await change("registerCalendar calendar", name="holidays", country="DE")
    for team in TEAMS:
        await _configure_team(change, team)


async def _configure_team(change: Any, team: str) -> None:
    name = f"{team}-shop"
    await change("registerTeam team", name=team, email=f"{team}@example.com", members=[f"ann@{team}.example.com"])
    await change(
        "registerService service",
        name=name,
        repository=f"acme/{name}",
        placement=["*"],
        team=team,
        changeKind="APPLICATION",
    )
    await change(
        "registerCheck check",
        name=f"{team}-smoke",
        kind="LAMBDA",
        stage="prod",
        team=team,
        configuration={"functionName": f"{team}-smoke"},
    )
    await change("registerWindow window", name=f"{team}-hours", stage="prod", cron="0 9 * * 1-5", minutes=60, team=team)
    await change(
        "registerFreeze freeze",
        name=f"{team}-freeze",
        scope="TEAM",
        target=team,
        startsAt="2020-01-01T00:00:00Z",
        endsAt="2020-01-02T00:00:00Z",
        reason=f"{team} rests",
    )
    await change(
        "registerNotificationRoute notificationRoute",
        name=f"{team}-mail",
        channel="EMAIL",
        address=f"{team}@example.com",
        events=["pipeline.broken"],
        team=team,
    )
    await change(
        "registerPolicy policy",
        name=f"{team}-tags",
        kind="REQUIRED_TAGS",
        mode="SHADOW",
        team=team,
        configuration={"tags": {"owner": team}},
    )
    await change(
        "registerHold hold",
        name=f"{team}-hold",
        kind="VETO",
        environment="prod-eu",
        service=name,
        revision="f" * 40,
        reason=f"{team} says no",
    )


async def happen(database: Database, company: Company) -> None:
    """Everything else, as rows, with the events of all of them."""
    async with database.transaction() as session:
        for team in TEAMS:
            for table in (
                tables.Team,
                tables.Service,
                tables.Check,
                tables.Window,
                tables.Freeze,
                tables.Policy,
                tables.NotificationRoute,
                tables.Hold,
            ):
                found = await session.scalars(select(table).where(table.name.startswith(team)))  # type: ignore[attr-defined]
                company.note(team, *found)
            for row in _rows(company, team, await _places(session)):
                session.add(row)
                await session.flush()
                if hasattr(row, "id"):
                    company.note(team, row)
            await append(session, [*_events(company, team)], f"{team}-actor")


async def _places(session: AsyncSession) -> dict[str, Any]:
    """Stages, waves and environments, by name; none of these names is another's."""
    found: dict[str, Any] = {}
    for table in (tables.Stage, tables.Wave, tables.Environment):
        found |= {row.name: row for row in await session.scalars(select(table))}
    return found


def _rows(company: Company, team: str, places: dict[str, Any]) -> Iterator[Any]:
    (service,), (check,) = company.of(team, tables.Service), company.of(team, tables.Check)
    arn = f"arn:aws:codepipeline:eu-west-1:999999999999:{team}-shop"
    later = AT + timedelta(hours=1)
    yield (
        pipeline := tables.Pipeline(
            id=uuid7(),
            name=f"{team}-shop",
            arn=arn,
            account_id="9" * 12,
            region_name="eu-west-1",
            service_id=service.id,
        )
    )
    yield (
        execution := tables.PipelineExecution(
            id=uuid7(),
            pipeline_id=pipeline.id,
            execution_id=EXECUTIONS[team],
            status="FAILED",
            attempt=1,
            revision=_revision(team),
            commit_message=f"{team} changes",
            author=f"{team}-author",
            started_at=AT,
            ended_at=later,
        )
    )
    yield (fingerprint := tables.Fingerprint(id=uuid7(), digest=f"{team}-digest", kind="CHECK", text=f"{team} broke"))
    yield (
        incident := tables.Incident(
            id=uuid7(),
            name=f"{team}-incident",
            title=f"{team} is down",
            severity="MAJOR",
            service_id=service.id,
            started_at=AT,
            declared_at=AT,
            declared_by=f"{team}-person",
        )
    )
    yield (
        override := tables.Override(
            id=uuid7(),
            name=f"{team}-override",
            service_id=service.id,
            incident_id=incident.id,
            reason=f"{team} must",
            granted_by=f"{team}-person",
            granted_at=AT,
            expires_at=later,
        )
    )
    yield tables.Waiver(
        id=uuid7(),
        name=f"{team}-waiver",
        rule="BAKE_TIME",
        service_id=service.id,
        reason=f"{team} waives",
        granted_by=f"{team}-person",
        granted_at=AT,
        expires_at=later,
    )
    for number, stage in enumerate(STAGES):
        wave, environment = places[f"{stage}-1"], places[f"{stage}-eu"]
        yield (
            deployment := tables.Deployment(
                id=uuid7(),
                service_id=service.id,
                environment_id=environment.id,
                execution_id=execution.id,
                revision=_revision(team),
                status="FAILED" if stage == "prod" else "SUCCEEDED",
                reason=f"{team} reason {stage}",
                started_at=AT,
                ended_at=later,
            )
        )
        yield (
            staged := tables.StageExecution(
                id=uuid7(),
                execution_id=execution.id,
                name=f"{team}-{stage}",
                position=number,
                status="FAILED",
                started_at=AT,
                ended_at=later,
                stage_id=places[stage].id,
                wave_id=wave.id,
            )
        )
        stack = f"arn:aws:cloudformation:eu-west-1:{number + 1:012}:stack/{team}-{stage}/1"
        yield tables.Work(
            id=uuid7(),
            arn=stack,
            kind="STACK",
            account_id=f"{number + 1:012}",
            region_name="eu-west-1",
            name=f"{team}-{stage}",
            status="FAILED",
            state="ROLLBACK_COMPLETE",
            started_at=AT,
            cause=f"{team} cause",
            failures=[],
        )
        yield (
            action := tables.ActionExecution(
                id=uuid7(),
                stage_execution_id=staged.id,
                name=f"{team}-deploy",
                position=0,
                kind="DEPLOY",
                provider="CloudFormation",
                category="Deploy",
                status="FAILED",
                started_at=AT,
                ended_at=later,
                work_arn=stack,
                summary=f"{team} summary",
                environment_id=environment.id,
                deployment_id=deployment.id,
            )
        )
        yield (
            run := tables.CheckRun(
                id=uuid7(),
                name=f"{team}-smoke",
                subject=environment.name,
                kind="LAMBDA",
                when="AFTER",
                mode="BLOCKING",
                timeout_minutes=5,
                configuration={"functionName": f"{team}-smoke"},
                part=wave.name,
                status="FAILED",
                cause=f"{team} check",
                started_at=AT,
                ended_at=later,
                check_id=check.id,
                execution_id=execution.id,
                wave_id=wave.id,
            )
        )
        yield tables.Failure(
            id=uuid7(),
            kind="CHECK",
            cause=f"{team} failed in {stage}",
            account_id="1" * 12,
            region_name="eu-west-1",
            run=f"{team}-{stage}",
            attempt=1,
            occurred_at=later,
            execution_id=execution.id,
            stage_execution_id=staged.id,
            action_execution_id=action.id,
            environment_id=environment.id,
            deployment_id=deployment.id,
            service_id=service.id,
            fingerprint_id=fingerprint.id,
        )
        yield tables.IncidentLink(
            id=uuid7(),
            incident_id=incident.id,
            deployment_id=deployment.id,
            role="CAUSE",
            linked_at=AT,
            linked_by=f"{team}-person",
            reason=f"{team} link",
        )
        yield tables.OverrideUse(
            id=uuid7(),
            override_id=override.id,
            execution_id=execution.id,
            wave_id=wave.id,
            environment_id=environment.id,
            used_at=AT,
            blockers=[{"sentence": team}],
        )
        yield tables.Forecast(
            id=uuid7(),
            execution_id=execution.id,
            wave_id=wave.id,
            part=wave.name,
            position=number,
            milestone="REACHED",
            made_at=AT,
            expected_at=later,
        )
        yield tables.WaveEntry(
            id=uuid7(),
            execution_id=execution.id,
            stage=f"{team}-{stage}",
            wave_id=wave.id,
            part=wave.name,
            attempt=1,
            decision="PROCEED",
            blockers=[],
            observations=[],
            since=AT,
            asked_at=AT,
        )
        yield tables.DrillCertificate(
            id=uuid7(),
            service_id=service.id,
            stage_id=places[stage].id,
            execution_id=execution.id,
            check_run_id=run.id,
            upgrade_to=_revision(team),
            downgrade_to=f"{team}-before",
            target=f"{team}-target",
            began_at=AT,
        )
        yield tables.Envelope(
            id=uuid7(),
            event_id=f"{team}-{stage}-stack",
            detail_type="CloudFormation Stack Status Change",
            subject=stack,
            time=AT,
            body={"of": team},
        )
    yield (
        alarm := tables.Alarm(
            id=uuid7(),
            arn=f"arn:aws:cloudwatch:eu-west-1:{'1' * 12}:alarm:{team}",
            account_id="1" * 12,
            region_name="eu-west-1",
            name=f"{team}-faults",
            state="ALARM",
            reason=f"{team} fails",
            changed_at=AT,
        )
    )
    yield tables.AlarmChange(id=uuid7(), alarm_id=alarm.id, state="ALARM", reason=f"{team} fails", changed_at=AT)
    yield tables.Envelope(
        id=uuid7(),
        event_id=f"{team}-pipeline",
        detail_type="CodePipeline Pipeline Execution State Change",
        pipeline_arn=arn,
        execution_id=EXECUTIONS[team],
        time=AT,
        body={"of": team},
    )
    yield tables.RunEnd(
        execution_id=execution.id, attempt=1, ended_at=later, pipeline_id=pipeline.id, kind="STANDARD", result="failure"
    )
    yield tables.ExecutionPoll(execution_id=execution.id, next_at=AT, cause=f"{team} poll")
    yield tables.PipelineStart(id=uuid7(), pipeline_id=pipeline.id, asked_at=AT, asked_by=f"{team}-person", next_at=AT)
    yield tables.SetAside(id=uuid7(), message_id=f"{team}-message", reason=f"{team} reason", body=f"{team} body")


def _events(company: Company, team: str) -> Iterator[Happening]:
    """An event about every row, with what its payload names."""
    kinds = {
        tables.PipelineExecution: EventType.EXECUTION_CHANGED,
        tables.StageExecution: EventType.STAGE_CHANGED,
        tables.ActionExecution: EventType.ACTION_CHANGED,
        tables.Deployment: EventType.DEPLOYMENT_CHANGED,
        tables.CheckRun: EventType.CHECK_RUN_CHANGED,
        tables.Failure: EventType.FAILURE_EXPLAINED,
        tables.Incident: EventType.INCIDENT_DECLARED,
        tables.Override: EventType.OVERRIDE_GRANTED,
        tables.Waiver: EventType.WAIVER_GRANTED,
        tables.Alarm: EventType.ALARM_CHANGED,
        tables.Work: EventType.WORK_CHANGED,
        tables.SetAside: EventType.ENVELOPE_SET_ASIDE,
        tables.Pipeline: EventType.PIPELINE_REGISTERED,
    }
    arn = f"arn:aws:codepipeline:eu-west-1:999999999999:{team}-shop"
    for table, type_ in kinds.items():
        for number, row in enumerate(company.of(team, table)):
            stage = STAGES[number % len(STAGES)]
            payload = {"service": f"{team}-shop", "pipeline": f"{team}-shop", "pipelineArn": arn}
            payload |= {"environment": f"{stage}-eu"} if table in (tables.Deployment, tables.Failure) else {}
            payload |= {"subject": f"{stage}-eu", "wave": f"{stage}-1"} if table is tables.CheckRun else {}
            if table in (tables.Alarm, tables.Work, tables.SetAside):
                payload = {"of": team, "account": "1" * 12}
            yield Happening(type_, table.__name__, row.id, payload)


def _revision(team: str) -> str:
    return {"red": "aa", "blue": "bb"}[team] * 20
