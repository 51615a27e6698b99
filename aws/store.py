"""Objects in S3, below one address: written encrypted, and read back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from boto3.session import Session
from botocore.exceptions import ClientError

from aws.accounts import CONFIG

MISSING = {"404", "NoSuchKey", "NotFound"}


class Store:
    """A folder of a bucket. Every call may raise what `aws.accounts.AwsError` has.

    address: `s3://bucket/prefix`. key: the KMS key that encrypts; without one, S3's own does.
    """

    def __init__(self, address: str, key: str | None = None, client: Any = None) -> None:
        self.address = address
        self._bucket, _, prefix = address.removeprefix("s3://").partition("/")
        self._prefix = f"{prefix}/" if prefix else ""
        session: Any = Session()
        self._s3 = client or session.client("s3", config=CONFIG)
        kms = {"ServerSideEncryption": "aws:kms", "SSEKMSKeyId": key}
        self._encryption = kms if key else {"ServerSideEncryption": "AES256"}

    def place(self, name: str) -> str:
        """The address of an object."""
        return f"s3://{self._bucket}/{self._prefix}{name}"

    def put(self, name: str, body: bytes, content: str, **facts: str) -> None:
        """Writes it whole, over what was there. facts: kept beside it, as text."""
        self._s3.put_object(
            Bucket=self._bucket,
            Key=self._prefix + name,
            Body=body,
            ContentType=content,
            Metadata=facts,
            **self._encryption,
        )

    def facts(self, name: str) -> dict[str, str] | None:
        """What is kept beside an object; None where there is none."""
        try:
            found: dict[str, str] = self._s3.head_object(Bucket=self._bucket, Key=self._prefix + name)["Metadata"]
        except ClientError as error:
            if error.response["Error"].get("Code") in MISSING:
                return None
            raise
        return found

    def get(self, name: str) -> bytes | None:
        """The object's bytes; None where there is none."""
        try:
            return bytes(self._s3.get_object(Bucket=self._bucket, Key=self._prefix + name)["Body"].read())
        except ClientError as error:
            if error.response["Error"].get("Code") in MISSING:
                return None
            raise

    def names(self, begin: str = "") -> Iterator[str]:
        """The names that begin so, in order."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix + begin)
        for page in pages:
            for each in page.get("Contents", []):
                yield each["Key"].removeprefix(self._prefix)
