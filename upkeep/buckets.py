"""Emptying buckets, every version of every object: CloudFormation deletes none in which something is."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

MOST_PAGES = 100
"""Of a thousand versions each, in one go: the rest is done at the next look."""


class NotEmptiedError(Exception):
    """Something in a bucket cannot be deleted; the message says what, and why."""


def empty(s3: S3Client, bucket: str, account: str) -> int:
    """Deletes what is in a bucket of this account; how much that was. A bucket that is gone is empty.

    Raises NotEmptiedError, and what AWS raises.
    """
    removed = 0
    try:
        pages = s3.get_paginator("list_object_versions").paginate(Bucket=bucket, ExpectedBucketOwner=account)
        for number, page in enumerate(pages):
            removed += _delete(s3, bucket, account, [*page.get("Versions", []), *page.get("DeleteMarkers", [])])
            if number + 1 >= MOST_PAGES:
                break
    except ClientError as error:
        if error.response["Error"].get("Code") != "NoSuchBucket":
            raise
    return removed


def _delete(s3: S3Client, bucket: str, account: str, versions: list[Any]) -> int:
    if not versions:
        return 0
    named: Any = [{"Key": each["Key"], "VersionId": each["VersionId"]} for each in versions]
    delete: Any = {"Objects": named, "Quiet": True}
    failed = s3.delete_objects(Bucket=bucket, ExpectedBucketOwner=account, Delete=delete).get("Errors", [])
    if failed:
        first = failed[0]
        raise NotEmptiedError(
            f"{len(failed)} objects of the bucket {bucket} cannot be deleted; the first, {first.get('Key', '')!r}: "
            f"{first.get('Code', '')} {first.get('Message', '')}".rstrip()
        )
    return len(named)
