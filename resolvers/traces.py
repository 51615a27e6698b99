"""The traces of executions and deployments as they stand, live, and where the spans of checks go."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import history, spans
from domain.spans import Span
from models import histories


@dataclass(frozen=True, slots=True)
class Trace:
    """A trace as it stands. spans: none while nothing has begun."""

    trace_id: str
    spans: tuple[Span, ...]


async def of_executions(session: AsyncSession, keys: Sequence[UUID]) -> list[Trace]:
    """The trace of each execution, ended or not."""
    found = await histories.load_many(session, sorted(set(keys)))
    return [_trace(found[key]) for key in keys]


async def of_deployments(session: AsyncSession, keys: Sequence[tuple[UUID, UUID]]) -> list[Trace]:
    """The part of a trace that leads from the source to an environment. keys: an execution's and the environment's."""
    found = await histories.load_many(session, sorted({execution for execution, _ in keys}))
    names = await histories.environment_names(session, sorted({environment for _, environment in keys}))
    return [_trace(found[execution], towards=names[environment]) for execution, environment in keys]


def _trace(execution: history.PipelineExecution, towards: str | None = None) -> Trace:
    return Trace(spans.trace_id(execution.execution_id), spans.live(execution, towards))


async def of_check_runs(session: AsyncSession, keys: Sequence[UUID]) -> Mapping[UUID, str]:
    """What each check run is given as `traceparent`."""
    return await histories.traceparents(session, sorted(set(keys)))
