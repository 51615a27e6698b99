"""The trace of an execution: spans as OpenTelemetry has them, live."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.scalars import JSON

from domain import spans
from domain.words import SpanKind, SpanRelation, SpanStatus
from graph.planner.paging import LARGEST_PAGE
from resolvers import traces

SPANS = LARGEST_PAGE
"""How many objects a trace counts for: a large pipeline's has some hundred spans."""


@strawberry.type(description="Another execution's run, or that of an earlier attempt, and what it is to this one.")
class SpanLink:
    trace_id: str
    span_id: str
    execution_id: str = strawberry.field(description="CodePipeline's id of that execution: `execution` finds it.")
    relation: SpanRelation


@strawberry.type(description="Something that was done, and when.")
class Span:
    span_id: str = strawberry.field(description="16 hex digits that everyone can derive: docs/tracing.md.")
    parent_id: str | None = strawberry.field(description="The span that it is a part of; null for the run.")
    name: str
    kind: SpanKind
    started_at: datetime
    ended_at: datetime | None = strawberry.field(description="Null while it has not ended.")
    status: SpanStatus
    status_message: str | None = strawberry.field(description="Why it failed, where that is known.")
    attributes: JSON = strawberry.field(description="By name, as they are sent to a collector: docs/tracing.md.")
    links: list[SpanLink]


@strawberry.type(description="What was done, from the source to the last environment, as it stands now.")
class Trace:
    trace_id: str = strawberry.field(description="The execution's id without hyphens, 32 hex digits.")
    spans: list[Span] = strawberry.field(description="The run first, then by start.")


async def of_executions(session: AsyncSession, rows: Sequence[Any]) -> list[Any]:
    """rows: with the execution's key as `id`, and CodePipeline's id of it."""
    found = await traces.of_executions(session, [UUID(row.id) for row in rows])
    return [_trace(row.execution_id, of_row) for row, of_row in zip(rows, found, strict=True)]


async def of_deployments(session: AsyncSession, rows: Sequence[Any]) -> list[Any]:
    """rows: with the keys of the execution and the environment."""
    keys = [(UUID(row.execution_id), UUID(row.environment_id)) for row in rows]
    found = await traces.of_deployments(session, keys)
    return [_trace(of_row[0].trace_id, of_row) if of_row else None for of_row in found]


async def of_check_runs(session: AsyncSession, rows: Sequence[Any]) -> list[Any]:
    """rows: with the check run's key as `id`."""
    found = await traces.of_check_runs(session, [UUID(row.id) for row in rows])
    return [found[UUID(row.id)] for row in rows]


def _trace(id_: str, found: Sequence[spans.Span]) -> dict[str, Any]:
    return {"trace_id": id_.replace("-", ""), "spans": [_span(span) for span in found]}


def _span(span: spans.Span) -> dict[str, Any]:
    return {
        "span_id": span.span_id,
        "parent_id": span.parent_id,
        "name": span.name,
        "kind": span.kind,
        "started_at": span.started_at,
        "ended_at": span.ended_at,
        "status": SpanStatus.UNSET if span.failure is None else SpanStatus.ERROR,
        "status_message": span.failure or None,
        "attributes": dict(span.attributes),
        "links": [_link(link) for link in span.links],
    }


def _link(link: spans.SpanLink) -> dict[str, Any]:
    return {
        "trace_id": link.trace_id,
        "span_id": link.span_id,
        "execution_id": str(UUID(link.trace_id)),
        "relation": link.relation,
    }
