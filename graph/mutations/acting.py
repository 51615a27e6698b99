"""What a person does to a pipeline's execution: judged, asked of CodePipeline, and then kept with who and why."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, TypeVar

import strawberry
import structlog

from aws.pipelines import CodePipelines, Place
from domain.errors import Problem
from domain.words import ApprovalDecision, RetryMode
from graph import planner
from graph.context import Context, Info
from graph.mutations.configuring import author
from graph.mutations.outcome import Payload
from graph.refusing import told
from graph.types.executions import PipelineExecution
from models import tables
from resolvers import acting
from resolvers.acting import Approve, Prepared, Retry, RollBack, Stop, Wanted
from resolvers.configuring import Author

log = structlog.get_logger("interlock.acting")

EXECUTION = "CodePipeline's id of the execution."
STAGE = "CodePipeline's name of the stage."
TARGET = "CodePipeline's id of the execution to whose revision it returns: one of the effect's targets."
REASON = "Why: a sentence of 1 to 2,000 characters, kept with the event; CodePipeline shows its beginning."
ABANDON = "Leave what is in progress, instead of waiting for its end."


@strawberry.input(description="An execution that is to be stopped.")
class StopExecutionInput:
    execution_id: str = strawberry.field(description=EXECUTION)
    reason: str = strawberry.field(description=REASON)
    abandon: bool | None = strawberry.field(default=False, description=ABANDON)


@strawberry.input(description="A stage that is to be tried again.")
class RetryStageInput:
    execution_id: str = strawberry.field(description=EXECUTION)
    stage: str = strawberry.field(description=STAGE)
    reason: str = strawberry.field(description=REASON)
    mode: RetryMode = RetryMode.FAILED_ACTIONS


@strawberry.input(description="A stage that is to be returned to an earlier revision.")
class RollBackStageInput:
    execution_id: str = strawberry.field(description="CodePipeline's id of the execution that is taken back.")
    stage: str = strawberry.field(description=STAGE)
    target_execution_id: str = strawberry.field(description=TARGET)
    reason: str = strawberry.field(description=REASON)


@strawberry.input(description="The answer to an action that waits for an approval.")
class ApproveActionInput:
    execution_id: str = strawberry.field(description=EXECUTION)
    stage: str = strawberry.field(description=STAGE)
    action: str = strawberry.field(description="CodePipeline's name of the action.")
    decision: ApprovalDecision
    reason: str = strawberry.field(description=REASON)


@strawberry.type
class ActingPayload(Payload):
    """What every mutation of an execution answers."""

    @strawberry.field(
        description="The execution as it is now: what CodePipeline does with it is told by its events, soon after."
    )
    async def execution(self, info: Info) -> PipelineExecution | None:
        return await planner.row(info, tables.PipelineExecution, self.produced and self.produced.execution)


@strawberry.type
class StopExecutionPayload(ActingPayload):
    """The execution that is stopping, or why it is not."""


@strawberry.type
class RetryStagePayload(ActingPayload):
    """The execution that goes on, or why it does not."""


@strawberry.type
class RollBackStagePayload(ActingPayload):
    """The execution that is taken back, or why it is not."""

    @strawberry.field(description="CodePipeline's id of the execution that rolls the stage back.")
    def rollback_execution_id(self) -> str | None:
        return self.produced and self.produced.rollback


@strawberry.type
class ApproveActionPayload(ActingPayload):
    """The execution whose action was answered, or why it was not."""


@dataclass(frozen=True, slots=True)
class Done:
    """What CodePipeline has taken. execution: the row's key. rollback: CodePipeline's id of the execution of one."""

    execution: Any
    rollback: str | None = None


P = TypeVar("P", bound=ActingPayload)
_UNDER_WAY: set[asyncio.Task[Done]] = set()
"""What is being asked of CodePipeline: it is kept, whether or not somebody still waits for the answer."""


@strawberry.type
class ActingMutations:
    """What people do to executions."""

    @strawberry.mutation(description="Stops an execution; asked again, it changes nothing. See `actionEffect`.")
    async def stop_execution(self, info: Info, input: StopExecutionInput) -> StopExecutionPayload:
        wanted = Stop(input.execution_id, bool(input.abandon))
        return await _acted(info, StopExecutionPayload, wanted, input.reason)

    @strawberry.mutation(description="Tries a stage that has failed, or was stopped, again. See `actionEffect`.")
    async def retry_stage(self, info: Info, input: RetryStageInput) -> RetryStagePayload:
        wanted = Retry(input.execution_id, input.stage, input.mode)
        return await _acted(info, RetryStagePayload, wanted, input.reason)

    @strawberry.mutation(description="Rolls a stage back to an earlier execution's revision. See `actionEffect`.")
    async def roll_back_stage(self, info: Info, input: RollBackStageInput) -> RollBackStagePayload:
        wanted = RollBack(input.execution_id, input.stage, input.target_execution_id)
        return await _acted(info, RollBackStagePayload, wanted, input.reason)

    @strawberry.mutation(description="Answers an action that waits for an approval. See `actionEffect`.")
    async def approve_action(self, info: Info, input: ApproveActionInput) -> ApproveActionPayload:
        wanted = Approve(input.execution_id, input.stage, input.action, input.decision)
        return await _acted(info, ApproveActionPayload, wanted, input.reason)


async def _acted(info: Info, payload: type[P], wanted: Wanted, reason: str) -> P:
    """What CodePipeline refuses is the payload's error, and nothing is kept of it."""
    by = author(info, reason)
    try:
        async with info.context.database.whole.snapshot() as session:
            prepared = await acting.prepare(session, by, wanted)
        if prepared.effect.nothing:
            return payload(produced=Done(prepared.subject.key))
        task = asyncio.create_task(_carried_out(info.context, by, prepared))
        _UNDER_WAY.add(task)
        task.add_done_callback(_UNDER_WAY.discard)
        return payload(produced=await asyncio.shield(task))
    except Problem as problem:
        return payload(errors=await told(info.context, problem))


async def _carried_out(context: Context, by: Author, prepared: Prepared) -> Done:
    """Asks CodePipeline, with no transaction open, and keeps that it was asked. Whoever asked may have gone by then."""
    done, rollback = await asyncio.to_thread(_ask, context.codepipelines, prepared, by.actor)
    if done:
        facts = {"execution": prepared.subject.execution, "wanted": type(prepared.wanted).__name__}
        log.info("codepipeline has taken it", **facts, actor=by.actor, reason=prepared.reason, rollback=rollback)
        async with context.database.transaction() as session:
            await acting.record(session, by, prepared, rollback=rollback)
    return Done(prepared.subject.key, rollback)


def _ask(aws: CodePipelines, prepared: Prepared, actor: str) -> tuple[bool, str | None]:
    """Whether CodePipeline has done something, and the id of a rollback's execution. Blocks."""
    wanted, of, execution = prepared.wanted, prepared.subject, prepared.subject.execution
    place = Place(of.pipeline, of.account, of.region)
    because = f"{actor}: {prepared.reason}"
    if isinstance(wanted, Stop):
        return aws.stop(place, execution, because, abandon=wanted.abandon), None
    if isinstance(wanted, Retry):
        aws.retry(place, execution, wanted.stage, wanted.mode.value)
        return True, None
    if isinstance(wanted, RollBack):
        assert wanted.target is not None  # `prepare` has refused that
        return True, aws.roll_back(place, wanted.stage, wanted.target)
    aws.approve(place, execution, wanted.stage, wanted.action, wanted.decision.value.capitalize(), because)
    return True, None
