"""`interlock deployments`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.moments import age
from interlock_cli.naming import ENVIRONMENT, SERVICE, refuse_unknown_environment, refuse_unknown_service
from interlock_cli.output import Grid, clipped, emit, format_option, short

STATUSES = ["PENDING", "IN_PROGRESS", "SUCCEEDED", "FAILED", "STOPPED"]


@click.command("deployments")
@click.argument("service", required=False, type=SERVICE)
@click.option(
    "--environment",
    "--env",
    "environment",
    type=ENVIRONMENT,
    metavar="NAME",
    help="Only deployments to this environment.",
)
@click.option("--status", type=click.Choice(STATUSES, case_sensitive=False), multiple=True)
@click.option("--revision", metavar="PREFIX", help="Only deployments of commits that begin so.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), metavar="N", default=20, show_default=True, help="No more than so many."
)
@format_option
@click.pass_obj
def command(
    connection: Connection,
    service: str | None,
    environment: str | None,
    status: tuple[str, ...],
    revision: str | None,
    limit: int,
    output: str,
) -> None:
    """List deployments, the newest first.

    `interlock logs` and `interlock trace` take the beginning of an execution's id, or SERVICE ENVIRONMENT.
    """
    wanted = {"service": service, "environment": environment, "status": list(status), "revision": revision}
    filters = {key: value for key, value in wanted.items() if value}
    with Client(connection) as client:
        found = list(client.pages("deployments", "deployments", limit, filter=filters or None))
        if not found:
            refuse_unknown_service(client, service)
            refuse_unknown_environment(client, environment)
        emit(found, output, lambda: [_grid(found, client.now())])


def _grid(found: Sequence[Data], now: datetime) -> Grid:
    columns = ("SERVICE", "ENVIRONMENT", "REVISION", "STATUS", "AGE", "EXECUTION", "REASON")
    return Grid(columns, [_row(each, now) for each in found], "Deployments")


def _row(deployment: Data, now: datetime) -> tuple[object, ...]:
    return (
        deployment["service"]["name"],
        deployment["environment"]["name"],
        short(deployment["revision"]),
        deployment["status"],
        age(deployment["endedAt"] or deployment["startedAt"], now),
        short(deployment["execution"]["executionId"]),
        clipped(deployment["reason"] or "", 120),
    )
