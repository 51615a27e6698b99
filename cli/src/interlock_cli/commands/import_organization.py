"""`interlock import-organization`."""

from __future__ import annotations

import click

from interlock_cli.client import Client
from interlock_cli.confirming import yes_option
from interlock_cli.connection import Connection
from interlock_cli.errors import CommandError
from interlock_cli.organisation.changing import (
    CHANGE_SECONDS,
    Manner,
    Wanted,
    dry_run_option,
    make,
    reason_option,
)
from interlock_cli.output import format_option, notice
from interlock_cli.working import progress

try:
    from interlock_cli.organisation.aws import Access, members
    from interlock_cli.organisation.importing import imported
except ModuleNotFoundError as error:
    if error.name not in ("boto3", "botocore"):
        raise
    raise CommandError(
        "`interlock import-organization` needs boto3, which is not installed.",
        "Run `pip install 'interlock-cli[aws]'`.",
    ) from error


@click.command("import-organization")
@click.option("--profile", metavar="NAME", help="The profile of AWS's configuration that has the credentials.")
@click.option("--role-arn", metavar="ARN", help="A role to assume first, in the management account or a delegate.")
@click.option("--endpoint-url", metavar="ADDRESS", help="Another endpoint than AWS's, such as an emulator's.")
@dry_run_option
@reason_option
@yes_option
@format_option
@click.pass_obj
def command(
    connection: Connection,
    profile: str | None,
    role_arn: str | None,
    endpoint_url: str | None,
    dry_run: bool,
    reason: str | None,
    yes: bool,
    output: str,
) -> None:
    """Register the accounts of an AWS organization.

    Every active account that the service lacks is registered, with its organizational unit as a path such as
    Workloads/Prod, and its tags; of those it has, the organizational unit and the tags are made AWS's. Names are made
    lower-case with hyphens, and unique. None is archived. What would be changed is shown first, and all of it is one
    change. AWS is only read.

    Needs boto3: pip install 'interlock-cli[aws]'
    """
    access = Access(profile, role_arn, endpoint_url)
    notice("Calls of AWS, which only read:")
    for call in access.calls:
        notice(f"  {call}")
    with progress("Accounts") as step:
        found = members(access, step)
    with Client(connection, CHANGE_SECONDS) as client:
        configuration = client.ask("configuration", asOf=None)["configuration"]
        change = imported(found, configuration["document"])
        for sentence in change.told:
            notice(sentence)
        given = {"operations": change.operations, "expectedChange": configuration["change"]}
        nothing = "Nothing to change: the service has the accounts as AWS does."
        make(client, Wanted(given, nothing), Manner(dry_run, yes, reason, output))
