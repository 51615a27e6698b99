"""What an action on an execution would do, asked before it is taken."""

from __future__ import annotations

from typing import Any

import strawberry

from domain.errors import InvalidValue, NotFound, Refused
from domain.words import ApprovalDecision, RetryMode
from graph.context import Info
from graph.mutations.acting import ABANDON, EXECUTION, STAGE, TARGET
from graph.planner.mapping import WORK
from graph.types.acting import ActionEffectResult, shown
from graph.types.errors import published
from graph.why import DECIDING
from resolvers import acting


@strawberry.input(description="As `stopExecution` has it.")
class StopActionInput:
    execution_id: str = strawberry.field(description=EXECUTION)
    abandon: bool | None = strawberry.field(default=False, description=ABANDON)


@strawberry.input(description="As `retryStage` has it.")
class RetryActionInput:
    execution_id: str = strawberry.field(description=EXECUTION)
    stage: str = strawberry.field(description=STAGE)
    mode: RetryMode = RetryMode.FAILED_ACTIONS


@strawberry.input(description="As `rollBackStage` has it.")
class RollBackActionInput:
    execution_id: str = strawberry.field(description="CodePipeline's id of the execution that is taken back.")
    stage: str = strawberry.field(description=STAGE)
    target_execution_id: str | None = strawberry.field(
        default=None, description=f"{TARGET} If unsaid, the latest that is possible: the targets are told."
    )


@strawberry.input(description="As `approveAction` has it.")
class AnswerActionInput:
    execution_id: str = strawberry.field(description=EXECUTION)
    stage: str = strawberry.field(description=STAGE)
    action: str = strawberry.field(description="CodePipeline's name of the action.")
    decision: ApprovalDecision


@strawberry.input(description="An action that somebody thinks of: exactly one of these.", one_of=True)
class ActionInput:
    stop: StopActionInput | None = strawberry.UNSET
    retry: RetryActionInput | None = strawberry.UNSET
    roll_back: RollBackActionInput | None = strawberry.UNSET
    approve: AnswerActionInput | None = strawberry.UNSET


@strawberry.type
class ActingQueries:
    """Judged anew for whoever asks; nothing is done, and nothing is kept."""

    @strawberry.field(
        description="What an action would do now, or why it is not possible, by what is known here: AWS is not asked.",
        metadata={WORK: DECIDING},
    )
    async def action_effect(self, info: Info, action: ActionInput) -> ActionEffectResult:
        try:
            async with info.context.database.snapshot() as session:
                found: Any = await acting.effect(
                    session, _wanted(action), actor=info.context.viewer.actor, now=info.context.now()
                )
        except (NotFound, Refused, InvalidValue) as problem:
            answer: Any = published(problem)
            return answer
        return shown(found)


def _wanted(action: ActionInput) -> acting.Wanted:
    if action.stop:
        return acting.Stop(action.stop.execution_id, bool(action.stop.abandon))
    if action.retry:
        return acting.Retry(action.retry.execution_id, action.retry.stage, action.retry.mode)
    if action.roll_back:
        given = action.roll_back
        return acting.RollBack(given.execution_id, given.stage, given.target_execution_id)
    assert action.approve  # one of the four, as the input's type says
    return acting.Approve(
        action.approve.execution_id, action.approve.stage, action.approve.action, action.approve.decision
    )
