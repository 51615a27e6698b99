"""One look at an account whose test environment is at its end: stacks that carry its tag are deleted, and no others.

A look orders what can be ordered, and waits for nothing. It says what it found; when the next one is due is for others.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from boto3.session import Session
from botocore.exceptions import ClientError

from aws.accounts import CONFIG, AwsError, lasting, words
from domain.upkeep import Look
from upkeep.buckets import NotEmptiedError, empty

if TYPE_CHECKING:
    from mypy_boto3_cloudformation import CloudFormationClient
    from mypy_boto3_cloudformation.type_defs import StackResourceSummaryTypeDef, StackTypeDef
    from mypy_boto3_s3 import S3Client

TAG = "interlock:environment"
BUCKET = "AWS::S3::Bucket"
NESTED = "AWS::CloudFormation::Stack"


@dataclass
class _Found:
    """What a look comes to, while it is being made."""

    causes: dict[str, str]
    moving: bool = False


class Cleaner:
    """Cleans one test environment. account: whose buckets alone are emptied."""

    def __init__(self, session: Session, account: str) -> None:
        self._cloudformation: CloudFormationClient = session.client("cloudformation", config=CONFIG)
        self._s3: S3Client = session.client("s3", config=CONFIG)
        self._account = account

    def look(self, environment: str) -> Look:
        """Orders the deletion of the stacks whose tag names the environment. Raises what AWS raises of the list."""
        pages = self._cloudformation.get_paginator("describe_stacks").paginate()
        stacks = tagged((stack for page in pages for stack in page["Stacks"]), environment)
        found = _Found({})
        for stack in stacks:
            try:
                self._delete(stack, stacks, found)
            except AwsError as error:
                found.causes[stack["StackName"]] = words(error)
        names = tuple(stack["StackName"] for stack in stacks)
        return Look(names, found.causes, found.moving)

    def _delete(self, stack: StackTypeDef, stacks: Sequence[StackTypeDef], found: _Found) -> None:
        """Orders one stack's deletion, where nothing stands in its way."""
        name, status = stack["StackName"], stack["StackStatus"]
        if status.endswith("_IN_PROGRESS") and status != "REVIEW_IN_PROGRESS":
            found.moving = True
            return
        cause = _protected(stack) or _nested_elsewhere(stack, stacks)
        if cause:
            found.causes[name] = cause
            return
        if "ParentId" in stack:
            return  # it goes with the stack that it is nested in
        importers = self._importers(stack)
        others = sorted(importers - {each["StackName"] for each in stacks})
        if others:
            found.causes[name] = (
                f"its exports are imported by {', '.join(others)}, without the tag {TAG} of this environment. "
                "Delete that, or take its import out."
            )
        if importers:
            return  # those go first
        failures = self._freed(stack["StackId"]) if status == "DELETE_FAILED" else []
        if failures:
            found.causes[name] = "; ".join(failures)
        self._cloudformation.delete_stack(StackName=stack["StackId"])
        found.moving = found.moving or not failures

    def _importers(self, stack: StackTypeDef) -> set[str]:
        """The stacks that import what this one exports."""
        found: set[str] = set()
        for export in (each["ExportName"] for each in stack.get("Outputs", []) if each.get("ExportName")):
            pages = self._cloudformation.get_paginator("list_imports").paginate(ExportName=export)
            try:
                found |= {name for page in pages for name in page["Imports"]}
            except ClientError as error:
                if "is not imported" not in error.response["Error"].get("Message", ""):
                    raise
        return found

    def _freed(self, stack: str) -> list[str]:
        """Empties the buckets for which a stack could not be deleted; why else it could not, a resource each.

        Only what CloudFormation itself tried to delete: a bucket that the template retains is left with all it holds.
        """
        causes = []
        for resource in self._failed(stack):
            cause = lasting(resource.get("ResourceStatusReason") or "it could not be deleted, and AWS does not say why")
            if resource["ResourceType"] == BUCKET and "PhysicalResourceId" in resource:
                try:
                    if empty(self._s3, resource["PhysicalResourceId"], self._account):
                        continue
                except NotEmptiedError as error:
                    cause = str(error)
                except AwsError as error:
                    cause = words(error)
            elif resource["ResourceType"] == NESTED and "PhysicalResourceId" in resource:
                causes += self._freed(resource["PhysicalResourceId"])
                continue
            causes.append(f"{resource['LogicalResourceId']}: {cause}")
        return causes

    def _failed(self, stack: str) -> Iterator[StackResourceSummaryTypeDef]:
        pages = self._cloudformation.get_paginator("list_stack_resources").paginate(StackName=stack)
        for page in pages:
            for resource in page["StackResourceSummaries"]:
                if resource["ResourceStatus"] == "DELETE_FAILED":
                    yield resource


def tagged(stacks: Iterable[StackTypeDef], environment: str) -> list[StackTypeDef]:
    """The stacks whose tag is the environment's name, and nothing but it."""
    return [stack for stack in stacks if _tags(stack).get(TAG) == environment]


def _tags(stack: StackTypeDef) -> Mapping[str, str]:
    return {tag["Key"]: tag["Value"] for tag in stack.get("Tags", [])}


def _protected(stack: StackTypeDef) -> str | None:
    if not stack.get("EnableTerminationProtection"):
        return None
    return "it is protected from termination. Take the protection off, and it is deleted."


def _nested_elsewhere(stack: StackTypeDef, stacks: Sequence[StackTypeDef]) -> str | None:
    """A nested stack is deleted with the one that it is nested in, whose tag therefore decides."""
    parent = stack.get("ParentId")
    if parent is None or parent in {each["StackId"] for each in stacks}:
        return None
    return f"it is nested in {parent}, without the tag {TAG} of this environment. Delete that, or the tag."
