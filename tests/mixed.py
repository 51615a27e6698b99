"""One execution as every service of AWS tells of it: its pipeline, a build, two stacks, a state machine and an alarm.

The build fails and is retried; the stack of prod-us-east-1 fails with a cascade, rolls back, and is deployed again; the
alarm goes off meanwhile.
"""

from __future__ import annotations

import uuid
from datetime import timedelta
from typing import Any

from tests import stories
from tests.stories import ACCOUNT, BEGIN, REGION, Story

WORKLOADS = "111111111111"
STACK = f"arn:aws:cloudformation:us-east-1:{WORKLOADS}:stack/payments-prod/2f0c7a10-0000-11f0-9d52-0a1b2c3d4e5f"
OTHER_STACK = f"arn:aws:cloudformation:eu-west-1:{WORKLOADS}:stack/payments-prod/7b0c7a10-0000-11f0-9d52-0a1b2c3d4e5f"
BUILD = "synth:8745a7a9-c340-456a-9166-edf953571bec"
BUILD_ARN = f"arn:aws:codebuild:{REGION}:{ACCOUNT}:build/{BUILD}"
MACHINE = f"arn:aws:states:{REGION}:{ACCOUNT}:execution:payments-validation:47f821c5"
ALARM = f"arn:aws:cloudwatch:us-east-1:{WORKLOADS}:alarm:payments-5xx"
CAUSE = "The name of a FIFO queue can only include letters."


class Told:
    """Envelopes of services other than CodePipeline, each at a second of the execution."""

    def __init__(self) -> None:
        self.envelopes: list[dict[str, Any]] = []

    def tell(self, second: int, kind: str, arn: str, **detail: Any) -> dict[str, Any]:
        """Another envelope about an ARN, in the ARN's account and Region."""
        _, _, service, region, account, _ = arn.split(":", 5)
        envelope = {
            "version": "0",
            "id": str(uuid.uuid5(uuid.NAMESPACE_URL, f"{arn}#{len(self.envelopes)}")),
            "detail-type": kind,
            "source": f"aws.{service}",
            "account": account,
            "time": (BEGIN + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%SZ"),
            "region": region,
            "resources": [arn],
            "detail": detail,
        }
        self.envelopes.append(envelope)
        return envelope

    def stack(self, second: int, stack: str, status: str, why: str = "") -> None:
        """A status of a stack."""
        said = {"stack-id": stack, "status-details": {"status": status, "status-reason": why}}
        self.tell(second, "CloudFormation Stack Status Change", stack, **said)

    def resource(self, second: int, stack: str, name: str, status: str, why: str = "") -> None:
        """A status of a resource of a stack."""
        said = {
            "stack-id": stack,
            "logical-resource-id": name,
            "physical-resource-id": f"{name}-1",
            "resource-type": "AWS::SQS::Queue",
            "status-details": {"status": status, "status-reason": why},
        }
        self.tell(second, "CloudFormation Resource Status Change", stack, **said)

    def build(self, second: int, status: str, *phases: dict[str, Any]) -> None:
        """A state of the build, with the phases that it has been through."""
        more = {
            "build-start-time": "Nov 22, 2026 11:00:05 PM",
            "logs": {"deep-link": "https://console.aws.amazon.com/logs"},
            "phases": list(phases),
            "environment": {"environment-variables": [{"name": "T", "value": "hidden-word", "type": "PLAINTEXT"}]},
        }
        said = {"build-status": status, "project-name": "synth", "build-id": BUILD_ARN, "additional-information": more}
        self.tell(second, "CodeBuild Build State Change", BUILD_ARN, **said)

    def machine(self, second: int, status: str, cause: str | None = None) -> None:
        """A status of the state machine's execution."""
        start = int(BEGIN.timestamp() * 1000) + 40_000
        said = {"executionArn": MACHINE, "status": status, "startDate": start, "cause": cause, "input": '"hidden-word"'}
        stop = {} if status == "RUNNING" else {"stopDate": start + 1000 * (second - 40), "output": '"hidden-word"'}
        self.tell(second, "Step Functions Execution Status Change", MACHINE, **said, **stop)

    def alarm(self, second: int, state: str, previous: str, why: str) -> None:
        """The alarm changes its state."""
        moment = (BEGIN + timedelta(seconds=second)).strftime("%Y-%m-%dT%H:%M:%S.250+0000")
        said = {"state": {"value": state, "reason": why, "timestamp": moment}, "previousState": {"value": previous}}
        self.tell(second, "CloudWatch Alarm State Change", ALARM, alarmName="payments-5xx", **said)


def pipeline() -> Story:
    """What CodePipeline tells."""
    story = stories.until_prod()
    story.stage("prod-1", "STARTED")
    for name in ("prod-eu-west-1.Prepare", "prod-us-east-1.Prepare"):
        story.action("prod-1", name, "STARTED")
        story.action("prod-1", name, "SUCCEEDED")
    story.action("prod-1", "prod-eu-west-1.Deploy", "STARTED", id=OTHER_STACK)
    story.action("prod-1", "prod-eu-west-1.Deploy", "SUCCEEDED", id=OTHER_STACK)
    story.action("prod-1", "prod-us-east-1.Deploy", "STARTED", id=STACK)
    story.action("prod-1", "prod-us-east-1.Deploy", "FAILED", id=STACK, summary=stories.FAILURE)
    story.stage("prod-1", "FAILED")
    story.run("FAILED")
    story.retry()
    story.stage("prod-1", "RESUMED")
    story.action("prod-1", "prod-us-east-1.Deploy", "STARTED", id=STACK)
    story.action("prod-1", "prod-us-east-1.Deploy", "SUCCEEDED", id=STACK)
    story.action("prod-1", "prod-1.Validate", "STARTED", id=MACHINE)
    story.action("prod-1", "prod-1.Validate", "FAILED", id=MACHINE, summary="StageValidationFailed")
    story.stage("prod-1", "FAILED")
    story.run("FAILED")
    return story


def others() -> Told:
    """What all the others tell."""
    told = Told()
    told.build(5, "IN_PROGRESS")
    build = {"phase-type": "BUILD", "phase-status": "FAILED", "end-time": "Nov 22, 2026 11:00:09 PM"}
    told.build(9, "FAILED", build | {"phase-context": ["COMMAND_EXECUTION_ERROR: exit status 1"]})
    told.stack(20, OTHER_STACK, "UPDATE_IN_PROGRESS")
    told.resource(21, OTHER_STACK, "Good", "UPDATE_COMPLETE")
    told.stack(22, OTHER_STACK, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    told.stack(22, OTHER_STACK, "UPDATE_COMPLETE")
    told.stack(23, STACK, "UPDATE_IN_PROGRESS", "User Initiated")
    told.resource(24, STACK, "Bad", "CREATE_FAILED", CAUSE)
    told.resource(24, STACK, "Also", "CREATE_FAILED", "Resource creation cancelled")
    told.stack(25, STACK, "UPDATE_ROLLBACK_IN_PROGRESS", "The following resource(s) failed to create: [Also, Bad].")
    told.alarm(25, "ALARM", "OK", "Threshold Crossed: 12.0 > 1.0")
    told.stack(26, STACK, "UPDATE_ROLLBACK_COMPLETE_CLEANUP_IN_PROGRESS")
    told.stack(27, STACK, "UPDATE_ROLLBACK_COMPLETE")
    told.stack(33, STACK, "UPDATE_IN_PROGRESS", "User Initiated")
    told.stack(35, STACK, "UPDATE_COMPLETE_CLEANUP_IN_PROGRESS")
    told.stack(36, STACK, "UPDATE_COMPLETE")
    told.alarm(38, "OK", "ALARM", "1 datapoint was not greater than the threshold")
    told.machine(40, "RUNNING")
    told.machine(45, "FAILED", "alarm-3: AlarmFired - 5xx over 1 %")
    return told


def envelopes() -> list[dict[str, Any]]:
    """All of it."""
    return [*pipeline().envelopes, *others().envelopes]
