"""How a stage is returned to its last good revision: known before it starts, planned once it has failed, reported."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes import PipelineName, State, returned
from domain.envelopes.returned import OfStack, Returned
from domain.errors import InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.safety.returning import Failing, Good, Way, due, means, with_codepipeline
from domain.structure import DEPLOYING
from domain.words import ActionKind, ExecutionStatus, OnFailure, RollbackMeans
from models import returning, telling
from models.event_log import append
from models.queries import find
from models.tables import Pipeline, PipelineExecution, Service, Stage, StageExecution
from resolvers.messages import Admission
from resolvers.recording import record_envelopes

_SAME_FAILURE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Stack:
    """A stack of an environment that a stage deploys, as the pipeline's map names it."""

    environment: str
    account: str
    region: str
    stack: str


@dataclass(frozen=True, slots=True)
class Planned:
    """What is done about a stage that has failed. execution, attempt: of the rollback that a redeployment would be.

    ask_again_seconds: when this is to be asked again; None where it is final. seen: CodePipeline has begun to do it.
    """

    way: Way
    execution: str
    attempt: int
    stacks: Sequence[Stack] = ()
    ask_again_seconds: int | None = None
    seen: bool = False


@dataclass(frozen=True, slots=True)
class StackReturned:
    """How the restoring of one stack stands. arn: the stack's. cause: why it failed, or why it was left alone."""

    environment: str
    stack: str
    state: State
    started_at: datetime | None = None
    ended_at: datetime | None = None
    arn: str | None = None
    cause: str | None = None


async def means_for(
    session: AsyncSession, pipeline: Pipeline, stage: str, *, now: datetime, execution: PipelineExecution | None = None
) -> Way:
    """How a stage of a pipeline will be returned if it fails; for an execution that is about to enter it.

    stage: CodePipeline's name. It is taken that something of it will have been touched by then.
    """
    failing = await failing_of(session, pipeline, stage)
    if execution is not None:
        failing = replace(failing, kind=execution.kind)
    return means(failing, await _last_good(session, pipeline, stage), now)


async def plan_rollback(
    session: AsyncSession, actor: str, *, now: datetime, execution_id: str, stage: str, asked: int = 0
) -> Planned:
    """What is done about a stage in which an execution has failed. asked: how often this was asked before.

    Asked again, the same: nothing is changed by it, but that the plan is told once. What AWS tells may be on its way,
    so that a first answer may be to ask again. Raises NotFound.
    """
    execution, pipeline = await _known(session, execution_id)
    entered = await find(session, StageExecution, execution_id=execution.id, name=stage)
    newer = await _entered_since(session, pipeline, execution, stage)
    failing = replace(
        await failing_of(session, pipeline, stage),
        kind=execution.kind,
        touched=await _was_touched(session, pipeline, execution, stage),
        newer=None if newer is None else newer.revision or "unknown",
        passed=entered is not None and entered.status is ExecutionStatus.SUCCEEDED,
    )
    ours = returned.rollback_of(execution.execution_id, stage)
    told = entered is not None and entered.status.ended
    began = _failed_from(execution, entered)
    native = [
        each
        for each in await returning.rollbacks_since(session, pipeline.id, stage, began)
        if each.execution_id != ours and each.id != execution.id
    ]
    way = means(failing, await _last_good(session, pipeline, stage), now)
    way = with_codepipeline(way, seen=bool(native), asked=asked)
    wait = due(way, told=told, seen=bool(native), asked=asked)
    stacks = stacks_of(_part(pipeline, stage)) if way.means is RollbackMeans.REDEPLOY else []
    planned = Planned(way, ours, execution.attempt, stacks, wait, bool(native))
    if wait is None:
        await _tell(session, actor, pipeline, execution, stage, planned)
    return planned


async def _entered_since(
    session: AsyncSession, pipeline: Pipeline, execution: PipelineExecution, stage: str
) -> PipelineExecution | None:
    part = [each for each in _part(pipeline, stage) if each]
    asks = any(action["kind"] == ActionKind.ENTER for each in part for action in each["actions"])
    return await returning.entered_since(session, execution, {stage, *(each["name"] for each in part)}, asks=asks)


def _failed_from(execution: PipelineExecution, entered: StageExecution | None) -> datetime | None:
    """From when CodePipeline may have begun to roll this failure back: what it did after an earlier attempt is no help.

    The times of its events are whole seconds, and those of different ones are not of one clock.
    """
    if entered is not None and entered.status.ended and entered.ended_at is not None:
        return entered.ended_at - _SAME_FAILURE
    return execution.started_at if entered is None else entered.started_at


async def report_rollback(
    session: AsyncSession,
    actor: str,
    *,
    admission: Admission,
    now: datetime,
    execution_id: str,
    stage: str,
    attempt: int,
    target: str,
    state: State,
    cause: str | None = None,
    stacks: Sequence[StackReturned] = (),
) -> PipelineExecution:
    """Records how far a stage has been returned by redeploying; the rollback as it is now.

    execution_id: the one that failed; attempt: as it was planned with. state: of the whole. Said again it changes
    nothing. Raises NotFound, InvalidValue, and Refused where it contradicts what is known.
    """
    failed, pipeline = await _known(session, execution_id)
    part = _part(pipeline, stage)
    if not part:
        known = [each["name"] for each in (pipeline.structure or {}).get("stages", [])]
        raise NotFound("stage", stage, known, field="stage")
    good = await find(session, PipelineExecution, execution_id=target, pipeline_id=pipeline.id)
    if good is None:
        raise NotFound("execution", target, field="target")
    name = PipelineName(pipeline.name, pipeline.account_id, pipeline.region_name)
    commit = (good.revision, good.commit_message, good.author, good.committed_at, good.tag)
    saying = Returned(name, failed.execution_id, stage, attempt, good.execution_id, *commit)
    envelopes = list(_envelopes(saying, part, state, cause, stacks, now))
    counts = await record_envelopes(session, envelopes, actor, replace(admission, ours=True))
    if counts.reasons:
        raise Refused("NOT_RECORDED", counts.reasons[0], remedy="Mend what the report says, and send it again.")
    found = await find(session, PipelineExecution, execution_id=saying.execution_id)
    assert found is not None  # it was recorded just now, or before
    return found


async def _known(session: AsyncSession, execution_id: str) -> tuple[PipelineExecution, Pipeline]:
    execution = await find(session, PipelineExecution, execution_id=execution_id.lower())
    if execution is None:
        raise NotFound("execution", execution_id, field="executionId")
    pipeline = await find(session, Pipeline, id=execution.pipeline_id)
    if pipeline is None or pipeline.structure is None:
        raise NotFound("pipeline", str(execution.pipeline_id), field="executionId")
    return execution, pipeline


async def failing_of(session: AsyncSession, pipeline: Pipeline, stage: str) -> Failing:
    """The stage and its pipeline, whatever the execution."""
    mapped = _mapped(pipeline, stage)
    ours = await find(session, Stage, name=mapped["stage"]) if mapped and mapped["stage"] else None
    known = pipeline.structure or {}
    return Failing(
        stage=stage,
        on_failure=ours.on_failure if ours else OnFailure.NONE,
        version=await returning.present_version(session, pipeline.id),
        mapped=bool(ours and mapped)
        and any(action["environment"] for action in (mapped or {"actions": ()})["actions"]),
        split=len(_part(pipeline, stage)) > 1,
        v2=known.get("pipelineType", "V2") == "V2",
        parallel=known.get("executionMode") == "PARALLEL",
    )


def _mapped(pipeline: Pipeline, stage: str) -> dict[str, Any] | None:
    stages = (pipeline.structure or {}).get("stages", [])
    return next((each for each in stages if each["name"] == stage), None)


def part_of(pipeline: Pipeline, stage: str) -> list[str]:
    """The names of the stages over which a stage's wave is split, itself included, in order."""
    return [each["name"] for each in _part(pipeline, stage)]


def _part(pipeline: Pipeline, stage: str) -> list[dict[str, Any]]:
    """The stage as the map has it, with the others over which CDK has split its wave, in order; empty for no stage."""
    mapped = _mapped(pipeline, stage)
    if mapped is None or not mapped.get("part"):
        return [mapped] if mapped else []
    return [each for each in (pipeline.structure or {})["stages"] if each.get("part") == mapped["part"]]


async def _last_good(session: AsyncSession, pipeline: Pipeline, stage: str) -> Good | None:
    """A wave has passed when the last of its stages has."""
    part = _part(pipeline, stage)
    return await returning.last_good(session, pipeline.id, part[-1]["name"] if part else stage)


async def _was_touched(session: AsyncSession, pipeline: Pipeline, execution: PipelineExecution, stage: str) -> bool:
    """Whether the execution has begun to deploy in the stage, or in another one of the wave that it has entered."""
    for each in {stage, *(other["name"] for other in _part(pipeline, stage))}:
        entered = each == stage or await find(session, StageExecution, execution_id=execution.id, name=each)
        if entered and await returning.was_touched(session, execution.id, each):
            return True
    return False


def stacks_of(stages: Sequence[Mapping[str, Any] | None]) -> list[Stack]:
    """The stacks that stages of a map deploy, in the order in which they do."""
    return [stack for stage in stages for stack in _stacks(stage)]


def _stacks(stage: Mapping[str, Any] | None) -> Iterator[Stack]:
    for action in stage["actions"] if stage else ():
        if action["kind"] == ActionKind.DEPLOY and action.get("environment") and action.get("stack"):
            yield Stack(action["environment"], action["account"], action["region"], action["stack"])


def _envelopes(
    saying: Returned,
    part: Sequence[Mapping[str, Any]],
    state: State,
    cause: str | None,
    stacks: Sequence[StackReturned],
    now: datetime,
) -> Iterator[dict[str, Any]]:
    """The rollback and its stage began; what became of each stack; and the end of both, where that has come."""
    begun = min([now, *(each.started_at for each in stacks if each.started_at)])
    yield returned.of_execution(saying, State.STARTED, begun)
    for stage in part:
        yield returned.of_stage(saying, State.STARTED, begun, stage["name"])
    for each in stacks:
        yield from _of_stack(saying, part, each, now)
    if state is not State.STARTED:
        for stage in part:
            yield returned.of_stage(saying, state, now, stage["name"])
        yield returned.of_execution(saying, state, now)


def _of_stack(
    saying: Returned, part: Sequence[Mapping[str, Any]], stack: StackReturned, now: datetime
) -> Iterator[dict[str, Any]]:
    """The actions of the map that deploy the stack: its change set is prepared even where executing it fails."""
    own = (stack.environment, stack.stack)
    actions = [
        (stage["name"], each)
        for stage in part
        for each in stage["actions"]
        if (each.get("environment"), each.get("stack")) == own and each["kind"] in DEPLOYING
    ]
    if not actions:
        named = sorted({f"{each.environment}/{each.stack}" for each in stacks_of(part)})
        raise InvalidValue("stacks", f"{stack.environment}/{stack.stack}", f"one of {', '.join(named)}")
    for stage, action in actions:
        of = OfStack(action["name"], action.get("region"), stack.arn, stack.cause, stage)
        yield returned.of_action(saying, State.STARTED, stack.started_at or now, of)
        prepared = action["kind"] == ActionKind.PREPARE and stack.state is State.FAILED
        ended = State.SUCCEEDED if prepared else stack.state
        if ended is not State.STARTED:
            yield returned.of_action(saying, ended, stack.ended_at or now, of)


async def _tell(
    session: AsyncSession, actor: str, pipeline: Pipeline, execution: PipelineExecution, stage: str, planned: Planned
) -> None:
    """Once for each attempt, and again where the plan has become another."""
    service = await find(session, Service, id=pipeline.service_id) if pipeline.service_id else None
    said = {
        "pipelineStage": stage,
        "attempt": planned.attempt,
        "means": planned.way.means.value,
        "target": planned.way.target,
    }
    if await telling.was_told(session, execution.id, EventType.ROLLBACK_PLANNED, said):
        return
    payload = {
        "pipeline": pipeline.name,
        "pipelineArn": pipeline.arn,
        "service": service.name if service else None,
        "executionId": execution.execution_id,
        **said,
        "revision": planned.way.revision,
        "reason": planned.way.reason,
    }
    trace_id = execution.execution_id.replace("-", "")
    happening = Happening(EventType.ROLLBACK_PLANNED, "PipelineExecution", execution.id, payload, trace_id)
    await append(session, [happening], actor)
