"""One pipeline of a rehearsal: deployed, walked once for each commit, its rollbacks included."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from interlock_cli.rehearsal import pipeline_stack
from interlock_cli.rehearsal.accounts import Accounts
from interlock_cli.rehearsal.actions import Emulated, Performer
from interlock_cli.rehearsal.artifacts import Artifacts, structure_of
from interlock_cli.rehearsal.assembly import Assembly, Stage
from interlock_cli.rehearsal.clock import Clock
from interlock_cli.rehearsal.delivery import Delivery
from interlock_cli.rehearsal.envelopes import Envelope, Trigger
from interlock_cli.rehearsal.executions import IN_PROGRESS, ROLLBACK, STOPPING, Execution
from interlock_cli.rehearsal.exposure import Returned
from interlock_cli.rehearsal.faults import Faults
from interlock_cli.rehearsal.health import Health
from interlock_cli.rehearsal.hub import Rule
from interlock_cli.rehearsal.line import Line, ended
from interlock_cli.rehearsal.outcomes import Outcome
from interlock_cli.rehearsal.pipeline_stack import PipelineStack
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.relay import Intake, Relay
from interlock_cli.rehearsal.revisions import Revisions
from interlock_cli.rehearsal.rules import Rules, Started
from interlock_cli.rehearsal.stacks import Stacks
from interlock_cli.rehearsal.walk import Walk, Watcher


@dataclass(frozen=True)
class App:
    """An app that was synthesized, and where its pipeline's stack was deployed."""

    folder: Path
    assembly: Assembly
    stack: PipelineStack

    @property
    def name(self) -> str:
        """The pipeline's."""
        return str(self.assembly.definition.get("Name", self.assembly.pipeline))


@dataclass(frozen=True)
class Play:
    """What all pipelines of a rehearsal have in common. began: is told of each execution, before anything else is."""

    accounts: Accounts
    clock: Clock
    faults: Faults
    way: Relay | Intake
    watcher: Watcher
    seconds: float
    began: Callable[[Execution], None] = field(default=lambda _: None)


class Rehearsed:
    """A pipeline that is walked. Executions run in threads of their own; what one raises is kept in `errors`."""

    def __init__(self, app: App, play: Play) -> None:
        """Deploys nothing, and walks nothing yet; what an earlier rehearsal left is recalled."""
        assembly = app.assembly
        self.app, self._play = app, play
        self.artifacts = Artifacts(play.accounts, assembly, app.stack.scope)
        self._structure = structure_of(assembly)
        version, earlier = self.artifacts.recall(self._structure)
        self.line = Line(app.name, assembly.place, assembly.stages, version, play.clock, earlier)
        self.line.walk = self._launch
        rule, self.bus = pipeline_stack.bus_rule(assembly, app.stack)
        self._rule = Rule(play.accounts, assembly.place, rule)
        self.rules = Rules(
            play.accounts,
            assembly,
            app.stack.scope,
            play.clock.now,
            play.way.settle,
            play.seconds,
            self._restored,
        )
        self.delivery = Delivery(lambda envelope: play.way.emit(envelope, self._rule), play.faults, play.clock)
        self.health = Health(
            play.accounts,
            assembly.actions,
            play.faults,
            play.clock,
            Stacks(play.accounts, threading.Event()).alarms,
            play.way.emit,
        )
        self._emulated = Emulated(
            assembly, app.stack.scope, play.accounts, self.artifacts, play.way.settle, play.seconds
        )
        self._revisions = Revisions(play.faults, assembly.actions)
        self._threads: list[threading.Thread] = []
        self._lock = threading.Lock()
        self._stopped = threading.Event()
        self.outcomes: list[Outcome] = []
        self.errors: list[Exception] = []

    def begin(self, triggers: Sequence[Trigger], every: timedelta, *, in_turn: bool) -> None:
        """Pushes the commits in a thread, the oldest first: so much simulated time apart, or each when all is quiet."""
        self.health.begin()

        def push() -> None:
            for ordinal, trigger in enumerate(triggers, 1):
                if ordinal > 1 and not self._pause(every, in_turn=in_turn):
                    return
                execution = self.line.add(trigger)
                execution.ordinal = ordinal
                self._launch(execution, None, resumed=False)
                self.line.await_begun(execution)

        thread = threading.Thread(target=push, name=f"pushes to {self.line.name}", daemon=True)
        with self._lock:
            self._threads.append(thread)
        thread.start()

    def _pause(self, every: timedelta, *, in_turn: bool) -> bool:
        """False where the person has ended the rehearsal meanwhile."""
        with self._lock:
            walks = [each for each in self._threads if each is not threading.current_thread()]
        for each in walks if in_turn else ():
            each.join()
        if in_turn:
            self.rules.finish()
        return self._play.clock.wait(every, self._stopped) and not self._stopped.is_set()

    def running(self) -> bool:
        """Whether anything is under way still."""
        with self._lock:
            return any(thread.is_alive() for thread in self._threads)

    def join(self, seconds: float) -> None:
        """Waits so long for what runs."""
        with self._lock:
            threads = [thread for thread in self._threads if thread.is_alive()]
        if threads:
            threads[0].join(seconds)

    def stop(self) -> None:
        """Ends everything, as a person would."""
        self._stopped.set()
        self.rules.stop()
        for execution in self.line.executions:
            if execution.status in (IN_PROGRESS, STOPPING):
                execution.halt.set()

    def finish(self) -> None:
        """Nothing is told, put or started any more; what ran is remembered for the next rehearsal."""
        self.rules.finish()
        self.delivery.finish()
        self.health.finish()
        self.artifacts.remember(self.line.version, self._structure, ended(self.line.executions))

    @property
    def returned(self) -> list[Returned]:
        """What the pipeline's own machine brought back."""
        return [
            Returned(environment, self.line.find(each.target).revision, each.ended)
            for each in self.rules.started
            for environment in each.restored
            if each.ended and each.target
        ]

    def _restored(self, started: Started) -> None:
        """Environments that the machine restored fare as with any other deployment."""
        if not started.target:
            return
        target, places = self.line.find(started.target), self.app.assembly.actions.places
        for environment in started.restored:
            self.health.deployed(environment, target, places[environment], None)

    def _launch(self, execution: Execution, stage: Stage | None, resumed: bool) -> None:
        """Walks an execution in a thread: from the start, one stage of a rollback, or on from a stage that failed."""
        self._play.began(execution)
        outcomes: list[Outcome] = []

        def run() -> None:
            try:
                outcomes.append(self._walk(execution).run(stage, resumed=resumed))
            except Exception as error:  # whatever ended the thread, the rehearsal tells the person
                self.errors.append(error)
            with self._lock:
                self.outcomes += outcomes

        thread = threading.Thread(target=run, name=f"{self.line.name} {execution.revision[:8]}", daemon=True)
        with self._lock:
            self._threads.append(thread)
        thread.start()

    def _rolled_back(self, rollback: Execution, stage: Stage) -> None:
        """What CodePipeline begins by itself when a stage has failed; in the thread of the execution that failed."""
        self._play.began(rollback)
        outcome = self._walk(rollback).run(stage, at_once=True)
        with self._lock:
            self.outcomes.append(outcome)

    def _walk(self, execution: Execution) -> Walk:
        of = self.line.find(execution.target) if execution.kind == ROLLBACK and execution.target else execution

        def deployed(environment: str, place: Place, stack: str) -> None:
            self.health.deployed(environment, execution, place, stack)

        performer = Performer(self._emulated, execution, of, self._revisions, deployed)
        return Walk(
            self.line, self.app.assembly, execution, performer, self._emit, self._play.watcher, self._rolled_back
        )

    def _emit(self, envelope: Envelope) -> None:
        """On its way to the service, and to what the pipeline's own rules start."""
        self.delivery.emit(envelope)
        self.rules.tell(envelope)
        detail = envelope["detail"]
        if "stage" in detail and "action" not in detail and detail["state"] not in ("STARTED", "RESUMED"):
            self.health.rest(self.app.assembly.actions.of_stage(detail["stage"]))
