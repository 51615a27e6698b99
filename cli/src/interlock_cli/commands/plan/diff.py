"""`interlock plan diff`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from interlock_cli.as_of import as_of
from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.errors import Exit
from interlock_cli.naming import SERVICE
from interlock_cli.output import Grid, emit, format_option, notice
from interlock_cli.own_service import repository_for

WHEN = "a change's number (41), a time in ISO 8601, or how long ago: 90m, 4h, 2d"


@click.command("diff")
@click.argument("service", required=False, type=SERVICE)
@click.option("--since", required=True, metavar="WHEN", help=f"From when: {WHEN}.")
@click.option("--until", metavar="WHEN", help="Until when, in the same form. [default: now]")
@click.option("--exit-code", is_flag=True, help="End with 1 where anything differs.")
@format_option
@click.pass_obj
def command(
    connection: Connection, /, service: str | None, since: str, until: str | None, exit_code: bool, output: str
) -> int:
    """Show what has changed in a service's plan.

    What its next synth will have that an earlier one had not: environments that it gains, loses or moves, and
    settings. SERVICE is its name, or owner/name of its repository; this folder's, if unsaid.
    """
    with Client(connection) as client:
        now = client.now()
        when: dict[str, Any] = {"since": as_of(since, now), "until": until and as_of(until, now)}
        repository = repository_for(client, service, Path())
        found: Data = client.ask("plan_diff", repository=repository, **when)["planDiff"]
    emit(found, output, lambda: [_grid(found)] if found["impact"] else [])
    if found["impact"] is None:
        notice(f"{_title(found)}: no difference.")
    return int(Exit.FAILED) if exit_code and found["impact"] else int(Exit.OK)


def _grid(found: Data) -> Grid:
    return Grid(("CHANGE", "WHAT"), _rows(found["impact"]), _title(found))


def _title(found: Data) -> str:
    return f"The plan of {found['service']}, from change {found['fromChange']} to {found['toChange']}"


def _rows(impact: Data) -> list[tuple[str, object]]:
    return [
        *(("gains", name) for name in impact["added"]),
        *(("loses", f"{name}: what runs there stays as it is") for name in impact["removed"]),
        *(("moves", f"{each['environment']}: {each['before']} to {each['after']}") for each in impact["moved"]),
        *(("changes", setting) for setting in impact["settings"]),
        *(
            ("exceeds", f"{each['limit']}: {each['count']} of {each['most']}. {each['remedy']}")
            for each in impact["exceeds"]
        ),
        *([("rollback", "CodePipeline can roll no stage back past it")] if impact["losesNativeRollback"] else []),
        *_minutes(impact["minutesBefore"], impact["minutesAfter"]),
    ]


def _minutes(before: int | None, after: int | None) -> list[tuple[str, object]]:
    if before == after:
        return []
    said = ["never" if each is None else f"{each} min" for each in (before, after)]
    return [("duration", f"{said[0]} to {said[1]} at the least, from a commit to the last wave's end")]
