"""From what an execution has come to, and the rows there are of it, to the rows to write and what has happened."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from uuid_utils.compat import uuid7

from domain import works
from domain.envelopes.reading import reason
from domain.events import EventType, Happening
from domain.folded import FoldedAction, FoldedDeployment, FoldedExecution, FoldedStage
from domain.revisions import pull_request_of
from domain.words import DeploymentStatus, ExecutionStatus
from models.recording import LockedPipeline, Names, Recorded

Row = dict[str, Any]
_OPEN = (DeploymentStatus.PENDING, DeploymentStatus.IN_PROGRESS)


@dataclass
class Changes:
    """Rows to write, whole, by table, in the order in which they refer to each other; and what has happened."""

    executions: list[Row] = field(default_factory=list)
    stages: list[Row] = field(default_factory=list)
    deployments: list[Row] = field(default_factory=list)
    actions: list[Row] = field(default_factory=list)
    happenings: list[Happening] = field(default_factory=list)
    started: set[UUID] = field(default_factory=set)
    """Pipelines of which an execution is new, or is known to have started at another time."""
    ended: dict[UUID, datetime] = field(default_factory=dict)
    """Executions that are known from now on to have ended without success, and when."""


@dataclass
class ExecutionChanges:
    """Finds what is different about one execution, and adds it to the changes of all."""

    pipeline: LockedPipeline
    recorded: Recorded
    names: Names
    all: Changes
    folded: FoldedExecution
    id: UUID = field(init=False)
    deployments: dict[UUID, Row] = field(init=False)
    """Those that are recorded of it, by environment."""
    settled: bool = field(init=False)
    """It had ended, with its deployments: environments that a newer map names are not its."""

    def find(self) -> None:
        """Everything: the execution, its deployments, its stages and their actions."""
        before = self.recorded.executions.get(self.folded.execution_id)
        self.id = self._execution(before)
        ended = before is not None and before["status"].ended
        self.deployments = self.recorded.deployments.get(self.id, {})
        self.settled = ended and bool(self.deployments)
        for deployment in self.folded.deployments:
            if deployment.environment in self.names.environments:
                self._deployment(deployment)
        self._forgotten_deployments()
        for stage in self.folded.stages:
            stage_id = self._stage(stage)
            for action in stage.actions:
                self._action(stage_id, stage.name, action)

    def _execution(self, before: Row | None) -> UUID:
        now = self.folded
        row: Row = {
            "id": before["id"] if before else uuid7(),
            "pipeline_id": self.pipeline.id,
            "execution_id": now.execution_id,
            "kind": now.kind,
            "status": now.status,
            "attempt": now.attempt,
            "revision": now.revision,
            "commit_message": now.commit_message,
            "author": now.author,
            "committed_at": now.committed_at,
            "tag": now.tag,
            "pull_request": pull_request_of(now.commit_message),
            "trigger": now.trigger,
            "rollback_target": now.rollback_target,
            "version": now.version,
            "started_at": now.started_at,
            "ended_at": now.ended_at,
        }
        failed = now.status.ended and now.status is not ExecutionStatus.SUCCEEDED
        if failed and now.ended_at is not None and before is not None and not before["status"].ended:
            self.all.ended[row["id"]] = now.ended_at
        if before is None or before["started_at"] != now.started_at:
            self.all.started.add(self.pipeline.id)
        if _written(self.all.executions, row, before) and _differ(
            row, before, "status", "revision", "attempt", "kind", "tag"
        ):
            what = {"revision": now.revision, "attempt": now.attempt}
            self._happened(EventType.EXECUTION_CHANGED, "PipelineExecution", row, before, **what)
        return _key(row)

    def _deployment(self, now: FoldedDeployment) -> None:
        environment = self.names.environments[now.environment]
        before = self.deployments.get(environment)
        if before is None and (self.settled or self.pipeline.service_id is None):
            return
        row: Row = {
            "id": before["id"] if before else uuid7(),
            "service_id": before["service_id"] if before else self.pipeline.service_id,
            "environment_id": environment,
            "execution_id": self.id,
            "revision": self.folded.revision,
            "status": now.status,
            "reason": reason(now.reason),
            "started_at": now.started_at,
            "ended_at": now.ended_at,
        }
        self.deployments[environment] = row
        if _written(self.all.deployments, row, before) and _differ(row, before, "status", "revision", "reason"):
            self._deployment_happened(now.environment, row, before)

    def _forgotten_deployments(self) -> None:
        """A deployment that was pending when the map stopped naming its environment ends with its execution."""
        if not self.folded.status.ended:
            return
        named = {self.names.environments.get(each.environment) for each in self.folded.deployments}
        for environment, before in self.deployments.items():
            if environment not in named and before["status"] in _OPEN:
                row: Row = before | {"status": DeploymentStatus.STOPPED, "ended_at": self.folded.ended_at}
                self.all.deployments.append(row)
                self._deployment_happened(self.names.of_environments[environment], row, before)

    def _stage(self, now: FoldedStage) -> UUID:
        before = self.recorded.stages.get((self.id, now.name))
        row: Row = {
            "id": before["id"] if before else uuid7(),
            "execution_id": self.id,
            "name": now.name,
            "position": now.position,
            "status": now.status,
            "started_at": now.started_at,
            "ended_at": now.ended_at,
            "stage_id": self.names.stages.get(now.stage or "") or _kept(before, "stage_id"),
            "wave_id": self.names.waves.get(now.wave or "") or _kept(before, "wave_id"),
        }
        if _written(self.all.stages, row, before) and _differ(row, before, "status"):
            self._happened(EventType.STAGE_CHANGED, "StageExecution", row, before, stage=now.name)
        return _key(row)

    def _action(self, stage_id: UUID, stage: str, now: FoldedAction) -> None:
        before = self.recorded.actions.get((stage_id, now.name))
        environment = self.names.environments.get(now.environment or "") or _kept(before, "environment_id")
        deployment = self.deployments.get(environment) if environment else None
        summary = reason(now.summary)
        row: Row = {
            "id": before["id"] if before else uuid7(),
            "stage_execution_id": stage_id,
            "name": now.name,
            "position": now.position,
            "kind": now.kind,
            "provider": now.provider,
            "category": now.category,
            "region_name": now.region,
            "status": now.status,
            "started_at": now.started_at,
            "ended_at": now.ended_at,
            "external_id": now.external_id,
            "work_arn": works.arn_of(now.external_id, now.external_url, now.region, self.pipeline.arn),
            "external_url": now.external_url,
            "summary": summary,
            "error_code": now.error_code,
            "environment_id": environment,
            "deployment_id": deployment["id"] if deployment else _kept(before, "deployment_id"),
        }
        if _written(self.all.actions, row, before) and _differ(row, before, "status"):
            why = summary if now.status is ExecutionStatus.FAILED else None
            what = {"stage": stage, "action": now.name, "summary": why}
            self._happened(EventType.ACTION_CHANGED, "ActionExecution", row, before, **what)

    def _deployment_happened(self, environment: str, row: Row, before: Row | None) -> None:
        what = {"environment": environment, "revision": row["revision"], "reason": row["reason"]}
        self._happened(EventType.DEPLOYMENT_CHANGED, "Deployment", row, before, **what)

    def _happened(self, type_: EventType, subject: str, row: Row, before: Row | None, **what: object) -> None:
        payload = {
            "pipeline": self.pipeline.name,
            "pipelineArn": self.pipeline.arn,
            "service": self.pipeline.service,
            "executionId": self.folded.execution_id,
            "status": row["status"],
            "previous": before["status"] if before else None,
            "startedAt": row["started_at"],
            "endedAt": row["ended_at"],
        }
        trace_id = self.folded.execution_id.replace("-", "")
        self.all.happenings.append(Happening(type_, subject, row["id"], payload | what, trace_id))


def _key(row: Row) -> UUID:
    key: UUID = row["id"]
    return key


def _written(rows: list[Row], row: Row, before: Row | None) -> bool:
    """Adds a row that is new or different; whether it is."""
    if before is not None and all(before[column] == value for column, value in row.items()):
        return False
    rows.append(row)
    return True


def _differ(row: Row, before: Row | None, *columns: str) -> bool:
    return before is None or any(before[column] != row[column] for column in columns)


def _kept(before: Row | None, column: str) -> Any:
    """What was once known stays known, though a newer map does not name it."""
    return before[column] if before else None
