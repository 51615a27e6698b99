"""`interlock credentials`."""

from __future__ import annotations

import json

import click

from interlock_cli.aws.credentials import credentials
from interlock_cli.aws.remembered import known_target
from interlock_cli.connection import Connection
from interlock_cli.naming import ENVIRONMENT


@click.command("credentials")
@click.argument("environment", type=ENVIRONMENT)
@click.pass_obj
def command(connection: Connection, environment: str) -> None:
    """Print an environment's credentials, as AWS's credential_process wants them.

    The AWS CLI, the SDKs and cdk call this by themselves, through the profiles of `interlock profiles sync`. In
    production they are those of the organisation's readRole. They are kept until shortly before they end, in a file
    that only you can read. While the service cannot be reached, they are those of where it last said the environment
    is.
    """
    found = credentials(known_target(connection, environment))
    answer = {"Version": 1, "AccessKeyId": found.access_key, "SecretAccessKey": found.secret_key}
    if found.token:
        answer["SessionToken"] = found.token
    if found.expires_at:
        answer["Expiration"] = found.expires_at.isoformat()
    click.echo(json.dumps(answer))
