"""`interlock profiles logout`."""

from __future__ import annotations

import click

from interlock_cli.aws import credentials, identity_center
from interlock_cli.aws.targets import organisation_of
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.notices import notice


@click.command("logout")
@click.pass_obj
def command(connection: Connection) -> None:
    """Forget the login to IAM Identity Center.

    The credentials that were kept of it are deleted as well; those that a program has already hold until they end.
    """
    with Client(connection) as client:
        center = organisation_of(client).center
    credentials.forget()
    if center is None or not identity_center.log_out(center):
        notice("There was no login.")
        return
    notice("Logged out.")
