"""The accounts of others: a session in one, and never in another."""

from __future__ import annotations

import re
from typing import Any

import boto3
from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError

AwsError = (BotoCoreError, ClientError)
"""What a call raises when AWS cannot be reached, or says no."""

CONFIG = Config(connect_timeout=5, read_timeout=30, retries={"mode": "standard", "max_attempts": 3})
SHORT = Config(connect_timeout=5, read_timeout=10, retries={"mode": "standard", "total_max_attempts": 2})
"""For what somebody waits for: half a minute at most."""
_SESSION_NAME = "interlock"
_ID = r"(?:(?:s3 )?extended )?request ?(?:id|token):\s*[^,;)\s]+"
_OF_ONE_REQUEST = re.compile(rf"[,;]\s*{_ID}|{_ID}[,;]?\s*", re.IGNORECASE)


class UnreachableError(Exception):
    """An account cannot be worked in; the message says why."""


class Accounts:
    """Sessions in accounts, with a role of this name in each; without a name, with the service's own credentials.

    Credentials and endpoints are found as boto3 finds them, AWS_ENDPOINT_URL too.
    """

    def __init__(self, role: str | None, setting: str) -> None:
        self._role = role
        self._setting = setting

    def session(self, account: str, region: str) -> Session:
        """A session in this account and Region. Raises UnreachableError, also where it would be in another account."""
        try:
            session = self._assumed(account, region) if self._role else Session(region_name=region)
            found = session.client("sts", config=CONFIG).get_caller_identity()["Account"]
        except AwsError as error:
            raise UnreachableError(f"account {account} cannot be reached: {words(error)}") from error
        if found != account:
            raise UnreachableError(
                f"account {account} cannot be reached: the service's own credentials are of account {found}. "
                f"Set {self._setting} to the name of a role that the service may assume there."
            )
        return session

    def _assumed(self, account: str, region: str) -> Session:
        own = Session(region_name=region)
        arn = f"arn:{own.get_partition_for_region(region)}:iam::{account}:role/{self._role}"
        answer = own.client("sts", config=CONFIG).assume_role(RoleArn=arn, RoleSessionName=_SESSION_NAME)
        given = answer["Credentials"]
        return boto3.Session(
            aws_access_key_id=given["AccessKeyId"],
            aws_secret_access_key=given["SecretAccessKey"],
            aws_session_token=given["SessionToken"],
            region_name=region,
        )


def own_client(service: str, arn: str) -> Any:
    """A client with the service's own credentials, for what an ARN names: in its Region. Raises AwsError's."""
    region = arn.split(":")[3] if arn.count(":") > 3 else None
    session: Any = Session(region_name=region)
    return session.client(service, config=SHORT)


def words(error: Exception) -> str:
    """What AWS said, the same each time that it says it: without what names one request alone."""
    if isinstance(error, ClientError):
        said = error.response["Error"]
        return lasting(f"{said.get('Code', 'Unknown')}: {said.get('Message', '')}".rstrip(": "))
    return lasting(str(error))


def lasting(text: str) -> str:
    """The text without ids of requests, 500 characters at most."""
    return _OF_ONE_REQUEST.sub("", text).replace(" ()", "")[:500]
