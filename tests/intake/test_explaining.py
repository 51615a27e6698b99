"""Failures that are explained: AWS's answers are stubbed where the emulator has none; all else is real."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError
from botocore.stub import ANY, Stubber
from sqlalchemy import select, text

from aws.accounts import UnreachableError
from domain.words import FailureKind
from intake.explaining import Explainer
from models.tables import Failure, Fingerprint
from resolvers.failures import LEASE, MOST_TRIES
from tests import stories
from tests.intake.conftest import PLACES, Aws, World, client, deploying

pytestmark = pytest.mark.database

NOW = datetime.now(UTC)
HOUR = timedelta(hours=1)


def stack(world: World, name: str) -> str:
    """The ARN of an environment's stack."""
    return f"arn:aws:cloudformation:{PLACES[name]}:{world.accounts[name]}:stack/payments-{name}/2f0c7a10"


def explainer(world: World, aws: Aws, later: timedelta = timedelta(0)) -> Explainer:
    """A worker, so much later."""
    return Explainer(world.database, aws, lambda: NOW + later)


async def explain(world: World, aws: Aws, later: timedelta = timedelta(0)) -> list[Failure]:
    """All that is due is explained; what failed."""
    while await explainer(world, aws, later).turn():
        pass
    return await world.failures()


def ended(action: str, **result: str) -> stories.Story:
    """An execution one of whose actions failed."""
    story = stories.Story(begin=NOW - HOUR)
    story.run("STARTED")
    story.stage("prod-1", "STARTED")
    story.action("prod-1", action, "FAILED", **result)
    story.stage("prod-1", "FAILED")
    story.run("FAILED")
    return story


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


async def test_an_account_that_is_away_is_tried_again_and_holds_nobody_back(world: World) -> None:
    """Later and later, with the reason shown beside AWS's summary; in the end the summary is the cause."""

    class Away(Aws):
        def session(self, account: str, region: str) -> Any:
            if account == world.accounts["prod-eu"]:
                raise UnreachableError(f"account {account} cannot be reached: AccessDenied: sts:AssumeRole")
            return super().session(account, region)

    cloudformation = client("cloudformation")
    await world.tell(deploying({name: stack(world, name) for name in ("prod-eu", "prod-us")}, begin=NOW - HOUR))
    aws = Away(cloudformation=cloudformation)
    with Stubber(cloudformation) as stub:
        stub.add_response("describe_events", {"OperationEvents": []})
        stub.add_response("describe_stack_events", {"StackEvents": []})
        away, there = await explain(world, aws)
    assert there.explained_at is not None
    assert (away.explained_at, away.cause, away.tries) == (None, "Stack of prod-eu is in ROLLBACK_COMPLETE", 1)
    assert away.unexplained is not None
    assert "sts:AssumeRole" in away.unexplained
    assert [away.tries for away in [(await explain(world, aws))[0]]] == [1]  # it is not due yet
    for number in range(1, MOST_TRIES):
        away, _ = await explain(world, aws, timedelta(hours=2 * number))
    assert (away.tries, away.next_at) == (MOST_TRIES, None)
    assert away.explained_at is not None
    told = [each for each in await world.told("failure.explained") if each["environment"] == "prod-eu"]
    assert [(each["cause"], each["unexplained"]) for each in told] == [(away.cause, away.unexplained)]


@pytest.mark.parametrize(
    "error",
    [EndpointConnectionError(endpoint_url="https://x"), KeyError("an answer without its fields")],
)
async def test_whatever_aws_does_the_worker_goes_on(world: World, error: Exception) -> None:
    """An endpoint that is away, an answer of another shape: put off, and said why."""

    class Broken(Aws):
        def client(self, service: str, **_: Any) -> Any:
            raise error

    await world.tell(deploying({"prod-eu": stack(world, "prod-eu")}, begin=NOW - HOUR))
    (failure,) = await explain(world, Broken())
    assert (failure.explained_at, failure.tries) == (None, 1)
    assert failure.unexplained


async def test_what_aws_knows_no_more_is_explained_by_what_it_said(world: World) -> None:
    """A stack that was deleted meanwhile is no outage: it is not asked for again."""
    cloudformation = client("cloudformation")
    await world.tell(deploying({"prod-eu": stack(world, "prod-eu")}, begin=NOW - HOUR))
    with Stubber(cloudformation) as stub:
        stub.add_client_error("describe_events", "ValidationError", "Stack [x] does not exist")
        stub.add_client_error("describe_stack_events", "ValidationError", "Stack [x] does not exist")
        (failure,) = await explain(world, Aws(cloudformation=cloudformation))
    assert failure.explained_at is not None
    assert (failure.kind, failure.cause) == (FailureKind.ACTION, "Stack of prod-eu is in ROLLBACK_COMPLETE")
    assert failure.unexplained == "ValidationError: Stack [x] does not exist"


async def test_an_account_that_is_not_ours_is_never_asked(world: World) -> None:
    """Whoever forges an envelope could name any: no role is assumed there."""
    aws = Aws()
    forged = stack(world, "prod-eu").replace(world.accounts["prod-eu"], "6" * 12)
    await world.tell(deploying({"prod-eu": forged}, begin=NOW - HOUR))
    (failure,) = await explain(world, aws)
    assert aws.asked == []
    assert failure.account_id == "6" * 12
    assert failure.unexplained == f"account {'6' * 12} is none of the organisation's: it is not asked"


async def test_a_worker_that_dies_leaves_its_failure_to_another(world: World) -> None:
    """What it had in hand is due again when its lease has ended, and not before."""

    class Killed(BaseException):
        pass

    class Dies(Aws):
        def session(self, account: str, region: str) -> Any:
            raise Killed

    await world.tell(deploying({"prod-eu": stack(world, "prod-eu")}, begin=NOW - HOUR))
    with pytest.raises(Killed):
        await explainer(world, Dies()).turn()
    aws = Aws(cloudformation=client("cloudformation"))
    assert (await explain(world, aws))[0].explained_at is None
    with Stubber(aws.clients["cloudformation"]) as stub:
        stub.add_response("describe_events", {"OperationEvents": []})
        stub.add_response("describe_stack_events", {"StackEvents": []})
        (failure,) = await explain(world, aws, LEASE + timedelta(seconds=1))
    assert failure.explained_at is not None


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


async def test_secrets_and_hostile_text_are_never_kept(world: World) -> None:
    """In no column and no event, whatever CodePipeline passes on; text is bounded."""
    secret = "hunter2-and-more"
    summary = f"failed: password={secret} " + "x" * 50_000
    await world.tell(ended("Custom", id=f"odd id {'y' * 5000}", summary=summary))
    (failure,) = await explain(world, Aws())
    kept = json.dumps([str(value) for value in vars(failure).values()]) + json.dumps(
        await world.told("failure.explained")
    )
    assert secret not in kept
    assert len(failure.cause) <= 2000
    assert failure.external_id is not None
    assert len(failure.external_id) <= 2048
