"""`interlock incident link`."""

from __future__ import annotations

import click

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.incidents import NAMED, deployments, done, incident, linked, links
from interlock_cli.naming import SERVICE
from interlock_cli.organisation.changing import reason_option
from interlock_cli.output import emit, format_option, notice


@click.command("link")
@click.argument("name")
@click.option("--cause", "causes", multiple=True, metavar="DEPLOYMENT", help=f"What brought it about: {NAMED}.")
@click.option("--fix", "fixes", multiple=True, metavar="DEPLOYMENT", help="What was made to end it, likewise.")
@click.option("--unlink", "unlinked", multiple=True, metavar="DEPLOYMENT", help="What is nothing to it after all.")
@click.option("--service", type=SERVICE, metavar="NAME", help="Whose deployments they are; the incident's, if unsaid.")
@reason_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    name: str,
    causes: tuple[str, ...],
    fixes: tuple[str, ...],
    unlinked: tuple[str, ...],
    service: str | None,
    reason: str | None,
    output: str,
) -> None:
    """Say which deployments brought an incident about, and which ended it.

    Without an option it shows what is linked.
    """
    if service and not (causes or fixes or unlinked):
        raise InputError(
            "--service says whose deployments are meant, and none are.", "Give --cause, --fix or --unlink."
        )
    with Client(connection) as client:
        found = incident(client, name)
        of = service or found["service"]["name"]
        moves = {"causes": deployments(client, of, causes), "fixes": deployments(client, of, fixes)}
        moves |= {"unlink": links(found, unlinked)}
        if given := {role: ids for role, ids in moves.items() if ids}:
            found = done(client, "link", {"name": name, "reason": reason, **given})
    emit(found, output, list)
    for line in linked(found):
        notice(line)
