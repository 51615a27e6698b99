"""A pipeline as CodePipeline runs it, in its execution mode SUPERSEDED: who is in which stage, and who waits.

A stage holds one execution. Whoever comes to a stage that is taken waits before it; whoever waits there already and is
older is superseded. Within a stage nothing is superseded: the newer one waits. AWS, "How pipeline executions work".
"""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field

from interlock_cli.rehearsal.assembly import Stage
from interlock_cli.rehearsal.clock import Clock
from interlock_cli.rehearsal.envelopes import Trigger
from interlock_cli.rehearsal.executions import (
    FAILED,
    IN_PROGRESS,
    ROLLBACK,
    STANDARD,
    STOPPED,
    STOPPING,
    SUCCEEDED,
    SUPERSEDED,
    Execution,
)
from interlock_cli.rehearsal.places import Place

LOOK_SECONDS = 0.2


class SupersededError(Exception):
    """A newer execution took this one's place between two stages."""


class StoppedError(Exception):
    """Somebody stopped the execution."""


class LineError(Exception):
    """CodePipeline would refuse this; `code` is its exception's name."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


@dataclass
class _Slot:
    """A stage's: who is inside, and who waits before it."""

    inside: Execution | None = None
    waiting: Execution | None = None
    reserved: Execution | None = None


@dataclass
class Line:
    """One pipeline with its executions, those of earlier rehearsals included. Safe to share among threads.

    version: of its structure. walk: starts an execution's walk (the execution; the stage of a rollback, or from which
    it is resumed; whether it is); set by whoever walks.
    """

    name: str
    place: Place
    stages: Sequence[Stage]
    version: int
    clock: Clock
    executions: list[Execution] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.now = self.clock.now
        self.changed = threading.Condition(threading.RLock())
        self._slots = {stage.name: _Slot() for stage in self.stages}
        self.walk: Callable[[Execution, Stage | None, bool], None] | None = None

    # --- executions -------------------------------------------------------------------------------------------------

    def add(self, trigger: Trigger, kind: str = STANDARD, target: str | None = None) -> Execution:
        """A new execution, which is in no stage yet."""
        with self.changed:
            number = max((each.number for each in self.executions), default=0) + 1
            made = Execution(self.name, trigger, self.version, self.now(), number, kind=kind, target=target)
            self.executions.append(made)
            return made

    def find(self, identity: str) -> Execution:
        """The execution of that id. Raises LineError for none."""
        for each in self.executions:
            if each.identity == identity:
                return each
        raise LineError("PipelineExecutionNotFoundException", f"No pipeline execution {identity} of {self.name}.")

    def stage(self, name: str) -> Stage:
        """The stage of that name. Raises LineError for none."""
        for each in self.stages:
            if each.name == name:
                return each
        raise LineError("StageNotFoundException", f"The pipeline {self.name} has no stage {name}.")

    def returnable(self, stage: str, execution: Execution) -> Execution | None:
        """What a stage of this execution would be rolled back to by CodePipeline itself; None where it would not.

        The last that succeeded there with the pipeline as it is now. Never out of a rollback, nor in the first stage.
        """
        if execution.kind == ROLLBACK or stage == self.stages[0].name:
            return None
        with self.changed:
            known = [each for each in self.executions if each is not execution and each.succeeded_in(stage)]
        same = [each for each in known if each.version == self.version]
        last = max(same, key=lambda each: (each.stages[stage].ended or each.started, each.number), default=None)
        if last is not None and last.kind == ROLLBACK:
            return next((each for each in known if each.identity == last.target), None)
        return last

    # --- stages -----------------------------------------------------------------------------------------------------

    def enter(self, execution: Execution, stage: Stage, *, at_once: bool = False) -> None:
        """Returns when the execution is inside the stage. Raises SupersededError, or StoppedError.

        at_once: it takes the place that was kept for it, as a rollback does.
        """
        slot = self._slots[stage.name]
        with self.changed:
            if at_once:
                slot.reserved = None
            elif slot.waiting is not execution:
                self._queue(execution, slot)
            if self._taken(execution, slot):
                return
        with self.clock.idle(), self.changed:
            while not self._taken(execution, slot):
                self.changed.wait(LOOK_SECONDS)

    def _taken(self, execution: Execution, slot: _Slot) -> bool:
        """Whether the execution is inside now. Raises where it is not wanted there any more."""
        self._require_wanted(execution, slot)
        if slot.inside is not None or slot.reserved not in (None, execution):
            return False
        slot.inside = execution
        if slot.waiting is execution:
            slot.waiting = None
        self.changed.notify_all()
        return True

    def leave(
        self, execution: Execution, stage: Stage, heir: Execution | None = None, then: Stage | None = None
    ) -> None:
        """The stage is free; for `heir` alone, where there is one: a rollback comes before whoever waits.

        then: the stage before which the execution waits from now on, so that nobody behind it overtakes it unseen.
        """
        with self.changed:
            slot = self._slots[stage.name]
            slot.inside = None
            slot.reserved = heir
            if then is not None:
                with contextlib.suppress(SupersededError):  # it is told when it asks to enter
                    self._queue(execution, self._slots[then.name])
            self.changed.notify_all()

    def await_begun(self, execution: Execution) -> None:
        """Returns when the execution is in its first stage, waits before it behind another, or has ended."""
        first = self._slots[self.stages[0].name]
        with self.changed:
            while execution.status == IN_PROGRESS and execution not in (first.inside, first.waiting):
                if execution.stages:
                    return
                self.changed.wait(LOOK_SECONDS)

    def inside(self, stage: str) -> Execution | None:
        """Who is in the stage."""
        return self._slots[stage].inside

    def waiting(self, stage: str) -> Execution | None:
        """Who waits before it."""
        return self._slots[stage].waiting

    def end(self, execution: Execution, status: str, summary: str = "") -> None:
        """The execution is over."""
        with self.changed:
            execution.status, execution.updated = status, self.now()
            execution.summary = execution.summary or summary
            self.changed.notify_all()

    # --- what CodePipeline's API asks for ---------------------------------------------------------------------------

    def stop(self, identity: str, reason: str, *, abandon: bool) -> Execution:
        """Stops an execution: at once, or when what it has under way is done. Raises LineError for an ended one."""
        with self.changed:
            found = self.find(identity)
            if found.status not in (IN_PROGRESS, STOPPING):
                raise LineError(
                    "PipelineExecutionNotStoppableException", f"The pipeline execution {identity} is {found.status}."
                )
            if (found.halt if abandon else found.ending).is_set() or found.halt.is_set():
                raise LineError("DuplicatedStopRequestException", f"{identity} was asked to stop already.")
            found.status, found.summary = STOPPING, reason
            (found.halt if abandon else found.ending).set()
            self.changed.notify_all()
            return found

    def roll_back(self, stage: Stage, target: str) -> Execution:
        """Begins the rollback of a stage that somebody asked for. Raises LineError where CodePipeline would refuse."""
        to = self.find(target)
        if not to.succeeded_in(stage.name):
            raise LineError("UnableToRollbackStageException", f"{target} did not succeed in {stage.name}.")
        if to.kind == ROLLBACK or stage.name == self.stages[0].name:
            raise LineError("UnableToRollbackStageException", f"{stage.name} is not rolled back to {target}.")
        if to.version != self.version:
            raise LineError(
                "PipelineExecutionOutdatedException",
                f"{target} ran in structure version {to.version}; the pipeline's is {self.version} now.",
            )
        if self.inside(stage.name) is not None:
            raise LineError("ConflictException", f"An execution is in {stage.name}.")
        begun = self.add(to.trigger, ROLLBACK, target)
        self._begin(begun, stage)
        return begun

    def retry(self, stage: Stage, identity: str, *, everything: bool = False) -> Execution:
        """Tries a stage again: the failed actions, or all of them. Raises LineError where CodePipeline would refuse."""
        found = self.find(identity)
        run = found.stages.get(stage.name)
        if run is None or run.status not in (FAILED, STOPPED) or found.kind == ROLLBACK:
            raise LineError("StageNotRetryableException", f"{stage.name} of {identity} has not failed.")
        if any(each.number > found.number and stage.name in each.stages for each in self.executions):
            raise LineError("NotLatestPipelineExecutionException", f"{identity} is not the latest in {stage.name}.")
        with self.changed:
            found.status, found.summary, found.attempt = IN_PROGRESS, "", found.attempt + 1
            found.halt.clear()
            found.ending.clear()
            if everything:
                found.anew[stage.name] = len(found.actions)
        self._begin(found, stage, resumed=True)
        return found

    def start(self, trigger: Trigger) -> Execution:
        """Begins an execution of a revision."""
        begun = self.add(trigger)
        self._begin(begun, None)
        return begun

    def _begin(self, execution: Execution, stage: Stage | None, *, resumed: bool = False) -> None:
        assert self.walk, "whoever walks the line says how before anybody can ask for it"
        self.walk(execution, stage, resumed)

    def _queue(self, execution: Execution, slot: _Slot) -> None:
        """The newer of two that wait stays."""
        if execution.status == SUPERSEDED:
            raise SupersededError
        other = slot.waiting
        if other is not None and other.number > execution.number and other.kind == STANDARD:
            execution.status = SUPERSEDED
            raise SupersededError
        if other is not None and other.kind == STANDARD:
            other.status = SUPERSEDED
        slot.waiting = execution
        self.changed.notify_all()

    def _require_wanted(self, execution: Execution, slot: _Slot) -> None:
        unwanted: Exception | None = None
        if execution.status == SUPERSEDED:
            unwanted = SupersededError()
        elif execution.halt.is_set() or execution.ending.is_set():
            unwanted = StoppedError()
        if unwanted is not None:
            if slot.waiting is execution:
                slot.waiting = None
            raise unwanted


def ended(executions: Iterable[Execution]) -> list[Execution]:
    """Those that are over."""
    over = (SUCCEEDED, FAILED, STOPPED, SUPERSEDED)
    return [each for each in executions if each.status in over]
