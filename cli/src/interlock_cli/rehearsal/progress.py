"""What a person sees meanwhile, on stderr: the stages in order, their environments, how long each took."""

from __future__ import annotations

import sys
import threading
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from interlock_cli.output import PIPED_WIDTH, plain
from interlock_cli.rehearsal.assembly import Action, ActionMap, Stage
from interlock_cli.rehearsal.walk import ActionOutcome, StageOutcome

RUNNING, SUCCEEDED, FAILED, STOPPED, PENDING = "RUNNING", "SUCCEEDED", "FAILED", "STOPPED", "PENDING"
MARKS = {
    PENDING: ("·", "dim"),
    RUNNING: ("▸", "blue"),
    SUCCEEDED: ("✔", "green"),
    FAILED: ("✘", "red"),
    STOPPED: ("■", "yellow"),
    "ABANDONED": ("■", "yellow"),
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


class Progress:
    """A Watcher that draws a table on a terminal, and prints a line for each finished stage elsewhere."""

    def __init__(self, actions: ActionMap, stages: Iterable[Stage]) -> None:
        """Draws nothing until it is entered."""
        self._actions = actions
        self._rows = {stage.name: self._row(stage) for stage in stages}
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

    def stage_began(self, stage: Stage) -> None:
        """The stage is running from now on."""
        with self._lock:
            row = self._rows[stage.name]
            row.status, row.began = RUNNING, time.monotonic()

    def action_began(self, stage: Stage, action: Action) -> None:
        """What the action works on is running; what failed before stays so."""
        with self._lock:
            parts = self._rows[stage.name].parts
            part = self._part(stage.name, action.name)
            if parts[part] != FAILED:
                parts[part] = RUNNING

    def action_ended(self, stage: Stage, outcome: ActionOutcome) -> None:
        """What the action works on has come so far."""
        with self._lock:
            row = self._rows[stage.name]
            row.parts[self._part(stage.name, outcome.name)] = outcome.status
            if outcome.status == FAILED:
                row.reasons.append(f"{outcome.environment or outcome.name}: {outcome.summary}")

    def stage_ended(self, outcome: StageOutcome) -> None:
        """The stage is over; elsewhere than on a terminal its line is printed."""
        with self._lock:
            row = self._rows[outcome.name]
            row.status, row.seconds = outcome.status, outcome.seconds
        if not self._live:
            self._console.print(_line(row))
            for reason in row.reasons:
                self._console.print(Text(f"    {plain(reason)}"))

    def _row(self, stage: Stage) -> Row:
        parts = dict.fromkeys((self._part(stage.name, action.name) for action in stage.actions), PENDING)
        return Row(stage.name, parts)

    def _part(self, stage: str, action: str) -> str:
        return self._actions.environment(stage, action) or action

    def _drawn(self) -> Group:
        table = Table.grid(padding=(0, 2))
        with self._lock:
            for row in self._rows.values():
                table.add_row(_mark(row.status), Text(row.name), _parts(row), Text(_seconds(row), justify="right"))
            reasons = [Text(f"✘ {plain(reason)}", style="red") for row in self._rows.values() for reason in row.reasons]
        return Group(table, *reasons)


def _line(row: Row) -> Text:
    return Text("  ").join((_mark(row.status), Text(f"{row.name:<16}"), Text(f"{_seconds(row):>7}"), _parts(row)))


def _mark(status: str) -> Text:
    sign, style = MARKS.get(status, ("?", ""))
    return Text(sign, style=style)


def _parts(row: Row) -> Text:
    shown = (Text.assemble(_mark(status), " ", plain(name)) for name, status in row.parts.items())
    return Text("  ").join(shown)


def _seconds(row: Row) -> str:
    if row.status == PENDING:
        return ""
    return f"{row.seconds if row.seconds is not None else time.monotonic() - row.began:.1f} s"
