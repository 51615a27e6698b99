"""`interlock executions`."""

from __future__ import annotations

from datetime import UTC, datetime

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.naming import refuse_unknown_service
from interlock_cli.output import Grid, age, emit, format_option, short

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
@click.argument("service", required=False)
@click.option("--status", type=click.Choice(STATUSES, case_sensitive=False), multiple=True)
@click.option("--revision", metavar="PREFIX", help="Only executions of commits that begin so.")
@click.option("--limit", type=click.IntRange(1, 1000), default=20, show_default=True)
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
    now = datetime.now(UTC)
    columns = ("SERVICE", "PIPELINE", "EXECUTION", "REVISION", "STATUS", "STARTED", "AUTHOR", "COMMIT")
    emit(found, output, lambda: [Grid(columns, [_row(each, now) for each in found], "Pipeline executions")])


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
        (execution["commitMessage"] or "").partition("\n")[0][:60],
    )


def _ago(moment: str | None, now: datetime) -> str | None:
    passed = age(moment, now)
    return f"{passed} ago" if passed else None
