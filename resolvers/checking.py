"""Running the checks of a wave: started, finished, and the wave concluded. The service decides, the pipeline acts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.checks import Outcome, Target, Verdict, targets, verdict
from domain.errors import InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen
from models import placement
from models.checks import checks_of_wave
from models.event_log import append
from models.queries import everything, find, locked, most
from models.tables import Check, CheckRun, Pipeline, PipelineExecution, Service, Wave

BAKE = "bake"


async def start_check_runs(
    session: AsyncSession, actor: str, *, now: datetime, execution_id: str, stage: str, when: CheckWhen
) -> Sequence[CheckRun]:
    """The runs that a wave requires of this execution. stage: CodePipeline's name for it.

    Asked again while any of them runs, the same runs: a retried request starts nothing twice. Asked again after all
    have ended, new ones: the stage is being retried.
    """
    execution, pipeline, wave = await _wave_of(session, execution_id, stage)
    there = await everything(session, CheckRun, execution_id=execution.id, wave_id=wave.id, when=when)
    running = [run for run in there if run.status is CheckRunStatus.RUNNING]
    if running:
        return [run for run in there if run.attempt == running[0].attempt]
    attempt = 1 + max((run.attempt for run in there), default=0)
    service = await find(session, Service, id=pipeline.service_id)
    assert service is not None  # a pipeline with a map of actions has its service
    runs = [
        _run(check, target, execution, wave, when, attempt, now)
        for check, target in await _required(session, service, wave, when)
    ]
    session.add_all(runs)
    await session.flush()
    await append(session, [_changed(run, None, pipeline, execution, wave) for run in runs], actor)
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
    execution = await find(session, PipelineExecution, id=run.execution_id)
    wave = await find(session, Wave, id=run.wave_id)
    assert execution is not None
    assert wave is not None
    pipeline = await find(session, Pipeline, id=execution.pipeline_id)
    assert pipeline is not None
    await append(session, [_changed(run, CheckRunStatus.RUNNING, pipeline, execution, wave)], actor)
    return run


async def conclude_wave(
    session: AsyncSession, actor: str, *, execution_id: str, stage: str, when: CheckWhen
) -> Verdict:
    """Whether the wave passed: the latest attempt's runs, every blocking one of them."""
    execution, pipeline, wave = await _wave_of(session, execution_id, stage)
    where = {"execution_id": execution.id, "wave_id": wave.id, "when": when}
    attempt = await most(session, CheckRun, "attempt", **where)
    runs = await everything(session, CheckRun, attempt=attempt, **where)
    found = verdict(Outcome(run.name, run.subject, run.mode, run.status, run.cause) for run in runs)
    payload = {
        "pipeline": pipeline.name,
        "executionId": execution_id,
        "wave": wave.name,
        "when": when,
        "passed": found.passed,
        "reasons": found.reasons,
    }
    happening = Happening(EventType.WAVE_CONCLUDED, "PipelineExecution", execution.id, payload, _trace(execution_id))
    await append(session, [happening], actor)
    return found


async def _wave_of(session: AsyncSession, execution_id: str, stage: str) -> tuple[PipelineExecution, Pipeline, Wave]:
    """The execution, held until the transaction ends, its pipeline, and the wave that the stage deploys."""
    execution = await locked(session, PipelineExecution, execution_id=execution_id)
    if execution is None:
        raise NotFound("execution", execution_id, field="executionId")
    pipeline = await find(session, Pipeline, id=execution.pipeline_id)
    assert pipeline is not None
    if pipeline.structure is None:
        raise NotFound("pipeline", pipeline.arn, field="executionId")
    names = {each["name"]: each["wave"] for each in pipeline.structure["stages"] if each["wave"]}
    wave = await find(session, Wave, name=names[stage]) if stage in names else None
    if wave is None:
        raise NotFound("stage", stage, names, field="stage")
    return execution, pipeline, wave


async def _required(
    session: AsyncSession, service: Service, wave: Wave, when: CheckWhen
) -> list[tuple[Check | None, Target]]:
    environments = await placement.environments_of_wave(session, service.id, wave.id)
    required: list[tuple[Check | None, Target]] = [
        (check, target)
        for check in await checks_of_wave(session, wave, service.id, when)
        for target in targets(check.configuration, service.name, wave.name, environments)
    ]
    if when is CheckWhen.AFTER and wave.bake_minutes:
        required.append((None, Target(wave.name, {"minutes": wave.bake_minutes})))
    return required


def _run(
    check: Check | None,
    target: Target,
    execution: PipelineExecution,
    wave: Wave,
    when: CheckWhen,
    attempt: int,
    now: datetime,
) -> CheckRun:
    """A run of a check, or of the wave's bake time, which waits a little longer than it bakes."""
    return CheckRun(
        name=check.name if check else BAKE,
        subject=target.subject,
        kind=check.kind if check else CheckKind.BAKE,
        when=when,
        mode=check.mode if check else CheckMode.BLOCKING,
        timeout_minutes=check.timeout_minutes if check else wave.bake_minutes + 15,
        configuration=target.configuration,
        attempt=attempt,
        status=CheckRunStatus.RUNNING,
        started_at=now,
        check_id=check.id if check else None,
        execution_id=execution.id,
        wave_id=wave.id,
    )


def _changed(
    run: CheckRun,
    previous: CheckRunStatus | None,
    pipeline: Pipeline,
    execution: PipelineExecution,
    wave: Wave,
) -> Happening:
    payload = {
        "pipeline": pipeline.name,
        "executionId": execution.execution_id,
        "wave": wave.name,
        "check": run.name,
        "subject": run.subject,
        "status": run.status,
        "previous": previous,
        "cause": run.cause,
    }
    return Happening(EventType.CHECK_RUN_CHANGED, "CheckRun", run.id, payload, _trace(execution.execution_id))


def _trace(execution_id: str) -> str:
    return execution_id.replace("-", "")
