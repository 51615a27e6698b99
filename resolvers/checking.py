"""Running the checks of a wave: started, finished, and the wave concluded. The service decides, the pipeline acts.

A wave is what one stage of CodePipeline deploys of it: all of its environments, or the part that the service's wave
size cuts out. Each part has its own runs and its own verdict.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import masking
from domain.checks import Outcome, Target, Verdict, is_tried_again, targets, verdict
from domain.errors import InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen
from models.base import Base
from models.checks import checks_of_wave, environments_named
from models.event_log import append
from models.queries import everything, find, locked, most
from models.tables import Check, CheckRun, Pipeline, PipelineExecution, Service, Wave
from resolvers.failures import note_check

Row = TypeVar("Row", bound=Base)

BAKE = "bake"
LONGEST_CAUSE = 4_096
"""Characters of what a check says, which is told and sent on."""


async def start_check_runs(
    session: AsyncSession, actor: str, *, now: datetime, execution_id: str, stage: str, when: CheckWhen
) -> Sequence[CheckRun]:
    """The runs that a wave requires of this execution. stage: CodePipeline's name for it.

    Asked again while any of them runs, the same runs: a retried request starts nothing twice. Asked again after all
    have ended, new ones: the stage is being retried.
    """
    at = await _place(session, execution_id, stage)
    there = await everything(session, CheckRun, when=when, **at.key)
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
    """The outcome of one run; where the check is to be tried again, its next run begins: `retry_of_id` is this one.

    Said again, it changes nothing; another outcome than before is refused.
    """
    if status is CheckRunStatus.RUNNING:
        raise InvalidValue("status", status, "PASSED, FAILED, ERRORED, TIMED_OUT or INCONCLUSIVE")
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
    run.status, run.cause, run.ended_at = status, cause and masking.kept(cause, LONGEST_CAUSE), now
    run.detail = detail if isinstance(detail, dict) or detail is None else {"value": detail}
    at = await _place_of(session, run)
    happenings = [_changed(run, CheckRunStatus.RUNNING, at)]
    tried_again = is_tried_again(status, run.try_number, run.retries)
    if tried_again:
        again = _again(run, now)
        session.add(again)
        await session.flush()
        happenings.append(_changed(again, None, at))
    await append(session, happenings, actor)
    if status is not CheckRunStatus.PASSED:
        await session.flush()
        await note_check(session, run, at.pipeline, at.execution, actor, tried_again=tried_again)
    return run


async def conclude_wave(
    session: AsyncSession, actor: str, *, execution_id: str, stage: str, when: CheckWhen
) -> Verdict:
    """Whether the wave passed: each check's latest run in the latest attempt; where there is none, what it requires."""
    at = await _place(session, execution_id, stage)
    attempt = await most(session, CheckRun, "attempt", when=when, **at.key)
    runs = await everything(session, CheckRun, attempt=attempt, when=when, **at.key)
    latest = {(run.check_id, run.name, run.subject): run for run in sorted(runs, key=lambda run: run.try_number)}
    found = verdict([_outcome(run) for run in latest.values()] or await _unstarted(session, at, when))
    payload = {**at.told, "when": when, "passed": found.passed, "reasons": found.reasons}
    happening = Happening(EventType.WAVE_CONCLUDED, "PipelineExecution", at.execution.id, payload, at.trace_id)
    await append(session, [happening], actor)
    return found


@dataclass(frozen=True, slots=True)
class _Place:
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


async def _place(session: AsyncSession, execution_id: str, stage: str) -> _Place:
    """The wave that CodePipeline's stage deploys; the execution is held until the transaction ends."""
    execution = await locked(session, PipelineExecution, execution_id=execution_id)
    if execution is None:
        raise NotFound("execution", execution_id, field="executionId")
    pipeline = await _there(session, Pipeline, execution.pipeline_id)
    if pipeline.structure is None:
        raise NotFound("pipeline", pipeline.arn, field="executionId")
    stages = {each["name"]: each for each in pipeline.structure["stages"] if each["wave"]}
    wave = await find(session, Wave, name=stages[stage]["wave"]) if stage in stages else None
    if wave is None:
        raise NotFound("stage", stage, stages, field="stage")
    part = _part(stages[stage])
    deployed = frozenset(
        action["environment"]
        for each in stages.values()
        if _part(each) == part
        for action in each["actions"]
        if action["environment"]
    )
    service = await _there(session, Service, pipeline.service_id)
    return _Place(service, pipeline, execution, wave, part, deployed)


def _part(stage: Mapping[str, Any]) -> str:
    """The wave or the part of it that a stage of the map deploys. CDK may split one over several of CodePipeline's."""
    return str(stage.get("part") or stage["wave"])


async def _place_of(session: AsyncSession, run: CheckRun) -> _Place:
    execution = await _there(session, PipelineExecution, run.execution_id)
    pipeline = await _there(session, Pipeline, execution.pipeline_id)
    service = await _there(session, Service, pipeline.service_id)
    return _Place(service, pipeline, execution, await _there(session, Wave, run.wave_id), run.part)


async def _there(session: AsyncSession, table: type[Row], key: UUID | None) -> Row:
    """The row behind a foreign key."""
    row = await find(session, table, id=key)
    assert row is not None
    return row


async def _required(session: AsyncSession, at: _Place, when: CheckWhen) -> list[tuple[Check | None, Target]]:
    environments = await environments_named(session, at.environments)
    required: list[tuple[Check | None, Target]] = [
        (check, target)
        for check in await checks_of_wave(session, at.wave, at.service, when)
        for target in targets(check.configuration, at.service.name, at.part, environments)
    ]
    if when is CheckWhen.AFTER and at.wave.bake_minutes:
        required.append((None, Target(at.part, {"minutes": at.wave.bake_minutes})))
    return required


async def _unstarted(session: AsyncSession, at: _Place, when: CheckWhen) -> list[Outcome]:
    """What the wave requires and nobody has started: it has not reported."""
    return [
        Outcome(
            name=check.name if check else BAKE,
            subject=target.subject,
            mode=check.mode if check else CheckMode.BLOCKING,
            status=CheckRunStatus.RUNNING,
        )
        for check, target in await _required(session, at, when)
    ]


def _outcome(run: CheckRun) -> Outcome:
    return Outcome(run.name, run.subject, run.mode, run.status, run.cause, run.try_number, run.failure_limit)


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
        try_number=1,
        retries=check.retries if check else 0,
        failure_limit=check.failure_limit if check else 0,
        status=CheckRunStatus.RUNNING,
        started_at=now,
        check_id=check.id if check else None,
        **at.key,
    )


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


def _changed(run: CheckRun, previous: CheckRunStatus | None, at: _Place) -> Happening:
    outcome = {"status": run.status, "previous": previous, "cause": run.cause}
    payload = {**at.told, "check": run.name, "subject": run.subject, "tryNumber": run.try_number, **outcome}
    return Happening(EventType.CHECK_RUN_CHANGED, "CheckRun", run.id, payload, at.trace_id)
