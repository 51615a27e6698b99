"""Constructed histories of delivery: executions, deployments and checks, as rows, at the times that are said.

The organisation is `tests.fleet`'s, with a second service. Times are minutes after BEGIN.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from uuid_utils.compat import uuid7

from domain.configuration.kinds import Kind
from domain.words import (
    ActionKind,
    CheckKind,
    CheckMode,
    CheckRunStatus,
    CheckWhen,
    DeploymentStatus,
    ExecutionKind,
    ExecutionStatus,
)
from models.engine import Database
from models.tables import (
    ActionExecution,
    CheckRun,
    Deployment,
    Environment,
    Pipeline,
    PipelineExecution,
    Service,
    Stage,
    StageExecution,
    Wave,
)
from tests.configuring import register
from tests.fleet import register_fleet

BEGIN = datetime(2024, 11, 4, tzinfo=UTC)
"""A Monday, at midnight, that is past wherever these tests run."""
EU, US, AP = "prod-eu-west-1", "prod-us-east-1", "prod-ap-south-1"


def at(minutes: float) -> datetime:
    """So many minutes after the beginning."""
    return BEGIN + timedelta(minutes=minutes)


@dataclass
class History:
    """Adds to the history of a database. executions, deployments: keys, by the names that the history gives them."""

    database: Database
    executions: dict[str, UUID] = field(default_factory=dict)
    deployments: dict[tuple[str, str], UUID] = field(default_factory=dict)

    async def begin(self) -> History:
        """The fleet, whose stage prod is production, and a pipeline for each of the services payments and orders."""
        async with self.database.transaction() as session:
            await register(session, Kind.TEAM, name="money")
            await register_fleet(session)
            await register(session, Kind.SERVICE, name="orders", repository="acme/orders", placement=["*"])
            await session.execute(update(Stage).where(Stage.name == "prod").values(production=True))
            for name, key in (await session.execute(select(Service.name, Service.id))).all():
                arn = f"arn:aws:codepipeline:eu-west-1:999999999999:{name}"
                given = {"account_id": "9" * 12, "region_name": "eu-west-1", "service_id": key}
                session.add(Pipeline(name=name, arn=arn, **given))
        return self

    async def run(
        self,
        name: str,
        *reached: tuple[str, float, DeploymentStatus | None],
        service: str = "payments",
        revision: str | None = None,
        committed: float | None = None,
        rolls_back_to: str | None = None,
        rollback: bool = False,
        before_deploying: bool = False,
        began: float | None = None,
        came_to: ExecutionStatus = ExecutionStatus.SUCCEEDED,
        **commit: Any,
    ) -> UUID:
        """An execution, by name. reached: environments, when each deployment ended, and how; it began a minute before.

        before_deploying: what failed did so while its change set was made. began: when it did; unknown where nothing
        is said. commit: what else is known of it.
        """
        async with self.database.transaction() as session:
            pipeline = (await session.scalars(select(Pipeline).where(Pipeline.name == service))).one()
            execution = PipelineExecution(
                id=uuid7(),
                pipeline_id=pipeline.id,
                execution_id=name,
                kind=ExecutionKind.ROLLBACK if rollback or rolls_back_to else ExecutionKind.STANDARD,
                status=came_to,
                attempt=1,
                revision=revision or (None if rolls_back_to else f"revision-of-{name}"),
                committed_at=None if committed is None else at(committed),
                rollback_target=rolls_back_to,
                started_at=None if began is None else at(began),
                **commit,
            )
            stage = StageExecution(
                id=uuid7(), execution_id=execution.id, name="prod", position=1, status=ExecutionStatus.SUCCEEDED
            )
            session.add(execution)
            await session.flush()
            session.add(stage)
            await session.flush()
            self.executions[name] = execution.id
            for position, (environment, ended, status) in enumerate(reached):
                deployment = await self._deployment(session, execution, environment, ended, status, pipeline)
                self.deployments[name, environment] = deployment.id
                if status is DeploymentStatus.FAILED:
                    kind = ActionKind.PREPARE if before_deploying else ActionKind.DEPLOY
                    session.add(_action(stage, deployment, position, kind))
        return execution.id

    async def _deployment(
        self,
        session: Any,
        execution: PipelineExecution,
        environment: str,
        ended: float,
        status: DeploymentStatus | None,
        pipeline: Pipeline,
    ) -> Deployment:
        place = (await session.scalars(select(Environment).where(Environment.name == environment))).one()
        pending = status is DeploymentStatus.PENDING
        deployment = Deployment(
            id=uuid7(),
            service_id=pipeline.service_id,
            environment_id=place.id,
            execution_id=execution.id,
            revision=execution.revision,
            status=status or DeploymentStatus.SUCCEEDED,
            started_at=None if pending else at(ended - 1),
            ended_at=None if pending or status is DeploymentStatus.IN_PROGRESS else at(ended),
        )
        session.add(deployment)
        await session.flush()
        return deployment

    async def check(
        self, name: str, execution: str, subject: str, ended: float, status: CheckRunStatus, **given: Any
    ) -> UUID:
        """A run of a check after the wave prod-1, of the execution of that name."""
        async with self.database.transaction() as session:
            wave = (await session.scalars(select(Wave).where(Wave.name == "prod-1"))).one()
            run = CheckRun(
                id=uuid7(),
                **{
                    "name": name,
                    "subject": subject,
                    "kind": CheckKind.ALARM,
                    "when": CheckWhen.AFTER,
                    "mode": CheckMode.BLOCKING,
                    "timeout_minutes": 60,
                    "configuration": {},
                    "part": "prod-1",
                    "status": status,
                    "started_at": at(ended - 1),
                    "ended_at": at(ended),
                    "execution_id": self.executions[execution],
                    "wave_id": wave.id,
                    **given,
                },
            )
            session.add(run)
        return run.id


def _action(stage: StageExecution, deployment: Deployment, position: int, kind: ActionKind) -> ActionExecution:
    return ActionExecution(
        id=uuid7(),
        stage_execution_id=stage.id,
        name=f"action-{position}",
        position=position,
        kind=kind,
        provider="CloudFormation",
        category="Deploy",
        status=ExecutionStatus.FAILED,
        deployment_id=deployment.id,
        environment_id=deployment.environment_id,
    )
