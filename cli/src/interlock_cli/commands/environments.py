"""`interlock environments`."""

from __future__ import annotations

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.fleet import in_order
from interlock_cli.moments import instant
from interlock_cli.naming import refuse_unknown_stage, refuse_unknown_wave
from interlock_cli.output import Grid, emit, format_option


@click.command("environments")
@click.option("--name", metavar="GLOB", help="Only environments whose name matches, such as 'prod-*'.")
@click.option("--stage", metavar="NAME", help="Only environments of this stage.")
@click.option("--wave", metavar="NAME", help="Only environments of this wave.")
@click.option("--account", metavar="ID", help="Only environments in this AWS account.")
@click.option("--region", metavar="REGION", help="Only environments in this Region.")
@click.option("--kind", type=click.Choice(["SHARED", "TEST"], case_sensitive=False), help="Only this kind.")
@format_option
@click.pass_obj
def command(connection: Connection, /, output: str, account: str | None, **filters: str | None) -> None:
    """List environments: stage, wave, account and Region."""
    wanted = {key: value for key, value in (filters | {"accountId": account}).items() if value}
    with Client(connection) as client:
        found = client.pages("environments", "environments", filter=wanted or None)
        environments = sorted(found, key=in_order)
        if not environments:
            refuse_unknown_stage(client, filters["stage"])
            refuse_unknown_wave(client, filters["wave"])
    emit(
        environments,
        output,
        lambda: [
            Grid(
                ("STAGE", "WAVE", "ENVIRONMENT", "ACCOUNT", "REGION", "KIND", "OWNER", "ENDS"),
                [_row(environment) for environment in environments],
                "Environments",
            )
        ],
    )


def _row(environment: Data) -> tuple[object, ...]:
    wave, account = environment["wave"], environment["account"]
    return (
        wave["stage"]["name"],
        wave["name"],
        environment["name"],
        f"{account['awsId']} ({account['name']})",
        environment["region"]["name"],
        environment["kind"],
        environment["owner"],
        _end(environment),
    )


def _end(environment: Data) -> str | None:
    """When a test environment ends, in local time."""
    end = environment["expiresAt"]
    return instant(end).astimezone().strftime("%Y-%m-%d %H:%M") if end else None
