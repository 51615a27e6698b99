"""`interlock incident reopen`."""

from __future__ import annotations

import click

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.incidents import done, incident
from interlock_cli.organisation.changing import reason_option
from interlock_cli.output import emit, format_option, notice


@click.command("reopen")
@click.argument("name")
@reason_option
@format_option
@click.pass_obj
def command(connection: Connection, name: str, reason: str | None, output: str) -> None:
    """Say that an incident is not over.

    Or not since then: resolve it again with another time.
    """
    with Client(connection) as client:
        before = incident(client, name)
        found = done(client, "reopen", {"name": name, "reason": reason})
    emit(found, output, list)
    notice(f"{name} is open again." if before["resolvedAt"] else f"{name} was open already.")
