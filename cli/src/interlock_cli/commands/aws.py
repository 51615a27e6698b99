"""`interlock aws`."""

from __future__ import annotations

import click

from interlock_cli.aws import entering
from interlock_cli.aws.manual_changes import manner, manner_options
from interlock_cli.aws.read_only import names_a_profile
from interlock_cli.connection import Connection
from interlock_cli.errors import InputError
from interlock_cli.naming import ENVIRONMENT


@click.command("aws", context_settings={"allow_interspersed_args": False, "ignore_unknown_options": False})
@manner_options
@click.argument("environment", type=ENVIRONMENT)
@click.argument("arguments", nargs=-1, type=click.UNPROCESSED, metavar="COMMAND...")
@click.pass_context
def command(
    ctx: click.Context,
    environment: str,
    arguments: tuple[str, ...],
    write: bool,
    reason: str | None,
    service: str | None,
) -> None:
    """Run an AWS CLI command in an environment's account and Region.

    All that follows the environment's name is the AWS CLI's, --help too: interlock aws prod-1 s3 ls --recursive s3://x

    No credentials, profile or Region of other accounts reach it. Production is entered to read, with the
    organisation's readRole: to change something by hand there, give --write --reason before the environment's name. It
    is recorded in the service before it is done.

    Exit code: the AWS CLI's own.
    """
    how = manner(write, reason, service)
    if names_a_profile(arguments):
        raise InputError(
            "--profile would lead out of the environment's account.", f"Leave it out: the account is {environment}'s."
        )
    connection: Connection = ctx.obj
    ctx.exit(entering.run(connection, environment, ["aws", *arguments], how))
