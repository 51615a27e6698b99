"""What pipelines say: their structure, what happened, and how checks went."""

from functools import partial
from typing import Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession
from strawberry.scalars import JSON

from domain.checks import Verdict as Decided
from domain.errors import InvalidValue
from domain.words import CheckRunStatus, CheckWhen, WaveOutcome
from graph import planner
from graph.context import Info
from graph.mutations.outcome import Payload, fields, produced, reported
from graph.planner import key_of
from graph.types.checks import CheckRun
from graph.types.services import Pipeline
from intake.batches import admission
from models import tables
from resolvers import checking, pipelines, recording
from resolvers.counts import Counts
from resolvers.messages import Admission
from resolvers.own_pipeline import About, Registering

MOST_ENVELOPES = 100


@strawberry.input
class RegisterPipelineInput:
    name: str = strawberry.field(description="CodePipeline's name of it.")
    account: str = strawberry.field(description="The AWS account that it lives in.")
    region: str = strawberry.field(description="The Region that it lives in.")
    repository: str = strawberry.field(description="The repository of the service that it deploys.")
    plan_digest: str = strawberry.field(description="The digest of the plan that it was built from.")
    structure: JSON = strawberry.field(description="The map of actions that pipelinekit emitted.")


@strawberry.input
class ReportEventsInput:
    envelopes: list[JSON] = strawberry.field(description=f"EventBridge envelopes, whole; {MOST_ENVELOPES} at most.")


@strawberry.input
class StartCheckRunsInput:
    execution_id: str = strawberry.field(description="CodePipeline's id of the execution.")
    stage: str = strawberry.field(description="CodePipeline's name of the stage.")
    when: CheckWhen = CheckWhen.AFTER


@strawberry.input
class FinishCheckRunInput:
    check_run: strawberry.ID
    status: CheckRunStatus
    cause: str | None = strawberry.field(default=None, description="Why it did not pass.")
    detail: JSON | None = strawberry.field(default=None, description="Whatever else is worth keeping.")


@strawberry.input
class ConcludeWaveInput:
    execution_id: str
    stage: str = strawberry.field(description="CodePipeline's name of the stage.")
    when: CheckWhen = CheckWhen.AFTER
    cancelled_by: strawberry.ID | None = strawberry.field(
        default=None,
        description="The run whose no made the pipeline leave the others: those that still run end as CANCELLED.",
    )


@strawberry.type
class RegisterPipelinePayload(Payload):
    pipeline: Pipeline | None = produced(tables.Pipeline, "The pipeline.")


@strawberry.type
class ReportEventsPayload(Payload):
    @strawberry.field(description="Envelopes that told something new.")
    def accepted(self) -> int:
        return self.produced.accepted if self.produced else 0

    @strawberry.field(description="Envelopes that were known already.")
    def duplicates(self) -> int:
        return self.produced.duplicates if self.produced else 0

    @strawberry.field(description="Envelopes that could not be understood: kept, with the reason.")
    def set_aside(self) -> int:
        return self.produced.set_aside if self.produced else 0

    @strawberry.field(description="Envelopes that are for others.")
    def ignored(self) -> int:
        return self.produced.ignored if self.produced else 0


@strawberry.type
class StartCheckRunsPayload(Payload):
    @strawberry.field(description="What to run now; empty where the wave requires nothing.")
    async def check_runs(self, info: Info) -> list[CheckRun]:
        return await planner.rows(info, tables.CheckRun, [run.id for run in self.produced or ()])


@strawberry.type
class FinishCheckRunPayload(Payload):
    check_run: CheckRun | None = produced(tables.CheckRun, "The run, ended.")


@strawberry.type(description="Whether a wave passed, and every reason why not.")
class Verdict:
    passed: bool
    outcome: WaveOutcome = strawberry.field(description="Whether it failed, or nobody could tell.")
    reasons: list[str]


@strawberry.type
class ConcludeWavePayload(Payload):
    @strawberry.field(description="The service's decision.")
    def verdict(self) -> Verdict | None:
        found = self.produced
        return found and Verdict(passed=found.passed, outcome=found.outcome, reasons=found.reasons)


@strawberry.type
class ReportingMutations:
    """What pipelines say."""

    @strawberry.mutation(description="Tells which action of a pipeline deploys where; past events are read again.")
    async def register_pipeline(self, info: Info, input: RegisterPipelineInput) -> RegisterPipelinePayload:
        pipeline = Registering(input.repository, input.name, input.account, input.region)
        about = partial(About, registering=pipeline)
        known = {"now": info.context.now(), "url": info.context.settings.base_url, **fields(input)}
        return await reported(info, RegisterPipelinePayload, pipelines.register_pipeline, about, **known)

    @strawberry.mutation(description="Reports EventBridge envelopes: the same as the queue's, without a queue.")
    async def report_events(self, info: Info, input: ReportEventsInput) -> ReportEventsPayload:
        admitted = admission(info.context.settings, info.context.database.clock.afresh())
        about = partial(About, envelopes=input.envelopes[:MOST_ENVELOPES])
        return await reported(info, ReportEventsPayload, _record, about, admitted=admitted, **fields(input))

    @strawberry.mutation(description="Asks which checks a wave requires now, and starts their runs.")
    async def start_check_runs(self, info: Info, input: StartCheckRunsInput) -> StartCheckRunsPayload:
        about = partial(About, execution=input.execution_id)
        now = info.context.now()
        return await reported(info, StartCheckRunsPayload, checking.start_check_runs, about, now=now, **fields(input))

    @strawberry.mutation(description="Reports the outcome of one run.")
    async def finish_check_run(self, info: Info, input: FinishCheckRunInput) -> FinishCheckRunPayload:
        def about() -> About:
            return About(check_run=key_of(input.check_run, "CheckRun", "checkRun"))

        return await reported(info, FinishCheckRunPayload, _finish, about, now=info.context.now(), **fields(input))

    @strawberry.mutation(description="Asks whether the wave passed.")
    async def conclude_wave(self, info: Info, input: ConcludeWaveInput) -> ConcludeWavePayload:
        about = partial(About, execution=input.execution_id)
        return await reported(info, ConcludeWavePayload, _conclude, about, now=info.context.now(), **fields(input))


async def _record(session: AsyncSession, actor: str, *, admitted: Admission, envelopes: list[Any]) -> Counts:
    if len(envelopes) > MOST_ENVELOPES:
        raise InvalidValue("envelopes", f"{len(envelopes)} envelopes", f"a list of at most {MOST_ENVELOPES}")
    return await recording.record_envelopes(session, envelopes, actor, admitted)


async def _finish(session: AsyncSession, actor: str, *, check_run: str, **given: Any) -> tables.CheckRun:
    key = key_of(check_run, "CheckRun", "checkRun")
    return await checking.finish_check_run(session, actor, check_run=key, **given)


async def _conclude(session: AsyncSession, actor: str, *, cancelled_by: str | None = None, **given: Any) -> Decided:
    key = key_of(cancelled_by, "CheckRun", "cancelledBy") if cancelled_by is not None else None
    return await checking.conclude_wave(session, actor, cancelled_by=key, **given)
