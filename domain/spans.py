"""The trace of an execution: a pure function of what happened, with ids that anybody can derive.

The trace id is the execution id without its dashes. A span id is the first 16 hex digits of the SHA-256 of a text that
says what was done, in which attempt:

    <execution id>/<attempt>                                        the run
    <execution id>/<attempt>/stage/<stage>                          CodePipeline's name of the stage
    <execution id>/<attempt>/deployment/<environment>
    <execution id>/<attempt>/action/<stage>/<action>                CodePipeline's names of both
    <execution id>/<attempt>/check/<wave>/<when>/<check>/<subject>[/<try>, from the second on]

The names of attributes are in `domain.conventions`; docs/tracing.md lists them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from hashlib import sha256
from typing import TypeVar
from uuid import UUID

from domain import conventions, history
from domain.conventions import Attributes, Value
from domain.words import ActionKind, CheckWhen, ExecutionStatus

_RUN: tuple[str, ...] = ()
_FAILURES = {"failure", "error", "timeout"}
_NEVER = datetime.max.replace(tzinfo=UTC)
_Row = TypeVar("_Row", history.StageExecution, history.ActionExecution, history.Deployment, history.CheckRun)


class Kind(Enum):
    """OpenTelemetry's kinds of span, as far as they are used."""

    SERVER = "The run: what a push asked the pipeline to do."
    INTERNAL = "A part of the run."


@dataclass(frozen=True, slots=True)
class Span:
    """A finished span. Ids are lower-case hex; attributes are sorted by name.

    failure: one sentence, empty where nobody gave one, or None where nothing failed. retry_of: the id of the run's span
    of an earlier attempt.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: Kind
    started_at: datetime
    ended_at: datetime
    attributes: tuple[tuple[str, Value], ...]
    failure: str | None = None
    retry_of: str | None = None


@dataclass(frozen=True, slots=True)
class _Draft:
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


def trace_id(execution_id: str) -> str:
    """32 hex digits. Raises ValueError when the id is not a UUID: CodePipeline's always are."""
    return UUID(execution_id).hex


def span_id(execution_id: str, attempt: int, *what: str) -> str:
    """16 hex digits; `what` is the rest of the text that this module's docstring shows."""
    text = "/".join((execution_id, str(attempt), *what))
    return sha256(text.encode()).hexdigest()[:16]


def derive(execution: history.PipelineExecution) -> tuple[Span, ...]:
    """The spans of an ended execution: the run first, then by start and id. None while it has not ended.

    What ended before an earlier attempt was sealed is in that attempt's spans, and is not repeated.
    """
    if execution.ended_at is None or not execution.status.ended:
        return ()
    drafts = [draft for draft in _drafts(execution) if draft.started_at or draft.ended_at]
    run = _run(execution, drafts)
    parents = {
        draft.what: span_id(execution.execution_id, draft.attempt, *draft.what)
        for draft in (run, *drafts)
        if draft.what[:1] != ("check",)
    }
    first, *parts = (_span(draft, execution, execution.ended_at, parents) for draft in (run, *drafts))
    return (first, *sorted(parts, key=lambda span: (span.started_at, span.span_id)))


def _drafts(execution: history.PipelineExecution) -> Iterator[_Draft]:
    stages = {stage.name: stage for stage in execution.stages}
    actions = sorted(
        set(execution.actions),
        key=lambda each: (stages[each.stage].position if each.stage in stages else -1, each.position, each.name),
    )
    for stage in _new(execution, set(execution.stages)):
        yield _stage(execution, stage, [action for action in actions if action.stage == stage.name])
    for deployment in _new(execution, set(execution.deployments)):
        yield _deployment(execution, deployment, actions)
    for action in _new(execution, actions):
        yield _action(execution, action, stages.get(action.stage))
    for check in _new(execution, set(execution.check_runs)):
        yield _check_run(check, _validations(check, actions, stages))


def _new(execution: history.PipelineExecution, rows: Iterable[_Row]) -> Iterator[_Row]:
    before = execution.sealed_at if execution.attempt > 1 else None
    return (row for row in rows if before is None or row.ended_at is None or row.ended_at > before)


def _run(execution: history.PipelineExecution, drafts: Sequence[_Draft]) -> _Draft:
    """The root. A later attempt whose predecessor was sealed starts with the first thing that it did."""
    starts = [draft.started_at for draft in drafts if draft.started_at and draft.attempt == execution.attempt]
    started = execution.started_at
    if started is None or _predecessor(execution):
        started = min(starts, default=started)
    result = conventions.OF_EXECUTION.get(execution.status)
    error, failure = _first_cause(execution.actions, result)
    return _Draft(
        what=_RUN,
        parents=(),
        name=f"RUN {execution.pipeline}",
        attempt=execution.attempt,
        started_at=started,
        ended_at=execution.ended_at,
        result=result,
        attributes=conventions.of_run(execution, result),
        error_type=error,
        failure=failure,
    )


def _stage(
    execution: history.PipelineExecution,
    stage: history.StageExecution,
    actions: Sequence[history.ActionExecution],
) -> _Draft:
    result = conventions.OF_EXECUTION.get(stage.status)
    error, failure = _first_cause(actions, result)
    return _Draft(
        what=("stage", stage.name),
        parents=(_RUN,),
        name=stage.name,
        attempt=execution.attempt,
        started_at=stage.started_at,
        ended_at=stage.ended_at,
        result=result,
        attributes=conventions.of_stage(stage, result),
        error_type=error,
        failure=failure,
    )


def _deployment(
    execution: history.PipelineExecution,
    deployment: history.Deployment,
    actions: Sequence[history.ActionExecution],
) -> _Draft:
    own = [action for action in actions if _deploys(action) == deployment.environment.name]
    result = conventions.OF_DEPLOYMENT.get(deployment.status)
    error, failure = _first_cause(own, result)
    return _Draft(
        what=("deployment", deployment.environment.name),
        parents=(*(("stage", action.stage) for action in own), _RUN),
        name=deployment.environment.name,
        attempt=execution.attempt,
        started_at=deployment.started_at,
        ended_at=deployment.ended_at,
        result=result,
        attributes=conventions.of_deployment(deployment),
        error_type=error,
        failure=deployment.reason or failure,
    )


def _action(
    execution: history.PipelineExecution,
    action: history.ActionExecution,
    stage: history.StageExecution | None,
) -> _Draft:
    reached = _deploys(action)
    deployment = (("deployment", reached),) if reached else ()
    return _Draft(
        what=("action", action.stage, action.name),
        parents=(*deployment, ("stage", action.stage), _RUN),
        name=action.name,
        attempt=execution.attempt,
        started_at=action.started_at,
        ended_at=action.ended_at,
        result=conventions.OF_EXECUTION.get(action.status),
        attributes={
            **conventions.of_action(action, stage.place if stage else None),
            "cicd.pipeline.task.run.id": f"{action.stage}/{action.name}/{execution.attempt}",
        },
        error_type=action.error_code,
        failure=action.summary,
    )


def _again(check: history.CheckRun) -> tuple[str, ...]:
    return () if check.try_number == 1 else (str(check.try_number),)


def _check_run(check: history.CheckRun, validations: Sequence[tuple[str, ...]]) -> _Draft:
    return _Draft(
        what=("check", check.place.wave or "", check.when.value, check.name, check.subject, *_again(check)),
        parents=(*validations, _RUN),
        name=f"{check.name} {check.subject}",
        attempt=check.attempt,
        started_at=check.started_at,
        ended_at=check.ended_at,
        result=conventions.OF_CHECK_RUN.get(check.status),
        attributes={**conventions.of_check_run(check), "cicd.pipeline.task.run.id": check.id},
        failure=check.cause,
    )


def _validations(
    check: history.CheckRun,
    actions: Sequence[history.ActionExecution],
    stages: Mapping[str, history.StageExecution],
) -> list[tuple[str, ...]]:
    """What may have run the check, the likeliest first: the wave's first validation before it, its last one after."""
    waves = {name: stage.place.wave for name, stage in stages.items() if stage.place}
    of_wave = [action for action in actions if waves.get(action.stage, "") == check.place.wave]
    ran = [action for action in of_wave if action.kind is ActionKind.VALIDATE]
    if check.when is CheckWhen.AFTER:
        ran.reverse()
        of_wave.reverse()
    validations = [("action", action.stage, action.name) for action in ran]
    return [*validations, *(("stage", action.stage) for action in of_wave)]


def _deploys(action: history.ActionExecution) -> str | None:
    """The environment to which an action deploys; validations may name one and deploy nothing."""
    deploying = action.kind in {ActionKind.PREPARE, ActionKind.DEPLOY}
    return action.environment.name if deploying and action.environment else None


def _first_cause(actions: Iterable[history.ActionExecution], result: str | None) -> tuple[str | None, str | None]:
    """The type and text of the failure that came first; those after it are mostly its consequences."""
    failed = [action for action in actions if action.status is ExecutionStatus.FAILED]
    if result not in _FAILURES or not failed:
        return None, None
    first = min(failed, key=lambda each: (each.ended_at is None, each.ended_at or _NEVER, each.stage, each.name))
    return first.error_code, f"{first.stage}/{first.name}: {first.summary or 'no reason was given'}"


def _predecessor(execution: history.PipelineExecution) -> str | None:
    """The run's span of the attempt before, when one was sealed."""
    if execution.attempt == 1 or execution.sealed_at is None:
        return None
    return span_id(execution.execution_id, execution.attempt - 1)


def _span(
    draft: _Draft,
    execution: history.PipelineExecution,
    last: datetime,
    ids: Mapping[tuple[str, ...], str],
) -> Span:
    started, ended, inferred = _times(draft, last)
    failed = draft.result in _FAILURES
    attributes = {
        **conventions.of_every_span(execution),
        **draft.attributes,
        "error.type": (draft.error_type or draft.result) if failed else None,
        "interlock.time.inferred": inferred or None,
    }
    return Span(
        trace_id=trace_id(execution.execution_id),
        span_id=span_id(execution.execution_id, draft.attempt, *draft.what),
        parent_id=next((ids[parent] for parent in draft.parents if parent in ids), None),
        name=draft.name,
        kind=Kind.INTERNAL if draft.what else Kind.SERVER,
        started_at=started,
        ended_at=ended,
        attributes=tuple(sorted((name, value) for name, value in attributes.items() if value is not None)),
        failure=(draft.failure or "") if failed else None,
        retry_of=None if draft.what else _predecessor(execution),
    )


def _times(draft: _Draft, last: datetime) -> tuple[datetime, datetime, tuple[str, ...]]:
    """Start, end, and which of them nobody told: an untold end is the run's, an untold start is the end."""
    ended = draft.ended_at or last
    started = draft.started_at or ended
    inferred = [] if draft.started_at else ["start"]
    if draft.ended_at is None or ended < started:
        inferred.append("end")
    return started, max(started, ended), tuple(inferred)
