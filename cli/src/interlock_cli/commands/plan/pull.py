"""`interlock plan pull`."""

from __future__ import annotations

from pathlib import Path

import click

from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.environments import plan_of
from interlock_cli.naming import SERVICE
from interlock_cli.own_service import repository_for
from interlock_cli.snapshot import keep


@click.command("pull")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("service", required=False, type=SERVICE)
@click.pass_obj
def command(connection: Connection, file: Path, service: str | None) -> None:
    """Write the plan of a service's pipeline to a file.

    FILE is the snapshot that `interlock synth --plan` and INTERLOCK_PLAN take: the same plan gives the same assembly,
    without the service. SERVICE is its name, or owner/name of its repository; this folder's, if unsaid.
    """
    with Client(connection) as client:
        plan = plan_of(client, repository_for(client, service, Path()))
    keep(plan, file)
