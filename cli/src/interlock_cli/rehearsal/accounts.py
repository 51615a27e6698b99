"""The accounts of the emulator: clients for each, and what `cdk bootstrap` would have put there.

The emulator takes a 12-digit access key for the account; it checks neither signatures nor IAM, so the bootstrap roles
are not needed. What templates and assets do need is the version parameter and the bucket.
"""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, cast

import boto3
from botocore.config import Config
from botocore.exceptions import ClientError

from interlock_cli.rehearsal.places import Place

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_events import EventBridgeClient
    from mypy_boto3_s3 import S3Client
    from mypy_boto3_s3.literals import BucketLocationConstraintType
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_ssm import SSMClient
    from mypy_boto3_stepfunctions import SFNClient

QUALIFIER = "hnb659fds"
BOOTSTRAP_VERSION = "30"


class Accounts:
    """Clients of the emulator, one for each service, account and Region, made once. Safe to share among threads."""

    def __init__(self, endpoint: str) -> None:
        """Connects to nothing yet."""
        self.endpoint = endpoint
        self._clients: dict[tuple[str, Place], Any] = {}
        self._prepared: set[Place] = set()
        self._lock = threading.RLock()
        # Credentials are given to each client: nothing of the person's own configuration is looked at.
        self._session = boto3.session.Session()
        self._config = Config(
            proxies={},
            retries={"max_attempts": 2},
            inject_host_prefix=False,
            max_pool_connections=32,
            s3={"addressing_style": "path"},
        )

    def cloudformation(self, place: Place) -> CloudFormationClient:
        """CloudFormation in that account and Region."""
        client: CloudFormationClient = self._client("cloudformation", place)
        return client

    def stepfunctions(self, place: Place) -> SFNClient:
        """Step Functions in that account and Region."""
        client: SFNClient = self._client("stepfunctions", place)
        return client

    def events(self, place: Place) -> EventBridgeClient:
        """EventBridge in that account and Region."""
        client: EventBridgeClient = self._client("events", place)
        return client

    def sqs(self, place: Place) -> SQSClient:
        """SQS in that account and Region."""
        client: SQSClient = self._client("sqs", place)
        return client

    def s3(self, place: Place) -> S3Client:
        """S3 in that account and Region."""
        client: S3Client = self._client("s3", place)
        return client

    def ssm(self, place: Place) -> SSMClient:
        """Parameter Store in that account and Region."""
        client: SSMClient = self._client("ssm", place)
        return client

    def cloudwatch(self, place: Place) -> Any:
        """CloudWatch in that account and Region."""
        return self._client("cloudwatch", place)

    def prepare(self, place: Place) -> None:
        """Makes the account and Region look bootstrapped, once."""
        with self._lock:
            if place in self._prepared:
                return
            self.ssm(place).put_parameter(
                Name=f"/cdk-bootstrap/{QUALIFIER}/version", Value=BOOTSTRAP_VERSION, Type="String", Overwrite=True
            )
            self.make_bucket(place, assets_bucket(place))
            self._prepared.add(place)

    def make_bucket(self, place: Place, name: str) -> None:
        """Creates a bucket; one that this account already has is fine."""
        try:
            if place.region == "us-east-1":
                self.s3(place).create_bucket(Bucket=name)
            else:
                where = cast("BucketLocationConstraintType", place.region)
                self.s3(place).create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": where})
        except ClientError as error:
            if error.response["Error"].get("Code") != "BucketAlreadyOwnedByYou":
                raise

    def _client(self, service: str, place: Place) -> Any:
        with self._lock:
            if (service, place) not in self._clients:
                # The stubs know the services by literal names only; the accessors above give the types back.
                session = cast("Any", self._session)
                self._clients[service, place] = session.client(
                    service,
                    region_name=place.region,
                    endpoint_url=self.endpoint,
                    aws_access_key_id=place.account,
                    aws_secret_access_key="rehearsal",  # noqa: S106 - the emulator checks no signatures
                    config=self._config,
                )
            return self._clients[service, place]


def assets_bucket(place: Place) -> str:
    """The bucket that `cdk bootstrap` makes for file assets, with the default qualifier."""
    return f"cdk-{QUALIFIER}-assets-{place.account}-{place.region}"
