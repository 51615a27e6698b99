"""AWS Organizations, read: its active accounts with their organizational unit and tags. Nothing is ever written there.

It needs boto3, of the extra `aws`; nothing but the command that imports accounts imports it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

from interlock_cli.errors import CommandError

ACTIVE = "ACTIVE"
CALLS = (
    "organizations:ListRoots",
    "organizations:ListOrganizationalUnitsForParent (for each root and organizational unit)",
    "organizations:ListAccountsForParent (for each root and organizational unit)",
    "organizations:ListTagsForResource (for each active account)",
)
ASSUME_ROLE = "sts:AssumeRole"
SOME_REGION = "us-east-1"  # Organizations has one endpoint for each partition; a profile without Region means AWS's own
ATTEMPTS = 12  # Organizations takes few requests a second; adaptive retries also slow down what is still to be sent

Step = Callable[[], None]


@dataclass(frozen=True)
class Access:
    """Who reads, and where: a profile, a role to assume first, another endpoint than AWS's."""

    profile: str | None = None
    role_arn: str | None = None
    endpoint_url: str | None = None

    @property
    def calls(self) -> list[str]:
        """Every call that reading makes, in order."""
        assume = [f"{ASSUME_ROLE} of {self.role_arn}"] if self.role_arn else []
        return [*assume, *CALLS]


@dataclass(frozen=True)
class Member:
    """An account of an organization; `unit` is its path below the root, None directly under it."""

    aws_id: str
    name: str
    unit: str | None
    state: str = ACTIVE
    tags: dict[str, str] = field(default_factory=dict)


def members(access: Access, step: Step = lambda: None) -> list[Member]:
    """Every account, active or not, by id. Raises CommandError with what to do when AWS does not answer as needed."""
    try:
        return sorted(_members(_organizations(access), step), key=lambda member: member.aws_id)
    except ClientError as error:
        raise _refused(error.operation_name, dict(error.response.get("Error", {}))) from error
    except BotoCoreError as error:
        raise CommandError(
            f"AWS cannot be asked: {' '.join(str(error).split()).rstrip('.')}.",
            "Name credentials of the organization's management account, or of one it has delegated to, with --profile.",
        ) from error


def _refused(operation: str, error: dict[str, Any]) -> CommandError:
    """What AWS answered, and what to do about the two usual reasons."""
    remedies = {
        "AccessDeniedException": "Ask from the management account, or from one that it has delegated this to.",
        "AWSOrganizationsNotInUseException": "This account is in no organization: register accounts in the file.",
        "AccessDenied": "The role's trust policy must name who asks.",
    }
    code = str(error.get("Code", ""))
    return CommandError(
        f"AWS refused {operation} ({code}): {error.get('Message', '')}".rstrip(), remedies.get(code, "")
    )


def _organizations(access: Access) -> Any:
    session = boto3.Session(profile_name=access.profile)
    if access.role_arn:
        session = _assumed(session, access)
    return session.client(
        "organizations",
        region_name=session.region_name or SOME_REGION,
        endpoint_url=access.endpoint_url,
        config=Config(retries={"mode": "adaptive", "max_attempts": ATTEMPTS}),
    )


def _assumed(session: boto3.Session, access: Access) -> boto3.Session:
    region = session.region_name or SOME_REGION
    sts: Any = session.client("sts", region_name=region, endpoint_url=access.endpoint_url)
    given = sts.assume_role(RoleArn=access.role_arn, RoleSessionName="interlock-import")["Credentials"]
    return boto3.Session(
        aws_access_key_id=given["AccessKeyId"],
        aws_secret_access_key=given["SecretAccessKey"],
        aws_session_token=given["SessionToken"],
        region_name=region,
    )


def _members(client: Any, step: Step) -> Iterator[Member]:
    for root in _paged(client, "list_roots", "Roots"):
        for parent, path in _units(client, root["Id"], ()):
            for account in _paged(client, "list_accounts_for_parent", "Accounts", ParentId=parent):
                yield _member(client, account, "/".join(path) or None)
                step()


def _units(client: Any, parent: str, path: tuple[str, ...]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """The parent itself, then all units below it, each with its path. AWS nests them five deep at most."""
    yield parent, path
    for unit in _paged(client, "list_organizational_units_for_parent", "OrganizationalUnits", ParentId=parent):
        yield from _units(client, unit["Id"], (*path, unit["Name"]))


def _member(client: Any, account: dict[str, Any], unit: str | None) -> Member:
    """`State` has replaced `Status`, which AWS retires: whichever is there."""
    state = account.get("State") or account.get("Status") or ACTIVE
    tags = {}
    if state == ACTIVE:
        listed = _paged(client, "list_tags_for_resource", "Tags", ResourceId=account["Id"])
        tags = {tag["Key"]: tag["Value"] for tag in listed}
    return Member(account["Id"], account.get("Name", ""), unit, state, tags)


def _paged(client: Any, operation: str, key: str, **given: str) -> Iterator[dict[str, Any]]:
    for page in client.get_paginator(operation).paginate(**given):
        yield from page[key]
