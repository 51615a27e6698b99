"""`interlock audit`."""

from __future__ import annotations

import difflib
from datetime import datetime

import click

from interlock_cli import sentences
from interlock_cli.auditing import ACTS, Asked, Note, acts, changes, everything
from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.moments import instant
from interlock_cli.notices import notice
from interlock_cli.output import Grid, emit, format_option
from interlock_cli.until import begin

KINDS = sorted({*sentences.KINDS, *(kind.partition(".")[0] for kind in ACTS)})
MOST_ENTRIES = 5
"""Entities of one change that the table shows: a first load has hundreds."""


@click.command("audit")
@click.option(
    "--since", metavar="TIME", default="7d", show_default=True, help="From 90m, 4h or 2d ago, or from a time."
)
@click.option("--until", "until", metavar="TIME", help="Up to 90m, 4h or 2d ago, or to a time.")
@click.option("--actor", metavar="NAME", help="Only what this person or program did.")
@click.option("--kind", metavar="KIND", help="Only of this kind: freeze, hold, override, incident, service, …")
@click.option("--events", is_flag=True, help="Every event of the log: what happened by itself as well.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), metavar="N", default=50, show_default=True, help="No more than so many."
)
@format_option
@click.pass_obj
def command(
    connection: Connection,
    since: str,
    until: str | None,
    actor: str | None,
    kind: str | None,
    events: bool,
    limit: int,
    output: str,
) -> None:
    """List who did what, when and why, the newest first.

    Changes of the configuration with every field before and after, and what people did: overrides, waivers, incidents,
    approvals, executions that they stopped, retried or rolled back; and what somebody was not let do.
    """
    wanted = kind.lower().replace("-", "_") if kind else None
    if wanted and not events and wanted not in KINDS:
        near = difflib.get_close_matches(wanted, KINDS, n=1)
        remedy = f"Did you mean {near[0]}?" if near else f"Give one of {', '.join(KINDS)}."
        raise InputError(f"There is no kind {kind!r}.", remedy)
    with Client(connection) as client:
        now = client.now()
        first, last = begin(since, now), begin(until, now) if until else now
        if first > last:
            raise InputError(f"--since {since!r} is after --until {until!r}.", "Give the earlier one to --since.")
        begun = client.ask("log_beginning")["logBeginning"]
        asked = Asked(first, last, limit, actor, wanted)
        if events:
            found = list(everything(client, asked))
        else:
            noted = [*changes(client, asked), *acts(client, asked)]
            found = sorted(noted, key=lambda note: instant(note.time), reverse=True)[:limit]
    if begun and begun["time"] and first <= instant(begun["time"]):
        notice(_begins(begun))
    emit([note.told for note in found], output, lambda: [_grid(found, first)])


def _begins(begun: Data) -> str:
    """Changes of the configuration are kept for ever; what else happened is not."""
    where = f"in the archive: {begun['archive']}" if begun["archive"] else "in no archive"
    time = instant(begun["time"]).astimezone()
    return f"The log of events begins behind {time:%Y-%m-%d %H:%M %Z}; what lies before is {where}."


def _grid(found: list[Note], first: datetime) -> Grid:
    columns = ("WHEN", "BY", "WHAT", "DIFFERENCE")
    title = f"Since {first.astimezone():%Y-%m-%d %H:%M %Z}"
    return Grid(columns, [row for note in found for row in _rows(note)], title)


def _rows(note: Note) -> list[tuple[object, ...]]:
    """Of a change, a row for itself and one for each of its entities; the rest is counted."""
    when = instant(note.time).astimezone().strftime("%Y-%m-%d %H:%M:%S")
    rows: list[tuple[object, ...]] = [(when, note.actor, note.what, note.why)]
    shown = note.entries[:MOST_ENTRIES]
    rows += [(" ", " ", f"  {entry.sign} {entry.kind} {entry.name}", entry.difference) for entry in shown]
    if (more := note.total - len(shown)) > 0:
        rows.append((" ", " ", f"  and {more} more", "-o json has them"))
    return rows
