"""`interlock executions`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.moments import age
from interlock_cli.naming import SERVICE, refuse_unknown_service
from interlock_cli.output import Grid, clipped, emit, format_option, short

STATUSES = [
    "IN_PROGRESS",
    "SUCCEEDED",
    "FAILED",
    "STOPPING",
    "STOPPED",
    "SUPERSEDED",
    "CANCELED",
    "ABANDONED",
]


@click.command("executions")
@click.argument("service", required=False, type=SERVICE)
@click.option("--status", type=click.Choice(STATUSES, case_sensitive=False), multiple=True)
@click.option("--revision", metavar="PREFIX", help="Only executions of commits that begin so.")
@click.option(
    "--limit", type=click.IntRange(1, 1000), metavar="N", default=20, show_default=True, help="No more than so many."
)
@format_option
@click.pass_obj
def command(
    connection: Connection,
    service: str | None,
    status: tuple[str, ...],
    revision: str | None,
    limit: int,
    output: str,
) -> None:
    """List pipeline executions, the newest first."""
    wanted = {"service": service, "status": list(status), "revision": revision}
    filters = {key: value for key, value in wanted.items() if value}
    with Client(connection) as client:
        found = list(client.pages("executions", "executions", limit, filter=filters or None))
        if not found:
            refuse_unknown_service(client, service)
        emit(found, output, lambda: [_grid(found, client.now())])


def _grid(found: Sequence[Data], now: datetime) -> Grid:
    columns = ("SERVICE", "PIPELINE", "EXECUTION", "REVISION", "STATUS", "STARTED", "AUTHOR", "COMMIT")
    return Grid(columns, [_row(each, now) for each in found], "Pipeline executions")


def _row(execution: Data, now: datetime) -> tuple[object, ...]:
    pipeline = execution["pipeline"]
    return (
        (pipeline["service"] or {}).get("name"),
        pipeline["name"],
        execution["executionId"],
        short(execution["revision"]),
        execution["status"],
        _ago(execution["startedAt"], now),
        execution["author"],
        _commit(execution),
    )


def _commit(execution: Data) -> str:
    """The first line of its message; a rollback is told, as it is no new commit."""
    first = clipped((execution["commitMessage"] or "").partition("\n")[0], 60)
    return f"rolled back to: {first}" if execution["kind"] == "ROLLBACK" else first


def _ago(moment: str | None, now: datetime) -> str | None:
    passed = age(moment, now)
    return f"{passed} ago" if passed else None
