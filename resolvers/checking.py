"""Running the checks of a wave: started, finished, and the wave concluded. The service decides, the pipeline acts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.checks import Outcome, Target, Verdict, targets, verdict
from domain.errors import InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen
from models import placement
from models.base import Base
from models.checks import checks_of_wave
from models.event_log import append
from models.queries import everything, find, locked, most
from models.tables import Check, CheckRun, Pipeline, PipelineExecution, Service, Wave

Row = TypeVar("Row", bound=Base)

BAKE = "bake"


async def start_check_runs(
    session: AsyncSession, actor: str, *, now: datetime, execution_id: str, stage: str, when: CheckWhen
) -> Sequence[CheckRun]:
    """The runs that a wave requires of this execution. stage: CodePipeline's name for it.

    Asked again while any of them runs, the same runs: a retried request starts nothing twice. Asked again after all
    have ended, new ones: the stage is being retried.
    """
    at = await _place(session, execution_id, stage)
    there = await everything(session, CheckRun, execution_id=at.execution.id, wave_id=at.wave.id, when=when)
    running = [run for run in there if run.status is CheckRunStatus.RUNNING]
    if running:
        return [run for run in there if run.attempt == running[0].attempt]
    attempt = 1 + max((run.attempt for run in there), default=0)
    runs = [_run(check, target, at, when, attempt, now) for check, target in await _required(session, at, when)]
    session.add_all(runs)
    await session.flush()
    await append(session, [_changed(run, None, at) for run in runs], actor)
    return runs


async def finish_check_run(
    session: AsyncSession,
    actor: str,
    *,
    now: datetime,
    check_run: UUID,
    status: CheckRunStatus,
    cause: str | None = None,
    detail: Any = None,
) -> CheckRun:
    """The outcome of one run. Said again, it changes nothing; another outcome than before is refused."""
    if status is CheckRunStatus.RUNNING:
        raise InvalidValue("status", status, "PASSED, FAILED, ERRORED or TIMED_OUT")
    run = await locked(session, CheckRun, id=check_run)
    if run is None:
        raise NotFound("check run", str(check_run), field="checkRun")
    if run.status is status:
        return run
    if run.status is not CheckRunStatus.RUNNING:
        raise Refused(
            "ALREADY_FINISHED",
            f"Check {run.name!r} on {run.subject!r} has already ended as {run.status}.",
            path=["status"],
            remedy="Start the checks of the stage again; an outcome is never rewritten.",
        )
    run.status, run.cause, run.ended_at = status, cause, now
    run.detail = detail if isinstance(detail, dict) or detail is None else {"value": detail}
    at = await _place_of(session, run)
    await append(session, [_changed(run, CheckRunStatus.RUNNING, at)], actor)
    return run


async def conclude_wave(
    session: AsyncSession, actor: str, *, execution_id: str, stage: str, when: CheckWhen
) -> Verdict:
    """Whether the wave passed: the latest attempt's runs, every blocking one of them; of what it requires, if none."""
    at = await _place(session, execution_id, stage)
    where = {"execution_id": at.execution.id, "wave_id": at.wave.id, "when": when}
    attempt = await most(session, CheckRun, "attempt", **where)
    runs = await everything(session, CheckRun, attempt=attempt, **where)
    outcomes = [Outcome(run.name, run.subject, run.mode, run.status, run.cause) for run in runs]
    found = verdict(outcomes or await _unstarted(session, at, when))
    payload = {**at.told, "when": when, "passed": found.passed, "reasons": found.reasons}
    happening = Happening(EventType.WAVE_CONCLUDED, "PipelineExecution", at.execution.id, payload, at.trace_id)
    await append(session, [happening], actor)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
    """Where checks run: one wave of one execution of one service's pipeline."""

    service: Service
    pipeline: Pipeline
    execution: PipelineExecution
    wave: Wave

    @property
    def told(self) -> dict[str, str]:
        """What every event of checks says of its place."""
        return {
            "pipeline": self.pipeline.name,
            "pipelineArn": self.pipeline.arn,
            "service": self.service.name,
            "executionId": self.execution.execution_id,
            "wave": self.wave.name,
        }

    @property
    def trace_id(self) -> str:
        """The execution's trace."""
        return self.execution.execution_id.replace("-", "")


async def _place(session: AsyncSession, execution_id: str, stage: str) -> _Place:
    """The wave that CodePipeline's stage deploys; the execution is held until the transaction ends."""
    execution = await locked(session, PipelineExecution, execution_id=execution_id)
    if execution is None:
        raise NotFound("execution", execution_id, field="executionId")
    pipeline = await _there(session, Pipeline, execution.pipeline_id)
    if pipeline.structure is None:
        raise NotFound("pipeline", pipeline.arn, field="executionId")
    names = {each["name"]: each["wave"] for each in pipeline.structure["stages"] if each["wave"]}
    wave = await find(session, Wave, name=names[stage]) if stage in names else None
    if wave is None:
        raise NotFound("stage", stage, names, field="stage")
    return _Place(await _there(session, Service, pipeline.service_id), pipeline, execution, wave)


async def _place_of(session: AsyncSession, run: CheckRun) -> _Place:
    execution = await _there(session, PipelineExecution, run.execution_id)
    pipeline = await _there(session, Pipeline, execution.pipeline_id)
    service = await _there(session, Service, pipeline.service_id)
    return _Place(service, pipeline, execution, await _there(session, Wave, run.wave_id))


async def _there(session: AsyncSession, table: type[Row], key: UUID | None) -> Row:
    """The row behind a foreign key."""
    row = await find(session, table, id=key)
    assert row is not None
    return row


async def _required(session: AsyncSession, at: _Place, when: CheckWhen) -> list[tuple[Check | None, Target]]:
    environments = await placement.environments_of_wave(session, at.service.id, at.wave.id)
    required: list[tuple[Check | None, Target]] = [
        (check, target)
        for check in await checks_of_wave(session, at.wave, at.service.id, when)
        for target in targets(check.configuration, at.service.name, at.wave.name, environments)
    ]
    if when is CheckWhen.AFTER and at.wave.bake_minutes:
        required.append((None, Target(at.wave.name, {"minutes": at.wave.bake_minutes})))
    return required


async def _unstarted(session: AsyncSession, at: _Place, when: CheckWhen) -> list[Outcome]:
    """What the wave requires and nobody has started: it has not reported."""
    return [
        Outcome(
            check.name if check else BAKE,
            target.subject,
            check.mode if check else CheckMode.BLOCKING,
            CheckRunStatus.RUNNING,
            None,
        )
        for check, target in await _required(session, at, when)
    ]


def _run(check: Check | None, target: Target, at: _Place, when: CheckWhen, attempt: int, now: datetime) -> CheckRun:
    """A run of a check, or of the wave's bake time, which may take a little longer than it bakes."""
    return CheckRun(
        name=check.name if check else BAKE,
        subject=target.subject,
        kind=check.kind if check else CheckKind.BAKE,
        when=when,
        mode=check.mode if check else CheckMode.BLOCKING,
        timeout_minutes=check.timeout_minutes if check else at.wave.bake_minutes + 15,
        configuration=target.configuration,
        attempt=attempt,
        status=CheckRunStatus.RUNNING,
        started_at=now,
        check_id=check.id if check else None,
        execution_id=at.execution.id,
        wave_id=at.wave.id,
    )


def _changed(run: CheckRun, previous: CheckRunStatus | None, at: _Place) -> Happening:
    outcome = {"status": run.status, "previous": previous, "cause": run.cause}
    payload = {**at.told, "check": run.name, "subject": run.subject, **outcome}
    return Happening(EventType.CHECK_RUN_CHANGED, "CheckRun", run.id, payload, at.trace_id)
