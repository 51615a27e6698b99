"""The pipelines of services."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import Pipeline, Service


async def services_with_pipelines(session: AsyncSession) -> Sequence[str]:
    """The names of the services of which a pipeline was registered: one of another CI system never is."""
    registered = select(Service.name).join(Service.pipelines).where(Pipeline.registered_at.is_not(None))
    return (await session.scalars(registered.distinct())).all()


async def of_services(session: AsyncSession, names: Sequence[str]) -> list[tuple[str, Pipeline]]:
    """The registered pipelines of these services, in the order of their ARNs, held until the transaction ends."""
    statement = select(Service.name, Pipeline).join(Pipeline.service).where(Service.name.in_(names))
    statement = statement.where(Pipeline.registered_at.is_not(None))
    rows = await session.execute(statement.order_by(Pipeline.arn).with_for_update(of=Pipeline))
    return [(row[0], row[1]) for row in rows]
