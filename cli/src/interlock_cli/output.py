"""What a reading command prints: tables for people, JSON or YAML for programs; notices go to stderr."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import click
import yaml
from rich import box
from rich.console import Console
from rich.measure import Measurement
from rich.table import Table
from rich.text import Text

from interlock_cli import notices
from interlock_cli.terminal import colorless

notice, plain = notices.notice, notices.plain
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
    type=click.Choice(["table", "json", "yaml", "markdown"]),
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


def for_people(output: str) -> bool:
    """Whether the format is one that a person reads, beside which a command may print sentences to stdout."""
    return output in ("table", "markdown")


def emit(data: Any, output: str, grids: Callable[[], Sequence[Grid]]) -> None:
    """Prints `data` as JSON or YAML, or the tables that `grids` makes of it, for a terminal or for GitHub."""
    if output == "json":
        click.echo(json.dumps(data, indent=2, ensure_ascii=False))
    elif output == "yaml":
        click.echo(yaml.safe_dump(data, sort_keys=False, allow_unicode=True), nl=False)
    elif output == "markdown":
        shown = [text for grid in grids() if (text := markdown(grid))]
        click.echo("\n".join(shown), nl=False)
    else:
        for grid in grids():
            show(grid)


def show(grid: Grid) -> None:
    """One table on stdout; with no rows, its title or a dash on stderr instead, so that stdout stays data.

    No value is cut, as half a name is none: where a terminal is too narrow the last column, which holds the prose,
    is folded, then the others at their blanks; where that is not enough the table is wider than the terminal.
    """
    if _empty(grid):
        return
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False)
    rows = [[cell(value) for value in row] for row in grid.rows]
    for column, values in zip(grid.columns, zip(*rows, strict=True), strict=True):
        table.add_column(column, min_width=max(Text(column).cell_len, *(value.cell_len for value in values)))
    prose = table.columns[-1]
    prose.overflow, prose.min_width = "fold", min(prose.min_width or 0, FOLDED_WIDTH)
    for row in rows:
        table.add_row(*row)
    screen = console()
    if grid.title:
        screen.print(Text(plain(grid.title), style="italic"))
    if _least(screen, table) > screen.width:
        for each, values in zip(table.columns[:-1], zip(*rows, strict=True), strict=False):
            each.min_width = max(Text(word).cell_len for text in (each.header, *values) for word in _words(text))
    screen.width = max(screen.width, _least(screen, table))
    screen.print(table, crop=False)


def _words(text: object) -> list[str]:
    """What stays on one line: of an empty text, that."""
    return str(text).split() or [""]


def _least(screen: Console, table: Table) -> int:
    """The characters that the table needs beside each other."""
    return Measurement.get(screen, screen.options.update(width=PIPED_WIDTH), table).minimum


def markdown(grid: Grid) -> str:
    """The table as GitHub shows one, behind its title and ended by a line break; empty with no rows."""
    if _empty(grid):
        return ""
    head = [f"**{escaped(grid.title)}**\n"] if grid.title else []
    rows = [[str(cell(value)) for value in row] for row in grid.rows]
    lines = [_piped(grid.columns), "|" + " --- |" * len(grid.columns), *(_piped(row) for row in rows)]
    return "\n".join([*head, *lines, ""])


def _piped(values: Sequence[str]) -> str:
    return "| " + " | ".join(escaped(value) for value in values) + " |"


def escaped(text: str) -> str:
    """Text that Markdown shows as it is: a pipe ends no cell, and nothing is emphasized, linked or HTML."""
    return re.sub(r"([\\|*`~<\[]|(?<!\w)_|_(?!\w))", r"\\\1", plain(text))


def _empty(grid: Grid) -> bool:
    """Whether there is nothing to show, which is then said on stderr."""
    if not grid.rows:
        notice(f"{grid.title or 'The list'}: nothing to show.")
    return not grid.rows


def console(stderr: bool = False) -> Console:
    """A console on today's stdout or stderr; rich itself honours NO_COLOR, and colors only terminals."""
    file = sys.stderr if stderr else sys.stdout
    width = None if file.isatty() else PIPED_WIDTH
    return Console(file=file, width=width, highlight=False, soft_wrap=False, no_color=colorless())


def cell(value: object) -> Text:
    """A value as text, never as markup; a status in its color."""
    text = "-" if value is None or value == "" else plain(str(value))
    return Text(text, style=STYLES.get(text, ""))


def short(revision: str | None) -> str | None:
    """A commit as people write it: eight characters."""
    return revision[:8] if revision else None


def clipped(text: str, most: int) -> str:
    """Text of `most` characters; what is left out is shown by an ellipsis."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"
