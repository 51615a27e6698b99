"""`interlock profiles`."""

from __future__ import annotations

import click

from interlock_cli.lazy import LazyGroup

LISTED = {
    "list": "List the environments that you may enter, and their profiles.",
    "login": "Log in to IAM Identity Center, for every tool that speaks to AWS.",
    "logout": "Forget the login to IAM Identity Center.",
    "remove": "Take the block of profiles out of AWS's configuration.",
    "sync": "Make the block of profiles in AWS's configuration what the service says.",
}


@click.group("profiles", cls=LazyGroup, package=__name__, listed=LISTED)
def command() -> None:
    """Keep a profile for each environment in AWS's configuration.

    They stand in one marked block of ~/.aws/config (or of AWS_CONFIG_FILE), and work with the AWS CLI, the SDKs and
    cdk. Nothing else in the file is touched.
    """
