"""`interlock incident resolve`."""

from __future__ import annotations

import click

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.incidents import done, incident, linked
from interlock_cli.output import emit, format_option, notice
from interlock_cli.until import begin


@click.command("resolve")
@click.argument("name")
@click.option("--at", "moment", metavar="TIME", help="Since when: 10m or 2h ago, or a time; since now, if unsaid.")
@click.option("--note", metavar="TEXT", help="What ended it: kept as its resolution.")
@format_option
@click.pass_obj
def command(connection: Connection, name: str, moment: str | None, note: str | None, output: str) -> None:
    """Say that customers no longer notice an incident.

    Deployments that are linked as its cause have then recovered, unless another incident is open that they caused.
    """
    with Client(connection) as client:
        incident(client, name)
        at = begin(moment, client.now()).isoformat() if moment else None
        given = {key: value for key, value in {"name": name, "resolvedAt": at, "note": note}.items() if value}
        found = done(client, "resolve", given)
    emit(found, output, list)
    notice(f"{name} is resolved.")
    for line in linked(found):
        notice(line)
