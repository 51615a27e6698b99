"""`interlock accounts`."""

from __future__ import annotations

import click

from interlock_cli.client import Client, Data
from interlock_cli.connection import Connection
from interlock_cli.listing import listed
from interlock_cli.output import Grid, emit, format_option

MOST_NAMES = 6


@click.command("accounts")
@click.option("--name", metavar="GLOB", help="Only accounts whose name matches, such as 'acme-prod-*'.")
@click.option("--account", metavar="ID", help="Only the account with these twelve digits.")
@click.option("--unit", metavar="PATH", help="Only accounts of this organizational unit, such as Workloads/Prod.")
@click.option("--all", "every", is_flag=True, help="Those that were archived as well.")
@format_option
@click.pass_obj
def command(
    connection: Connection, name: str | None, account: str | None, unit: str | None, every: bool, output: str
) -> None:
    """List AWS accounts: what is deployed to them, and whose pipelines they hold."""
    wanted = {"name": name, "awsId": account, "organizationalUnit": unit}
    filters = {key: value for key, value in wanted.items() if value}
    with Client(connection) as client:
        found = listed(client, "accounts", filters, every)
    columns = ("ACCOUNT", "NAME", "UNIT", "ENVIRONMENTS", "PIPELINES")
    emit(found, output, lambda: [Grid(columns, [_row(each) for each in found], "Accounts")])


def _row(account: Data) -> tuple[object, ...]:
    name = f"{account['name']} (archived)" if account["archivedAt"] else account["name"]
    held = (_names(account["environments"]), _names(account["pipelines"]))
    return account["awsId"], name, account["organizationalUnit"], *held


def _names(connection: Data) -> str:
    names = sorted(node["name"] for node in connection["nodes"])
    more = connection["totalCount"] - MOST_NAMES
    return ", ".join(names[:MOST_NAMES]) + (f" and {more} more" if more > 0 else "")
