"""Why things failed: a row for each failed run of an action or a check, and what equal failures have in common."""

from __future__ import annotations

from datetime import datetime
from functools import cache
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, Subquery, UniqueConstraint, and_, func, or_, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, column_property, foreign, mapped_column, relationship, remote

from domain.words import DeploymentStatus, ExecutionKind, ExecutionStatus, FailureKind
from models.base import Base
from models.tables import columns
from models.tables.checks import CheckRun
from models.tables.executions import ActionExecution, Deployment, PipelineExecution, StageExecution
from models.tables.fleet import Environment
from models.tables.services import Service


@cache
def _seen(what: str) -> Subquery:
    """(fingerprint_id, service_id) or (fingerprint_id, environment_id): where failures with a fingerprint were seen."""
    column = Failure.__table__.c[f"{what}_id"]
    seen = select(Failure.fingerprint_id, column).where(column.is_not(None)).distinct()
    return seen.subquery(f"seen_{what}")


class Fingerprint(Base):
    """What equal failures have in common. text: the cause without what is particular to one of them."""

    __tablename__ = "fingerprint"

    id: Mapped[UUID] = columns.key()
    digest: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[FailureKind] = columns.word(FailureKind)
    resource_type: Mapped[str | None]
    text: Mapped[str]

    failures: Mapped[list[Failure]] = relationship(back_populates="fingerprint", lazy="raise")
    services: Mapped[list[Service]] = relationship(
        secondary=lambda: _seen("service"),
        primaryjoin=lambda: Fingerprint.id == _seen("service").c.fingerprint_id,
        secondaryjoin=lambda: _seen("service").c.service_id == Service.id,
        viewonly=True,
        lazy="raise",
    )
    environments: Mapped[list[Environment]] = relationship(
        secondary=lambda: _seen("environment"),
        primaryjoin=lambda: Fingerprint.id == _seen("environment").c.fingerprint_id,
        secondaryjoin=lambda: _seen("environment").c.environment_id == Environment.id,
        viewonly=True,
        lazy="raise",
    )


class Failure(Base):
    """One failed run of an action, a check, or a stage by itself.

    run: what it is known by within its action or stage. cause and the fields behind it: why it failed; CodePipeline's
    own words until it is explained. cascade: what failed because of it, [{resource, resourceType, reason}].
    unexplained: why the reason could not be asked for, last time. tries: how often it was asked for. next_at: when it
    is asked for next; None when it is not.
    """

    __tablename__ = "failure"
    __table_args__ = (
        UniqueConstraint(
            *("stage_execution_id", "action_execution_id", "run"),
            name="failure_run",
            postgresql_nulls_not_distinct=True,  # a stage that failed by itself has no action; a check has neither
        ),
        UniqueConstraint("check_run_id"),
        columns.index("fingerprint_id", "occurred_at", serves="models/tables/failures.py::_of_fingerprint"),
        columns.index("next_at", where="next_at is not null", serves="models/failures.py::claim"),
    )

    id: Mapped[UUID] = columns.key()
    kind: Mapped[FailureKind] = columns.word(FailureKind)
    cause: Mapped[str]
    resource: Mapped[str | None]
    resource_type: Mapped[str | None]
    physical_id: Mapped[str | None]
    stack_path: Mapped[str | None]
    cascade: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, server_default="[]")
    log_tail: Mapped[str | None]
    summary: Mapped[str | None]
    error_code: Mapped[str | None]
    provider: Mapped[str | None]
    external_id: Mapped[str | None]
    account_id: Mapped[str]
    region_name: Mapped[str]
    run: Mapped[str]
    attempt: Mapped[int]
    began_at: Mapped[datetime | None] = columns.moment()
    occurred_at: Mapped[datetime] = columns.moment()
    explained_at: Mapped[datetime | None] = columns.moment()
    unexplained: Mapped[str | None]
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime | None] = columns.moment()
    execution_id: Mapped[UUID] = columns.refers("pipeline_execution.id")
    stage_execution_id: Mapped[UUID | None] = columns.refers("stage_execution.id", index=False)
    action_execution_id: Mapped[UUID | None] = columns.refers("action_execution.id")
    check_run_id: Mapped[UUID | None] = columns.refers("check_run.id", index=False)
    environment_id: Mapped[UUID | None] = columns.refers("environment.id")
    deployment_id: Mapped[UUID | None] = columns.refers("deployment.id")
    service_id: Mapped[UUID | None] = columns.refers("service.id")
    fingerprint_id: Mapped[UUID | None] = columns.refers("fingerprint.id", index=False)

    execution: Mapped[PipelineExecution] = relationship(back_populates="failures", lazy="raise")
    stage_execution: Mapped[StageExecution | None] = relationship(back_populates="failures", lazy="raise")
    action: Mapped[ActionExecution | None] = relationship(lazy="raise")
    check_run: Mapped[CheckRun | None] = relationship(back_populates="failure", lazy="raise")
    environment: Mapped[Environment | None] = relationship(lazy="raise")
    deployment: Mapped[Deployment | None] = relationship(lazy="raise")
    service: Mapped[Service | None] = relationship(lazy="raise")
    fingerprint: Mapped[Fingerprint | None] = relationship(back_populates="failures", lazy="raise")


# --- what follows from the rows ---------------------------------------------------------------------------------------

_other = Failure.__table__.alias("other_failure")
_again = Failure.__table__.alias("failed_again")
_passed = Deployment.__table__.alias("passed")
_run = PipelineExecution.__table__.alias("of_execution")
_action = ActionExecution.__table__.alias("of_action")


def _of_fingerprint(value: ColumnElement[Any]) -> Any:
    return select(value).where(_other.c.fingerprint_id == Fingerprint.id).correlate(Fingerprint).scalar_subquery()


Fingerprint.seen = column_property(_of_fingerprint(func.count()))
Fingerprint.first_at = column_property(_of_fingerprint(func.min(_other.c.occurred_at)))
Fingerprint.last_at = column_property(_of_fingerprint(func.max(_other.c.occurred_at)))


def _one(kind: type[Base], pair: ColumnElement[bool], found: Select[Any], of: type[Base]) -> Any:
    """The one row that a statement finds. pair: columns that are equal anyway, by which SQLAlchemy knows the sides."""
    key = kind.__table__.c.id == found.limit(1).correlate(of).scalar_subquery()
    return relationship(kind, primaryjoin=and_(pair, key), viewonly=True, uselist=False, lazy="raise")


Fingerprint.last_failure = _one(
    Failure,
    remote(foreign(Failure.fingerprint_id)) == Fingerprint.id,
    select(_other.c.id)
    .where(_other.c.fingerprint_id == Fingerprint.id)
    .order_by(_other.c.occurred_at.desc(), _other.c.id.desc()),
    Fingerprint,
)

# An action's row is its latest attempt; an earlier one's failure is found through its execution.
ActionExecution.failure = _one(
    Failure,
    remote(foreign(Failure.action_execution_id)) == ActionExecution.id,
    select(_other.c.id)
    .where(_other.c.action_execution_id == ActionExecution.id, ActionExecution.status == ExecutionStatus.FAILED)
    .order_by(_other.c.attempt.desc(), _other.c.occurred_at.desc(), _other.c.id.desc()),
    ActionExecution,
)

# The first of the execution's latest attempt: what a retry has passed is no longer why.
Deployment.failure = _one(
    Failure,
    remote(foreign(Failure.execution_id)) == Deployment.execution_id,
    select(_other.c.id)
    .join(_run, _run.c.id == _other.c.execution_id)
    .outerjoin(_action, _action.c.id == _other.c.action_execution_id)
    .where(_other.c.deployment_id == Deployment.id, _other.c.attempt == _run.c.attempt)
    .where(or_(_other.c.action_execution_id.is_(None), _action.c.status == ExecutionStatus.FAILED))
    .order_by(_other.c.occurred_at, _other.c.id),
    Deployment,
)

# A rollback brings an earlier revision back: it passes nothing. Nor does what failed in the same way after it.
Failure.resolved_by = _one(
    Deployment,
    remote(foreign(Deployment.service_id)) == Failure.service_id,
    select(_passed.c.id)
    .join(_run, and_(_run.c.id == _passed.c.execution_id, _run.c.kind == ExecutionKind.STANDARD))
    .where(_passed.c.service_id == Failure.service_id, _passed.c.environment_id == Failure.environment_id)
    .where(_passed.c.status == DeploymentStatus.SUCCEEDED, _passed.c.ended_at > Failure.occurred_at)
    .where(
        ~select(_again.c.id)
        .where(_again.c.deployment_id == _passed.c.id, _again.c.fingerprint_id == Failure.fingerprint_id)
        .where(_again.c.occurred_at >= _passed.c.ended_at)
        .correlate_except(_again)
        .exists()
    )
    .order_by(_passed.c.ended_at, _passed.c.id),
    Failure,
)
