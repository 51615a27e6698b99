"""The traces of executions and deployments as they stand, live, and where the spans of checks go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import spans
from domain.spans import Span
from models import histories


async def of_executions(session: AsyncSession, keys: Sequence[UUID]) -> list[tuple[Span, ...]]:
    """The spans of each execution, ended or not; none where nothing has begun."""
    found = await histories.load_many(session, sorted(set(keys)))
    return [spans.live(found[key]) if key in found else () for key in keys]


async def of_deployments(session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]) -> list[tuple[Span, ...]]:
    """The spans on the way from the source to an environment. keys: an execution's and the environment's, each."""
    found = await histories.load_many(session, sorted({execution for execution, _ in keys}))
    names = await histories.environment_names(session, sorted({environment for _, environment in keys}))
    return [
        spans.live(found[execution], towards=names[environment]) if execution in found else ()
        for execution, environment in keys
    ]


async def of_check_runs(session: AsyncSession, keys: Sequence[UUID]) -> Mapping[UUID, str]:
    """What each check run is given as `traceparent`."""
    return await histories.traceparents(session, sorted(set(keys)))
