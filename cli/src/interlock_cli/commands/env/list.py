"""`interlock env list`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.moments import instant
from interlock_cli.naming import refuse_unknown_stage
from interlock_cli.output import Grid, emit, format_option


@click.command("list")
@click.option("--owner", metavar="NAME", help="Only those of this person.")
@click.option("--stage", metavar="NAME", help="Only those of this stage.")
@format_option
@click.pass_obj
def command(connection: Connection, owner: str | None, stage: str | None, output: str) -> None:
    """List test environments.

    The one that ends first stands before the others.
    """
    wanted = {"kind": "TEST", **({"owner": owner} if owner else {}), **({"stage": stage} if stage else {})}
    with Client(connection) as client:
        found = sorted(client.pages("test_environments", "environments", filter=wanted), key=_end)
        if not found:
            refuse_unknown_stage(client, stage)
        now = client.now()
    emit(found, output, lambda: [_grid(found, now)])


def _end(node: Data) -> tuple[str, str]:
    return node["expiresAt"] or "", node["name"]


def _grid(found: Sequence[Data], now: datetime) -> Grid:
    rows = [
        (
            each["name"],
            each["owner"],
            each["wave"]["stage"]["name"],
            f"{each['account']['awsId']} ({each['account']['name']})",
            each["region"]["name"],
            _ends(each, now),
            each["purpose"],
        )
        for each in found
    ]
    columns = ("ENVIRONMENT", "OWNER", "STAGE", "ACCOUNT", "REGION", "ENDS", "PURPOSE")
    return Grid(columns, rows, "Test environments")


def _ends(node: Data, now: datetime) -> str:
    """`2027-01-31 12:00`, in local time, or what is done since its end."""
    if node["cleaningAt"]:
        return "is being deleted"
    if not node["expiresAt"]:
        return "-"
    end = instant(node["expiresAt"])
    return "is over" if end <= now else end.astimezone().strftime("%Y-%m-%d %H:%M")
