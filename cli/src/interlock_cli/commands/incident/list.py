"""`interlock incident list`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.incidents import SEVERITIES
from interlock_cli.moments import ago
from interlock_cli.naming import SERVICE, refuse_unknown_service
from interlock_cli.output import Grid, emit, format_option


@click.command("list")
@click.argument("service", type=SERVICE, required=False)
@click.option("--open", "is_open", is_flag=True, help="Only those that are not resolved.")
@click.option(
    "--severity", type=click.Choice(SEVERITIES, case_sensitive=False), multiple=True, help="Only of this one."
)
@click.option(
    "--limit", type=click.IntRange(1, 1000), metavar="N", default=20, show_default=True, help="No more than so many."
)
@format_option
@click.pass_obj
def command(
    connection: Connection, service: str | None, is_open: bool, severity: tuple[str, ...], limit: int, output: str
) -> None:
    """List incidents, the newest first."""
    wanted = {"service": service, "open": is_open or None, "severity": [each.upper() for each in severity]}
    filters = {key: value for key, value in wanted.items() if value}
    with Client(connection) as client:
        found = list(client.pages("incidents", "incidents", limit, filter=filters or None))
        if not found:
            refuse_unknown_service(client, service)
        now = client.now()
    emit(found, output, lambda: [_grid(found, now)])


def _grid(found: Sequence[Data], now: datetime) -> Grid:
    columns = ("INCIDENT", "SERVICE", "SEVERITY", "BEGAN", "RESOLVED", "CAUSES", "FIXES", "BY", "WHAT CUSTOMERS NOTICE")
    return Grid(columns, [_row(each, now) for each in found], "Incidents")


def _row(incident: Data, now: datetime) -> tuple[object, ...]:
    roles = [link["role"] for link in incident["links"]["nodes"]]
    return (
        incident["name"],
        incident["service"]["name"],
        incident["severity"],
        ago(incident["startedAt"], now),
        ago(incident["resolvedAt"], now),
        roles.count("CAUSE"),
        roles.count("FIX"),
        incident["declaredBy"],
        incident["title"],
    )
