"""What shows that deployments failed: read from what is recorded, nothing is kept twice and nothing is guessed.

Each branch of the selection is one kind of evidence (`domain.words.EvidenceKind`); docs/delivery.md says the same in
prose. A deployment has reached its environment when it has succeeded there, or failed while a change was executed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Subquery,
    Text,
    Uuid,
    and_,
    case,
    cast,
    func,
    literal_column,
    null,
    or_,
    select,
    union_all,
)
from sqlalchemy.orm import Mapped, foreign, relationship

from domain.words import (
    ActionKind,
    CheckKind,
    CheckMode,
    CheckRunStatus,
    CheckWhen,
    DeploymentStatus,
    EvidenceKind,
    ExecutionKind,
    ExecutionStatus,
    IncidentRole,
    Word,
)
from models.base import Base
from models.tables.checks import CheckRun
from models.tables.executions import ActionExecution, Deployment, PipelineExecution
from models.tables.fleet import Environment
from models.tables.incidents import Incident, IncidentLink


def constant(word: Word) -> ColumnElement[Any]:
    """A word of ours in the statement's own text: a partial index is used for what is known when it is planned."""
    return literal_column(f"'{word.value}'", Text())


def reached(deployment: Any) -> ColumnElement[bool]:
    """Whether a deployment, as its columns, has changed its environment.

    It succeeded, or an action that deploys has failed; one whose change set could not be made has touched nothing.
    """
    executed = select(ActionExecution.id).where(
        ActionExecution.deployment_id == deployment.id,
        ActionExecution.kind == constant(ActionKind.DEPLOY),
        ActionExecution.status == constant(ExecutionStatus.FAILED),
    )
    failed = executed.correlate_except(ActionExecution).exists()
    there = deployment.status == constant(DeploymentStatus.SUCCEEDED)
    return or_(there, and_(deployment.status == constant(DeploymentStatus.FAILED), failed))


def _table(mapped: type[Base]) -> Any:
    """The table under a name of its own. The mapper cannot be asked yet: it is being made here."""
    return mapped.__table__.alias()


def _row(kind: ColumnElement[Any], deployment: Any, source: Any, **told: Any) -> list[ColumnElement[Any]]:
    """The columns of a branch. The id follows from what is shown by what: the same evidence has it always."""
    key = cast(func.md5(func.concat(kind, ":", deployment.c.id, ":", source)), Uuid)
    names = ("at", "over_at", "detail", "check_run_id", "rollback_id", "incident_id")
    values = [told[name].label(name) if name in told else cast(null(), _TYPES[name]).label(name) for name in names]
    return [key.label("id"), deployment.c.id.label("deployment_id"), kind.label("kind"), *values]


_TYPES: dict[str, Any] = {
    "over_at": Incident.__table__.c.resolved_at.type,
    "detail": Incident.__table__.c.title.type,
    **dict.fromkeys(("check_run_id", "rollback_id", "incident_id"), Uuid()),
}


def _failed() -> Select[Any]:
    """The deployment itself failed, after it had begun to change its environment."""
    deployment = _table(Deployment)
    told = {"at": deployment.c.ended_at, "detail": deployment.c.reason}
    statement = select(*_row(constant(EvidenceKind.DEPLOYMENT), deployment, deployment.c.id, **told))
    return statement.where(deployment.c.status == constant(DeploymentStatus.FAILED), reached(deployment.c))


def _checks() -> Select[Any]:
    """A blocking check said no afterwards, of more targets than its limit allows.

    What looked at one environment is evidence for its deployment; what looked at the wave, for each that had ended.
    It is over when a later attempt of the stage passed the same check.
    """
    deployment, run, other, later = _table(Deployment), _table(CheckRun), _table(CheckRun), _table(CheckRun)
    place = ("execution_id", "wave_id", "part", "when", "name")
    noes = select(func.count()).where(
        *(other.c[name] == run.c[name] for name in place),
        other.c.attempt == run.c.attempt,
        other.c.status == constant(CheckRunStatus.FAILED),
    )
    passed = select(func.min(later.c.ended_at)).where(
        *(later.c[name] == run.c[name] for name in (*place, "subject")),
        later.c.attempt > run.c.attempt,
        later.c.status == constant(CheckRunStatus.PASSED),
    )
    kind = case(
        (run.c.kind == constant(CheckKind.ALARM), constant(EvidenceKind.ALARM)), else_=constant(EvidenceKind.CHECK)
    )
    told = {
        "at": run.c.ended_at,
        "over_at": passed.correlate(run).scalar_subquery(),
        "detail": func.coalesce(run.c.cause, run.c.name),
        "check_run_id": run.c.id,
    }
    looked_at = or_(
        Environment.name == run.c.subject,
        and_(
            run.c.subject == run.c.part, Environment.wave_id == run.c.wave_id, deployment.c.ended_at <= run.c.ended_at
        ),
    )
    return (
        select(*_row(kind, deployment, run.c.id, **told))
        .join_from(deployment, run, run.c.execution_id == deployment.c.execution_id)
        .join(Environment, and_(Environment.id == deployment.c.environment_id, looked_at))
        .where(
            run.c.status == constant(CheckRunStatus.FAILED),
            run.c.when == constant(CheckWhen.AFTER),
            run.c.mode == constant(CheckMode.BLOCKING),
            reached(deployment.c),
            noes.correlate(run).scalar_subquery() > run.c.failure_limit,
        )
    )


def _rollbacks() -> Select[Any]:
    """A rollback has begun here, and this deployment was the last one before it.

    Not where the environment was at the revision already that the rollback returns to: a stage is rolled back whole.
    """
    deployment, rollback, before = _table(Deployment), _table(Deployment), _table(Deployment)
    rolling, rolled = _table(PipelineExecution), _table(PipelineExecution)
    last = (
        select(before.c.id)
        .where(
            before.c.service_id == rollback.c.service_id,
            before.c.environment_id == rollback.c.environment_id,
            before.c.started_at < rollback.c.started_at,
            before.c.id != rollback.c.id,
            reached(before.c),
        )
        .order_by(before.c.started_at.desc(), before.c.id.desc())
        .limit(1)
    )
    told = {"at": rollback.c.started_at, "detail": rollback.c.revision, "rollback_id": rollback.c.id}
    return (
        select(*_row(constant(EvidenceKind.ROLLBACK), deployment, rollback.c.id, **told))
        .select_from(rolling)
        .join(rollback, rollback.c.execution_id == rolling.c.id)
        .join(
            deployment,
            and_(
                deployment.c.id == last.correlate(rollback).scalar_subquery(),
                deployment.c.environment_id == rollback.c.environment_id,
                deployment.c.service_id == rollback.c.service_id,
                deployment.c.started_at < rollback.c.started_at,
            ),
        )
        .join(rolled, rolled.c.id == deployment.c.execution_id)
        .where(
            rolling.c.kind == constant(ExecutionKind.ROLLBACK),
            rollback.c.status != constant(DeploymentStatus.PENDING),
            func.coalesce(rolling.c.rollback_target != rolled.c.execution_id, True),
            func.coalesce(rollback.c.revision != deployment.c.revision, True),
        )
    )


def _incidents() -> Select[Any]:
    """A person has said that it caused an incident: from when customers noticed, and never from before it began."""
    deployment = _table(Deployment)
    told = {
        "at": func.greatest(Incident.started_at, deployment.c.started_at),
        "over_at": Incident.resolved_at,
        "detail": Incident.title,
        "incident_id": Incident.id,
    }
    return (
        select(*_row(constant(EvidenceKind.INCIDENT), deployment, Incident.id, **told))
        .join(IncidentLink, IncidentLink.deployment_id == deployment.c.id)
        .join(Incident, Incident.id == IncidentLink.incident_id)
        .where(IncidentLink.role == constant(IncidentRole.CAUSE))
    )


def _evidence() -> Subquery:
    return union_all(_failed(), _checks(), _rollbacks(), _incidents()).subquery("failure_evidence")


class FailureEvidence(Base):
    """One thing that shows that a deployment failed.

    at: since when. over_at: when it was over by its own account; None where it is not, or has none. detail: in words.
    """

    __table__ = _evidence()
    __mapper_args__ = {"primary_key": [__table__.c.id]}  # noqa: RUF012 - SQLAlchemy's

    deployment: Mapped[Deployment] = relationship(
        primaryjoin=lambda: foreign(FailureEvidence.__table__.c.deployment_id) == Deployment.id,
        viewonly=True,
        lazy="raise",
    )
    check_run: Mapped[CheckRun | None] = relationship(
        primaryjoin=lambda: foreign(FailureEvidence.__table__.c.check_run_id) == CheckRun.id,
        viewonly=True,
        lazy="raise",
    )
    rollback: Mapped[Deployment | None] = relationship(
        primaryjoin=lambda: foreign(FailureEvidence.__table__.c.rollback_id) == Deployment.id,
        viewonly=True,
        lazy="raise",
    )
    incident: Mapped[Incident | None] = relationship(
        primaryjoin=lambda: foreign(FailureEvidence.__table__.c.incident_id) == Incident.id,
        viewonly=True,
        lazy="raise",
    )
