"""NO_PUBLIC_BUCKETS: what AWS calls public, in a bucket, an access point and a policy."""

from __future__ import annotations

from typing import Any

import pytest

from pipelinekit.policies.buckets import BLOCKS, broken
from tests.pipelinekit.policies.resources import problems, resource

CLOSED = dict.fromkeys(BLOCKS, True)
ANYONE = {"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}


def bucket(**properties: Any) -> list[str]:
    return problems(broken({}, [resource("AWS::S3::Bucket", **properties)]))


def policy(statement: dict[str, Any], kind: str = "AWS::S3::BucketPolicy") -> list[str]:
    document = {"Statement": [{"Effect": "Deny", "Principal": "*"}, statement]}
    return problems(broken({}, [resource(kind, PolicyDocument=document)]))


def test_a_bucket_blocks_all_four() -> None:
    """What is not said, or known at deployment only, is not blocked."""
    assert bucket(PublicAccessBlockConfiguration=CLOSED) == []
    assert bucket(PublicAccessBlockConfiguration=dict.fromkeys(BLOCKS, "true")) == []
    assert bucket() == [f"It: it does not block public access ({', '.join(BLOCKS)})"]
    assert bucket(PublicAccessBlockConfiguration=CLOSED | {"BlockPublicPolicy": {"Ref": "P"}}) == [
        "It: it does not block public access (BlockPublicPolicy)"
    ]


def test_a_public_acl_is_found() -> None:
    """A canned ACL for everybody is public, whatever else is blocked."""
    found = bucket(AccessControl="PublicRead", PublicAccessBlockConfiguration=CLOSED)
    assert found == ["It: its AccessControl is PublicRead"]
    assert bucket(AccessControl="LogDeliveryWrite", PublicAccessBlockConfiguration=CLOSED) == []


def test_an_access_point_is_closed_unless_it_says_otherwise() -> None:
    """AWS blocks all four of an access point by itself."""
    assert problems(broken({}, [resource("AWS::S3::AccessPoint")])) == []
    opened = resource("AWS::S3::AccessPoint", PublicAccessBlockConfiguration={"BlockPublicAcls": True})
    assert len(problems(broken({}, [opened]))) == 1


@pytest.mark.parametrize(
    "principal", ["*", {"AWS": "*"}, {"AWS": ["arn:aws:iam::1:root", "*"]}, {"CanonicalUser": "*"}]
)
def test_a_policy_for_anyone_is_found(principal: object) -> None:
    """In each way in which IAM lets one write everybody; a Deny lets nobody in."""
    assert policy(ANYONE | {"Principal": principal}) == ["It: statement 2 lets anyone in (s3:GetObject)"]
    assert policy(ANYONE | {"Effect": "Deny", "Principal": principal}) == []


def test_everybody_but_some_is_anyone() -> None:
    """Allow with NotPrincipal lets in whoever is not named."""
    statement = {"Effect": "Allow", "NotPrincipal": {"AWS": "arn:aws:iam::1:root"}, "Action": ["s3:Get*", "s3:Put*"]}
    assert policy(statement) == ["It: statement 2 lets anyone in (s3:Get*, s3:Put*)"]


@pytest.mark.parametrize(
    ("condition", "public"),
    [
        ({"StringEquals": {"aws:PrincipalOrgID": "o-1"}}, False),
        ({"ForAnyValue:StringLike": {"aws:principalorgpaths": "o-1/*"}}, False),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8"]}}, False),
        ({"IpAddress": {"aws:SourceIp": ["10.0.0.0/8", "0.0.0.0/0"]}}, True),
        ({"StringNotEquals": {"aws:PrincipalOrgID": "o-1"}}, True),
        ({"StringEqualsIfExists": {"aws:SourceVpc": "vpc-1"}}, True),
        ({"Null": {"aws:SourceVpc": "false"}}, True),
        ({"StringLike": {"aws:SourceArn": "*"}}, True),
        ({"StringEquals": {"s3:prefix": "public/"}}, True),
    ],
)
def test_a_condition_may_hold_it_to_somebody(condition: dict[str, Any], public: bool) -> None:
    """One of the keys that AWS counts, with a fixed value, neither negated nor passed by what is absent."""
    assert bool(policy(ANYONE | {"Condition": condition})) is public


def test_named_principals_are_nobody_else() -> None:
    """Roles, accounts and AWS's services are named."""
    for principal in ({"AWS": "arn:aws:iam::1:role/x"}, {"Service": "delivery.logs.amazonaws.com"}):
        assert policy(ANYONE | {"Principal": principal}) == []
