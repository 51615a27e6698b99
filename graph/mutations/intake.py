"""What CI systems report, and what an operator does about messages that were set aside."""

from __future__ import annotations

from datetime import datetime
from functools import partial
from typing import Any

import strawberry
from sqlalchemy.ext.asyncio import AsyncSession

from domain.envelopes import State
from domain.envelopes.reported import Report
from domain.words import ActionKind, ReportedState
from graph import planner
from graph.context import Info
from graph.mutations.outcome import Payload, outcome, reported
from graph.planner import key_of
from graph.types.executions import PipelineExecution
from graph.types.intake import SetAside
from intake import batches
from models import tables
from resolvers import ci_reports, set_aside
from resolvers.own_pipeline import About

_IDS = f"Which messages; {set_aside.MOST} at most. Or else `matching`."
_MATCHING = f"A glob for reasons: the oldest {set_aside.MOST} that are set aside with such a reason. Or else `ids`."


@strawberry.input(description="What happened to an execution, or to one of its stages or actions.")
class ReportExecutionInput:
    provider: str = strawberry.field(description="The CI system: `github-actions`, `gitlab`, `jenkins`.")
    pipeline: str = strawberry.field(description="Its name of the pipeline, or workflow.")
    repository: str = strawberry.field(description="owner/name, as the service has it.")
    run_id: str = strawberry.field(description="Its id of the run: the execution's id follows from it.")
    state: ReportedState
    attempt: int = strawberry.field(default=1, description="1, and one more for each retry of the same run.")
    revision: str | None = strawberry.field(default=None, description="The commit.")
    committed_at: datetime | None = strawberry.field(
        default=None, description="The commit's author date. Without it the lead time of a change is unknown."
    )
    tag: str | None = strawberry.field(default=None, description="The commit's tag: `v1.4.2`.")
    branch: str | None = None
    trigger: str | None = strawberry.field(default=None, description="What started it: a push, a person.")
    commit_message: str | None = None
    author: str | None = None
    stage: str | None = strawberry.field(default=None, description="The stage, or job, that it is about.")
    action: str | None = strawberry.field(default=None, description="The action, or step, of that stage.")
    kind: ActionKind | None = strawberry.field(
        default=None, description="What the action does: DEPLOY where it has an environment, if unsaid."
    )
    environment: str | None = strawberry.field(default=None, description="The environment that the action deploys to.")
    url: str | None = strawberry.field(default=None, description="The action's page: https://…")
    summary: str | None = strawberry.field(default=None, description="What came of the action: why it failed.")
    time: datetime | None = strawberry.field(default=None, description="When it was so; now, if unsaid.")


@strawberry.input(description="Messages that are to be tried again.")
class ReplaySetAsideInput:
    ids: list[strawberry.ID] | None = strawberry.field(default=None, description=_IDS)
    matching: str | None = strawberry.field(default=None, description=_MATCHING)
    reason: str | None = strawberry.field(default=None, description="Why: kept with the messages.")


@strawberry.input(description="Messages that do not matter.")
class DismissSetAsideInput:
    reason: str = strawberry.field(description="Why they do not matter: kept with the messages.")
    ids: list[strawberry.ID] | None = strawberry.field(default=None, description=_IDS)
    matching: str | None = strawberry.field(default=None, description=_MATCHING)


@strawberry.type
class ReportExecutionPayload(Payload):
    @strawberry.field(description="The execution as it is now.")
    async def execution(self, info: Info) -> PipelineExecution | None:
        return await planner.row(info, tables.PipelineExecution, self.produced and self.produced.execution.id)

    @strawberry.field(description="The execution's id, a UUID: the trace's id as well.")
    def execution_id(self) -> str | None:
        return self.produced and self.produced.execution.execution_id

    @strawberry.field(description="Whether the same was reported before: then nothing was changed.")
    def known(self) -> bool:
        return bool(self.produced and self.produced.known)


@strawberry.type
class SetAsidePayload(Payload):
    """What a mutation of messages answers."""

    @strawberry.field(description="The messages, as they are now.")
    async def messages(self, info: Info) -> list[SetAside]:
        return await planner.rows(info, tables.SetAside, self.produced.rows if self.produced else ())


@strawberry.type
class ReplaySetAsidePayload(SetAsidePayload):
    @strawberry.field(description="How many were recorded; what had been told before counts.")
    def recorded(self) -> int:
        return self.produced.recorded if self.produced else 0

    @strawberry.field(description="How many are set aside still, each with its newest reason.")
    def remaining(self) -> int:
        return self.produced.remaining if self.produced else 0


@strawberry.type
class DismissSetAsidePayload(SetAsidePayload):
    """The messages that were dismissed."""


@strawberry.type
class IntakeMutations:
    """What CI systems report, and what becomes of messages that were not understood."""

    @strawberry.mutation(
        description="Reports what happened to an execution of a CI system that is not CodePipeline. Said again, it"
        " changes nothing."
    )
    async def report_execution(self, info: Info, input: ReportExecutionInput) -> ReportExecutionPayload:
        admitted = batches.admission(info.context.settings, info.context.database.clock.afresh())
        said = _said(input, info.context.now())
        about = partial(About, execution=said.execution_id, repository=said.repository)
        return await reported(info, ReportExecutionPayload, ci_reports.report, about, said=said, admission=admitted)

    @strawberry.mutation(description="Tries messages again that were set aside, all in one transaction.")
    async def replay_set_aside(self, info: Info, input: ReplaySetAsideInput) -> ReplaySetAsidePayload:
        given = {"ids": input.ids, "matching": input.matching, "because": input.reason}
        admitted = batches.admission(info.context.settings, info.context.database.clock.afresh())
        return await outcome(info, ReplaySetAsidePayload, _replay, admission=admitted, **given)

    @strawberry.mutation(description="Says of messages that were set aside that they do not matter.")
    async def dismiss_set_aside(self, info: Info, input: DismissSetAsideInput) -> DismissSetAsidePayload:
        given = {"ids": input.ids, "matching": input.matching, "because": input.reason}
        return await outcome(info, DismissSetAsidePayload, _dismiss, **given)


def _said(given: ReportExecutionInput, now: datetime) -> Report:
    return Report(
        provider=given.provider,
        pipeline=given.pipeline,
        repository=given.repository,
        run=given.run_id,
        state=State(given.state.value),
        time=given.time or now,
        attempt=given.attempt,
        revision=given.revision,
        branch=given.branch,
        trigger=given.trigger,
        message=given.commit_message,
        author=given.author,
        committed_at=given.committed_at,
        tag=given.tag,
        stage=given.stage,
        action=given.action,
        kind=given.kind,
        environment=given.environment,
        url=given.url,
        summary=given.summary,
    )


async def _replay(
    session: AsyncSession, actor: str, *, ids: list[strawberry.ID] | None, **given: Any
) -> set_aside.Replayed:
    return await set_aside.replay(session, actor, ids=_keys(ids), **given)


async def _dismiss(
    session: AsyncSession, actor: str, *, ids: list[strawberry.ID] | None, **given: Any
) -> set_aside.Replayed:
    return await set_aside.dismiss(session, actor, ids=_keys(ids), **given)


def _keys(ids: list[strawberry.ID] | None) -> list[Any] | None:
    return None if ids is None else [key_of(each, "SetAside", "ids") for each in ids]
