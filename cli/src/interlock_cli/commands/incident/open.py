"""`interlock incident open`."""

from __future__ import annotations

import click

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.incidents import NAMED, SEVERITIES, deployments, done, linked
from interlock_cli.naming import SERVICE, refuse_unknown_service
from interlock_cli.output import emit, format_option, notice
from interlock_cli.until import begin


@click.command("open")
@click.argument("service", type=SERVICE)
@click.argument("title")
@click.option(
    "--severity",
    type=click.Choice(SEVERITIES, case_sensitive=False),
    default="MAJOR",
    show_default=True,
    help="How much customers notice.",
)
@click.option("--name", metavar="NAME", help="Its name; incident-<number>, if unsaid.")
@click.option("--since", metavar="TIME", help="Since when they notice: 10m or 2h ago, or a time; since now, if unsaid.")
@click.option("--note", metavar="TEXT", help="Whatever else is known.")
@click.option("--cause", "causes", multiple=True, metavar="DEPLOYMENT", help=f"What brought it about: {NAMED}.")
@format_option
@click.pass_obj
def command(
    connection: Connection,
    /,
    service: str,
    title: str,
    severity: str,
    name: str | None,
    since: str | None,
    note: str | None,
    causes: tuple[str, ...],
    output: str,
) -> None:
    """Declare an incident of a service.

    TITLE is what its customers notice, in one line. An override that is granted for it (`interlock override grant
    --incident`) links what passes as its fix.
    """
    with Client(connection) as client:
        refuse_unknown_service(client, service)
        given = {
            "service": service,
            "title": title,
            "severity": severity.upper(),
            "name": name,
            "startedAt": begin(since, client.now()).isoformat() if since else None,
            "note": note,
            "causes": deployments(client, service, causes),
        }
        made = done(client, "declare", {key: value for key, value in given.items() if value is not None})
    emit(made, output, list)
    notice(f"{made['name']} of {service} is open. `interlock incident resolve {made['name']}` says that it is over.")
    for line in linked(made):
        notice(line)
