"""`interlock profiles login`."""

from __future__ import annotations

import click

from interlock_cli.aws import identity_center
from interlock_cli.aws.targets import organisation_of
from interlock_cli.client import Client
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.moments import local
from interlock_cli.notices import notice


@click.command("login")
@click.option("--no-browser", is_flag=True, help="Print the address, and open no browser: for a machine without one.")
@click.pass_obj
def command(connection: Connection, no_browser: bool) -> None:
    """Log in to IAM Identity Center, for every tool that speaks to AWS.

    The login is kept where the AWS CLI, the SDKs and cdk look for it, in ~/.aws/sso/cache, and renewed by itself for as
    long as Identity Center lets it be.
    """
    log_in(connection, open_browser=not no_browser)


def log_in(connection: Connection, open_browser: bool) -> None:
    """For this command and `interlock login --aws`. Raises InputError where there is nothing to log in to."""
    with Client(connection) as client:
        organisation = organisation_of(client)
    if organisation.center is None:
        raise InputError(
            f"{organisation.name} has no IAM Identity Center, so there is nothing to log in to.",
            "Where it has one, an ADMIN says so: identityCenterStartUrl of the organisation, docs/accounts.md.",
        )
    token = identity_center.log_in(organisation.center, open_browser=open_browser)
    notice(f"Logged in until {local(token.expires_at)}.")
    notice("`interlock profiles sync` makes the profiles of the environments that you may enter.")
