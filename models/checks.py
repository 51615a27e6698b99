"""Which checks a wave requires, and where they look."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from uuid import UUID

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncSession

from domain.checks import is_for
from domain.words import CheckRunStatus, CheckWhen
from models.tables import Account, Check, CheckRun, Environment, Region, Service, Wave


async def checks_of_wave(session: AsyncSession, wave: Wave, service: Service, when: CheckWhen) -> Sequence[Check]:
    """The checks of the wave and of its stage that are for this service, by name.

    A check is for one service, for those that its globs match, for those of a team, or for all.
    """
    statement = (
        select(Check)
        .where(
            or_(Check.wave_id == wave.id, Check.stage_id == wave.stage_id),
            or_(Check.service_id.is_(None), Check.service_id == service.id),
            or_(Check.team_id.is_(None), Check.team_id == service.team_id),
            Check.when == when,
            Check.archived_at.is_(None),
        )
        .order_by(Check.name)
    )
    return [check for check in await session.scalars(statement) if is_for(check.services, service.name)]


async def environments_named(session: AsyncSession, names: Collection[str]) -> list[Mapping[str, str]]:
    """The environments of these names: `environment`, `account` (AWS id) and `region`, by name."""
    rows = await session.execute(
        select(Environment.name, Account.aws_id, Region.name.label("region"))
        .join(Environment.account)
        .join(Environment.region)
        .where(Environment.name.in_(names))
        .order_by(Environment.name)
    )
    return [{"environment": row.name, "account": row.aws_id, "region": row.region} for row in rows]


async def running_of(session: AsyncSession, executions: Iterable[UUID]) -> Sequence[CheckRun]:
    """The runs of these executions that have not ended, by key; held until the transaction ends."""
    statement = (
        select(CheckRun)
        .where(CheckRun.execution_id.in_(list(executions)), CheckRun.status == CheckRunStatus.RUNNING)
        .order_by(CheckRun.id)
        .with_for_update(key_share=True)
    )
    return (await session.scalars(statement)).all()
