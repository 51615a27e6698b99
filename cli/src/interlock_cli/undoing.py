"""Work of several steps, of which it is known at every moment what was done, and which takes itself back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from interlock_cli.errors import CommandError
from interlock_cli.notices import notice
from interlock_cli.output import Grid


class Outcome(StrEnum):
    """What became of a step."""

    NOT_BEGUN = "NOT_BEGUN"
    DONE = "DONE"
    FAILED = "FAILED"
    INTERRUPTED = "INTERRUPTED"
    TAKEN_BACK = "TAKEN_BACK"
    LEFT = "LEFT"
    """It was done, and could not be taken back, or not all of it could be done."""


@dataclass
class Step:
    """One step. do: does it, and says what it did, or raises CommandError. undo: takes that back; None where it stays.

    remark: what was said of it last.
    """

    name: str
    do: Callable[[], str]
    undo: Callable[[], str] | None = None
    outcome: Outcome = Outcome.NOT_BEGUN
    remark: str = ""

    def to_json(self) -> dict[str, str]:
        """As `-o json` prints it."""
        return {"step": self.name, "outcome": self.outcome.value, "remark": self.remark}


class Left(Exception):
    """A step did what it could, and something stays: told, and no failure. Its text says what."""


@dataclass
class Work:
    """The steps, in their order."""

    steps: list[Step] = field(default_factory=list)

    def run(self) -> None:
        """Does a step after the other. When one fails, those before it are taken back, the last first.

        When somebody interrupts, nothing is taken back: what was done is told, and may be wanted.
        Raises CommandError or KeyboardInterrupt, after the outcomes are written down.
        """
        for step in self.steps:
            step.outcome = Outcome.INTERRUPTED
            try:
                step.remark = step.do()
                step.outcome = Outcome.DONE
            except Left as left:
                step.outcome, step.remark = Outcome.LEFT, str(left)
            except CommandError as problem:
                step.outcome, step.remark = Outcome.FAILED, problem.message
                self._take_back()
                raise

    def _take_back(self) -> None:
        for step in reversed(self.steps):
            if step.outcome is Outcome.DONE and step.undo is not None:
                notice(f"Taking back: {step.name}.")
                try:
                    step.remark = step.undo()
                    step.outcome = Outcome.TAKEN_BACK
                except (CommandError, Left) as problem:
                    step.outcome, step.remark = Outcome.LEFT, f"not taken back: {problem}"

    def grid(self, title: str) -> Grid:
        """A row for each step."""
        rows = [(step.name, step.outcome.value.replace("_", " "), step.remark) for step in self.steps]
        return Grid(("STEP", "OUTCOME", "WHAT"), rows, title)
