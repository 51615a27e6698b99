"""`interlock freezes`."""

from __future__ import annotations

from datetime import datetime

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.frozen import Scope, standing
from interlock_cli.listing import listed
from interlock_cli.moments import instant, local
from interlock_cli.output import Grid, emit, format_option


@click.command("freezes")
@click.option("--all", "every", is_flag=True, help="Those that are over or were archived as well.")
@format_option
@click.pass_obj
def command(connection: Connection, every: bool, output: str) -> None:
    """List freezes that are in force or to come."""
    with Client(connection) as client:
        found = listed(client, "freezes", {}, every)
        now = client.now()
    shown = [each for each in found if every or instant(each["endsAt"]) > now]
    emit(shown, output, lambda: [_grid(shown, now)])


def _grid(found: list[Data], now: datetime) -> Grid:
    columns = ("FREEZE", "OF", "STANDING", "FROM", "UNTIL", "REASON")
    return Grid(columns, [_row(each, now) for each in found], "Freezes")


def _row(freeze: Data, now: datetime) -> tuple[object, ...]:
    scope = Scope(freeze["scope"], freeze["target"])
    times = (local(freeze["startsAt"]), local(freeze["endsAt"]))
    return freeze["name"], scope, standing(freeze, now), *times, freeze["reason"]
