"""Deleting the stacks of a test environment: those with its tag, round by round, and no others."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.exceptions import ClientError

from interlock_cli.cdk.deleting import delete_tagged

TAGS = [{"Key": "interlock:environment", "Value": "test-ada-1"}]


def refused(message: str) -> ClientError:
    return ClientError({"Error": {"Code": "ValidationError", "Message": message}}, "DeleteStack")


class CloudFormation:
    """Stacks by name; each may be imported by others, be protected, or need some looks before it is gone."""

    def __init__(self, **stacks: dict[str, Any]) -> None:
        self.stacks = stacks
        self.ordered: list[str] = []

    def client(self, _: str) -> CloudFormation:
        return self

    def get_paginator(self, _: str) -> CloudFormation:
        return self

    def paginate(self) -> list[dict[str, Any]]:
        return [{"Stacks": [self._shown(name) for name in self.stacks]}]

    def delete_stack(self, StackName: str) -> None:  # noqa: N803 - AWS's name
        stack = self.stacks[StackName]
        if stack.get("protected"):
            raise refused(f"Stack [{StackName}] cannot be deleted while TerminationProtection is enabled")
        self.ordered.append(StackName)
        stack["status"] = "DELETE_IN_PROGRESS"

    def describe_stacks(self, StackName: str) -> dict[str, Any]:  # noqa: N803 - AWS's name
        if StackName not in self.stacks:
            raise refused(f"Stack with id {StackName} does not exist")
        shown = self._shown(StackName)
        stack = self.stacks[StackName]
        if stack["status"] == "DELETE_IN_PROGRESS":
            importers = [each for each in stack.get("imported_by", ()) if each in self.stacks]
            if importers:
                stack.update(status="DELETE_FAILED", reason=f"Export is in use by {importers[0]}")
            else:
                del self.stacks[StackName]
        return {"Stacks": [shown]}

    def _shown(self, name: str) -> dict[str, Any]:
        stack = self.stacks[name]
        status = stack.setdefault("status", "CREATE_COMPLETE")
        shown = {"StackName": name, "StackStatus": status, "Tags": stack.get("tags", TAGS)}
        return shown | {"StackStatusReason": stack.get("reason")}


def test_what_others_import_goes_after_them() -> None:
    """The first round is refused what is in use, the second deletes it; other stacks are never touched."""
    aws = CloudFormation(network={"imported_by": ["app"]}, app={}, others={"tags": []})
    naps: list[float] = []
    assert delete_tagged(aws, "test-ada-1", naps.append) == (["network", "app"], {})
    assert aws.ordered == ["network", "app", "network"]
    assert list(aws.stacks) == ["others"]
    assert naps


def test_what_stays_is_told_with_awss_reason() -> None:
    """Termination protection is respected; the rest goes."""
    aws = CloudFormation(app={}, kept={"protected": True})
    gone, left = delete_tagged(aws, "test-ada-1", lambda _: None)
    assert gone == ["app"]
    assert left == {"kept": "Stack [kept] cannot be deleted while TerminationProtection is enabled"}


@pytest.mark.parametrize("name", ["test-ada", "test-ada-10"])
def test_the_tag_must_be_the_very_name(name: str) -> None:
    """And where nothing carries it, nothing is done."""
    aws = CloudFormation(app={})
    assert delete_tagged(aws, name) == ([], {})
    assert aws.ordered == []
