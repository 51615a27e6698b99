"""The SQL of safety scores: what pipelines have registered, as it is audited, and the waivers that there are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import Integer, Select, cast, func, not_, or_, select, update
from sqlalchemy.dialects.postgresql import distinct_on
from sqlalchemy.ext.asyncio import AsyncSession

from domain.safety.audited import Registered, registered
from domain.safety.score import Waiver
from models import tables
from models.tables import Pipeline, Service, Stage, Wave

NUMBERED = "waiver-"


async def pipelines(session: AsyncSession, services: Collection[str] | None = None) -> dict[str, list[Registered]]:
    """The registered pipelines of these services, or of all, by service: one statement."""
    statement = (
        select(Service.name, Pipeline.name, Pipeline.audited, Pipeline.stale_at)
        .join(Pipeline.service)
        .where(Pipeline.registered_at.is_not(None), Pipeline.audited.is_not(None))
        .order_by(Pipeline.arn)
    )
    if services is not None:
        statement = statement.where(Service.name.in_(services))
    found: dict[str, list[Registered]] = defaultdict(list)
    for service, name, kept, stale_at in await session.execute(statement):
        found[service].append(registered(name, kept, stale_at))
    return dict(found)


async def other_pipelines(session: AsyncSession, service: UUID, pipeline: UUID) -> list[Registered]:
    """The registered pipelines of a service but for one."""
    statement = (
        select(Pipeline.name, Pipeline.audited, Pipeline.stale_at)
        .where(Pipeline.service_id == service, Pipeline.id != pipeline, Pipeline.registered_at.is_not(None))
        .where(Pipeline.audited.is_not(None))
        .order_by(Pipeline.arn)
    )
    return [registered(*row) for row in await session.execute(statement)]


async def waivers(session: AsyncSession) -> list[Waiver]:
    """The waivers that have or had effect, and were not revoked; of equal ones the last to expire: one statement."""
    kept = tables.Waiver
    scope = (kept.rule, kept.service_id, kept.stage_id, kept.wave_id)
    confirmed = or_(not_(kept.needs_confirmation), kept.confirmed_at.is_not(None))
    statement = _named().ext(distinct_on(*scope)).where(kept.revoked_at.is_(None), confirmed)
    statement = statement.order_by(*scope, kept.expires_at.desc())
    return [Waiver(*row) for row in await session.execute(statement)]


def _named() -> Select[*tuple[Any, ...]]:
    """The columns of a domain's Waiver, in its order."""
    kept = tables.Waiver
    return (
        select(
            kept.name,
            kept.rule,
            Service.name,
            Stage.name,
            Wave.name,
            kept.reason,
            kept.granted_by,
            kept.granted_at,
            kept.expires_at,
        )
        .outerjoin(kept.service)
        .outerjoin(kept.stage)
        .outerjoin(kept.wave)
    )


async def next_name(session: AsyncSession) -> str:
    """`waiver-` and one more than the largest number that was given; the caller has the turn."""
    number = cast(func.substr(tables.Waiver.name, len(NUMBERED) + 1), Integer)
    return f"{NUMBERED}{(await session.scalar(select(func.max(number))) or 0) + 1}"


class Expired(NamedTuple):
    """A waiver whose time is over, which nobody was told of."""

    id: UUID
    waiver: Waiver


async def expired(session: AsyncSession, at: datetime) -> Sequence[Expired]:
    """The waivers that have expired and were not told of, the first first."""
    kept = tables.Waiver
    statement = (
        _named()
        .add_columns(kept.id)
        .where(kept.expires_at <= at, kept.revoked_at.is_(None), kept.told_at.is_(None))
        .order_by(kept.expires_at, kept.id)
        .with_for_update(of=kept, skip_locked=True)
    )
    return [Expired(id_, Waiver(*row)) for *row, id_ in await session.execute(statement)]


async def mark_told(session: AsyncSession, ids: Collection[UUID], at: datetime) -> None:
    """People were told that these have expired."""
    if ids:
        await session.execute(update(tables.Waiver).where(tables.Waiver.id.in_(ids)).values(told_at=at))


async def service_ids(session: AsyncSession, names: Collection[str]) -> dict[str, UUID]:
    """The keys of these services' rows."""
    rows = await session.execute(select(Service.name, Service.id).where(Service.name.in_(names)))
    return {row[0]: row[1] for row in rows}
