"""What the tests of walks share: a line over the small assembly, and actions that end as they are told to."""

import threading
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from interlock_cli.rehearsal.actions import Result
from interlock_cli.rehearsal.assembly import Action, Assembly, Stage, read_assembly
from interlock_cli.rehearsal.clock import Clock
from interlock_cli.rehearsal.envelopes import Trigger
from interlock_cli.rehearsal.executions import Execution
from interlock_cli.rehearsal.line import Line
from interlock_cli.rehearsal.outcomes import Outcome
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.progress import Progress
from interlock_cli.rehearsal.stacks import ActionFailedError, InterruptedWalkError
from interlock_cli.rehearsal.walk import Walk

from . import assemblies

BEGIN = datetime(2027, 3, 1, 8, tzinfo=UTC)


def trigger(commit: str = "9f2c1ab") -> Trigger:
    """Who pushed it."""
    return Trigger("acme/payments", "main", commit, "raise limit", "mary", "m@example.com", "2026-11-22", "arn:c")


class Performing:
    """Performs nothing. failing: names of actions that fail, each so many times. held: actions that wait for `go`."""

    def __init__(self, failing: Iterable[str] = (), held: Iterable[str] = (), interrupted: str = "") -> None:
        self.failing, self.held, self.interrupted = list(failing), set(held), interrupted
        self.go = threading.Event()
        self.arrived = threading.Event()
        self.performed: list[tuple[str, str]] = []
        self.execution: Execution | None = None

    def perform(self, _stage: str, action: Action) -> Result:
        """Succeeds, but for what was named."""
        assert self.execution
        self.performed.append((self.execution.revision, action.name))
        if action.name in self.held:
            self.arrived.set()
            while not self.go.wait(0.01):
                if self.execution.halt.is_set():
                    raise InterruptedWalkError
        if action.name in self.failing:
            self.failing.remove(action.name)
            raise ActionFailedError("Stack s is in ROLLBACK_COMPLETE: Queue: bad name", "arn:stack")
        if action.name == self.interrupted:
            self.execution.halt.set()
            raise InterruptedWalkError
        return Result(f"id-of-{action.name}")

    def configured(self, action: Action) -> tuple[Mapping[str, Any], str]:
        """As it was declared."""
        return action.configuration, "arn:aws:iam::111111111111:role/deploy"

    def place(self, action: Action) -> Place:
        """Somewhere."""
        return Place("111111111111", action.region or "eu-west-1")


class Ticking(Clock):
    """A second later each time."""

    def __init__(self) -> None:
        self.seconds = 0

    def now(self) -> datetime:
        """The next second."""
        self.seconds += 1
        return BEGIN + timedelta(seconds=self.seconds)


class World:
    """A pipeline whose executions are walked; `envelopes` are all that was told, in order."""

    def __init__(self, folder: Path, on_failure: str = "") -> None:
        self.assembly: Assembly = read_assembly(assemblies.write(folder, on_failure))
        self.line = Line("payments", self.assembly.place, self.assembly.stages, 1, Ticking())
        self.line.walk = self._launch
        self.envelopes: list[dict[str, Any]] = []
        self.outcomes: list[Outcome] = []
        self.progress = Progress({"payments": (self.assembly.actions, self.assembly.stages)})
        self.performers: dict[str, Performing] = {}

    def walk(self, commit: str, performing: Performing | None = None) -> Outcome:
        """Walks one commit to its end, with what is rolled back."""
        return self._run(self.line.add(trigger(commit)), performing or Performing(), None)

    def started(self, commit: str, performing: Performing | None = None) -> threading.Thread:
        """The same in a thread."""
        execution = self.line.add(trigger(commit))
        thread = threading.Thread(target=self._run, args=(execution, performing or Performing(), None))
        thread.start()
        return thread

    def told(self, execution: str = "") -> list[tuple[str, str]]:
        """What each envelope is about, and its state; of one execution, or of all."""
        details = [each["detail"] for each in self.envelopes]
        return [
            (each.get("action") or each.get("stage") or each["pipeline"], each["state"])
            for each in details
            if execution in ("", each["execution-id"])
        ]

    def _launch(self, execution: Execution, stage: Stage | None, resumed: bool) -> None:
        self._run(execution, Performing(), stage, resumed=resumed)

    def _run(self, execution: Execution, performing: Performing, stage: Stage | None, **how: bool) -> Outcome:
        performing.execution = execution
        self.performers[execution.identity] = performing

        def rolled_back(rollback: Execution, of: Stage) -> None:
            self._run(rollback, Performing(), of, at_once=True)

        walk = Walk(self.line, self.assembly, execution, performing, self.envelopes.append, self.progress, rolled_back)
        outcome = walk.run(stage, **how)
        self.outcomes.append(outcome)
        return outcome
