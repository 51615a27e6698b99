"""boto3, of the extra `aws`: the one place that imports it, so that its absence is one sentence everywhere."""

from __future__ import annotations

from typing import Any

from interlock_cli.errors import CommandError

try:
    import boto3
    import botocore.session
    from botocore import UNSIGNED, exceptions, xform_name
    from botocore.config import Config
    from botocore.credentials import Credentials as LastingCredentials
    from botocore.credentials import RefreshableCredentials
    from botocore.exceptions import BotoCoreError, ClientError
except ModuleNotFoundError as error:
    if error.name not in ("boto3", "botocore"):
        raise
    raise CommandError(
        "This command speaks to AWS, which needs boto3, and it is not installed.",
        "Run `pip install 'interlock-cli[aws]'`.",
    ) from error

__all__ = [
    "UNREACHABLE",
    "UNSIGNED",
    "BotoCoreError",
    "ClientError",
    "Config",
    "LastingCredentials",
    "RefreshableCredentials",
    "kebab",
    "new_session",
]

UNREACHABLE = (exceptions.ConnectionError, exceptions.HTTPClientError)
"""What is raised where no answer came; other BotoCoreErrors are about what was asked, and with which credentials."""


def new_session(profile: str | None = None, region: str | None = None, provider: Any = None) -> Any:
    """A boto3 session that takes no profile from the environment: AWS_PROFILE may name one of another company.

    provider: a botocore credential provider that is asked before all others; None for botocore's own order.
    """
    inner = botocore.session.Session(session_vars={"profile": (None, None, None, None)}, profile=profile)
    if provider is not None:
        inner.get_component("credential_provider").insert_before("env", provider)
    return boto3.Session(botocore_session=inner, region_name=region)


def kebab(name: str) -> str:
    """The AWS CLI's spelling of a name of the API: DescribeDBInstances is describe-db-instances."""
    return str(xform_name(name, "-"))
