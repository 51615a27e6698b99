"""Stacks in the emulator: change sets prepared and executed, and why one failed.

The words are CodePipeline's: CHANGE_SET_REPLACE prepares, CHANGE_SET_EXECUTE deploys; an empty change set passes.
"""

from __future__ import annotations

import json
import threading
from typing import TYPE_CHECKING

from botocore.exceptions import ClientError

from interlock_cli.rehearsal.accounts import Accounts, assets_bucket
from interlock_cli.rehearsal.assembly import Template
from interlock_cli.rehearsal.places import Place

if TYPE_CHECKING:
    from mypy_boto3_cloudformation.literals import ChangeSetTypeType
    from mypy_boto3_cloudformation.type_defs import DescribeChangeSetOutputTypeDef, StackEventTypeDef, StackTypeDef

POLL_SECONDS = 0.05
DONE = ("CREATE_COMPLETE", "UPDATE_COMPLETE")
BEGUN = ("CREATE_IN_PROGRESS", "UPDATE_IN_PROGRESS")
EMPTY = ("didn't contain changes", "No updates are to be performed")
# A stack whose first creation failed can only be deleted: CloudFormation's rule.
DEAD = ("ROLLBACK_COMPLETE", "ROLLBACK_FAILED", "CREATE_FAILED")
CANCELED = ("Resource creation cancelled", "Resource update cancelled", "The following resource(s) failed")
ALARM = "AWS::CloudWatch::Alarm"
NESTED = "AWS::CloudFormation::Stack"


class ActionFailedError(Exception):
    """The action said no; the message is its summary, `external` the id of what failed, or empty."""

    def __init__(self, summary: str, external: str = "") -> None:
        super().__init__(summary)
        self.summary = summary
        self.external = external


class InterruptedWalkError(Exception):
    """The person stopped the rehearsal while something was running."""


class Stacks:
    """CloudFormation of every account; `stop` ends all waiting."""

    def __init__(self, accounts: Accounts, stop: threading.Event) -> None:
        self._accounts = accounts
        self._stop = stop

    def prepare(self, place: Place, stack: str, change_set: str, template: Template) -> str:
        """Makes or replaces the change set; answers its ARN. Raises ActionFailedError when it cannot be made."""
        self._accounts.prepare(place)
        client = self._accounts.cloudformation(place)
        kind = self._kind_of_change(place, stack)
        if kind == "UPDATE":
            client.delete_change_set(StackName=stack, ChangeSetName=change_set)
        try:
            client.create_change_set(
                StackName=stack,
                ChangeSetName=change_set,
                ChangeSetType=kind,
                TemplateURL=self._upload(place, stack, template),
                Capabilities=["CAPABILITY_NAMED_IAM", "CAPABILITY_AUTO_EXPAND"],
            )
        except ClientError as error:
            raise ActionFailedError(f"The change set of stack {stack} was refused: {reason_of(error)}") from error
        described = self._made(place, stack, change_set)
        if described["Status"] == "FAILED" and not _is_empty(described):
            why = described.get("StatusReason", "no reason given")
            raise ActionFailedError(f"The change set of stack {stack} failed: {why}", described["ChangeSetId"])
        return described["ChangeSetId"]

    def execute(self, place: Place, stack: str, change_set: str) -> str:
        """Executes the change set and waits; answers the stack's ARN. Raises ActionFailedError with the root cause."""
        described = self._made(place, stack, change_set)
        if _is_empty(described):
            return described["StackId"]
        try:
            self._accounts.cloudformation(place).execute_change_set(StackName=stack, ChangeSetName=change_set)
        except ClientError as error:
            raise ActionFailedError(
                f"The change set of stack {stack} cannot be executed: {reason_of(error)}", described["StackId"]
            ) from error
        ended = self._ended(place, stack)
        identity = ended.get("StackId", "")
        if ended["StackStatus"] not in DONE:
            raise ActionFailedError(self.failure(place, stack, ended["StackStatus"], identity), identity)
        return identity

    def deploy(self, place: Place, stack: str, template: Template) -> str:
        """Prepares and executes at once; answers the stack's ARN. Raises ActionFailedError."""
        self.prepare(place, stack, "interlock-rehearsal", template)
        return self.execute(place, stack, "interlock-rehearsal")

    def identities(self, place: Place, stack: str) -> dict[str, str]:
        """The physical id of every resource, by logical id."""
        pages = self._accounts.cloudformation(place).get_paginator("list_stack_resources").paginate(StackName=stack)
        return {
            each["LogicalResourceId"]: each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
            if "PhysicalResourceId" in each
        }

    def alarms(self, place: Place, stack: str) -> list[str]:
        """The names of the stack's own metric alarms."""
        pages = self._accounts.cloudformation(place).get_paginator("list_stack_resources").paginate(StackName=stack)
        return [
            each["PhysicalResourceId"]
            for page in pages
            for each in page["StackResourceSummaries"]
            if each["ResourceType"] == ALARM and "PhysicalResourceId" in each
        ]

    def failure(self, place: Place, stack: str, status: str, identity: str) -> str:
        """`Stack S is in ROLLBACK_COMPLETE: Queue: the reason`: the first cause, not the cascade."""
        cause = self._root_cause(place, identity or stack)
        return f"Stack {stack} is in {status}: {cause}" if cause else f"Stack {stack} is in {status}"

    def _root_cause(self, place: Place, stack: str) -> str:
        """The first resource that failed since the stack last began to change; a nested stack's own first failure."""
        pages = self._accounts.cloudformation(place).get_paginator("describe_stack_events").paginate(StackName=stack)
        events = [event for page in pages for event in page["StackEvents"]]
        for event in first_failures(events):
            name, why = event["LogicalResourceId"], event.get("ResourceStatusReason", "no reason given")
            nested = event.get("PhysicalResourceId", "")
            if event.get("ResourceType") == NESTED and nested and nested != event["StackId"]:
                return f"{name}: {self._root_cause(place, nested) or why}"
            return f"{name}: {why}"
        return ""

    def _kind_of_change(self, place: Place, stack: str) -> ChangeSetTypeType:
        found = self._find(place, stack)
        if found is None or found["StackStatus"] == "REVIEW_IN_PROGRESS":
            return "CREATE"
        if found["StackStatus"] in DEAD:
            client = self._accounts.cloudformation(place)
            client.delete_stack(StackName=stack)
            while self._find(place, stack) is not None:
                self._pause()
            return "CREATE"
        return "UPDATE"

    def _upload(self, place: Place, stack: str, template: Template) -> str:
        """An address of the template: a request of CreateChangeSet holds 51,200 bytes, an object 1 MB."""
        bucket, key = assets_bucket(place), f"rehearsal/{stack}.template.json"
        body = json.dumps(template, separators=(",", ":")).encode()
        self._accounts.s3(place).put_object(Bucket=bucket, Key=key, Body=body)
        return f"{self._accounts.endpoint}/{bucket}/{key}"

    def _made(self, place: Place, stack: str, change_set: str) -> DescribeChangeSetOutputTypeDef:
        client = self._accounts.cloudformation(place)
        while True:
            described = client.describe_change_set(StackName=stack, ChangeSetName=change_set)
            if described["Status"] not in ("CREATE_PENDING", "CREATE_IN_PROGRESS"):
                return described
            self._pause()

    def _ended(self, place: Place, stack: str) -> StackTypeDef:
        client = self._accounts.cloudformation(place)
        while True:
            described = client.describe_stacks(StackName=stack)["Stacks"][0]
            if not described["StackStatus"].endswith("IN_PROGRESS"):
                return described
            self._pause()

    def _find(self, place: Place, stack: str) -> StackTypeDef | None:
        try:
            return self._accounts.cloudformation(place).describe_stacks(StackName=stack)["Stacks"][0]
        except ClientError as error:
            if "does not exist" in reason_of(error):
                return None
            raise

    def _pause(self) -> None:
        if self._stop.wait(POLL_SECONDS):
            raise InterruptedWalkError


def first_failures(events: list[StackEventTypeDef]) -> list[StackEventTypeDef]:
    """The failures since the stack last began to change, the earliest first, without those that merely followed.

    `events` are as DescribeStackEvents gives them: the newest first.
    """
    recent: list[StackEventTypeDef] = []
    for event in events:
        own = event.get("PhysicalResourceId") == event["StackId"]
        if own and event.get("ResourceStatus") in BEGUN:
            break
        if not own and event.get("ResourceStatus", "").endswith("_FAILED"):
            recent.append(event)
    causes = [each for each in recent if not each.get("ResourceStatusReason", "").startswith(CANCELED)]
    return causes[::-1]


def reason_of(error: ClientError) -> str:
    """What AWS said, without botocore's words around it."""
    return error.response["Error"].get("Message", str(error))


def _is_empty(described: DescribeChangeSetOutputTypeDef) -> bool:
    reason = described.get("StatusReason", "")
    return described["Status"] == "FAILED" and any(words in reason for words in EMPTY)
