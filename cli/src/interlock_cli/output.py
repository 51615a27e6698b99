"""What a reading command prints: a table for people, JSON or YAML for programs; notices go to stderr."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import click
import yaml
from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.progress import Progress, SpinnerColumn, TextColumn
from rich.table import Table
from rich.text import Text

PIPED_WIDTH = 10_000  # characters: a table in a file or pipe is never cut to an imagined terminal
FOLDED_WIDTH = 20  # characters of the last column that a narrow terminal shows beside each other at least
STYLES = {
    "SUCCEEDED": "green",
    "PASSED": "green",
    "FAILED": "red",
    "ERRORED": "red",
    "TIMED_OUT": "red",
    "ABANDONED": "red",
    "IN_PROGRESS": "blue",
    "RUNNING": "blue",
    "PENDING": "dim",
    "STOPPING": "yellow",
    "STOPPED": "yellow",
    "SUPERSEDED": "dim",
    "CANCELED": "yellow",
}

format_option = click.option(
    "-o",
    "--output",
    type=click.Choice(["table", "json", "yaml"]),
    default="table",
    show_default=True,
    help="How to print the answer.",
)


@dataclass(frozen=True)
class Grid:
    """A table: its title, its columns, and rows of plain values."""

    columns: Sequence[str]
    rows: Sequence[Sequence[object]]
    title: str = ""


def emit(data: Any, output: str, grids: Callable[[], Sequence[Grid]]) -> None:
    """Prints `data` as JSON or YAML, or the tables that `grids` makes of it."""
    if output == "json":
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    elif output == "yaml":
        click.echo(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), nl=False)
    else:
        for grid in grids():
            show(grid)


def show(grid: Grid) -> None:
    """One table on stdout; with no rows, its title or a dash on stderr instead, so that stdout stays data.

    No value is cut, as half a name is none: where a terminal is too narrow the last column, which holds the prose,
    is folded; where that is not enough the table is wider than the terminal.
    """
    if not grid.rows:
        notice(f"{grid.title or 'The list'}: nothing to show.")
        return
    table = Table(
        title=plain(grid.title) if grid.title else None, title_justify="left", box=box.SIMPLE_HEAD, pad_edge=False
    )
    rows = [[cell(value) for value in row] for row in grid.rows]
    for column, values in zip(grid.columns, zip(*rows, strict=True), strict=True):
        table.add_column(column, min_width=max(Text(column).cell_len, *(value.cell_len for value in values)))
    prose = table.columns[-1]
    prose.overflow, prose.min_width = "fold", min(prose.min_width or 0, FOLDED_WIDTH)
    for row in rows:
        table.add_row(*row)
    screen = console()
    screen.width = max(screen.width, Measurement.get(screen, screen.options.update(width=PIPED_WIDTH), table).minimum)
    screen.print(table, crop=False)


def console() -> Console:
    """A console on today's stdout; rich itself honours NO_COLOR, and colors only terminals."""
    width = None if sys.stdout.isatty() else PIPED_WIDTH
    return Console(file=sys.stdout, width=width, highlight=False, soft_wrap=False)


def cell(value: object) -> Text:
    """A value as text, never as markup; a status in its color."""
    text = "-" if value is None or value == "" else plain(str(value))
    return Text(text, style=STYLES.get(text, ""))


def plain(text: str) -> str:
    """Without control characters: a commit's message that is passed on must not steer a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)


def notice(text: str) -> None:
    """A line for the person, on stderr."""
    click.echo(plain(text), err=True)


@contextmanager
def progress(what: str) -> Iterator[Callable[[], None]]:
    """A count on stderr, if that is a terminal; gives what to call after each step."""
    columns = (SpinnerColumn(), TextColumn("{task.description}: {task.completed}"))
    with Progress(*columns, console=Console(stderr=True), transient=True, disable=not sys.stderr.isatty()) as bar:
        task = bar.add_task(what, total=None)
        yield lambda: bar.advance(task)


def short(revision: str | None) -> str | None:
    """A commit as people write it: eight characters."""
    return revision[:8] if revision else None


def age(moment: str | None, now: datetime) -> str | None:
    """How long before `now` the ISO 8601 `moment` was, in its largest unit: 40s, 12m, 3h, 9d."""
    if not moment:
        return None
    seconds = int((now - instant(moment)).total_seconds())
    for size, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if seconds >= size:
            return f"{seconds // size}{unit}"
    return f"{max(seconds, 0)}s"


def instant(moment: str) -> datetime:
    """An ISO 8601 time as an aware datetime; without an offset it is UTC."""
    parsed = datetime.fromisoformat(moment)
    return parsed if parsed.tzinfo else parsed.replace(tzinfo=UTC)
