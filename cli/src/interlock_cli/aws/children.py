"""The environment variables of a program that runs in an environment's account, and nowhere else."""

from __future__ import annotations

import os
from collections.abc import Mapping

from interlock_cli.aws.credentials import credentials
from interlock_cli.aws.targets import Target

STRAY = (
    "AWS_ACCESS_KEY_ID",
    "AWS_SECRET_ACCESS_KEY",
    "AWS_SESSION_TOKEN",
    "AWS_SECURITY_TOKEN",
    "AWS_CREDENTIAL_EXPIRATION",
    "AWS_CREDENTIAL_FILE",
    "AWS_PROFILE",
    "AWS_DEFAULT_PROFILE",
    "AWS_REGION",
    "AWS_DEFAULT_REGION",
    "AWS_ROLE_ARN",
    "AWS_ROLE_SESSION_NAME",
    "AWS_WEB_IDENTITY_TOKEN_FILE",
    "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI",
    "AWS_CONTAINER_CREDENTIALS_FULL_URI",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN",
    "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE",
)
"""What would lead a program elsewhere: AWS_PROFILE loses to an AWS_ACCESS_KEY_ID that was left behind."""


def variables(target: Target, *, write: bool = False, environ: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's variables, without those of another account, with the credentials and Region of this one.

    Credentials go in variables, since every program that speaks to AWS takes them, whatever its version; they hold for
    15 minutes at least. write: as for `credentials`, which says what is raised.
    """
    environ = os.environ if environ is None else environ
    kept = {name: value for name, value in environ.items() if name not in STRAY}
    found = credentials(target, write)
    return {**kept, **found.variables, "AWS_REGION": target.region, "AWS_DEFAULT_REGION": target.region}
