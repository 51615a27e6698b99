"""The walk: one execution through the stages of its pipeline, what fails there and what CodePipeline does about it."""

from __future__ import annotations

import contextlib
import threading
import time
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor, wait
from datetime import datetime
from typing import Any, Protocol

from interlock_cli.rehearsal import executions
from interlock_cli.rehearsal.actions import Result
from interlock_cli.rehearsal.assembly import Action, Assembly, Stage
from interlock_cli.rehearsal.envelopes import Envelope, Subject
from interlock_cli.rehearsal.executions import ROLLBACK, STANDARD, ActionRun, Execution, StageRun
from interlock_cli.rehearsal.line import Line, StoppedError, SupersededError
from interlock_cli.rehearsal.outcomes import ActionOutcome, Outcome, StageOutcome
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.stacks import ActionFailedError, InterruptedWalkError

AT_ONCE = 8
STOP_SECONDS = 0.2
ENDS = {"SUCCEEDED": executions.SUCCEEDED, "FAILED": executions.FAILED, "STOPPED": executions.STOPPED}
MACHINE = "StepFunctions"
"""Whose actions only wait: what a state machine does is the machine's."""
RETRIES = 1
"""CodePipeline retries a failed stage once."""


class Performs(Protocol):
    """Who carries actions out."""

    def perform(self, stage: str, action: Action) -> Result: ...
    def place(self, action: Action) -> Place: ...
    def configured(self, action: Action) -> tuple[Mapping[str, Any], str]: ...


class Watcher(Protocol):
    """Who is told of each step, from several threads."""

    def execution_began(self, execution: Execution) -> None: ...
    def stage_waits(self, execution: Execution, stage: Stage) -> None: ...
    def stage_began(self, execution: Execution, stage: Stage) -> None: ...
    def action_began(self, execution: Execution, stage: Stage, action: Action) -> None: ...
    def action_ended(self, execution: Execution, stage: Stage, outcome: ActionOutcome) -> None: ...
    def stage_ended(self, execution: Execution, outcome: StageOutcome) -> None: ...
    def execution_ended(self, execution: Execution, outcome: Outcome) -> None: ...


class Walk:
    """One execution of a pipeline; a rollback of one stage is one too.

    `emit` takes each envelope. `rolled_back` is told of the rollback that CodePipeline begins when a stage failed, once
    this execution has ended.
    """

    def __init__(
        self,
        line: Line,
        assembly: Assembly,
        execution: Execution,
        performer: Performs,
        emit: Callable[[Envelope], None],
        watcher: Watcher,
        rolled_back: Callable[[Execution, Stage], None],
    ) -> None:
        self._line = line
        self._assembly = assembly
        self._execution = execution
        self._performer = performer
        self._emit = emit
        self._watcher = watcher
        self._rolled_back = rolled_back
        self._heir: tuple[Execution, Stage] | None = None
        self._told_stopping = False
        self._telling = threading.Lock()

    def run(self, only: Stage | None = None, *, at_once: bool = False, resumed: bool = False) -> Outcome:
        """Walks to the end, or to the first stage that does not succeed.

        only: the stage of a rollback. at_once: its place is kept for it. resumed: from the stage `only` on, where it
        had failed.
        """
        with self._line.clock.working():
            outcome = self._run(only, at_once=at_once, resumed=resumed)
        if self._heir is not None:
            self._rolled_back(*self._heir)
        return outcome

    def _run(self, only: Stage | None, *, at_once: bool, resumed: bool) -> Outcome:
        execution, began = self._execution, time.monotonic()
        outcome = Outcome.of(execution)
        self._watcher.execution_began(execution)
        self._pipeline("RESUMED" if resumed else "STARTED")
        stages = self._stages(only, resumed=resumed)
        for place, stage in enumerate(stages):
            try:
                self._watcher.stage_waits(execution, stage)
                self._line.enter(execution, stage, at_once=at_once)
            except (SupersededError, StoppedError) as error:
                outcome.status = "SUPERSEDED" if isinstance(error, SupersededError) else "STOPPED"
                break
            following = stages[place + 1] if place + 1 < len(stages) else None
            ended = self._held(stage, following, resumed=resumed and stage is only)
            outcome.stages.append(ended)
            if ended.status != "SUCCEEDED":
                outcome.status = ended.status
                break
        if outcome.status == "STOPPED":
            self._tell_stopping()
        outcome.seconds, outcome.ended, outcome.summary = time.monotonic() - began, self._line.now(), execution.summary
        self._line.end(execution, ENDS.get(outcome.status, executions.SUPERSEDED))
        self._pipeline(outcome.status)
        self._watcher.execution_ended(execution, outcome)
        return outcome

    def _stages(self, only: Stage | None, *, resumed: bool) -> list[Stage]:
        stages = list(self._line.stages)
        if only is None:
            return stages
        return stages[stages.index(only) :] if resumed else [only]

    def _subject(self) -> Subject:
        execution = self._execution
        return Subject(
            self._line.name,
            self._line.place,
            execution.identity,
            execution.started,
            execution.trigger,
            execution.version,
            execution.attempt,
            execution.target,
        )

    def _pipeline(self, state: str) -> None:
        self._emit(self._subject().pipeline_event(state, self._line.now()))

    def _tell_stopping(self) -> None:
        """Once, and before what is abandoned is told."""
        with self._telling:
            if not self._told_stopping:
                self._told_stopping = True
                self._pipeline("STOPPING")

    def _held(self, stage: Stage, following: Stage | None, *, resumed: bool) -> StageOutcome:
        """The stage, from when it is entered until it is left. A rollback of it comes before whoever waits."""
        heir: Execution | None = None
        then: Stage | None = None
        try:
            outcome = self._stage(stage, resumed=resumed)
            if outcome.status == "FAILED":
                heir = self._return(stage)
            then = following if outcome.status == "SUCCEEDED" else None
            return outcome
        finally:
            self._line.leave(self._execution, stage, heir, then)

    def _return(self, stage: Stage) -> Execution | None:
        """The rollback that OnFailure asks for, where there is something to return to."""
        if stage.on_failure != "ROLLBACK":
            return None
        target = self._line.returnable(stage.name, self._execution)
        if target is None:
            return None
        heir = self._line.add(target.trigger, ROLLBACK, target.identity)
        self._heir = (heir, stage)
        return heir

    def _stage(self, stage: Stage, *, resumed: bool) -> StageOutcome:
        """Every attempt at it: a stage that says RETRY tries its failed actions once more."""
        execution = self._execution
        before = execution.stages.get(stage.name)
        run = StageRun(stage.name, executions.IN_PROGRESS, self._line.now())
        run.attempts = before.attempts + 1 if before and resumed else 1
        execution.stages[stage.name] = run
        self._watcher.stage_began(execution, stage)
        outcome = StageOutcome(stage.name, began=run.started)
        began = time.monotonic()
        self._attempt(stage, outcome, "RESUMED" if resumed else "STARTED")
        while self._tries_again(stage, run, outcome):
            run.attempts += 1
            execution.attempt += 1
            self._pipeline("RESUMED")
            outcome.status = "SUCCEEDED"
            self._attempt(stage, outcome, "RESUMED")
        outcome.seconds, run.ended, run.status = time.monotonic() - began, self._line.now(), ENDS[outcome.status]
        self._watcher.stage_ended(execution, outcome)
        return outcome

    def _tries_again(self, stage: Stage, run: StageRun, outcome: StageOutcome) -> bool:
        wanted = stage.on_failure == "RETRY" and self._execution.kind == STANDARD
        return outcome.status == "FAILED" and wanted and run.attempts <= RETRIES

    def _attempt(self, stage: Stage, outcome: StageOutcome, state: str) -> None:
        """The run orders in their order; what has succeeded in an earlier attempt is not done again."""
        started = self._line.now()
        self._emit(self._subject().stage_event(stage.name, state, started, started))
        done = {each.name for each in outcome.actions if each.status == "SUCCEEDED"}
        if state == "RESUMED":
            done |= {
                each.name
                for each in self._execution.actions[self._execution.anew.get(stage.name, 0) :]
                if each.stage == stage.name and each.status == executions.SUCCEEDED
            }
        for actions in stage.run_orders:
            wanted = tuple(each for each in actions if each.name not in done)
            latest = self._side_by_side(stage, wanted) if wanted else []
            outcome.actions += latest
            outcome.status = self._status(latest)
            if outcome.status != "SUCCEEDED":
                break
        self._emit(self._subject().stage_event(stage.name, outcome.status, started, self._line.now()))
        if outcome.status == "FAILED" and self._tries_again(stage, self._execution.stages[stage.name], outcome):
            self._pipeline("FAILED")

    def _status(self, latest: list[ActionOutcome]) -> str:
        statuses = {each.status for each in latest}
        if self._execution.halt.is_set() or self._execution.ending.is_set() or "ABANDONED" in statuses:
            return "STOPPED"
        return "FAILED" if "FAILED" in statuses else "SUCCEEDED"

    def _side_by_side(self, stage: Stage, actions: tuple[Action, ...]) -> list[ActionOutcome]:
        """All of a run order; one that fails does not stop its neighbors, as in CodePipeline."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = [pool.submit(self._action, stage, action) for action in actions]
            waits = all(action.provider == MACHINE for action in actions)
            with self._line.clock.idle() if waits else contextlib.nullcontext():
                self._await(running)
        return [each.result() for each in running if not each.cancelled()]

    def _await(self, running: list[Future[ActionOutcome]]) -> None:
        """Waits; once somebody asks for the end, what has not begun is dropped and the rest ends itself."""
        execution = self._execution
        while wait(running, timeout=STOP_SECONDS).not_done:
            if execution.halt.is_set() or execution.ending.is_set():
                self._tell_stopping()
            if execution.halt.is_set():
                for each in running:
                    each.cancel()

    def _action(self, stage: Stage, action: Action) -> ActionOutcome:
        began, place = time.monotonic(), self._performer.place(action)
        run = self._begun(stage, action, place)
        self._watcher.action_began(self._execution, stage, action)
        self._tell(stage, action, run, "STARTED", run.started)
        status, result = "SUCCEEDED", Result("")
        try:
            result = self._performer.perform(stage.name, action)
        except ActionFailedError as error:
            status, result = "FAILED", Result(error.external, summary=error.summary)
        except InterruptedWalkError:
            self._tell_stopping()
            status, result = (
                "ABANDONED",
                Result("", summary=self._execution.summary or "The rehearsal was interrupted."),
            )
        run.external, run.url, run.summary, run.outputs = result.external, result.url, result.summary, result.outputs
        run.status = ENDS.get(status, executions.ABANDONED)
        run.updated = self._line.now()
        self._tell(stage, action, run, status, run.updated, execution_result(result, failed=status == "FAILED"))
        outcome = ActionOutcome(
            name=action.name,
            provider=action.provider,
            environment=self._assembly.actions.environment(stage.name, action.name),
            account=place.account,
            region=place.region,
            status=status,
            seconds=time.monotonic() - began,
            began=run.started,
            ended=run.updated,
            deploys=action.deploys,
            external=result.external,
            summary=result.summary,
        )
        self._watcher.action_ended(self._execution, stage, outcome)
        return outcome

    def _begun(self, stage: Stage, action: Action, place: Place) -> ActionRun:
        now = self._line.now()
        configuration, role = self._performer.configured(action)
        run = ActionRun(
            stage=stage.name,
            name=action.name,
            status=executions.IN_PROGRESS,
            started=now,
            updated=now,
            category=action.category,
            owner=action.owner,
            provider=action.provider,
            version=action.version,
            region=place.region,
            configuration=configuration,
            role=role,
        )
        with self._line.changed:
            self._execution.actions.append(run)
        return run

    def _tell(
        self,
        stage: Stage,
        action: Action,
        run: ActionRun,
        state: str,
        now: datetime,
        result: dict[str, str] | None = None,
    ) -> None:
        self._emit(self._subject().action_event(stage.name, action, run.identity, state, run.started, now, result))


def execution_result(result: Result, *, failed: bool) -> dict[str, str]:
    """The `execution-result` of an action's last event, without what is not known."""
    said = {
        "external-execution-id": result.external,
        "external-execution-url": result.url,
        "external-execution-summary": result.summary,
        "error-code": "JobFailed" if failed else "",
    }
    return {name: value for name, value in said.items() if value}
