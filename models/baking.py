"""What a bake rests on: the alarms of the team, what is known of them, and when the wave was deployed."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.words import CheckKind, CheckMode
from models.tables import (
    Account,
    Alarm,
    CheckRun,
    Deployment,
    Environment,
    Pipeline,
    PipelineExecution,
    Region,
    Service,
    Stage,
    Team,
    Wave,
)


async def deployed_from(session: AsyncSession, execution: UUID, environments: Collection[str]) -> datetime | None:
    """When an execution began to deploy to the first of the environments; None where it was not told."""
    statement = (
        select(func.min(Deployment.started_at))
        .join(Deployment.environment)
        .where(Deployment.execution_id == execution, Environment.name.in_(environments))
    )
    found: datetime | None = await session.scalar(statement)
    return found


async def team_named(session: AsyncSession, service: Service) -> str | None:
    """The name of the team that a service belongs to."""
    name: str | None = await session.scalar(select(Team.name).where(Team.id == service.team_id))
    return name


async def signals_of_team(session: AsyncSession, service: Service) -> list[tuple[str, dict[str, Any]]]:
    """(service, the `signals` of its map) for each pipeline of the team; without a team, of the service alone."""
    signals = Pipeline.structure["signals"]
    statement = (
        select(Service.name, signals)
        .join(Pipeline.service)
        .where(signals.is_not(None), Service.archived_at.is_(None), _of_team(service))
        .order_by(Service.name, Pipeline.id)
    )
    return [(name, found) for name, found in await session.execute(statement) if found]


def _of_team(service: Service) -> Any:
    return Service.team_id == service.team_id if service.team_id else Service.id == service.id


async def places_beside(session: AsyncSession, wave: Wave, names: Collection[str]) -> dict[str, tuple[str, str]]:
    """(account, Region) of those of the environments that are as the wave's are: of its stage, or of production too.

    An alarm of a test stage says nothing of production in the same Region.
    """
    own = select(Stage.production).where(Stage.id == wave.stage_id).scalar_subquery()
    statement = (
        select(Environment.name, Account.aws_id, Region.name)
        .join(Environment.account)
        .join(Environment.region)
        .join(Environment.wave)
        .join(Wave.stage)
        .where(Environment.name.in_(names), or_(Stage.id == wave.stage_id, Stage.production & own))
    )
    return {name: (account, region) for name, account, region in await session.execute(statement)}


async def alarms_named(session: AsyncSession, names: Collection[str], regions: Collection[str]) -> Sequence[Alarm]:
    """The alarms of these names in these Regions, of whichever account, as CloudWatch told of them last."""
    statement = select(Alarm).where(Alarm.name.in_(names), Alarm.region_name.in_(regions))
    return (await session.scalars(statement)).all()


async def seen_by_team(session: AsyncSession, service: Service, since: datetime) -> list[dict[str, Any]]:
    """The details of the team's blocking bakes that run, or have ended since then."""
    statement = (
        select(CheckRun.detail)
        .join(CheckRun.execution)
        .join(PipelineExecution.pipeline)
        .join(Pipeline.service)
        .where(
            CheckRun.kind == CheckKind.BAKE,
            or_(CheckRun.ended_at.is_(None), CheckRun.ended_at >= since),
            CheckRun.mode == CheckMode.BLOCKING,
            CheckRun.detail.is_not(None),
            _of_team(service),
        )
        .order_by(CheckRun.id)
    )
    return [found for found in await session.scalars(statement) if found]
