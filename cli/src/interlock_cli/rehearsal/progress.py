"""What a person sees meanwhile, on stderr: each execution's stages and environments, what waits and why.

On a terminal a table that is drawn again and again; elsewhere a line for each stage that has ended.
"""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Self

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.table import Table
from rich.text import Text

from interlock_cli.output import PIPED_WIDTH, plain
from interlock_cli.rehearsal.assembly import Action, ActionMap, Stage
from interlock_cli.rehearsal.executions import ROLLBACK, Execution
from interlock_cli.rehearsal.outcomes import ActionOutcome, Outcome, StageOutcome

RUNNING, SUCCEEDED, FAILED, STOPPED, PENDING, WAITING = (
    "RUNNING",
    "SUCCEEDED",
    "FAILED",
    "STOPPED",
    "PENDING",
    "WAITING",
)
MARKS = {
    PENDING: ("·", "dim"),
    WAITING: ("…", "dim"),
    RUNNING: ("▸", "blue"),
    SUCCEEDED: ("✔", "green"),
    FAILED: ("✘", "red"),
    STOPPED: ("■", "yellow"),
    "ABANDONED": ("■", "yellow"),
    "SUPERSEDED": ("»", "dim"),
}


@dataclass
class Row:
    """A stage as it is shown: `parts` are its environments, or its actions where it deploys nowhere."""

    name: str
    parts: dict[str, str] = field(default_factory=dict)
    status: str = PENDING
    began: float = 0.0
    seconds: float | None = None
    reasons: list[str] = field(default_factory=list)


@dataclass
class Section:
    """An execution as it is shown. why: what holds it back now."""

    title: str
    rows: dict[str, Row]
    status: str = RUNNING
    why: Sequence[str] = ()


class Progress:
    """A Watcher that draws on a terminal, and prints a line for each finished stage elsewhere. Safe among threads.

    pipelines: each pipeline's map of actions and its stages, by name. now: the simulated time that is shown.
    """

    def __init__(
        self, pipelines: dict[str, tuple[ActionMap, Iterable[Stage]]], now: Callable[[], datetime] | None = None
    ) -> None:
        """Draws nothing until it is entered."""
        self._pipelines = {name: (actions, list(stages)) for name, (actions, stages) in pipelines.items()}
        self._now = now
        self._sections: dict[str, Section] = {}
        self._lock = threading.Lock()
        terminal = sys.stderr.isatty()
        self._console = Console(file=sys.stderr, highlight=False, width=None if terminal else PIPED_WIDTH)
        self._live = Live(console=self._console, get_renderable=self._drawn, refresh_per_second=8) if terminal else None

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def execution_began(self, execution: Execution) -> None:
        """It is shown from now on."""
        with self._lock:
            if execution.identity in self._sections:
                self._sections[execution.identity].status = RUNNING
                return
            actions, stages = self._pipelines[execution.pipeline]
            rows = {stage.name: self._row(actions, stage) for stage in stages}
            self._sections[execution.identity] = Section(_title(execution), rows)

    def stage_waits(self, execution: Execution, stage: Stage) -> None:
        """It is before the stage, and may have to wait for whoever is inside."""
        with self._lock:
            self._row_of(execution, stage.name).status = WAITING

    def stage_began(self, execution: Execution, stage: Stage) -> None:
        """The stage is running from now on."""
        with self._lock:
            row = self._row_of(execution, stage.name)
            row.status, row.began = RUNNING, time.monotonic()

    def action_began(self, execution: Execution, stage: Stage, action: Action) -> None:
        """What the action works on is running; what failed before stays so."""
        with self._lock:
            parts = self._row_of(execution, stage.name).parts
            part = self._part(execution, stage.name, action.name)
            if parts.get(part) != FAILED:
                parts[part] = RUNNING

    def action_ended(self, execution: Execution, stage: Stage, outcome: ActionOutcome) -> None:
        """What the action works on has come so far."""
        with self._lock:
            row = self._row_of(execution, stage.name)
            row.parts[self._part(execution, stage.name, outcome.name)] = outcome.status
            if outcome.status == FAILED:
                row.reasons.append(f"{outcome.environment or outcome.name}: {outcome.summary}")

    def stage_ended(self, execution: Execution, outcome: StageOutcome) -> None:
        """The stage is over; elsewhere than on a terminal its line is printed."""
        with self._lock:
            row = self._row_of(execution, outcome.name)
            row.status, row.seconds = outcome.status, outcome.seconds
            self._sections[execution.identity].why = ()
            title = self._sections[execution.identity].title if self._several else ""
        if not self._live:
            self._console.print(_line(row, title))
            for reason in row.reasons:
                self._console.print(Text(f"    {plain(reason)}"))

    def execution_ended(self, execution: Execution, outcome: Outcome) -> None:
        """It is over; what it did not come to is not shown as if it still would."""
        with self._lock:
            section = self._sections[execution.identity]
            section.status, section.why = outcome.status, ()
            title = section.title
        if not self._live and (self._several or outcome.status in ("STOPPED", "SUPERSEDED")):
            summary = f": {outcome.summary}" if outcome.summary else ""
            self._console.print(Text.assemble(_mark(outcome.status), f" {title} {outcome.status}{plain(summary)}"))

    def waits(self, execution: str, reasons: Sequence[str]) -> None:
        """Why an execution waits, as the service says it; where nothing is drawn it is printed when it changes."""
        with self._lock:
            section = self._sections.get(execution)
            if section is None or list(section.why) == list(reasons):
                return
            section.why = list(reasons)
            title = section.title if self._several else ""
        if not self._live:
            for reason in reasons:
                self._console.print(Text(f"… {title + ': ' if title else ''}{plain(reason)}", style="dim"))

    @property
    def _several(self) -> bool:
        return len(self._sections) > 1

    def _row_of(self, execution: Execution, stage: str) -> Row:
        return self._sections[execution.identity].rows[stage]

    def _row(self, actions: ActionMap, stage: Stage) -> Row:
        parts = dict.fromkeys((_part(actions, stage.name, action.name) for action in stage.actions), PENDING)
        return Row(stage.name, parts)

    def _part(self, execution: Execution, stage: str, action: str) -> str:
        return _part(self._pipelines[execution.pipeline][0], stage, action)

    def _drawn(self) -> Group:
        with self._lock:
            parts: list[RenderableType] = [part for each in self._sections.values() for part in self._section(each)]
        clock = [Text(f"{self._now():%a %Y-%m-%d %H:%M} UTC, simulated", style="dim")] if self._now else []
        return Group(*clock, *parts)

    def _section(self, section: Section) -> Iterable[RenderableType]:
        """The whole of one that runs; of one that has ended, only its title and why it failed."""
        reasons = [Text(f"✘ {plain(each)}", style="red") for row in section.rows.values() for each in row.reasons]
        if self._several:
            yield Text.assemble(_mark(section.status), " ", section.title)
        if section.status == RUNNING or not self._several:
            table = Table.grid(padding=(0, 2))
            for row in section.rows.values():
                if row.status != PENDING or not self._several:
                    table.add_row(_mark(row.status), Text(row.name), _parts(row), Text(_seconds(row), justify="right"))
            yield table
        yield from reasons
        yield from (Text(f"… {plain(each)}", style="yellow") for each in section.why)


def _title(execution: Execution) -> str:
    what = "rollback to" if execution.kind == ROLLBACK else "of"
    return f"{execution.pipeline} {what} {execution.revision[:8]}"


def _part(actions: ActionMap, stage: str, action: str) -> str:
    return actions.environment(stage, action) or action


def _line(row: Row, title: str) -> Text:
    parts = (_mark(row.status), Text(f"{row.name:<16}"), Text(f"{_seconds(row):>7}"), _parts(row))
    return Text("  ").join((*parts, *([Text(title, style="dim")] if title else [])))


def _mark(status: str) -> Text:
    sign, style = MARKS.get(status, ("?", ""))
    return Text(sign, style=style)


def _parts(row: Row) -> Text:
    shown = (Text.assemble(_mark(status), " ", plain(name)) for name, status in row.parts.items())
    return Text("  ").join(shown)


def _seconds(row: Row) -> str:
    if row.status in (PENDING, WAITING):
        return ""
    return f"{row.seconds if row.seconds is not None else time.monotonic() - row.began:.1f} s"
