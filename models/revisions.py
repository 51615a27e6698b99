"""The SQL of revisions: what a service's pipelines have seen, each commit once, when they saw it first.

A rollback shows a pipeline nothing that it had not seen before, so only STANDARD executions count.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeAlias

from sqlalchemy import ColumnElement, DateTime, ScalarSelect, cast, func, literal, or_, select, tuple_
from sqlalchemy.orm import aliased

from domain.words import DeploymentStatus, ExecutionKind
from models.tables import Deployment, Pipeline, PipelineExecution

Alias: TypeAlias = Any
"""A mapped class under an alias (`sqlalchemy.orm.aliased`)."""
Rows = tuple[Sequence[ColumnElement[bool]], Sequence[ColumnElement[Any]]]
"""Which rows, and in which order."""


def of_service(execution: Alias, service: Alias) -> Rows:
    """The executions in which the service's pipelines saw a revision first, the newest first."""
    return _first_seen(execution, service.id), _newest_first(execution)


def of_deployment(execution: Alias, deployment: Alias) -> Rows:
    """Those of the revisions that a deployment brings to its environment, beyond what was there before it.

    What came before is the last deployment there that had succeeded when this one began. A return to an earlier
    revision brings none.
    """
    own: Alias = aliased(PipelineExecution)
    began = select(own.started_at).where(own.id == deployment.execution_id).correlate_except(own).scalar_subquery()
    before: Alias = aliased(Deployment)
    there = (
        select(before.revision)
        .where(
            before.service_id == deployment.service_id,
            before.environment_id == deployment.environment_id,
            before.status == DeploymentStatus.SUCCEEDED,
            before.id != deployment.id,
            or_(deployment.started_at.is_(None), before.ended_at <= deployment.started_at),
        )
        .order_by(before.ended_at.desc())
        .limit(1)
        .correlate_except(before)
        .scalar_subquery()
    )
    until = func.coalesce(_seen(deployment, deployment.revision), began)
    since = func.coalesce(_seen(deployment, there), cast(literal("-infinity"), DateTime(timezone=True)))
    brought = (execution.started_at <= until, execution.started_at > since)
    return [*_first_seen(execution, deployment.service_id), *brought], _newest_first(execution)


def _newest_first(execution: Alias) -> Sequence[ColumnElement[Any]]:
    return execution.started_at.desc(), execution.id.desc()


def _first_seen(execution: Alias, service: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    """Of the service's executions those before which none was of the same revision."""
    earlier: Alias = aliased(PipelineExecution)
    place = tuple_(execution.started_at, execution.id)
    known = (
        select(earlier.id)
        .where(*_seeing(earlier, service), earlier.revision == execution.revision)
        .where(tuple_(earlier.started_at, earlier.id) < place)
    )
    return [*_seeing(execution, service), execution.started_at.is_not(None), ~known.correlate_except(earlier).exists()]


def _seeing(execution: Alias, service: ColumnElement[Any]) -> list[ColumnElement[bool]]:
    pipeline: Alias = aliased(Pipeline)
    own = select(pipeline.id).where(pipeline.service_id == service).correlate_except(pipeline)
    return [
        execution.pipeline_id.in_(own),
        execution.kind == ExecutionKind.STANDARD,
        execution.revision.is_not(None),
    ]


def _seen(deployment: Alias, revision: Any) -> ScalarSelect[Any]:
    """When the deployment's service saw a revision first."""
    execution: Alias = aliased(PipelineExecution)
    seen = select(func.min(execution.started_at)).where(
        *_seeing(execution, deployment.service_id), execution.revision == revision
    )
    return seen.correlate_except(execution).scalar_subquery()
