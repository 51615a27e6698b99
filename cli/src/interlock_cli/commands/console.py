"""`interlock console`."""

from __future__ import annotations

import webbrowser

import click

from interlock_cli.aws.console import address
from interlock_cli.aws.entering import entered
from interlock_cli.aws.manual_changes import begin, manner, manner_options
from interlock_cli.aws.targets import target
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.naming import ENVIRONMENT
from interlock_cli.notices import notice


@click.command("console")
@click.argument("environment", type=ENVIRONMENT)
@click.argument("page", required=False, metavar="[SERVICE]")
@click.option("--print", "only_print", is_flag=True, help="Print the address, and open no browser.")
@manner_options
@click.pass_obj
def command(
    connection: Connection,
    environment: str,
    page: str | None,
    only_print: bool,
    write: bool,
    reason: str | None,
    service: str | None,
) -> None:
    """Open the AWS console in an environment's account and Region.

    SERVICE is one of AWS's, as the AWS CLI calls it: cloudformation, logs, s3, stepfunctions. Through IAM Identity
    Center where the organisation has one; else with a sign-in that the address carries, which then is a secret.

    Production is entered with the organisation's readRole: with its writeRole, and recorded, if --write --reason is
    given.
    """
    how = manner(write, reason, service)
    with Client(connection) as client:
        where = target(client, environment)
        found = address(where, page, write)
        begin(client, where, how, ["interlock", "console", environment, *([page] if page else [])], reads=True)
    notice(entered(where, write))
    if only_print or not webbrowser.open(found):
        click.echo(found)
