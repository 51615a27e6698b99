"""The address that opens the AWS console in an environment's account and Region."""

from __future__ import annotations

import json
import re
import urllib.error
import urllib.request
from typing import Any
from urllib.parse import quote, urlencode

from interlock_cli.aws.credentials import credentials
from interlock_cli.aws.emulation import emulated
from interlock_cli.aws.targets import Target
from interlock_cli.errors import CommandError, InputError

SECONDS = 20.0
DOMAINS = {"aws": "aws.amazon.com", "aws-cn": "amazonaws.cn", "aws-us-gov": "amazonaws-us-gov.com"}
"""Where the console of a partition is."""
PAGES = {
    "alarms": "cloudwatch/home?region={}#alarmsV2:",
    "cloudformation": "cloudformation/home?region={}#/stacks",
    "codebuild": "codesuite/codebuild/projects?region={}",
    "codepipeline": "codesuite/codepipeline/pipelines?region={}",
    "dynamodb": "dynamodbv2/home?region={}#tables",
    "ecs": "ecs/v2/clusters?region={}",
    "eventbridge": "events/home?region={}",
    "logs": "cloudwatch/home?region={}#logsV2:log-groups",
    "sns": "sns/v3/home?region={}",
    "sqs": "sqs/v3/home?region={}",
    "ssm": "systems-manager/home?region={}",
    "stepfunctions": "states/home?region={}",
}
"""The services whose pages are not called as the service is."""


def address(target: Target, service: str | None = None, write: bool = False) -> str:
    """The address for a browser: Identity Center's shortcut, else one that carries a sign-in for 15 minutes.

    service: as the AWS CLI calls it; None for the console's home. Raises InputError for no service's name and for an
    emulator, CommandError where AWS does not sign the person in.
    """
    destination = page(target, service)
    if emulated():
        raise InputError("AWS is an emulator here (AWS_ENDPOINT_URL), which has no console.", "Unset AWS_ENDPOINT_URL.")
    if target.center:
        role = target.role(write)
        if role is None:
            raise CommandError(
                f"{target.organisation.name} names no permission set to enter {target.environment} with.",
                "An ADMIN gives the organisation a readRole and a writeRole: docs/accounts.md.",
            )
        asked = {"account_id": target.account, "role_name": role, "destination": destination}
        return f"{target.center.start_url.rstrip('/')}/#/console?{urlencode(asked, quote_via=quote)}"
    return _federated(target, destination, write)


def page(target: Target, service: str | None) -> str:
    """The console's page of a service in the environment's Region."""
    if service is not None and not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,60}", service):
        raise InputError(f"{service!r} is no AWS service.", "Give one as the AWS CLI calls it: cloudformation, s3.")
    path = PAGES.get(service or "", f"{service or 'console'}/home?region={{}}").format(target.region)
    return f"https://{target.region}.console.{DOMAINS[target.partition]}/{path}"


def _federated(target: Target, destination: str, write: bool) -> str:
    """AWS's federation endpoint: temporary credentials for a token, which the address carries."""
    found = credentials(target, write)
    if not found.token:
        raise CommandError(
            f"Your credentials for {target.environment} are a user's own, for which AWS opens no console.",
            "Sign in at the console; or an ADMIN names a readRole, which is then assumed: docs/accounts.md.",
        )
    base = f"https://signin.{DOMAINS[target.partition]}/federation"
    session = {"sessionId": found.access_key, "sessionKey": found.secret_key, "sessionToken": found.token}
    asked = urlencode({"Action": "getSigninToken", "Session": json.dumps(session)})
    token = _answer(f"{base}?{asked}", target)["SigninToken"]
    login = {"Action": "login", "Issuer": "interlock", "Destination": destination, "SigninToken": token}
    return f"{base}?{urlencode(login)}"


def _answer(url: str, target: Target) -> Any:
    """AWS's answer as JSON; the address holds credentials, so that no message shows it."""
    try:
        with urllib.request.urlopen(url, timeout=SECONDS) as answer:  # noqa: S310 - always https
            return json.load(answer)
    except (OSError, ValueError) as error:
        said = f"HTTP {error.code}" if isinstance(error, urllib.error.HTTPError) else type(error).__name__
        raise CommandError(
            f"AWS does not sign you in to {target.environment} ({said}).",
            "Credentials of a role are needed that hold for some minutes yet, and a way to AWS's sign-in.",
        ) from None
