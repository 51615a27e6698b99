"""NO_PUBLIC_BUCKETS: no bucket can be read or written by the public.

"Public" is what AWS calls so ("The meaning of public", Amazon S3 user guide): a policy that lets anyone in is not
public where a condition holds it to fixed accounts, organisations, networks or addresses.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelinekit.policies.resources import Broken, Resource, is_true, of_kind

BLOCKS = ("BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets")
PUBLIC_ACLS = ("PublicRead", "PublicReadWrite", "AuthenticatedRead")
NARROWING = (
    "aws:principalaccount",
    "aws:principalarn",
    "aws:principalorgid",
    "aws:principalorgpaths",
    "aws:sourceaccount",
    "aws:sourcearn",
    "aws:sourceip",
    "aws:sourceorgid",
    "aws:sourcevpc",
    "aws:sourcevpce",
    "aws:userid",
    "aws:vpcsourceip",
    "s3:dataaccesspointaccount",
    "s3:dataaccesspointarn",
)
"""Keys of a condition that hold a statement to somebody, in lower case: IAM does not mind the case."""
POLICIES = ("AWS::S3::BucketPolicy", "AWS::S3::AccessPoint", "AWS::S3::MultiRegionAccessPointPolicy")
EVERYWHERE = ("0.0.0.0/0", "::/0", "*")


def broken(_: Mapping[str, Any], resources: Sequence[Resource]) -> Iterator[Broken]:
    """Buckets and access points that do not block the public, and policies that let it in."""
    for resource in of_kind(resources, "AWS::S3::Bucket"):
        yield from _acl(resource)
        yield from _blocks(resource, resource.properties.get("PublicAccessBlockConfiguration"))
    for resource in of_kind(resources, "AWS::S3::AccessPoint", "AWS::S3::MultiRegionAccessPoint"):
        # AWS blocks all four unless told otherwise.
        given = resource.properties.get("PublicAccessBlockConfiguration")
        yield from _blocks(resource, given) if given is not None else ()
    for resource in of_kind(resources, *POLICIES):
        yield from _policy(resource)


def is_public_acl(value: object) -> bool:
    return value in PUBLIC_ACLS


def _acl(bucket: Resource) -> Iterator[Broken]:
    acl = bucket.properties.get("AccessControl")
    if is_public_acl(acl):
        yield Broken(bucket.path, f"its AccessControl is {acl}", "leave access_control out")


def _blocks(resource: Resource, given: object) -> Iterator[Broken]:
    blocks = given if isinstance(given, Mapping) else {}
    open_ = [name for name in BLOCKS if not is_true(blocks.get(name))]
    if open_:
        yield Broken(
            resource.path,
            f"it does not block public access ({', '.join(open_)})",
            "give it block_public_access=s3.BlockPublicAccess.BLOCK_ALL",
        )


def _policy(resource: Resource) -> Iterator[Broken]:
    document = resource.properties.get("PolicyDocument") or resource.properties.get("Policy") or {}
    statements = document.get("Statement", []) if isinstance(document, Mapping) else []
    for number, statement in enumerate(statements if isinstance(statements, list) else [statements], 1):
        if _lets_anyone(statement):
            yield Broken(
                resource.path,
                f"statement {number} lets anyone in ({_said(statement)})",
                "name principals, or hold it to an account, an organisation or a network by a condition",
            )


def _lets_anyone(statement: Mapping[str, Any]) -> bool:
    if statement.get("Effect") != "Allow" or (
        "NotPrincipal" not in statement and not _anyone(statement.get("Principal"))
    ):
        return False
    return not any(_narrows(key, value) for test in _tests(statement) for key, value in test.items())


def _anyone(principal: object) -> bool:
    if isinstance(principal, Mapping):
        return any(_anyone(value) for name, value in principal.items() if name in ("AWS", "CanonicalUser"))
    return principal == "*" or (isinstance(principal, list) and "*" in principal)


def _tests(statement: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The tests of a condition that can hold it to somebody: neither negated nor passed by what is absent."""
    for operator, test in (statement.get("Condition") or {}).items():
        if "Not" not in operator and "IfExists" not in operator and operator not in ("Null", "Bool"):
            yield test


def _narrows(key: str, value: object) -> bool:
    values = value if isinstance(value, list) else [value]
    return key.lower() in NARROWING and not any(each in EVERYWHERE for each in values)


def _said(statement: Mapping[str, Any]) -> str:
    actions = statement.get("Action", statement.get("NotAction"))
    return ", ".join(map(str, actions)) if isinstance(actions, list) else str(actions)
