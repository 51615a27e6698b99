"""`interlock services`."""

from __future__ import annotations

import click

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.output import Grid, emit, format_option


@click.command("services")
@click.option("--name", metavar="GLOB", help="Only services whose name matches, such as 'pay*'.")
@click.option("--repository", metavar="OWNER/NAME", help="Only the service of this repository.")
@format_option
@click.pass_obj
def command(connection: Connection, name: str | None, repository: str | None, output: str) -> None:
    """List services: repository, branch and placement."""
    wanted = {key: value for key, value in (("name", name), ("repository", repository)) if value}
    with Client(connection) as client:
        services = list(client.pages("services", "services", filter=wanted or None))
    emit(
        services,
        output,
        lambda: [
            Grid(
                ("SERVICE", "REPOSITORY", "BRANCH", "PLACEMENT"),
                [(s["name"], s["repository"], s["branch"], ", ".join(s["placement"])) for s in services],
                "Services",
            )
        ],
    )
