"""What is told of an execution, before it has ids: each of its parts, in which attempt it was done, and under what.

A part is named by the text that its span's id is made of (domain.spans), as a tuple; the run itself is the empty one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from domain import conventions, history
from domain.conventions import Attributes
from domain.words import ActionKind, CheckWhen, ExecutionStatus

SHORTEST_WAIT = timedelta(seconds=30)
"""CodePipeline itself takes some seconds from one stage to the next."""
RUN: tuple[str, ...] = ()
FAILURES = frozenset({"failure", "error", "timeout"})
_NEVER = datetime.max.replace(tzinfo=UTC)
_Row = TypeVar("_Row", history.StageExecution, history.ActionExecution, history.Deployment, history.CheckRun)


@dataclass(frozen=True, slots=True)
class Draft:
    """A span to be: what it is about, and under which of `parents` it goes, the first of those that exist."""

    what: tuple[str, ...]
    parents: tuple[tuple[str, ...], ...]
    name: str
    attempt: int
    started_at: datetime | None
    ended_at: datetime | None
    result: str | None
    attributes: Attributes
    error_type: str | None = None
    failure: str | None = None


@dataclass(frozen=True, slots=True)
class Telling:
    """What is told of an execution: an attempt, with or without (`whole`) what was sealed of those before it."""

    execution: history.PipelineExecution
    attempt: int
    whole: bool = False

    @property
    def sealed(self) -> list[history.Sealed]:
        """The earlier attempts that were sealed, in order."""
        return sorted(each for each in self.execution.sealed if each.attempt < self.attempt)

    @property
    def before(self) -> history.Sealed | None:
        """The last of them."""
        return self.sealed[-1] if self.sealed else None

    def attempt_of(self, row: _Row) -> int:
        """The attempt in which it was done: the first that was sealed after its end, else this one."""
        ended = row.ended_at
        return next((each.attempt for each in self.sealed if ended and ended <= each.until), self.attempt)

    def is_new(self, row: _Row) -> bool:
        """Whether the row is not in what was sealed."""
        return self.attempt_of(row) == self.attempt

    def new(self, rows: Iterable[_Row]) -> Iterator[_Row]:
        """The rows to tell."""
        return (row for row in rows if self.whole or self.is_new(row))

    def start_of(
        self, row: history.StageExecution | history.Deployment, actions: Iterable[history.ActionExecution]
    ) -> datetime | None:
        """When this attempt began with it: what was retried has the start of its first attempt."""
        before = self.before
        if before is None or self.whole or row.started_at is None or row.started_at > before.until:
            return row.started_at
        starts = [action.started_at for action in actions if action.started_at and self.is_new(action)]
        return min((start for start in starts if start > before.until), default=None)


def parts_of(telling: Telling) -> Iterator[Draft]:
    """The parts of an execution that there are to tell, but for the run itself."""
    execution = telling.execution
    stages = {stage.name: stage for stage in execution.stages}
    actions = sorted(
        set(execution.actions),
        key=lambda each: (stages[each.stage].position if each.stage in stages else -1, each.position, each.name),
    )
    for stage in telling.new(set(execution.stages)):
        yield _stage(telling, stage, [action for action in actions if action.stage == stage.name])
    yield from _waits(telling, stages.values())
    for deployment in telling.new(set(execution.deployments)):
        yield _deployment(telling, deployment, actions)
    for action in telling.new(actions):
        yield _action(telling, action, stages.get(action.stage))
    for check in telling.new(set(execution.check_runs)):
        yield _check_run(check, _validations(check, actions, stages))


def run_of(telling: Telling, parts: Sequence[Draft]) -> Draft:
    """The root. A later attempt whose predecessor was sealed starts with the first thing that it did."""
    execution = telling.execution
    starts = [draft.started_at for draft in parts if draft.started_at and draft.attempt == telling.attempt]
    started = execution.started_at
    if started is None or (telling.before and not telling.whole):
        started = min(starts, default=started)
    result = conventions.OF_EXECUTION.get(execution.status)
    error, failure = _first_cause(execution.actions, result)
    return Draft(
        what=RUN,
        parents=(),
        name=f"RUN {execution.pipeline}",
        attempt=telling.attempt,
        started_at=started,
        ended_at=execution.ended_at if execution.status.ended else None,
        result=result,
        attributes=conventions.of_run(execution, telling.attempt, result),
        error_type=error,
        failure=failure,
    )


def _waits(telling: Telling, stages: Iterable[history.StageExecution]) -> Iterator[Draft]:
    """The time between the last end before a wave's stage and the stage's own start."""
    for stage in stages:
        before = [each.ended_at for each in stages if each.position < stage.position and each.ended_at]
        began = max(before, default=None)
        if not (stage.place and began and stage.started_at and stage.started_at - began >= SHORTEST_WAIT):
            continue
        waited = replace(stage, started_at=began, ended_at=stage.started_at)
        if telling.whole or telling.is_new(waited):
            yield Draft(
                what=("wait", stage.name),
                parents=(RUN,),
                name=f"wait for {stage.name}",
                attempt=telling.attempt_of(waited),
                started_at=waited.started_at,
                ended_at=waited.ended_at,
                result=None,
                attributes=conventions.of_wait(stage),
            )


def _stage(
    telling: Telling,
    stage: history.StageExecution,
    actions: Sequence[history.ActionExecution],
) -> Draft:
    result = conventions.OF_EXECUTION.get(stage.status)
    error, failure = _first_cause(actions, result)
    return Draft(
        what=("stage", stage.name),
        parents=(RUN,),
        name=stage.name,
        attempt=telling.attempt_of(stage),
        started_at=telling.start_of(stage, actions),
        ended_at=stage.ended_at,
        result=result,
        attributes=conventions.of_stage(stage, result),
        error_type=error,
        failure=failure,
    )


def _deployment(
    telling: Telling,
    deployment: history.Deployment,
    actions: Sequence[history.ActionExecution],
) -> Draft:
    own = [action for action in actions if deploys(action) == deployment.environment.name]
    result = conventions.OF_DEPLOYMENT.get(deployment.status)
    error, failure = _first_cause(own, result)
    return Draft(
        what=("deployment", deployment.environment.name),
        parents=(*(("stage", action.stage) for action in own), RUN),
        name=deployment.environment.name,
        attempt=telling.attempt_of(deployment),
        started_at=telling.start_of(deployment, own),
        ended_at=deployment.ended_at,
        result=result,
        attributes=conventions.of_deployment(telling.execution, deployment),
        error_type=error,
        failure=deployment.reason or failure,
    )


def _action(
    telling: Telling,
    action: history.ActionExecution,
    stage: history.StageExecution | None,
) -> Draft:
    reached = deploys(action)
    deployment = (("deployment", reached),) if reached else ()
    attempt = telling.attempt_of(action)
    return Draft(
        what=("action", action.stage, action.name),
        parents=(*deployment, ("stage", action.stage), RUN),
        name=action.name,
        attempt=attempt,
        started_at=action.started_at,
        ended_at=action.ended_at,
        result=conventions.OF_EXECUTION.get(action.status),
        attributes={
            **conventions.of_action(action, stage.place if stage else None),
            "cicd.pipeline.task.run.id": f"{action.stage}/{action.name}/{attempt}",
        },
        error_type=action.error_code,
        failure=action.summary,
    )


def what_of(check: history.CheckRun) -> tuple[str, ...]:
    """The name of a check run."""
    again = () if check.try_number == 1 else (str(check.try_number),)
    part = check.part or check.place.wave or ""
    return ("check", part, check.when.value, check.name, check.subject, *again)


def _check_run(check: history.CheckRun, validations: Sequence[tuple[str, ...]]) -> Draft:
    what = what_of(check)
    return Draft(
        what=what,
        parents=(*validations, RUN),
        name=f"{check.name} {check.subject}",
        attempt=check.attempt,
        started_at=check.started_at,
        ended_at=check.ended_at,
        result=conventions.OF_CHECK_RUN.get(check.status),
        attributes={
            **conventions.of_check_run(check),
            "cicd.pipeline.task.run.id": "/".join((*what[1:5], str(check.attempt), str(check.try_number))),
        },
        failure=check.cause,
    )


def _validations(
    check: history.CheckRun,
    actions: Sequence[history.ActionExecution],
    stages: Mapping[str, history.StageExecution],
) -> list[tuple[str, ...]]:
    """What may have run the check, the likeliest first: its part's; the wave's first before it, its last after."""
    waves = {name: stage.place.wave for name, stage in stages.items() if stage.place}
    of_wave = [action for action in actions if waves.get(action.stage, "") == check.place.wave]
    if check.when is CheckWhen.AFTER:
        of_wave.reverse()
    of_wave.sort(key=lambda action: action.stage != check.part)
    ran = [action for action in of_wave if action.kind is ActionKind.VALIDATE]
    validations = [("action", action.stage, action.name) for action in ran]
    return [*validations, *(("stage", action.stage) for action in of_wave)]


def deploys(action: history.ActionExecution) -> str | None:
    """The environment to which an action deploys; validations may name one and deploy nothing."""
    deploying = action.kind in {ActionKind.PREPARE, ActionKind.DEPLOY}
    return action.environment.name if deploying and action.environment else None


def _first_cause(actions: Iterable[history.ActionExecution], result: str | None) -> tuple[str | None, str | None]:
    """The type and text of the failure that came first; those after it are mostly its consequences."""
    failed = [action for action in actions if action.status is ExecutionStatus.FAILED]
    if result not in FAILURES or not failed:
        return None, None
    first = min(failed, key=lambda each: (each.ended_at is None, each.ended_at or _NEVER, each.stage, each.name))
    return first.error_code, f"{first.stage}/{first.name}: {first.summary or 'no reason was given'}"
