"""How a stage is returned to its last good revision: planned, and reported; and what a drill deploys."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes import State
from domain.words import ReportedState, RollbackMeans
from graph import planner
from graph.context import Info
from graph.mutations.outcome import Payload, fields, reported
from graph.planner import key_of
from graph.types.executions import PipelineExecution
from intake.batches import admission
from models import tables
from resolvers import drilling, returning
from resolvers.messages import Admission
from resolvers.own_pipeline import About
from resolvers.returning import StackReturned

_STAGE = "CodePipeline's name of the stage."


@strawberry.input
class PlanRollbackInput:
    execution_id: str = strawberry.field(description="CodePipeline's id of the execution that failed.")
    stage: str = strawberry.field(description=_STAGE)
    asked: int = strawberry.field(default=0, description="How often this was asked of this failure before.")


@strawberry.input(description="What became of one stack.")
class StackReturnedInput:
    environment: str
    stack: str = strawberry.field(description="CloudFormation's name of it.")
    state: ReportedState
    started_at: datetime | None = None
    ended_at: datetime | None = None
    arn: str | None = strawberry.field(default=None, description="The stack's ARN.")
    cause: str | None = strawberry.field(default=None, description="Why it failed, or was left alone.")


@strawberry.input(description="How far a stage has been returned by deploying an earlier cloud assembly again.")
class ReportRollbackInput:
    execution_id: str = strawberry.field(description="CodePipeline's id of the execution that failed.")
    stage: str = strawberry.field(description=_STAGE)
    attempt: int = strawberry.field(description="As the plan has it.")
    target: str = strawberry.field(
        description="The id of the execution whose assembly is deployed, as the plan has it."
    )
    state: ReportedState = strawberry.field(description="Of the whole.")
    cause: str | None = None
    stacks: list[StackReturnedInput] = strawberry.field(default_factory=list, description="Those that have begun.")


@strawberry.input
class PlanDrillInput:
    check_run: strawberry.ID


@strawberry.type(description="A stack that is deployed.")
class StackOfPlan:
    environment: str
    account: str
    region: str
    stack: str = strawberry.field(description="CloudFormation's name of it.")


@strawberry.type(description="How a stage is returned to its last good revision.")
class Rollback:
    means: RollbackMeans
    reason: str
    target: str | None = strawberry.field(description="CodePipeline's id of the execution to whose revision.")
    revision: str | None = strawberry.field(description="The commit.")


@strawberry.type(description="What is done about a stage that has failed.")
class RollbackPlan(Rollback):
    execution: str = strawberry.field(description="The id of the execution as which a redeployment is recorded.")
    attempt: int
    seen: bool = strawberry.field(description="Whether CodePipeline has begun to do it.")
    ask_again_seconds: int | None = strawberry.field(description="When to ask again; null where this is final.")
    stacks: list[StackOfPlan] = strawberry.field(description="What is deployed again, in order; else empty.")


@strawberry.type(description="One deployment of a drill.")
class DrillStep:
    execution: str = strawberry.field(description="CodePipeline's id of the execution whose assembly is deployed.")
    revision: str = strawberry.field(description="The commit.")


@strawberry.type(description="What a drill deploys, in order, and to which stacks.")
class DrillPlan:
    upgrade_to: str = strawberry.field(description="The commit that is drilled.")
    steps: list[DrillStep] = strawberry.field(description="Empty where there is nothing to go back to.")
    stacks: list[StackOfPlan]


@strawberry.type
class PlanRollbackPayload(Payload):
    @strawberry.field(description="The service's decision.")
    def rollback(self) -> RollbackPlan | None:
        if self.produced is None:
            return None
        planned: returning.Planned = self.produced
        return RollbackPlan(
            means=planned.way.means,
            reason=planned.way.reason,
            target=planned.way.target,
            revision=planned.way.revision,
            execution=planned.execution,
            attempt=planned.attempt,
            seen=planned.seen,
            ask_again_seconds=planned.ask_again_seconds,
            stacks=_stacks(planned.stacks),
        )


@strawberry.type
class ReportRollbackPayload(Payload):
    @strawberry.field(description="The rollback as it is now.")
    async def execution(self, info: Info) -> PipelineExecution | None:
        return await planner.row(info, tables.PipelineExecution, self.produced and self.produced.id)


@strawberry.type
class PlanDrillPayload(Payload):
    @strawberry.field(description="What is deployed.")
    def drill(self) -> DrillPlan | None:
        if self.produced is None:
            return None
        steps = [DrillStep(execution=each.execution, revision=each.revision) for each in self.produced.steps]
        return DrillPlan(upgrade_to=self.produced.upgrade_to, steps=steps, stacks=_stacks(self.produced.stacks))


@strawberry.type
class ReturningMutations:
    """What pipelines ask and say when a stage is returned."""

    @strawberry.mutation(description="Asks how a stage that has failed is returned to its last good revision.")
    async def plan_rollback(self, info: Info, input: PlanRollbackInput) -> PlanRollbackPayload:
        about = partial(About, execution=input.execution_id)
        now = info.context.now()
        return await reported(info, PlanRollbackPayload, returning.plan_rollback, about, now=now, **fields(input))

    @strawberry.mutation(description="Reports how far a stage has been returned by deploying an assembly again.")
    async def report_rollback(self, info: Info, input: ReportRollbackInput) -> ReportRollbackPayload:
        about = partial(About, execution=input.execution_id)
        now = info.context.now()
        known = {"admission": admission(info.context.settings, now), "now": now}
        return await reported(info, ReportRollbackPayload, _report, about, given=input, **known)

    @strawberry.mutation(description="Asks what a run of a DRILL check deploys.")
    async def plan_drill(self, info: Info, input: PlanDrillInput) -> PlanDrillPayload:
        def about() -> About:
            return About(check_run=key_of(input.check_run, "CheckRun", "checkRun"))

        now = info.context.now()
        return await reported(info, PlanDrillPayload, _plan_drill, about, now=now, check_run=input.check_run)


async def _report(
    session: AsyncSession, actor: str, *, given: ReportRollbackInput, admission: Admission, now: datetime
) -> tables.PipelineExecution:
    told: dict[str, Any] = fields(given) | {"state": State[given.state.name]}
    told["stacks"] = [StackReturned(**(fields(each) | {"state": State[each.state.name]})) for each in given.stacks]
    return await returning.report_rollback(session, actor, admission=admission, now=now, **told)


async def _plan_drill(session: AsyncSession, actor: str, *, now: datetime, check_run: str) -> drilling.DrillPlan:
    key = key_of(check_run, "CheckRun", "checkRun")
    return await drilling.plan_drill(session, actor, now=now, check_run=key)


def _stacks(stacks: Any) -> list[StackOfPlan]:
    return [
        StackOfPlan(environment=each.environment, account=each.account, region=each.region, stack=each.stack)
        for each in stacks
    ]
