"""Seeded failures in two accounts and Regions of an emulator: each shows its true root cause through the graph.

Stacks, their events, early validation and state machines are the emulator's own; CodePipeline's envelopes, which no
emulator sends, name them.
"""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any

import boto3
import pytest
from sqlalchemy import text

from aws.accounts import Accounts
from domain.configuration.kinds import Kind
from domain.words import CheckRunStatus, CheckWhen
from intake.explaining import Explainer
from models.engine import Database
from resolvers import checking
from subscriptions.feed import Feed
from tests import stories
from tests.configuring import register
from tests.emulator import HUB, Cloud
from tests.graph.conftest import Graph
from tests.intake.conftest import PLACES, READER, World, deploying
from tests.service import catches_sigterm, environment, running

pytestmark = [pytest.mark.database, pytest.mark.slow]

HANDLER = """
import json, urllib.request
def handler(event, context):
    body = {"Status": "FAILED", "Reason": "the licence server said: password=hunter2 is wrong",
            "PhysicalResourceId": "licence", "StackId": event["StackId"], "RequestId": event["RequestId"],
            "LogicalResourceId": event["LogicalResourceId"]}
    request = urllib.request.Request(event["ResponseURL"], json.dumps(body).encode(), method="PUT")
    urllib.request.urlopen(request)
"""
FUNCTION = {
    "Type": "AWS::Lambda::Function",
    "Properties": {
        "Handler": "index.handler",
        "Runtime": "python3.11",
        "Role": "arn:aws:iam::000000000000:role/any",
        "Code": {"ZipFile": HANDLER},
    },
}
CUSTOM: dict[str, Any] = {
    "Function": FUNCTION,
    "Licence": {"Type": "Custom::Licence", "Properties": {"ServiceToken": {"Fn::GetAtt": ["Function", "Arn"]}}},
    "After": {"Type": "AWS::SNS::Topic", "DependsOn": "Licence"},
}
BAD_QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True, "QueueName": "no-suffix"}}
BUCKET = {"Type": "AWS::S3::Bucket", "Properties": {"BucketName": "taken"}}

ASKED = """query ($environments: [DeploymentStatus!]) {
  deployments(filter: {status: $environments}) { nodes {
    environment { name }
    failure { kind cause resource resourceType stackPath accountId regionName cascade unexplained
              explainedAt fingerprint { digest seen } } } } }"""


class Stacks:
    """CloudFormation of one account and Region of the emulator."""

    def __init__(self, endpoint: str, account: str, region: str) -> None:
        self._given: dict[str, Any] = {
            "endpoint_url": endpoint,
            "region_name": region,
            "aws_access_key_id": account,
            "aws_secret_access_key": "test",
        }
        self.endpoint = endpoint

    def client(self, service: str) -> Any:
        """A client of any service."""
        return boto3.client(service, **self._given)

    def failing(self, name: str, resources: dict[str, Any]) -> str:
        """A stack that is to fail; its ARN, when it has."""
        cloudformation = self.client("cloudformation")
        template = json.dumps({"Resources": resources})
        id_ = cloudformation.create_stack(StackName=name, TemplateBody=template)["StackId"]
        while (status := self._status(cloudformation, id_)).endswith("_IN_PROGRESS"):
            time.sleep(0.02)
        assert status == "ROLLBACK_COMPLETE"
        return str(id_)

    def _status(self, cloudformation: Any, id_: str) -> str:
        return str(cloudformation.describe_stacks(StackName=id_)["Stacks"][0]["StackStatus"])


@pytest.fixture
def stacks(world: World, credentials: str) -> dict[str, Stacks]:
    """By environment."""
    return {name: Stacks(credentials, world.accounts[name], region) for name, region in PLACES.items()}


def nested(stacks: Stacks, name: str) -> dict[str, Any]:
    """A stack in a stack, with a queue whose name AWS refuses."""
    s3 = stacks.client("s3")
    s3.create_bucket(Bucket=name)
    s3.put_object(Bucket=name, Key="inner.json", Body=json.dumps({"Resources": {"Queue": BAD_QUEUE}}).encode())
    address = f"{stacks.endpoint}/{name}/inner.json"
    return {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": address}}}


async def asked(database: Database, document: str, **variables: Any) -> Any:
    """The graph's answer, in one statement."""
    async with Database(database.url) as own, Feed(own) as feed:
        graph = Graph(database, feed)
        found = await graph(document, **variables)
        assert len(graph.statements) == 1
        return found


async def explain(world: World) -> None:
    """Everything that is due."""
    explainer = Explainer(world.database, Accounts("interlock-reader", READER))
    while await explainer.turn():
        pass


async def test_each_seeded_failure_shows_its_true_root_cause(world: World, stacks: dict[str, Stacks]) -> None:
    """A custom resource, a nested stack, and early validation: from the right account and Region, without secrets."""
    constraint = {"LocationConstraint": PLACES["prod-ap"]}
    stacks["prod-ap"].client("s3").create_bucket(Bucket="taken", CreateBucketConfiguration=constraint)
    failing = {
        "prod-eu": stacks["prod-eu"].failing("payments-prod-eu", CUSTOM),
        "prod-us": stacks["prod-us"].failing("payments-prod-us", nested(stacks["prod-us"], "templates-us")),
        "prod-ap": stacks["prod-ap"].failing("payments-prod-ap", {"Bucket": BUCKET}),
    }
    await world.tell(deploying(failing))
    await explain(world)
    found = await asked(world.database, ASKED, environments=["FAILED"])
    shown = {each["environment"]["name"]: each["failure"] for each in found["deployments"]["nodes"]}
    for name, region in PLACES.items():
        failure = shown[name]
        assert (failure["accountId"], failure["regionName"]) == (world.accounts[name], region)
        assert failure["explainedAt"]
        assert failure["unexplained"] is None
        assert failure["fingerprint"]["seen"] == 1
    custom, inner, early = (shown[name] for name in PLACES)
    assert (custom["kind"], custom["resource"], custom["resourceType"]) == ("RESOURCE", "Licence", "Custom::Licence")
    assert "the licence server said: password=***" in custom["cause"]
    assert "hunter2" not in json.dumps(found)
    assert "The name of a FIFO queue can only include" in inner["cause"]
    assert inner["kind"] == "RESOURCE"
    assert inner["stackPath"].startswith("payments-prod-us")
    assert (early["kind"], early["resource"]) == ("EARLY_VALIDATION", "Bucket")
    assert "/Resources/Bucket" in early["cause"]


async def test_an_alarm_that_fires_in_a_check_is_the_cause(world: World, credentials: str) -> None:
    """Of the environment that it watches; the validation's own action has the state machine's cause."""
    states = Stacks(credentials, stories.ACCOUNT, stories.REGION).client("stepfunctions")
    cause = "5xx on prod-us: AlarmFired - 5xx over 1 %"
    definition = {"StartAt": "No", "States": {"No": {"Type": "Fail", "Error": "StageValidationFailed", "Cause": cause}}}
    machine = states.create_state_machine(
        name="validation", definition=json.dumps(definition), roleArn="arn:aws:iam::000000000000:role/any"
    )["stateMachineArn"]
    execution = states.start_execution(stateMachineArn=machine)["executionArn"]
    await asyncio.to_thread(_ended, states, execution)
    await _alarm(world)
    story = deploying({}, ends="STARTED")
    await world.tell(story)
    await _check_fails(world, story)
    story.action("prod-1", "prod-1.Validate", "FAILED", id=execution, summary="State machine failed")
    story.stage("prod-1", "FAILED")
    story.run("FAILED")
    await world.tell(story)
    await explain(world)
    found = (await asked(world.database, ASKED, environments=["SUCCEEDED"]))["deployments"]["nodes"]
    shown = {each["environment"]["name"]: each["failure"] for each in found}
    assert shown["prod-eu"] is None
    failure = shown["prod-us"]
    assert (failure["kind"], failure["resource"], failure["cause"]) == ("CHECK", "errors", "AlarmFired - 5xx over 1 %")
    assert (failure["accountId"], failure["regionName"]) == (world.accounts["prod-us"], "us-east-1")
    check, action = await world.failures()
    assert (action.kind, action.cause, action.account_id) == ("STATE_MACHINE", cause, stories.ACCOUNT)
    assert check.action_execution_id is None


def _ended(states: Any, execution: str) -> None:
    while states.describe_execution(executionArn=execution)["status"] == "RUNNING":
        time.sleep(0.02)


async def _alarm(world: World) -> None:
    """A check that watches an alarm in each environment."""
    async with world.database.transaction() as session:
        await register(
            session,
            Kind.CHECK,
            name="errors",
            kind="ALARM",
            when="AFTER",
            mode="BLOCKING",
            timeout_minutes=60,
            wave="prod-1",
            configuration={"alarmName": "payments-5xx-{environment}"},
        )


async def _check_fails(world: World, story: stories.Story) -> None:
    """On prod-us alone, as the validation's machine reports it."""
    given: dict[str, Any] = {"execution_id": story.execution, "stage": "prod-1", "when": CheckWhen.AFTER}
    async with world.database.transaction() as session:
        runs = await checking.start_check_runs(session, "tester", now=story.begin, **given)
        for run in runs:
            no = run.subject == "prod-us"
            status = CheckRunStatus.FAILED if no else CheckRunStatus.PASSED
            said = "AlarmFired - 5xx over 1 %" if no else None
            await checking.finish_check_run(
                session, "tester", now=story.begin, check_run=run.id, status=status, cause=said
            )


async def test_the_same_failure_of_another_service_has_the_same_fingerprint(
    world: World, stacks: dict[str, Stacks]
) -> None:
    """In another account and Region, under other names: one fingerprint, seen twice; and what passed afterwards."""
    failing = {
        name: stacks[name].failing(f"payments-{name}", {f"Queue{number}A1B2C3D4": BAD_QUEUE})
        for number, name in enumerate(["prod-eu", "prod-us"])
    }
    story = deploying(failing)
    await world.tell(story)
    await explain(world)
    fixed = deploying({}, begin=story.begin.replace(year=story.begin.year + 1), ends="SUCCEEDED", execution=FIXED)
    fixed.envelopes[0]["detail"]["execution-trigger"]["commit-id"] = "fixed"
    await world.tell(fixed)
    found = await asked(
        world.database,
        """{ fingerprints(filter: {service: "payments"}) { nodes { text seen kind
               services { nodes { name } } environments { nodes { name } }
               lastFailure { environment { name } resolvedBy { revision } } } } }""",
    )
    (common,) = found["fingerprints"]["nodes"]
    assert (common["seen"], common["kind"]) == (2, "RESOURCE")
    assert [each["name"] for each in common["environments"]["nodes"]] == ["prod-eu", "prod-us"]
    assert common["services"]["nodes"] == [{"name": "payments"}]
    assert common["lastFailure"]["resolvedBy"] == {"revision": "fixed"}


FIXED = "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e40"


async def test_the_program_explains_without_a_queue(world: World, stacks: dict[str, Stacks], credentials: str) -> None:
    """Killed, another one goes on; two side by side explain each failure once; SIGTERM ends them well."""
    failing = {"prod-us": stacks["prod-us"].failing("payments-prod-us", {"Queue": BAD_QUEUE})}
    settings = Cloud(credentials, HUB).environment | {"INTERLOCK_READER_ROLE": "interlock-reader"}
    env = environment(world.database.url, **settings)
    with running("intake", env) as first:
        await world.tell(deploying(failing))
        first.kill()
        await asyncio.to_thread(first.wait)
    async with world.database.transaction() as session:  # the lease of what it had in hand is over
        await session.execute(text("update failure set next_at = now() where next_at is not null"))
    with running("intake", env) as second, running("intake", env) as third:
        await _explained(world)
        for process in (second, third):
            await asyncio.to_thread(catches_sigterm, process.pid)
            process.terminate()
            assert await asyncio.to_thread(process.wait, 60) == 0
    (failure,) = await world.failures()
    assert failure.cause.startswith("The name of a FIFO queue")
    assert len(await world.told("failure.explained")) == 1


async def _explained(world: World) -> None:
    """Returns when nothing is unexplained; fails after a minute."""
    for _ in range(1200):
        if all(each.explained_at for each in await world.failures()):
            return
        await asyncio.sleep(0.05)
    raise AssertionError("it is not explained")
