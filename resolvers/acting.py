"""What a person does to a pipeline's execution: judged over what is known, and kept once CodePipeline has taken it.

Between `prepare` and `record` AWS is asked, by `graph`, and no transaction is open. What `prepare` refuses is what
`effect` says is not possible: both are one judgement (`domain.acting`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain import acting
from domain.acting import Effect, Run, SecondPerson, Stage, Standing
from domain.configuration import targets
from domain.configuration.targets import Asked
from domain.envelopes import returned
from domain.errors import InvalidValue, NotFound, Refused
from domain.events import EventType, Happening
from domain.safety import overriding
from domain.safety.returning import Way
from domain.two_persons import concerned, started_it
from domain.words import ApprovalDecision, OnFailure, RetryMode
from models import acting as facts
from models.event_log import append
from models.queries import find
from models.tables import Pipeline, PipelineExecution, Service
from resolvers import returning
from resolvers.configuring import Author
from resolvers.permission import require_person
from resolvers.permitting import configured


@dataclass(frozen=True, slots=True)
class Stop:
    """An execution is stopped. execution_id: CodePipeline's, here and in the others. abandon: without waiting."""

    execution_id: str
    abandon: bool = False


@dataclass(frozen=True, slots=True)
class Retry:
    """A stage, by CodePipeline's name, is tried again."""

    execution_id: str
    stage: str
    mode: RetryMode = RetryMode.FAILED_ACTIONS


@dataclass(frozen=True, slots=True)
class RollBack:
    """A stage is rolled back. execution_id: what is taken back. target: to which execution; None asks where to."""

    execution_id: str
    stage: str
    target: str | None = None

    def __post_init__(self) -> None:
        if self.target is not None:  # what is judged, asked of AWS and kept is one id, in whatever letters it came
            object.__setattr__(self, "target", self.target.lower())


@dataclass(frozen=True, slots=True)
class Approve:
    """An action that waits is answered."""

    execution_id: str
    stage: str
    action: str
    decision: ApprovalDecision


Wanted: TypeAlias = Stop | Retry | RollBack | Approve


@dataclass(frozen=True, slots=True)
class Subject:
    """The execution that is acted on. key: its row's. pipeline, service: names. account, region: the pipeline's."""

    key: UUID
    execution: str
    attempt: int
    revision: str | None
    pipeline: str
    pipeline_arn: str
    account: str
    region: str
    service: str | None


@dataclass(frozen=True, slots=True)
class Prepared:
    """An action that is possible. reason: as it is kept. running: the actions that are in progress."""

    wanted: Wanted
    effect: Effect
    subject: Subject
    reason: str
    running: Sequence[dict[str, Any]] = ()


async def effect(session: AsyncSession, wanted: Wanted, *, actor: str, now: datetime) -> Effect:
    """What an action of theirs would do now, or why it is not possible. Nothing is done, nor AWS asked.

    Raises NotFound.
    """
    known = await _known(session, wanted.execution_id)
    return await known.judge(wanted, actor, now)


async def prepare(session: AsyncSession, by: Author, wanted: Wanted) -> Prepared:
    """What is to be asked of CodePipeline. Raises NotFound, InvalidValue, and Refused for what is not possible."""
    reason = overriding.reason(by.reason or "")
    known = await _known(session, wanted.execution_id, by, None if isinstance(wanted, Stop) else wanted.stage)
    if isinstance(wanted, Approve):
        require_person(by, "an approval")
    if isinstance(wanted, RollBack) and wanted.target is None:
        raise InvalidValue("targetExecutionId", None, "given: the id of an execution that has passed the stage")
    found = await known.judge(wanted, by.actor, by.now)
    if not found.possible:
        raise Refused(found.code, " ".join(found.sentences), remedy=found.remedy)
    running = [
        {"stage": stage.name, "action": action.name, "environment": action.environment}
        for stage in known.run.stages
        for action in stage.running
    ]
    return Prepared(wanted, found, await _subject(session, known.execution, known.pipeline), reason, running)


async def _subject(session: AsyncSession, execution: PipelineExecution, pipeline: Pipeline) -> Subject:
    service = await find(session, Service, id=pipeline.service_id) if pipeline.service_id else None
    return Subject(
        execution.id,
        execution.execution_id,
        execution.attempt,
        execution.revision,
        pipeline.name,
        pipeline.arn,
        pipeline.account_id,
        pipeline.region_name,
        service.name if service else None,
    )


async def record(session: AsyncSession, by: Author, done: Prepared, *, rollback: str | None = None) -> None:
    """CodePipeline has taken it: who asked for what, and why. rollback: the id of the execution that does one."""
    of = done.subject
    type_, said = _said(done, rollback)
    payload = {
        "pipeline": of.pipeline,
        "pipelineArn": of.pipeline_arn,
        "service": of.service,
        "executionId": of.execution,
        "attempt": of.attempt,
        "revision": of.revision,
        **said,
        "reason": done.reason,
    }
    happening = Happening(type_, "PipelineExecution", of.key, payload, of.execution.replace("-", ""))
    await append(session, [happening], by.actor)


def _said(done: Prepared, rollback: str | None) -> tuple[EventType, dict[str, Any]]:
    wanted = done.wanted
    if isinstance(wanted, Stop):
        return EventType.EXECUTION_STOP_ASKED, {"abandon": wanted.abandon, "actions": list(done.running)}
    of_stage: dict[str, Any] = {"pipelineStage": wanted.stage}
    if isinstance(wanted, Retry):
        return EventType.STAGE_RETRY_ASKED, of_stage | {"mode": wanted.mode.value}
    if isinstance(wanted, Approve):
        answer = {"action": wanted.action, "decision": wanted.decision.value}
        return EventType.APPROVAL_ANSWERED, of_stage | answer
    target = next(each.passed for each in done.effect.targets if each.passed.execution == wanted.target)
    environments = list(done.effect.environments)
    to = {"target": target.execution, "targetRevision": target.revision, "rollback": rollback}
    return EventType.STAGE_ROLLBACK_ASKED, of_stage | {"environments": environments} | to


@dataclass(frozen=True, slots=True)
class _Known:
    """An execution, its pipeline, and how it came through it."""

    session: AsyncSession
    execution: PipelineExecution
    pipeline: Pipeline
    run: Run

    async def judge(self, wanted: Wanted, actor: str, now: datetime) -> Effect:
        """The judgement of what is wanted. Raises NotFound for a stage or an action that there is not."""
        if isinstance(wanted, Stop):
            behind = await facts.behind(self.session, self.execution)
            return acting.stop(replace(self.run, behind=behind), abandon=wanted.abandon)
        stage = self._stage(wanted.stage)
        if isinstance(wanted, RollBack):
            return acting.roll_back(await self._standing(stage), wanted.target, now)
        way = await self._way(stage, now)
        if isinstance(wanted, Retry):
            occupant = await facts.occupant(self.session, self.pipeline.id, stage.name)
            return acting.retry(self.run, stage, wanted.mode, occupant, way)
        action = next((each for each in stage.actions if each.name == wanted.action), None)
        if action is None:
            raise NotFound("action", wanted.action, [each.name for each in stage.actions], field="action")
        return acting.approve(stage, action, wanted.decision, way, await self._two_persons(stage, actor))

    async def _two_persons(self, stage: Stage, actor: str) -> SecondPerson | None:
        """Who else must approve in a stage; None where whoever asks may, as far as the two-person rule goes."""
        configuration = await configured(self.session)
        places = [configuration.environments[each] for each in stage.environments if each in configuration.environments]
        ours = concerned(configuration, {configuration.waves[each.wave].stage for each in places})
        if not ours or not started_it(actor, await facts.starters(self.session, self.execution)):
            return None
        return SecondPerson(actor, ours[0])

    def _stage(self, name: str) -> Stage:
        found = next((each for each in self.run.stages if each.name == name), None)
        if found is None:
            raise NotFound("stage", name, [each.name for each in self.run.stages], field="stage")
        return found

    async def _way(self, stage: Stage, now: datetime) -> Way | None:
        """How the stage is returned when it fails; None where nobody knows its pipeline's map."""
        if self.pipeline.structure is None:
            return None
        return await returning.means_for(self.session, self.pipeline, stage.name, now=now, execution=self.execution)

    async def _standing(self, stage: Stage) -> Standing:
        failing = await returning.failing_of(self.session, self.pipeline, stage.name)
        service = self.pipeline.service_id
        return Standing(
            execution=self.run.execution,
            failing=replace(failing, on_failure=OnFailure.ROLLBACK, split=False),
            environments=stage.environments,
            occupant=await facts.occupant(self.session, self.pipeline.id, stage.name),
            passed=tuple(await facts.passed(self.session, self.pipeline.id, stage.name)),
            parts=tuple(each for each in returning.part_of(self.pipeline, stage.name) if each != stage.name),
            deployed=await facts.deployed(self.session, service, stage.environments) if service else {},
        )


async def _known(
    session: AsyncSession, execution_id: str, by: Author | None = None, stage: str | None = None
) -> _Known:
    """by: who wants to act on it, or on this stage of it, and must be let."""
    execution = await find(session, PipelineExecution, execution_id=execution_id.lower())
    if execution is None:
        raise NotFound("execution", execution_id, field="executionId")
    pipeline = await find(session, Pipeline, id=execution.pipeline_id)
    assert pipeline is not None  # its executions refer to it
    stages = tuple(await _stages(session, execution, pipeline))
    if by is not None:
        absent = NotFound("execution", execution_id, field="executionId")
        concerned = next((each.environments for each in stages if each.name == stage), ())
        await by.may(session, *await _concerned(session, pipeline, concerned, absent))
    if ":codepipeline:" not in pipeline.arn:
        raise Refused(
            "NOT_CODEPIPELINE",
            f"{pipeline.name} is no pipeline of AWS CodePipeline: it only reports.",
            path=["executionId"],
            remedy="Act where it runs.",
        )
    if execution.trigger == returned.TRIGGER:
        raise Refused(
            "NOT_CODEPIPELINE",
            "The validation machine deploys the last good revision again by itself: CodePipeline knows of no such one.",
            path=["executionId"],
            remedy="Act on the execution that failed, or stop the machine's execution in Step Functions.",
        )
    run = Run(
        execution.execution_id,
        execution.kind,
        execution.status,
        execution.revision,
        stages,
    )
    return _Known(session, execution, pipeline, run)


async def _concerned(
    session: AsyncSession, pipeline: Pipeline, environments: Sequence[str], absent: NotFound
) -> list[Asked]:
    """What of the pipeline's service is acted on: in each of the environments; where there are none, all of it."""
    service = await find(session, Service, id=pipeline.service_id) if pipeline.service_id else None
    configuration, name = await configured(session), service.name if service else None
    whole = Asked(targets.of_service(configuration, name), absent)
    known = [each for each in environments if each in configuration.environments]
    if not known or len(known) < len(environments):
        return [whole]
    return [Asked(targets.of_environment(configuration, each, name), absent) for each in known]


async def _stages(session: AsyncSession, execution: PipelineExecution, pipeline: Pipeline) -> list[Stage]:
    """Those of the pipeline's map in its order, then those that only the execution knows."""
    entered = await facts.stages(session, execution.id)
    mapped = {each["name"]: each["actions"] for each in (pipeline.structure or {}).get("stages", [])}
    found = []
    for name in dict.fromkeys([*mapped, *entered]):
        row, actions = entered.get(name, (None, []))
        named = [each.get("environment") for each in mapped.get(name, ())] + [each.environment for each in actions]
        environments = tuple(dict.fromkeys(each for each in named if each))
        found.append(Stage(name, row.status if row else None, environments, tuple(actions)))
    return found
