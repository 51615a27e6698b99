"""What a plan is made of, in one statement."""

from __future__ import annotations

from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.dialects.postgresql import aggregate_order_by
from sqlalchemy.ext.asyncio import AsyncConnection

from models.tables import Account, Check, Environment, Organisation, Region, Service, Stage, Wave, placement


async def facts(reader: AsyncConnection, repository: str) -> dict[str, Any] | None:
    """The service of a repository, the organisation's settings, its environments in order, and the checks.

    None when there is no such service. `organisation` is None when nothing was configured. Each environment has its
    stage's and wave's values; each check names the stage or the wave that requires it.
    """
    statement = select(
        Service.name,
        Service.repository,
        Service.branch,
        Service.connection_arn,
        Service.placement,
        _organisation().label("organisation"),
        _environments().label("environments"),
        _checks().label("checks"),
    ).where(Service.repository == repository)
    row = (await reader.execute(statement)).mappings().one_or_none()
    return dict(row) if row else None


def _organisation() -> ColumnElement[Any]:
    names = ("pipeline_account", "pipeline_region", "connection_arn", "event_bus_arn")
    parts = [part for name in names for part in (name, getattr(Organisation, name))]
    return select(func.json_build_object(*parts)).scalar_subquery()


def _environments() -> ColumnElement[Any]:
    parts = {
        "stage": Stage.name,
        "production": Stage.production,
        "wave": Wave.name,
        "bake_minutes": Wave.bake_minutes,
        "minimum_data_points": Wave.minimum_data_points,
        "name": Environment.name,
        "kind": Environment.kind,
        "account": Account.aws_id,
        "region": Region.name,
    }
    one = func.json_build_object(*(part for pair in parts.items() for part in pair))
    in_order = aggregate_order_by(one, Stage.position, Wave.position, Wave.id, Environment.name)
    statement = (
        select(func.coalesce(func.json_agg(in_order), func.json_build_array()))
        .select_from(placement)
        .join(Environment, Environment.id == placement.c.environment_id)
        .join(Environment.wave)
        .join(Wave.stage)
        .join(Environment.account)
        .join(Environment.region)
        .where(placement.c.service_id == Service.id)
    )
    return statement.correlate(Service).scalar_subquery()


def _checks() -> ColumnElement[Any]:
    parts = {
        "stage": Stage.name,
        "wave": Wave.name,
        "name": Check.name,
        "kind": Check.kind,
        "when": Check.when,
        "mode": Check.mode,
        "timeout_minutes": Check.timeout_minutes,
        "configuration": Check.configuration,
    }
    one = func.json_build_object(*(part for pair in parts.items() for part in pair))
    statement = (
        select(func.coalesce(func.json_agg(aggregate_order_by(one, Check.name)), func.json_build_array()))
        .select_from(Check)
        .outerjoin(Check.stage)
        .outerjoin(Check.wave)
        .where(or_(Check.service_id.is_(None), Check.service_id == Service.id))
    )
    return statement.correlate(Service).scalar_subquery()
