"""What happened: executions of pipelines, stages and actions, and deployments."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, UniqueConstraint, select
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, aliased, column_property, foreign, mapped_column, relationship

from domain.words import ActionKind, DeploymentStatus, ExecutionKind, ExecutionStatus
from models.base import Base
from models.tables import columns

PREFIXES = {"revision": "text_pattern_ops"}
"""The index serves a commit's first characters under every collation."""


class PipelineExecution(Base):
    """One run of a pipeline. `execution_id` is CodePipeline's UUID; `sealed_at` says that its spans were sealed.

    sealed: the attempts whose spans were sealed, in order: [{attempt, until}], with the end that AWS told.
    committed_at: the commit's author date, where AWS told it. tag: the commit's, where a CI system told it.
    pull_request: the number that GitHub wrote into the commit's message (`domain.revisions`).
    rollback_target: CodePipeline's id of the execution to whose revision a rollback returns, where it is known.
    version: of the pipeline's structure that it ran with, where it is known.
    """

    __tablename__ = "pipeline_execution"
    __table_args__ = (
        columns.index("pipeline_id", "id", serves="models/filters.py::KEYSETS"),
        columns.index("pipeline_id", "started_at", serves="models/earlier.py::_NEAR"),
        columns.index("revision", postgresql_ops=PREFIXES, serves="models/whereabouts.py::_FOUND"),
        columns.index("tag", where="tag is not null", serves="models/whereabouts.py::_WHICH"),
        columns.index("pull_request", where="pull_request is not null", serves="models/whereabouts.py::_WHICH"),
        columns.index(
            "id",
            name="ix_pipeline_execution_rollbacks",
            where="kind = 'ROLLBACK'",
            serves="models/tables/evidence.py::_rollbacks",
        ),
        columns.index(
            "id",
            name="ix_pipeline_execution_running",
            where="status in ('IN_PROGRESS', 'STOPPING')",
            serves="models/entering.py::_FLIGHTS",
        ),
    )

    id: Mapped[UUID] = columns.key()
    pipeline_id: Mapped[UUID] = columns.refers("pipeline.id", index=False)
    execution_id: Mapped[str] = mapped_column(unique=True)
    kind: Mapped[ExecutionKind] = columns.word(ExecutionKind, server_default="STANDARD")
    status: Mapped[ExecutionStatus] = columns.word(ExecutionStatus)
    attempt: Mapped[int]
    revision: Mapped[str | None]
    commit_message: Mapped[str | None]
    author: Mapped[str | None]
    committed_at: Mapped[datetime | None] = columns.moment()
    tag: Mapped[str | None]
    pull_request: Mapped[int | None]
    trigger: Mapped[str | None]
    rollback_target: Mapped[str | None]
    version: Mapped[int | None]
    started_at: Mapped[datetime | None] = columns.moment()
    ended_at: Mapped[datetime | None] = columns.moment()
    sealed_at: Mapped[datetime | None] = columns.moment()
    sealed: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list, server_default="[]")

    pipeline: Mapped[Pipeline] = relationship(back_populates="executions", foreign_keys=pipeline_id, lazy="raise")
    stages: Mapped[list[StageExecution]] = relationship(back_populates="execution", lazy="raise")
    deployments: Mapped[list[Deployment]] = relationship(back_populates="execution", lazy="raise")
    check_runs: Mapped[list[CheckRun]] = relationship(back_populates="execution", lazy="raise")
    envelopes: Mapped[list[Envelope]] = relationship(
        primaryjoin=lambda: foreign(Envelope.execution_id) == PipelineExecution.execution_id,
        viewonly=True,
        lazy="raise",
    )
    failures: Mapped[list[Failure]] = relationship(back_populates="execution", lazy="raise")
    override_uses: Mapped[list[OverrideUse]] = relationship(back_populates="execution", lazy="raise")
    forecasts: Mapped[list[Forecast]] = relationship(back_populates="execution", lazy="raise")


class StageExecution(Base):
    """A stage of a pipeline's execution, under CodePipeline's name; `stage` and `wave` are ours, where it has them."""

    __tablename__ = "stage_execution"
    __table_args__ = (UniqueConstraint("execution_id", "name"),)

    id: Mapped[UUID] = columns.key()
    execution_id: Mapped[UUID] = columns.refers("pipeline_execution.id", index=False)
    name: Mapped[str]
    position: Mapped[int]
    status: Mapped[ExecutionStatus] = columns.word(ExecutionStatus)
    started_at: Mapped[datetime | None] = columns.moment()
    ended_at: Mapped[datetime | None] = columns.moment()
    stage_id: Mapped[UUID | None] = columns.refers("stage.id")
    wave_id: Mapped[UUID | None] = columns.refers("wave.id")

    execution: Mapped[PipelineExecution] = relationship(back_populates="stages", lazy="raise")
    stage: Mapped[Stage | None] = relationship(lazy="raise")
    wave: Mapped[Wave | None] = relationship(lazy="raise")
    actions: Mapped[list[ActionExecution]] = relationship(back_populates="stage_execution", lazy="raise")
    failures: Mapped[list[Failure]] = relationship(back_populates="stage_execution", lazy="raise")


class ActionExecution(Base):
    """An action's latest attempt. external_*, summary and error_code are CodePipeline's words.

    work_arn: the stack, build or state machine's execution that external_id names, of which a row may not be there.
    """

    __tablename__ = "action_execution"
    __table_args__ = (
        UniqueConstraint("stage_execution_id", "name"),
        columns.index(
            "deployment_id",
            name="ix_action_execution_failed",
            where="status = 'FAILED'",
            serves="models/tables/evidence.py::reached",
        ),
        columns.index("work_arn", serves="models/failures.py::work_of"),
    )

    id: Mapped[UUID] = columns.key()
    stage_execution_id: Mapped[UUID] = columns.refers("stage_execution.id", index=False)
    name: Mapped[str]
    position: Mapped[int]
    kind: Mapped[ActionKind] = columns.word(ActionKind)
    provider: Mapped[str]
    category: Mapped[str]
    region_name: Mapped[str | None]
    status: Mapped[ExecutionStatus] = columns.word(ExecutionStatus)
    started_at: Mapped[datetime | None] = columns.moment()
    ended_at: Mapped[datetime | None] = columns.moment()
    external_id: Mapped[str | None]
    work_arn: Mapped[str | None]
    external_url: Mapped[str | None]
    summary: Mapped[str | None]
    error_code: Mapped[str | None]
    environment_id: Mapped[UUID | None] = columns.refers("environment.id")
    deployment_id: Mapped[UUID | None] = columns.refers("deployment.id")

    stage_execution: Mapped[StageExecution] = relationship(back_populates="actions", lazy="raise")
    environment: Mapped[Environment | None] = relationship(lazy="raise")
    deployment: Mapped[Deployment | None] = relationship(back_populates="actions", lazy="raise")
    work: Mapped[Work | None] = relationship(
        primaryjoin=lambda: foreign(ActionExecution.work_arn) == Work.arn, viewonly=True, lazy="raise"
    )


class Deployment(Base):
    """One revision reaching one environment. `reason`: why it failed, in AWS's words."""

    __tablename__ = "deployment"
    __table_args__ = (
        UniqueConstraint("execution_id", "environment_id"),
        columns.index("environment_id", "id", serves="models/filters.py::KEYSETS"),
        columns.index("environment_id", "service_id", "started_at", serves="models/dora.py::_NEXT"),
        columns.index("ended_at", serves="models/dora.py::_candidates"),
        columns.index(
            "id", name="ix_deployment_failed", where="status = 'FAILED'", serves="models/tables/evidence.py::_failed"
        ),
        columns.index("service_id", "id", serves="models/filters.py::KEYSETS"),
        columns.index("service_id", "environment_id", "status", "ended_at", serves="models/whereabouts.py::_PLACES"),
        columns.index("revision", postgresql_ops=PREFIXES, serves="models/dora.py::_there_before"),
    )

    id: Mapped[UUID] = columns.key()
    service_id: Mapped[UUID] = columns.refers("service.id", index=False)
    environment_id: Mapped[UUID] = columns.refers("environment.id", index=False)
    execution_id: Mapped[UUID] = columns.refers("pipeline_execution.id", index=False)
    revision: Mapped[str | None]
    status: Mapped[DeploymentStatus] = columns.word(DeploymentStatus)
    reason: Mapped[str | None]
    started_at: Mapped[datetime | None] = columns.moment()
    ended_at: Mapped[datetime | None] = columns.moment()

    service: Mapped[Service] = relationship(back_populates="deployments", lazy="raise")
    environment: Mapped[Environment] = relationship(back_populates="deployments", lazy="raise")
    execution: Mapped[PipelineExecution] = relationship(back_populates="deployments", lazy="raise")
    actions: Mapped[list[ActionExecution]] = relationship(back_populates="deployment", lazy="raise")
    incident_links: Mapped[list[IncidentLink]] = relationship(back_populates="deployment", lazy="raise")
    incidents: Mapped[list[Incident]] = relationship(secondary="incident_link", viewonly=True, lazy="raise")
    failure_evidence: Mapped[list[FailureEvidence]] = relationship(
        primaryjoin="Deployment.id == foreign(FailureEvidence.deployment_id)",
        viewonly=True,
        lazy="raise",
    )
    override_uses: Mapped[list[OverrideUse]] = relationship(
        primaryjoin=lambda: (
            (Deployment.execution_id == foreign(OverrideUse.execution_id))
            & (Deployment.environment_id == foreign(OverrideUse.environment_id))
        ),
        viewonly=True,
        lazy="raise",
    )


class ExecutionPoll(Base):
    """An execution of which nothing was heard, and that AWS is asked for; the row goes when the execution has ended.

    tries: in a row that told nothing new. next_at: when it is asked for next. polled_at: when AWS answered last.
    waits_for: the rules of conditions that were running then. cause: why AWS could not be asked, last time.
    """

    __tablename__ = "execution_poll"

    execution_id: Mapped[UUID] = mapped_column(
        ForeignKey("pipeline_execution.id", ondelete="CASCADE"), primary_key=True
    )
    tries: Mapped[int] = mapped_column(default=0, server_default="0")
    next_at: Mapped[datetime] = columns.moment()
    polled_at: Mapped[datetime | None] = columns.moment()
    waits_for: Mapped[list[str]] = columns.texts()
    cause: Mapped[str | None]


from models.tables.checks import CheckRun  # noqa: E402 - the mapped names of the annotations above
from models.tables.evidence import FailureEvidence  # noqa: E402
from models.tables.failures import Failure  # noqa: E402
from models.tables.fleet import Environment, Stage, Wave  # noqa: E402
from models.tables.forecasts import Forecast  # noqa: E402
from models.tables.incidents import Incident, IncidentLink  # noqa: E402
from models.tables.intake import Envelope, Work  # noqa: E402
from models.tables.overrides import OverrideUse  # noqa: E402
from models.tables.services import Pipeline, Service  # noqa: E402


def _known_tag() -> Any:
    """The tag that was told last of an execution's revision, with whichever execution of its pipeline."""
    told = aliased(PipelineExecution)
    known = select(told.tag).where(told.pipeline_id == PipelineExecution.pipeline_id, told.tag.is_not(None))
    last = known.where(told.revision == PipelineExecution.revision).order_by(told.id.desc()).limit(1)
    return last.correlate_except(told).scalar_subquery()


PipelineExecution.known_tag = column_property(_known_tag(), deferred=True)
