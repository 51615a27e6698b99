"""Which pipeline deploys which stack, as the registered maps of actions say."""

from __future__ import annotations

from collections.abc import Collection
from typing import NamedTuple
from uuid import UUID

from sqlalchemy import cast, func, select, tuple_
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlalchemy.ext.asyncio import AsyncSession

from models.tables import Pipeline, Service

_ACTIONS = cast("$.stages[*].actions[*]", JSONPATH)


class Deployed(NamedTuple):
    """A stack, where it is, and the service and pipeline (by ARN) that deploy it."""

    account: str
    region: str
    stack: str
    service: str
    pipeline: str


async def deployed_by_others(
    session: AsyncSession, service: UUID, stacks: Collection[tuple[str, str, str]]
) -> Deployed | None:
    """The first of the stacks (account, Region, name) that a pipeline of another service deploys; None if none is."""
    actions = func.jsonb_path_query(Pipeline.structure, _ACTIONS, type_=JSONB)
    each = (
        select(Pipeline.arn, Service.name, actions.label("action"))
        .join(Service, Service.id == Pipeline.service_id)
        .where(Pipeline.service_id != service)
        .subquery()
    )
    place = tuple(each.c.action[name].astext for name in ("account", "region", "stack"))
    statement = (
        select(*place, each.c.name, each.c.arn)
        .where(tuple_(*place).in_(sorted(stacks)))
        .order_by(*place, each.c.arn)
        .limit(1)
    )
    found = (await session.execute(statement)).one_or_none()
    return Deployed._make(found) if found else None


async def stacks_per_environment(session: AsyncSession) -> dict[str, int]:
    """The most stacks that each service has in one environment, by the maps of its pipelines."""
    actions = func.jsonb_path_query(Pipeline.structure, _ACTIONS, type_=JSONB)
    each = select(Service.name, actions.label("action")).join(Service, Service.id == Pipeline.service_id).subquery()
    environment, stack = each.c.action["environment"].astext, each.c.action["stack"].astext
    counted = (
        select(each.c.name, func.count(stack.distinct()).label("stacks"))
        .where(environment.is_not(None), stack.is_not(None))
        .group_by(each.c.name, environment)
        .subquery()
    )
    rows = await session.execute(select(counted.c.name, func.max(counted.c.stacks)).group_by(counted.c.name))
    return {row[0]: row[1] for row in rows}
