"""Where the runs of checks are, and how one ends: what starting, finishing and baking have in common.

A wave is what one stage of CodePipeline deploys of it: all of its environments, or the part that the service's wave
size cuts out. Each part has its own runs and its own verdict.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import masking
from domain.checks import Outcome, is_tried_again
from domain.errors import NotFound
from domain.events import EventType, Happening
from domain.words import CheckRunStatus
from models.base import Base
from models.checks import running_of
from models.event_log import append
from models.queries import find, locked
from models.tables import CheckRun, Pipeline, PipelineExecution, Service, Wave
from resolvers.failures import note_check

Row = TypeVar("Row", bound=Base)

LONGEST_CAUSE = 4_096
"""Characters of what a check says, which is told and sent on."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where checks run: one wave, or a part of it, of one execution of one service's pipeline.

    part: the wave's name, or its part's. environments: the names of those that are deployed there.
    """

    service: Service
    pipeline: Pipeline
    execution: PipelineExecution
    wave: Wave
    part: str
    environments: frozenset[str] = frozenset()

    @property
    def key(self) -> dict[str, Any]:
        """What all runs of this place have, by column."""
        return {"execution_id": self.execution.id, "wave_id": self.wave.id, "part": self.part}

    @property
    def last_stage(self) -> str:
        """CodePipeline's stage with which the part is over, as the pipeline's map has it now."""
        return next((each["name"] for each in reversed(_stages(self.pipeline)) if _part(each) == self.part), self.part)

    @property
    def told(self) -> dict[str, str]:
        """What every event of checks says of its place."""
        return {
            "pipeline": self.pipeline.name,
            "pipelineArn": self.pipeline.arn,
            "service": self.service.name,
            "executionId": self.execution.execution_id,
            "wave": self.wave.name,
            "part": self.part,
        }

    @property
    def trace_id(self) -> str:
        """The execution's trace."""
        return self.execution.execution_id.replace("-", "")


async def place(session: AsyncSession, execution_id: str, stage: str) -> Place:
    """The wave that CodePipeline's stage deploys; the execution is held until the transaction ends."""
    execution = await locked(session, PipelineExecution, execution_id=execution_id)
    if execution is None:
        raise NotFound("execution", execution_id, field="executionId")
    pipeline = await _there(session, Pipeline, execution.pipeline_id)
    if pipeline.structure is None:
        raise NotFound("pipeline", pipeline.arn, field="executionId")
    stages = {each["name"]: each for each in _stages(pipeline)}
    wave = await find(session, Wave, name=stages[stage]["wave"]) if stage in stages else None
    if wave is None:
        raise NotFound("stage", stage, stages, field="stage")
    part = _part(stages[stage])
    service = await _there(session, Service, pipeline.service_id)
    return Place(service, pipeline, execution, wave, part, _deployed(stages.values(), part))


async def place_of(session: AsyncSession, run: CheckRun) -> Place:
    """Where a run is."""
    execution = await _there(session, PipelineExecution, run.execution_id)
    pipeline = await _there(session, Pipeline, execution.pipeline_id)
    service = await _there(session, Service, pipeline.service_id)
    wave = await _there(session, Wave, run.wave_id)
    return Place(service, pipeline, execution, wave, run.part, _deployed(_stages(pipeline), run.part))


def _stages(pipeline: Pipeline) -> list[Mapping[str, Any]]:
    """The stages of its map that deploy a wave."""
    return [each for each in (pipeline.structure or {"stages": []})["stages"] if each["wave"]]


def _part(stage: Mapping[str, Any]) -> str:
    """The wave or the part of it that a stage of the map deploys. CDK may split one over several of CodePipeline's."""
    return str(stage.get("part") or stage["wave"])


def _deployed(stages: Iterable[Mapping[str, Any]], part: str) -> frozenset[str]:
    actions = (action for each in stages if _part(each) == part for action in each["actions"])
    return frozenset(action["environment"] for action in actions if action["environment"])


async def _there(session: AsyncSession, table: type[Row], key: UUID | None) -> Row:
    """The row behind a foreign key."""
    row = await find(session, table, id=key)
    assert row is not None
    return row


async def end(
    session: AsyncSession,
    actor: str,
    run: CheckRun,
    at: Place,
    now: datetime,
    status: CheckRunStatus,
    cause: str | None,
) -> CheckRun | None:
    """Ends a run, with its event and, where it did not pass, its failure. Returns the next try, where there is one."""
    run.status, run.cause, run.ended_at = status, cause and masking.kept(cause, LONGEST_CAUSE), now
    happenings = [changed(run, CheckRunStatus.RUNNING, at)]
    again = _again(run, now) if is_tried_again(status, run.try_number, run.retries) else None
    if again is not None:
        session.add(again)
        await session.flush()
        happenings.append(changed(again, None, at))
    await append(session, happenings, actor)
    if status not in (CheckRunStatus.PASSED, CheckRunStatus.CANCELLED):
        await session.flush()
        await note_check(session, run, at.pipeline, at.execution, actor, tried_again=again is not None)
    return again


async def cancel(
    session: AsyncSession, actor: str, runs: Sequence[CheckRun], at: Place, now: datetime, because: str
) -> None:
    """Ends those of the runs that still run without an outcome, and says why."""
    for run in runs:
        if run.status is CheckRunStatus.RUNNING:
            await end(session, actor, run, at, now, CheckRunStatus.CANCELLED, because)


async def cancel_of_ended(session: AsyncSession, actor: str, ended: Mapping[UUID, datetime]) -> None:
    """Ends what still runs of executions that have ended, by when they have: nobody carries it out any more.

    Were the stage retried, what had begun before would pass for evidence of what comes after.
    """
    for run in await running_of(session, ended):
        if run.started_at <= ended[run.execution_id]:
            at = await place_of(session, run)
            because = f"the execution is {at.execution.status}"
            await end(session, actor, run, at, ended[run.execution_id], CheckRunStatus.CANCELLED, because)


_COPIED = (
    *("name", "subject", "kind", "when", "mode", "timeout_minutes", "configuration", "attempt", "retries"),
    *("failure_limit", "check_id", "execution_id", "wave_id", "part"),
)


def _again(run: CheckRun, now: datetime) -> CheckRun:
    """The next try of a run that came out without a verdict."""
    return CheckRun(
        **{name: getattr(run, name) for name in _COPIED},
        try_number=run.try_number + 1,
        retry_of_id=run.id,
        status=CheckRunStatus.RUNNING,
        started_at=now,
    )


def changed(run: CheckRun, previous: CheckRunStatus | None, at: Place) -> Happening:
    """That a run has another status than before."""
    outcome = {"status": run.status, "previous": previous, "cause": run.cause}
    payload = {**at.told, "check": run.name, "subject": run.subject, "tryNumber": run.try_number, **outcome}
    return Happening(EventType.CHECK_RUN_CHANGED, "CheckRun", run.id, payload, at.trace_id)


def latest(runs: Iterable[CheckRun]) -> list[CheckRun]:
    """The latest try of each check on each subject, of the latest attempt."""
    tries = sorted(runs, key=lambda run: run.try_number)
    attempt = max((each.attempt for each in tries), default=0)
    return list({(each.check_id, each.name, each.subject): each for each in tries if each.attempt == attempt}.values())


def outcome_of(run: CheckRun) -> Outcome:
    """How a check stands on one target, by its latest run."""
    return Outcome(run.name, run.subject, run.mode, run.status, run.cause, run.try_number, run.failure_limit)
