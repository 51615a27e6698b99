"""`interlock holds`."""

from __future__ import annotations

from datetime import datetime

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.held import subject
from interlock_cli.listing import listed
from interlock_cli.moments import ago, instant, local
from interlock_cli.naming import ENVIRONMENT, SERVICE, refuse_unknown_environment, refuse_unknown_service
from interlock_cli.output import Grid, emit, format_option, short


@click.command("holds")
@click.argument("service", type=SERVICE, required=False)
@click.option(
    "--environment", "--env", "environment", type=ENVIRONMENT, metavar="NAME", help="Only holds of this environment."
)
@click.option("--all", "every", is_flag=True, help="Those that have ended as well.")
@format_option
@click.pass_obj
def command(connection: Connection, service: str | None, environment: str | None, every: bool, output: str) -> None:
    """List holds, pins and vetoes that are in force."""
    wanted = {"service": service, "environment": environment}
    filters = {key: value for key, value in wanted.items() if value}
    with Client(connection) as client:
        found = listed(client, "holds", filters, every)
        if not found:
            refuse_unknown_service(client, service)
            refuse_unknown_environment(client, environment)
        now = client.now()
    shown = [each for each in found if every or not each["expiresAt"] or instant(each["expiresAt"]) > now]
    emit(shown, output, lambda: [_grid(shown, now)])


def _grid(found: list[Data], now: datetime) -> Grid:
    columns = ("HOLD", "KIND", "SERVICE", "ENVIRONMENT", "REVISION", "SINCE", "UNTIL", "REASON")
    return Grid(columns, [_row(each, now) for each in found], "Holds")


def _row(hold: Data, now: datetime) -> tuple[object, ...]:
    return (
        hold["name"],
        hold["kind"],
        subject(hold),
        hold["environment"]["name"],
        short(hold["revision"]),
        ago(hold["createdAt"], now),
        _until(hold, now),
        hold["reason"],
    )


def _until(hold: Data, now: datetime) -> str | None:
    if hold["archivedAt"]:
        return f"released {ago(hold['archivedAt'], now)}"
    return local(hold["expiresAt"]) if hold["expiresAt"] else None
