"""The walk: every stage of the pipeline in order, the actions of a run order side by side, and what is told of it."""

from __future__ import annotations

import threading
import time
import uuid
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Protocol

from interlock_cli.rehearsal.actions import Performer, Result
from interlock_cli.rehearsal.assembly import Action, Assembly, Stage
from interlock_cli.rehearsal.envelopes import Envelope, Subject
from interlock_cli.rehearsal.stacks import ActionFailedError, InterruptedWalkError

AT_ONCE = 8
STOP_SECONDS = 0.2


@dataclass(frozen=True)
class ActionOutcome:
    """How one action ended: SUCCEEDED, FAILED or ABANDONED. `environment` is None where it deploys nowhere."""

    name: str
    provider: str
    environment: str | None
    account: str
    region: str
    status: str
    seconds: float
    external: str = ""
    summary: str = ""


@dataclass
class StageOutcome:
    """How one stage ended. `status` is SUCCEEDED, FAILED or STOPPED."""

    name: str
    status: str = "SUCCEEDED"
    seconds: float = 0.0
    actions: list[ActionOutcome] = field(default_factory=list)


@dataclass
class Outcome:
    """How the pipeline's execution ended. `status` is SUCCEEDED, FAILED or STOPPED."""

    status: str = "SUCCEEDED"
    seconds: float = 0.0
    stages: list[StageOutcome] = field(default_factory=list)


class Watcher(Protocol):
    """Who is told of each step, from several threads."""

    def stage_began(self, stage: Stage) -> None: ...
    def action_began(self, stage: Stage, action: Action) -> None: ...
    def action_ended(self, stage: Stage, outcome: ActionOutcome) -> None: ...
    def stage_ended(self, outcome: StageOutcome) -> None: ...


class Walk:
    """One execution of the pipeline. `emit` takes each envelope; setting `stop` ends the walk as a person would."""

    def __init__(
        self,
        assembly: Assembly,
        subject: Subject,
        performer: Performer,
        emit: Callable[[Envelope], None],
        watcher: Watcher,
        stop: threading.Event,
    ) -> None:
        self._assembly = assembly
        self._subject = subject
        self._performer = performer
        self._emit = emit
        self._watcher = watcher
        self._stop = stop

    def run(self) -> Outcome:
        """Walks to the end, or to the first stage that does not succeed."""
        outcome, began = Outcome(), time.monotonic()
        self._pipeline("STARTED")
        for stage in self._assembly.stages:
            ended = self._stage(stage)
            outcome.stages.append(ended)
            if ended.status != "SUCCEEDED":
                outcome.status = ended.status
                break
        if outcome.status == "STOPPED":
            self._pipeline("STOPPING")
        self._pipeline(outcome.status)
        outcome.seconds = time.monotonic() - began
        return outcome

    def _pipeline(self, state: str) -> None:
        self._emit(self._subject.pipeline_event(state, _now()))

    def _stage(self, stage: Stage) -> StageOutcome:
        outcome, began, started = StageOutcome(stage.name), time.monotonic(), _now()
        self._watcher.stage_began(stage)
        self._emit(self._subject.stage_event(stage.name, "STARTED", started, started))
        for actions in stage.run_orders:
            outcome.actions += self._side_by_side(stage, actions)
            statuses = {each.status for each in outcome.actions}
            if self._stop.is_set() or "ABANDONED" in statuses:
                outcome.status = "STOPPED"
            elif "FAILED" in statuses:
                outcome.status = "FAILED"
            if outcome.status != "SUCCEEDED":
                break
        outcome.seconds = time.monotonic() - began
        self._emit(self._subject.stage_event(stage.name, outcome.status, started, _now()))
        self._watcher.stage_ended(outcome)
        return outcome

    def _side_by_side(self, stage: Stage, actions: tuple[Action, ...]) -> list[ActionOutcome]:
        """All of a run order; one that fails does not stop its neighbors, as in CodePipeline."""
        with ThreadPoolExecutor(AT_ONCE) as pool:
            running = [pool.submit(self._action, stage, action) for action in actions]
            self._await(running)
        return [each.result() for each in running if not each.cancelled()]

    def _await(self, running: list[Future[ActionOutcome]]) -> None:
        """Waits; once a person asks for the end, what has not begun is dropped and the rest ends itself."""
        while wait(running, timeout=STOP_SECONDS).not_done:
            if self._stop.is_set():
                for each in running:
                    each.cancel()

    def _action(self, stage: Stage, action: Action) -> ActionOutcome:
        identity, began, started = str(uuid.uuid4()), time.monotonic(), _now()
        self._watcher.action_began(stage, action)
        self._emit(self._subject.action_event(stage.name, action, identity, "STARTED", started, started))
        status, result = "SUCCEEDED", Result("")
        try:
            result = self._performer.perform(stage.name, action)
        except ActionFailedError as error:
            status, result = "FAILED", Result(error.external, summary=error.summary)
        except InterruptedWalkError:
            status, result = "ABANDONED", Result("", summary="The rehearsal was interrupted.")
        place = self._performer.place(action)
        said = execution_result(result, failed=status == "FAILED")
        self._emit(self._subject.action_event(stage.name, action, identity, status, started, _now(), said))
        outcome = ActionOutcome(
            name=action.name,
            provider=action.provider,
            environment=self._assembly.actions.environment(stage.name, action.name),
            account=place.account,
            region=place.region,
            status=status,
            seconds=time.monotonic() - began,
            external=result.external,
            summary=result.summary,
        )
        self._watcher.action_ended(stage, outcome)
        return outcome


def execution_result(result: Result, *, failed: bool) -> dict[str, str]:
    """The `execution-result` of an action's last event, without what is not known."""
    said = {
        "external-execution-id": result.external,
        "external-execution-url": result.url,
        "external-execution-summary": result.summary,
        "error-code": "JobFailed" if failed else "",
    }
    return {name: value for name, value in said.items() if value}


def _now() -> datetime:
    return datetime.now(UTC)
