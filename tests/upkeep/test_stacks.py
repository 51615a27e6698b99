"""Looks at an account that the emulator cannot give: nested stacks, and buckets that keep their stack."""

from __future__ import annotations

import random
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from aws.accounts import UnreachableError, lasting, words
from models import settings
from tests.upkeep.conftest import CLEANER, EUROPE, STARTER, Stacks
from upkeep.buckets import NotEmptiedError, empty
from upkeep.stacks import Cleaner

ACCOUNT = "111111111111"
ID = f"arn:aws:cloudformation:{EUROPE}:{ACCOUNT}:stack"
NOT_EMPTY = "The bucket is not empty (Service: S3; Request ID: {0}; S3 Extended Request ID: a/b=; Proxy: null)"


class Stubbed:
    """CloudFormation, as AWS answers it, and S3 of whoever says; a Cleaner that uses them."""

    def __init__(self, s3: Any = None) -> None:
        session = boto3.Session("key", "secret", region_name=EUROPE)
        self.cloudformation = session.client("cloudformation")
        self.stubber = Stubber(self.cloudformation)
        self.s3 = s3

    def client(self, service: str, **_: Any) -> Any:
        return self.cloudformation if service == "cloudformation" else self.s3

    def look(self, account: str = ACCOUNT) -> Any:
        with self.stubber:
            found = Cleaner(self, account).look("test-ada-1")  # type: ignore[arg-type]
        self.stubber.assert_no_pending_responses()
        return found

    def stacks(self, *stacks: dict[str, Any]) -> None:
        self.stubber.add_response("describe_stacks", {"Stacks": list(stacks)}, {})

    def resources(self, stack: str, *resources: dict[str, Any]) -> None:
        answer = {"StackResourceSummaries": list(resources)}
        self.stubber.add_response("list_stack_resources", answer, {"StackName": stack})

    def deletes(self, stack: str) -> None:
        self.stubber.add_response("delete_stack", {}, {"StackName": stack})


def stack(name: str, status: str = "CREATE_COMPLETE", tag: str = "test-ada-1", **more: Any) -> dict[str, Any]:
    """One of DescribeStacks' answer."""
    tags = [{"Key": "interlock:environment", "Value": tag}]
    made = {"StackName": name, "StackId": f"{ID}/{name}", "StackStatus": status, "Tags": tags}
    return {**made, "CreationTime": "2026-11-23T12:00:00Z", **more}


def resource(name: str, kind: str, status: str, reason: str | None = None) -> dict[str, Any]:
    """One of ListStackResources' answer; its physical id is `<name>-id`."""
    made = {"LogicalResourceId": name, "PhysicalResourceId": f"{name.lower()}-id", "ResourceType": kind}
    said = {"ResourceStatusReason": reason} if reason else {}
    return {**made, **said, "ResourceStatus": status, "LastUpdatedTimestamp": "2026-11-23T12:00:00Z"}


def test_a_nested_stack_goes_with_the_one_that_it_is_nested_in() -> None:
    """Only that one is deleted; inside of one without the tag it is told, and left."""
    aws = Stubbed()
    outside = f"{ID}/outside"
    aws.stacks(stack("root"), stack("inner", ParentId=f"{ID}/root"), stack("odd", ParentId=outside))
    aws.deletes(f"{ID}/root")
    found = aws.look()
    assert found.stacks == ("root", "inner", "odd")
    assert found.moving
    assert list(found.causes) == ["odd"]
    assert outside in found.causes["odd"]


def test_a_tag_that_only_begins_like_it_is_another_environments() -> None:
    """`test-ada-10` is not `test-ada-1`; no tag, or another key, is none."""
    aws = Stubbed()
    other = {"Tags": [{"Key": "environment", "Value": "test-ada-1"}]}
    aws.stacks(stack("ten", tag="test-ada-10"), stack("none", Tags=[]), stack("key", **other))
    found = aws.look()
    assert (found.stacks, found.causes, found.moving) == ((), {}, False)


def test_what_is_under_way_is_waited_for() -> None:
    """Being created, updated or deleted, it cannot be deleted; one that is only reviewed can."""
    aws = Stubbed()
    aws.stacks(stack("a", "DELETE_IN_PROGRESS"), stack("b", "UPDATE_IN_PROGRESS"), stack("c", "REVIEW_IN_PROGRESS"))
    aws.deletes(f"{ID}/c")
    found = aws.look()
    assert (found.stacks, found.causes, found.moving) == (("a", "b", "c"), {}, True)


def test_one_refusal_stops_no_other() -> None:
    """AWS's words are told with the stack."""
    aws = Stubbed()
    aws.stacks(stack("a"), stack("b"))
    aws.stubber.add_client_error("delete_stack", "AccessDenied", "not authorized (Request ID: 7b2, Proxy: null)")
    aws.deletes(f"{ID}/b")
    assert aws.look().causes == {"a": "AccessDenied: not authorized (Proxy: null)"}


@pytest.fixture
def account(credentials: str) -> Stacks:
    """An account of the emulator of the test's own."""
    return Stacks(credentials, f"{random.randrange(10**11, 10**12)}")


def _bucket(account: Stacks, name: str, *, versioned: bool = False) -> Any:
    s3 = account.client("s3")
    s3.create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": EUROPE})
    if versioned:
        s3.put_bucket_versioning(Bucket=name, VersioningConfiguration={"Status": "Enabled"})
    return s3


@pytest.mark.slow
def test_a_bucket_that_keeps_its_stack_is_emptied(account: Stacks) -> None:
    """With every version, and the stack is deleted once more at once. A bucket that is retained is not touched."""
    s3 = _bucket(account, "files-id", versioned=True)
    _bucket(account, "retained-id")
    for key in ("a", "a", "b"):
        s3.put_object(Bucket="files-id", Key=key, Body=b"x")
    s3.delete_object(Bucket="files-id", Key="b")
    s3.put_object(Bucket="retained-id", Key="a", Body=b"x")
    aws = Stubbed(s3)
    aws.stacks(stack("root", "DELETE_FAILED"))
    inner = resource("Inner", "AWS::CloudFormation::Stack", "DELETE_FAILED", "Embedded stack was not deleted")
    aws.resources(f"{ID}/root", inner, resource("Retained", "AWS::S3::Bucket", "DELETE_SKIPPED"))
    files = resource("Files", "AWS::S3::Bucket", "DELETE_FAILED", NOT_EMPTY.format(1))
    aws.resources("inner-id", files, resource("Topic", "AWS::SNS::Topic", "DELETE_COMPLETE"))
    aws.deletes(f"{ID}/root")
    found = aws.look(account.account)
    assert (found.causes, found.moving) == ({}, True)
    s3.delete_bucket(Bucket="files-id")  # which AWS refuses for one in which something is
    assert s3.list_objects_v2(Bucket="retained-id")["KeyCount"] == 1


@pytest.mark.slow
def test_what_else_keeps_a_stack_is_told(account: Stacks) -> None:
    """A resource each, in AWS's words; also of a bucket that was empty already. It is tried again all the same."""
    aws = Stubbed(_bucket(account, "files-id"))
    aws.stacks(stack("root", "DELETE_FAILED"))
    files = resource("Files", "AWS::S3::Bucket", "DELETE_FAILED", NOT_EMPTY.format(2))
    aws.resources(f"{ID}/root", files, resource("Role", "AWS::IAM::Role", "DELETE_FAILED", "must detach all policies"))
    aws.deletes(f"{ID}/root")
    found = aws.look(account.account)
    said = "The bucket is not empty (Service: S3; Proxy: null)"
    assert found.causes == {"root": f"Files: {said}; Role: must detach all policies"}
    assert not found.moving


@pytest.mark.slow
def test_emptying_counts_what_it_removed(account: Stacks) -> None:
    """More than a request deletes; nothing the second time; and nothing of a bucket that is gone."""
    s3 = _bucket(account, "many", versioned=True)
    for number in range(1001):
        s3.put_object(Bucket="many", Key=f"{number:04}", Body=b"")
    assert empty(s3, "many", account.account) == 1001
    assert empty(s3, "many", account.account) == 0
    s3.delete_bucket(Bucket="many")
    assert empty(s3, "many", account.account) == 0


def test_an_object_that_is_locked_is_told() -> None:
    """With its key, and what AWS said; of another account's bucket nothing is deleted."""
    s3 = boto3.Session("key", "secret", region_name=EUROPE).client("s3")
    asked = {"Bucket": "files", "ExpectedBucketOwner": ACCOUNT}
    with Stubber(s3) as stubber:
        stubber.add_response("list_object_versions", {"Versions": [{"Key": "a", "VersionId": "1"}]}, asked)
        locked = {"Errors": [{"Key": "a", "Code": "AccessDenied", "Message": "Access Denied because of object lock"}]}
        delete = {"Objects": [{"Key": "a", "VersionId": "1"}], "Quiet": True}
        stubber.add_response("delete_objects", locked, {**asked, "Delete": delete})
        with pytest.raises(NotEmptiedError, match=r"1 objects of the bucket files .* 'a': AccessDenied Access Denied"):
            empty(s3, "files", ACCOUNT)
        stubber.add_client_error("list_object_versions", "AccessDenied", "Access Denied", expected_params=asked)
        with pytest.raises(ClientError):
            empty(s3, "files", ACCOUNT)


@pytest.mark.parametrize("role", ["interlock-cleaner", "platform/interlock/cleaner", "a" * 64])
def test_a_role_is_a_name(monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    """With its path, if it has one: in each account it is the same."""
    monkeypatch.setenv(CLEANER, role)
    assert settings.load().cleaner_role == role


@pytest.mark.parametrize("role", ["arn:aws:iam::111111111111:role/cleaner", "/cleaner", "a" * 65, "two words"])
def test_what_is_no_role_is_named(monkeypatch: pytest.MonkeyPatch, role: str) -> None:
    """An ARN is of one account: the setting, its value and what is allowed are told."""
    monkeypatch.setenv(STARTER, role)
    with pytest.raises(settings.SettingsError, match=f"^{STARTER} is .* Allowed: a role's name"):
        settings.load()


def test_words_are_the_same_each_time() -> None:
    """What names one request is left out: the same cause is told once."""
    for request in ("8f2c", "91aa"):
        response: Any = {"Error": {"Code": "Throttling", "Message": f"Rate exceeded, request id: {request}"}}
        assert words(ClientError(response, "DescribeStacks")) == "Throttling: Rate exceeded"
    assert lasting("gone (RequestToken: 8f2c, HandlerErrorCode: NotFound)") == "gone (HandlerErrorCode: NotFound)"
    assert lasting("gone (Request ID: 8f2c)") == "gone"
    assert words(UnreachableError("no such host")) == "no such host"
    assert len(lasting("x" * 2000)) == 500
