"""The pipelines of services."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import Pipeline, Service


async def services_with_pipelines(session: AsyncSession) -> Sequence[str]:
    """The names of the services of which a pipeline was registered."""
    return (await session.scalars(select(Service.name).join(Service.pipelines).distinct())).all()


async def of_services(session: AsyncSession, names: Sequence[str]) -> list[tuple[str, Pipeline]]:
    """The pipelines of these services, in the order of their ARNs, held until the transaction ends."""
    statement = select(Service.name, Pipeline).join(Pipeline.service).where(Service.name.in_(names))
    rows = await session.execute(statement.order_by(Pipeline.arn).with_for_update(of=Pipeline))
    return [(row[0], row[1]) for row in rows]
