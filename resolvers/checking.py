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
from domain.words import CheckKind, CheckMode, CheckRunStatus, CheckWhen, ExecutionKind
from models.checks import checks_of_wave, environments_named
from models.event_log import append
from models.queries import everything, locked, most
from models.returning import leads_back, returned_since
from models.tables import Check, CheckRun
from resolvers import baking, check_runs
from resolvers.check_runs import LONGEST_CAUSE, Place, latest, outcome_of
from resolvers.drilling import certify

__all__ = ["LONGEST_CAUSE", "conclude_wave", "finish_check_run", "start_check_runs"]

OUTCOMES = "PASSED, FAILED, ERRORED, TIMED_OUT or INCONCLUSIVE"


async def start_check_runs(
    session: AsyncSession, actor: str, *, now: datetime, execution_id: str, stage: str, when: CheckWhen
) -> Sequence[CheckRun]:
    """The runs that a wave requires of this execution. stage: CodePipeline's name for it.

    Asked again while any of them runs, the same runs: a retried request starts nothing twice. Asked again after all
    have ended, new ones: the stage is being retried.
    """
    at = await check_runs.place(session, execution_id, stage)
    there = await everything(session, CheckRun, when=when, **at.key)
    running = [run for run in there if run.status is CheckRunStatus.RUNNING]
    if running:
        return [run for run in there if run.attempt == running[0].attempt]
    attempt = 1 + max((run.attempt for run in there), default=0)
    runs = [
        _run(check, await _made(session, check, target, at, now), at, when, attempt, now)
        for check, target in await _required(session, at, when)
    ]
    session.add_all(runs)
    await session.flush()
    await append(session, [check_runs.changed(run, None, at) for run in runs], actor)
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

    Said again, it changes nothing; another outcome than before is refused. That a bake has passed is not for the
    pipeline to say: what it comes to, the service judges, by what it has kept of it itself.
    """
    if status in (CheckRunStatus.RUNNING, CheckRunStatus.CANCELLED):
        raise InvalidValue("status", status, OUTCOMES)
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
    if detail is not None and run.kind is not CheckKind.BAKE:
        run.detail = detail if isinstance(detail, dict) else {"value": detail}
    at = await check_runs.place_of(session, run)
    if run.kind is CheckKind.BAKE and status is CheckRunStatus.PASSED:
        status, cause = await baking.outcome_of(session, run, at, now)
    await check_runs.end(session, actor, run, at, now, status, cause)
    if run.kind is CheckKind.DRILL:
        await certify(session, run, now)
    return run


async def conclude_wave(
    session: AsyncSession,
    actor: str,
    *,
    now: datetime,
    execution_id: str,
    stage: str,
    when: CheckWhen,
    cancelled_by: UUID | None = None,
) -> Verdict:
    """Whether the wave passed: each check's latest run in the latest attempt; where there is none, what it requires.

    cancelled_by: the run whose no made the pipeline leave the others. Those that still run are ended as CANCELLED.
    """
    at = await check_runs.place(session, execution_id, stage)
    attempt = await most(session, CheckRun, "attempt", when=when, **at.key)
    runs = await everything(session, CheckRun, attempt=attempt, when=when, **at.key)
    if cancelled_by is not None:
        no = _no(runs, cancelled_by)
        await check_runs.cancel(session, actor, runs, at, now, f"{no.name} on {no.subject} said no")
    found = verdict([outcome_of(run) for run in latest(runs)] or await _unstarted(session, at, when))
    if when is CheckWhen.AFTER and at.execution.kind is ExecutionKind.STANDARD:
        found = await _still_there(session, at, found)
    decided = {"passed": found.passed, "outcome": found.outcome, "reasons": found.reasons}
    payload = {**at.told, "when": when, **decided}
    happening = Happening(EventType.WAVE_CONCLUDED, "PipelineExecution", at.execution.id, payload, at.trace_id)
    await append(session, [happening], actor)
    return found


async def _still_there(session: AsyncSession, at: Place, found: Verdict) -> Verdict:
    """A wave out of which a rollback has taken the revision has not passed, whatever its checks say of what is there.

    CodePipeline does not know of a redeployment: retried by its failed actions, a stage is only checked again.
    """
    gone = [
        f"{environment} was returned to {(revision or 'an unknown revision')[:8]} since this revision was deployed"
        for environment, revision in await returned_since(session, at.execution, at.environments)
    ]
    return Verdict(passed=False, reasons=[*gone, *found.reasons], failed=True) if gone else found


def _no(runs: Sequence[CheckRun], key: UUID) -> CheckRun:
    """The run that said no, for which others may be left: a blocking one of the latest attempt."""
    run = next((each for each in runs if each.id == key), None)
    if run is None:
        raise NotFound("check run", str(key), field="cancelledBy")
    if run.status is not CheckRunStatus.FAILED or run.mode is not CheckMode.BLOCKING:
        wrong = f"{key}, {run.mode} and {run.status}"
        raise InvalidValue("cancelledBy", wrong, "the id of a blocking run that is FAILED")
    return run


async def _required(session: AsyncSession, at: Place, when: CheckWhen) -> list[tuple[Check | None, Target]]:
    """Each check with each of its targets, and the wave's own bake, which is no check. A rollback does not bake."""
    environments = await environments_named(session, at.environments)
    required: list[tuple[Check | None, Target]] = [
        (check, target)
        for check in await checks_of_wave(session, at.wave, at.service, when)
        for target in targets(check.configuration, at.service.name, at.part, environments)
    ]
    rollback = at.execution.kind is ExecutionKind.ROLLBACK
    if rollback and await leads_back(session, at.execution, at.last_stage):
        return [each for each in required if each[0] and each[0].kind is not CheckKind.BAKE]
    if when is CheckWhen.AFTER and (at.wave.bake_minutes or at.wave.minimum_data_points):
        required.append((None, Target(at.part, baking.own(at))))
    return required


async def _made(session: AsyncSession, check: Check | None, target: Target, at: Place, now: datetime) -> Target:
    """The target as its run has it: a bake knows from when it compares and counts."""
    if check is not None and check.kind is not CheckKind.BAKE:
        return target
    return Target(target.subject, await baking.configuration(session, at, target.configuration, now))


async def _unstarted(session: AsyncSession, at: Place, when: CheckWhen) -> list[Outcome]:
    """What the wave requires and nobody has started: it has not reported."""
    return [
        Outcome(
            name=check.name if check else baking.NAME,
            subject=target.subject,
            mode=check.mode if check else CheckMode.BLOCKING,
            status=CheckRunStatus.RUNNING,
        )
        for check, target in await _required(session, at, when)
    ]


def _run(check: Check | None, target: Target, at: Place, when: CheckWhen, attempt: int, now: datetime) -> CheckRun:
    """A run of a check, or of the wave's bake time."""
    return CheckRun(
        name=check.name if check else baking.NAME,
        subject=target.subject,
        kind=check.kind if check else CheckKind.BAKE,
        when=when,
        mode=check.mode if check else CheckMode.BLOCKING,
        timeout_minutes=_minutes(check, target),
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


def _minutes(check: Check | None, target: Target) -> int:
    """The time limit. A bake has the time that it needs, and no limit beside it."""
    if check is None or check.kind is CheckKind.BAKE:
        return baking.timeout_minutes(target.configuration)
    return check.timeout_minutes
