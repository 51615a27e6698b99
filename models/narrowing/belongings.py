"""What each row is of, as `domain.sight` needs it: all of it, a statement for each table."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import aliased

from domain.configuration.kinds import Kind
from domain.permissions import Target
from domain.sight import Belongings, Rule, frozen
from models.tables import (
    Account,
    Change,
    Check,
    Environment,
    Freeze,
    NotificationRoute,
    Policy,
    Service,
    Stage,
    Team,
    Wave,
    Window,
)


async def load(session: AsyncSession) -> Belongings:
    """All of it, archived rows too; under one snapshot."""
    last = select(Change.id).order_by(Change.number.desc()).limit(1)
    return Belongings(
        change=await session.scalar(last),
        services=await _services(session),
        **await _environments(session),
        stages=await _pairs(session, Stage.id, Stage.name),
        accounts=await _pairs(session, Account.id, Account.aws_id),
        teams=await _pairs(session, Team.id, Team.name),
        rules=await _rules(session),
    )


async def _pairs(session: AsyncSession, key: Any, value: Any) -> dict[UUID, str]:
    return {row[0]: row[1] for row in await session.execute(select(key, value))}


async def _services(session: AsyncSession) -> dict[UUID, Target]:
    statement = select(Service.id, Service.name, Team.name).outerjoin(Team, Service.team_id == Team.id)
    return {key: Target(team=team, service=name) for key, name, team in await session.execute(statement)}


async def _environments(session: AsyncSession) -> dict[str, Any]:
    statement = (
        select(Environment.id, Environment.name, Stage.name, Account.aws_id, Team.name)
        .join(Wave, Environment.wave_id == Wave.id)
        .join(Stage, Wave.stage_id == Stage.id)
        .join(Account, Environment.account_id == Account.id)
        .outerjoin(Team, Environment.team_id == Team.id)
    )
    rows = (await session.execute(statement)).all()
    return {
        "environments": {key: Target(team=team, stage=stage, account=id_) for key, _, stage, id_, team in rows},
        "names": {key: name for key, name, *_ in rows},
    }


async def _rules(session: AsyncSession) -> dict[UUID, Rule]:
    """Checks, windows, policies, routes and freezes."""
    found: dict[UUID, Rule] = {}
    tables = {
        Kind.CHECK: Check,
        Kind.WINDOW: Window,
        Kind.POLICY: Policy,
        Kind.NOTIFICATION_ROUTE: NotificationRoute,
    }
    for kind, table in tables.items():
        found |= await _of(session, kind, table)
    freezes = select(Freeze.id, Freeze.scope, Freeze.target, Freeze.name)
    return found | {row.id: frozen(row.scope, row.target, row.name) for row in await session.execute(freezes)}


async def _of(session: AsyncSession, kind: Kind, table: Any) -> dict[UUID, Rule]:
    """Rules of one kind, with what they say of a service, a team, and a stage: their own, or their wave's."""
    direct, through = aliased(Stage), aliased(Stage)
    columns = [table.id, table.name, table.services, Team.name]
    statement = select(*columns).outerjoin(Team, table.team_id == Team.id)
    if hasattr(table, "service_id"):
        statement = statement.add_columns(Service.name.label("service")).outerjoin(
            Service, table.service_id == Service.id
        )
    if hasattr(table, "stage_id"):
        statement = statement.add_columns(direct.name.label("stage")).outerjoin(direct, table.stage_id == direct.id)
    if hasattr(table, "wave_id"):
        statement = statement.add_columns(through.name.label("wave_stage"))
        statement = statement.outerjoin(Wave, table.wave_id == Wave.id).outerjoin(through, Wave.stage_id == through.id)
    found = {}
    for row in await session.execute(statement):
        key, name, globs, team = row[:4]
        told = row._mapping  # noqa: SLF001 - SQLAlchemy's public name for it
        stage = told.get("stage") or told.get("wave_stage")
        found[key] = Rule(kind, name, tuple(globs), told.get("service"), team, stage)
    return found
