"""CloudFormation in an environment, as far as restoring a stack needs it: stacks and change sets."""

from __future__ import annotations

import dataclasses
import xml.etree.ElementTree as ET
from typing import Any

from .aws import Aws, AwsError

Json = dict[str, Any]
VERSION = "2010-05-15"
INLINE_BYTES = 51_200
"""The longest template that CloudFormation takes in the request itself."""


@dataclasses.dataclass(frozen=True)
class Change:
    """What a change set is made of. url: the template's, where it is too long to be sent."""

    stack: str
    name: str
    template: str
    url: str
    role: str
    capabilities: list[str]
    parameters: dict[str, str]
    tags: dict[str, str]
    new: bool


class Stacks:
    """CloudFormation with some credentials in a Region."""

    def __init__(self, aws: Aws) -> None:
        self._aws = aws

    def stack(self, name: str) -> Json | None:
        """{StackId, StackStatus, StackStatusReason} of a stack; None where there is none."""
        keys = ("StackId", "StackStatus", "StackStatusReason")
        return self._described({"Action": "DescribeStacks", "StackName": name}, keys)

    def change(self, stack: str, name: str) -> Json | None:
        """{ChangeSetId, Status, StatusReason, ExecutionStatus} of a change set; None where there is none."""
        keys = ("ChangeSetId", "Status", "StatusReason", "ExecutionStatus")
        return self._described({"Action": "DescribeChangeSet", "StackName": stack, "ChangeSetName": name}, keys)

    def create(self, change: Change) -> None:
        """Begins to make a change set."""
        template = {"TemplateURL": change.url} if change.url else {"TemplateBody": change.template}
        form = {
            "Action": "CreateChangeSet",
            "StackName": change.stack,
            "ChangeSetName": change.name,
            "ChangeSetType": "CREATE" if change.new else "UPDATE",
            "Description": "Interlock: returned to the last good revision",
            **template,
            **({"RoleARN": change.role} if change.role else {}),
        }
        form |= {f"Capabilities.member.{place}": each for place, each in enumerate(change.capabilities, start=1)}
        for kind, names, values in (
            ("Parameters", ("ParameterKey", "ParameterValue"), change.parameters),
            ("Tags", ("Key", "Value"), change.tags),
        ):
            for place, pair in enumerate(values.items(), start=1):
                form |= {f"{kind}.member.{place}.{name}": value for name, value in zip(names, pair, strict=True)}
        self._ask(form)

    def execute(self, stack: str, name: str) -> None:
        """Begins to carry a change set out."""
        self._ask({"Action": "ExecuteChangeSet", "StackName": stack, "ChangeSetName": name})

    def delete(self, stack: str, name: str) -> None:
        """A change set that is of no use goes."""
        self._ask({"Action": "DeleteChangeSet", "StackName": stack, "ChangeSetName": name})

    def _described(self, form: dict[str, str], keys: tuple[str, ...]) -> Json | None:
        try:
            answer = self._ask(form)
        except AwsError as error:
            if "does not exist" in str(error) or "ChangeSetNotFound" in str(error):
                return None
            raise
        found: dict[str, str] = {}
        for element in answer.iter():
            found.setdefault(element.tag.rpartition("}")[2], element.text or "")
        return {key: found.get(key, "") for key in keys}

    def _ask(self, form: dict[str, str]) -> ET.Element:
        return self._aws.by_form("cloudformation", {"Version": VERSION, **form})
