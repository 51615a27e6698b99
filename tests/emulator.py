"""The AWS emulator for tests: one per session and worker, on a free loopback port, stopped at the end.

A test room that wants it imports the fixture in its conftest: `from tests.emulator import emulator`.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config

from interlock_cli.rehearsal import emulator as own

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_sqs import SQSClient

__all__ = ["Cloud", "emulator"]

ROOT = Path(__file__).parent.parent
HUB = "888888888888"
ONCE = Config(read_timeout=300, retries={"total_max_attempts": 1})
"""What is asked again because the answer was late has been done already: the error would be of the second time."""


@contextmanager
def started() -> Iterator[str]:
    """One of the block's own, by its URL, which stands for all of AWS: `endpoint_url` of any boto3 client."""
    environ = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "INTERLOCK_"))}
    with own.emulator(environ, ROOT, lambda _: None) as emulated:
        yield emulated.endpoint


@pytest.fixture(scope="session")
def emulator() -> Iterator[str]:
    """The one of a session, by its endpoint's URL."""
    with started() as endpoint:
        yield endpoint


class Cloud:
    """Clients of the emulator in one account and Region: it takes a twelve-digit access key for the account."""

    def __init__(self, endpoint: str, account: str = HUB, region: str = "eu-west-1") -> None:
        self.environment = {
            "AWS_ENDPOINT_URL": endpoint,
            "AWS_ACCESS_KEY_ID": account,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": region,
        }
        self.given: dict[str, Any] = {
            "endpoint_url": endpoint,
            "region_name": region,
            "aws_access_key_id": account,
            "aws_secret_access_key": "test",
            "config": ONCE,
        }

    def client(self, service: str) -> Any:
        """A client of any service. Credentials are given: boto3's own session keeps those that it found first."""
        return boto3.client(service, **self.given)  # type: ignore[call-overload]

    @property
    def sqs(self) -> SQSClient:
        """Queues."""
        return boto3.client("sqs", **self.given)

    @property
    def cloudwatch(self) -> Any:
        """Metrics and alarms."""
        return boto3.client("cloudwatch", **self.given)

    @property
    def events(self) -> EventBridgeClient:
        """Event buses."""
        return boto3.client("events", **self.given)
