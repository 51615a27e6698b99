"""Failures that are explained: AWS's answers are stubbed where the emulator has none; all else is real."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from botocore.stub import ANY, Stubber
from sqlalchemy import select, text

from domain.words import FailureKind
from models.tables import Fingerprint
from tests import stories
from tests.intake.conftest import HOUR, NOW, PLACES, Aws, World, client, deploying, ended, explain, explainer, stack

pytestmark = pytest.mark.database

BUILD = {
    "buildStatus": "FAILED",
    "projectName": "payments-synth",
    "phases": [
        {"phaseType": "INSTALL", "phaseStatus": "SUCCEEDED"},
        {
            "phaseType": "BUILD",
            "phaseStatus": "FAILED",
            "contexts": [{"statusCode": "COMMAND_EXECUTION_ERROR", "message": "npm test. Reason: exit status 1"}],
        },
    ],
    "logs": {"groupName": "/aws/codebuild/payments-synth", "streamName": "0f5b"},
}


@pytest.mark.parametrize("denied", [False, True])
async def test_a_build_has_its_failing_phase_and_the_logs_tail(world: World, denied: bool) -> None:
    """From the pipeline's account; a log that may not be read costs only its tail. Secrets are in neither."""
    builds, logs = client("codebuild"), client("logs")
    with Stubber(builds) as build_stub, Stubber(logs) as log_stub:
        build_stub.add_response("batch_get_builds", {"builds": [BUILD]}, {"ids": ["payments-synth:0f5b-1"]})
        asked = {"logGroupName": ANY, "logStreamName": "0f5b", "limit": ANY, "startFromHead": False}
        if denied:
            log_stub.add_client_error("get_log_events", "AccessDeniedException", expected_params=asked)
        else:
            lines = [{"message": f"line {number}\n"} for number in range(2000)] + [{"message": "token=abcdef123\n"}]
            log_stub.add_response("get_log_events", {"events": lines}, asked)
        await world.tell(ended("Synth", id="payments-synth:0f5b-1", summary="Build terminated with state: FAILED"))
        aws = Aws(codebuild=builds, logs=logs)
        (failure,) = await explain(world, aws)
    assert failure.kind is FailureKind.BUILD
    assert failure.cause == "BUILD: COMMAND_EXECUTION_ERROR: npm test. Reason: exit status 1"
    assert failure.summary == "Build terminated with state: FAILED"
    assert aws.asked == [(stories.ACCOUNT, stories.REGION)]
    if denied:
        assert failure.log_tail is None
    else:
        assert failure.log_tail is not None
        assert failure.log_tail.endswith("line 1999\ntoken=***")
        assert len(failure.log_tail) <= 4096


async def test_early_validation_of_a_change_set(world: World) -> None:
    """It is found where alone it is, in DescribeEvents, page by page; the change set says only that a hook failed."""
    arn = stack(world, "prod-us").replace("stack/payments-prod-us/", "changeSet/PipelineChange/")
    cloudformation = client("cloudformation")
    described = {
        "ChangeSetName": "PipelineChange",
        "StackId": stack(world, "prod-us"),
        "StackName": "payments-prod-us",
        "Status": "FAILED",
        "StatusReason": "The following hook(s) failed: [AWS::EarlyValidation::PropertyValidation]",
    }
    event = {
        "EventId": "1",
        "OperationId": "op",
        "OperationType": "CREATE_CHANGESET",
        "EventType": "VALIDATION_ERROR",
        "LogicalResourceId": "Function",
        "ResourceType": "AWS::Lambda::Function",
        "Timestamp": NOW - HOUR,
        "ValidationFailureMode": "FAIL",
        "ValidationName": "PROPERTY_VALIDATION",
        "ValidationStatus": "FAILED",
        "ValidationStatusReason": "#/Runtime: nodejs8 is not a valid enum value",
        "ValidationPath": "/Resources/Function/Properties/Runtime",
    }
    asked = {"ChangeSetName": arn, "Filters": {"FailedEvents": True}}
    with Stubber(cloudformation) as stub:
        stub.add_response("describe_change_set", described, {"ChangeSetName": arn})
        stub.add_response("describe_events", {"OperationEvents": [], "NextToken": "more"}, asked)
        stub.add_response("describe_events", {"OperationEvents": [event]}, {**asked, "NextToken": "more"})
        await world.tell(ended("prod-us.Prepare", id=arn))
        (failure,) = await explain(world, Aws(cloudformation=cloudformation))
    assert (failure.kind, failure.resource) == (FailureKind.EARLY_VALIDATION, "Function")
    assert failure.cause == "/Resources/Function/Properties/Runtime: #/Runtime: nodejs8 is not a valid enum value"
    assert (failure.account_id, failure.region_name) == (world.accounts["prod-us"], "us-east-1")


async def test_a_change_set_that_could_not_be_made_says_why(world: World) -> None:
    """Where nothing else does, and where DescribeEvents is not allowed."""
    arn = stack(world, "prod-us").replace("stack/payments-prod-us/", "changeSet/PipelineChange/")
    cloudformation = client("cloudformation")
    described = {"StackId": stack(world, "prod-us"), "Status": "FAILED", "StatusReason": "Transform AWS::X failed"}
    with Stubber(cloudformation) as stub:
        stub.add_response("describe_change_set", described)
        stub.add_client_error("describe_events", "AccessDenied")
        await world.tell(ended("prod-us.Prepare", id=arn))
        (failure,) = await explain(world, Aws(cloudformation=cloudformation))
    assert (failure.kind, failure.cause) == (FailureKind.CHANGE_SET, "Transform AWS::X failed")


async def test_nested_stacks_that_name_each_other_end(world: World) -> None:
    """Each stack is asked for once, however they refer to each other, and no deeper than five."""
    cloudformation = client("cloudformation")
    ids = [stack(world, "prod-eu"), *(f"{stack(world, 'prod-eu')}-{number}" for number in range(9))]

    def answer(params: dict[str, Any], **_: Any) -> None:
        asked.append(params["StackName"])
        number = ids.index(params["StackName"])
        event = {
            "StackId": ids[number],
            "EventId": "1",
            "StackName": "s",
            "Timestamp": NOW - HOUR,
            "LogicalResourceId": f"Inner{number}",
            "ResourceType": "AWS::CloudFormation::Stack",
            "PhysicalResourceId": ids[(number + 1) % len(ids)],
            "ResourceStatus": "CREATE_FAILED",
            "ResourceStatusReason": "Embedded stack was not successfully created",
        }
        stub.add_response("describe_stack_events", {"StackEvents": [event]})

    asked: list[str] = []
    cloudformation.meta.events.register("provide-client-params.cloudformation.DescribeStackEvents", answer)
    cloudformation.meta.events.register(
        "provide-client-params.cloudformation.DescribeEvents",
        lambda **_: stub.add_client_error("describe_events", "InvalidAction"),
    )
    with Stubber(cloudformation) as stub:
        await world.tell(deploying({"prod-eu": ids[0]}, begin=NOW - HOUR))
        (failure,) = await explain(world, Aws(cloudformation=cloudformation))
    assert asked == ids[:6]
    assert failure.cause == "Embedded stack was not successfully created"
    assert failure.stack_path == "payments-prod-eu/Inner0/Inner1/Inner2/Inner3/Inner4"


async def test_a_stage_that_failed_by_itself_has_its_rules_reason(world: World) -> None:
    """A condition said no: asked for a minute later, in the pipeline's account."""
    story = stories.Story(begin=NOW - HOUR)
    story.run("STARTED")
    story.stage("prod-1", "STARTED")
    story.stage("prod-1", "FAILED")
    await world.tell(story)
    pipelines = client("codepipeline")
    rule = {
        "stageName": "prod-1",
        "ruleName": "Alarm",
        "status": "Failed",
        "input": {"ruleTypeId": {"category": "Rule", "provider": "CloudWatchAlarm"}},
        "output": {"executionResult": {"errorDetails": {"message": "alarm payments-5xx is in ALARM"}}},
    }
    with Stubber(pipelines) as stub:
        stub.add_response("list_rule_executions", {"ruleExecutionDetails": [{**rule, "stageName": "x"}, rule]})
        (failure,) = await explain(world, Aws(codepipeline=pipelines))
    assert (failure.kind, failure.cause) == (FailureKind.CONDITION, "Alarm: alarm payments-5xx is in ALARM")


async def test_what_is_told_late_is_added_until_it_is_explained(world: World) -> None:
    """Events come in any order: the stack may be named by the one that says that the action started."""
    story = stories.Story(begin=NOW - HOUR)
    story.action("prod-1", "prod-eu.Deploy", "STARTED", id=stack(world, "prod-eu"))
    story.action("prod-1", "prod-eu.Deploy", "FAILED")
    await world.tell(stories.Story(envelopes=story.envelopes[1:]))
    (failure,) = await world.failures()
    assert (failure.external_id, failure.began_at) == (None, None)
    await world.tell(story)
    (failure,) = await world.failures()
    assert (failure.external_id, failure.account_id) == (stack(world, "prod-eu"), world.accounts["prod-eu"])
    assert failure.began_at == NOW.replace(microsecond=0) - HOUR


async def test_failed_events_of_an_earlier_operation_are_not_the_cause(world: World) -> None:
    """DescribeEvents gives every failure that a stack ever had: those from before the action are of another one."""
    cloudformation = client("cloudformation")
    failing = stack(world, "prod-eu")
    event = {
        "StackId": failing,
        "EventId": "1",
        "OperationId": "op",
        "Timestamp": NOW - 2 * HOUR,
        "LogicalResourceId": "Old",
        "ResourceType": "AWS::SQS::Queue",
        "ResourceStatus": "UPDATE_FAILED",
        "ResourceStatusReason": "name taken",
    }
    await world.tell(deploying({"prod-eu": failing}, begin=NOW - HOUR))
    with Stubber(cloudformation) as stub:
        stub.add_response("describe_events", {"OperationEvents": [event]})
        stub.add_response("describe_stack_events", {"StackEvents": []})
        (failure,) = await explain(world, Aws(cloudformation=cloudformation))
    assert (failure.kind, failure.cause) == (FailureKind.ACTION, "Stack of prod-eu is in ROLLBACK_COMPLETE")


async def test_a_late_action_takes_its_stages_place(world: World) -> None:
    """Events come in any order: the stage's failure may come before that of the action which is why."""
    story = ended("prod-eu.Deploy")
    await world.tell(stories.Story(envelopes=[each for each in story.envelopes if "action" not in each["detail"]]))
    (alone,) = await world.failures()
    assert alone.kind is FailureKind.CONDITION
    await world.tell(story)
    (failure,) = await world.failures()
    assert (failure.kind, failure.resource) == (FailureKind.ACTION, "prod-eu.Deploy")


async def test_a_failure_is_explained_once_by_whoever_comes_first(world: World) -> None:
    """Several workers, told again and again: one look, one event, one fingerprint; the role of the right account."""
    cloudformation = client("cloudformation")
    failing = stack(world, "prod-ap")
    event = {
        "StackId": failing,
        "EventId": "1",
        "OperationId": "op",
        "Timestamp": NOW - HOUR,
        "LogicalResourceId": "Queue",
        "ResourceType": "AWS::SQS::Queue",
        "ResourceStatus": "CREATE_FAILED",
        "ResourceStatusReason": "name taken",
    }
    story = deploying({"prod-ap": failing}, begin=NOW - HOUR)
    with Stubber(cloudformation) as stub:
        stub.add_response("describe_events", {"OperationEvents": [event]})
        await world.tell(story)
        await world.tell(story)
        aws = Aws(cloudformation=cloudformation)
        await asyncio.gather(*(explainer(world, aws).turn() for _ in range(3)))
        await explain(world, aws)
    assert aws.asked == [(world.accounts["prod-ap"], "ap-southeast-2")]
    (failure,) = await world.failures()
    (told,) = await world.told("failure.explained")
    digest = (await world.scalars(select(Fingerprint.digest)))[0]
    expected = {
        "pipeline": "payments",
        "service": "payments",
        "executionId": story.execution,
        "stage": "prod-1",
        "action": "prod-ap.Deploy",
        "environment": "prod-ap",
        "account": world.accounts["prod-ap"],
        "region": "ap-southeast-2",
        "cause": "name taken",
        "fingerprint": digest,
    }
    assert expected.items() <= told.items()
    assert failure.next_at is None


async def test_a_retry_keeps_what_failed_before(world: World) -> None:
    """The action's row is its latest attempt; the failure of the first stays, and is no longer why."""
    story = deploying({"prod-eu": "no arn"}, begin=NOW - HOUR)
    story.retry()
    story.action("prod-1", "prod-eu.Deploy", "STARTED")
    story.action("prod-1", "prod-eu.Deploy", "SUCCEEDED")
    story.stage("prod-1", "SUCCEEDED")
    story.run("SUCCEEDED")
    await world.tell(story)
    (failure,) = await explain(world, Aws())
    assert (failure.attempt, failure.external_id) == (1, "no arn")
    async with world.database.transaction() as session:
        statement = "select count(*) from deployment where status = 'SUCCEEDED'"
        assert await session.scalar(text(statement)) == len(PLACES)
