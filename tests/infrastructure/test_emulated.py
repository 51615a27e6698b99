"""The path of events, deployed for real in the emulator: a member's bus, the hub's, the queue, `intake`, the rows.

Where the emulator ends:

- Only AWS sends sources that begin with `aws.`, and it sends none by itself: the rules have `test.` in their place.
- An event does not leave its account and Region. The tooling account is a member of its own hub, and there every hop is
  the emulator's; of another account, what the rule has let through is carried by the test, and the hub's rule is asked.
- It looks at no policy, of IAM or of a resource, and encrypts nothing.
- It has no stack sets: the templates that these carry are deployed to accounts one by one.
- It has no NAT gateways and no flow logs, so neither the network nor what stands on it, and no outbound federation.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import func, select

from models.engine import Database
from models.tables import Alarm, Envelope, SetAside, Work
from tests import mixed, stories
from tests.emulator import HUB, Cloud, started
from tests.pipelinekit.synthesis import Synthesized
from tests.service import Forked, environment

pytestmark = [pytest.mark.database, pytest.mark.slow]

MEMBER = mixed.WORKLOADS
REGIONS = ("eu-west-1", "us-east-1")
PIPELINES = "999999999999"


def deployed(cloud: Cloud, name: str, template: str) -> dict[str, Any]:
    """The stack, made by plain CloudFormation, as it ended."""
    client = cloud.client("cloudformation")
    cloud.client("ssm").put_parameter(
        Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True
    )
    client.create_stack(StackName=name, TemplateBody=template, Capabilities=["CAPABILITY_NAMED_IAM"])
    while True:
        stack: dict[str, Any] = client.describe_stacks(StackName=name)["Stacks"][0]
        if not stack["StackStatus"].endswith("IN_PROGRESS"):
            return stack
        time.sleep(0.05)


@pytest.fixture(scope="module")
def hub(done: Synthesized) -> Iterator[Cloud]:
    """The tooling account, with what keeps data and what takes events; it is a member as well.

    In an emulator of its own: what a first try has left halfway is in no other's way.
    """
    with started() as emulator:
        yield _hub(Cloud(emulator, HUB), done)


def _hub(cloud: Cloud, done: Synthesized) -> Cloud:
    for name in ("InterlockFoundation", "InterlockIntake"):
        stack = deployed(cloud, name, (done.folder / f"{name}.template.json").read_text())
        assert stack["StackStatus"] == "CREATE_COMPLETE", stack
    told_by_a_test(cloud, "interlock", "interlock-told")
    return joined(cloud, done)


@pytest.fixture(scope="module")
def members(done: Synthesized, hub: Cloud) -> dict[str, Cloud]:
    """A member account by Region, with the templates of the stack sets, and a queue beside the hub's bus in each."""
    found = {region: joined(Cloud(hub.given["endpoint_url"], MEMBER, region), done) for region in REGIONS}
    for once in ("Roles", "TestEnvironments"):
        assert deployed(found[REGIONS[0]], once, carried(done, once))["StackStatus"] == "CREATE_COMPLETE"
    for cloud in found.values():
        arn = f"arn:aws:sqs:{cloud.given['region_name']}:{MEMBER}:let-through"
        cloud.sqs.create_queue(QueueName="let-through")
        cloud.events.put_targets(Rule="interlock-to-the-hub", Targets=[{"Id": "Test", "Arn": arn}])
    return found


def joined(cloud: Cloud, done: Synthesized) -> Cloud:
    """A Region of an account from which the hub is told."""
    assert deployed(cloud, "Events", carried(done, "Events"))["StackStatus"] == "CREATE_COMPLETE"
    told_by_a_test(cloud, "default", "interlock-to-the-hub")
    return cloud


def carried(done: Synthesized, name: str) -> str:
    """The template that a stack set carries."""
    return str(done.json("InterlockMembers.template.json")["Resources"][name]["Properties"]["TemplateBody"])


def told_by_a_test(cloud: Cloud, bus: str, rule: str) -> None:
    """The rule with `test.` for `aws.` in the sources of its pattern, and nothing else changed."""
    pattern = cloud.events.describe_rule(Name=rule, EventBusName=bus)["EventPattern"]
    cloud.events.put_rule(Name=rule, EventBusName=bus, EventPattern=pattern.replace('"aws.', '"test.'))


def put(clouds: dict[str, Cloud], told: mixed.Told) -> None:
    """Each envelope's detail on the default bus of its Region."""
    for envelope in told.envelopes:
        entry: Any = {
            "Source": envelope["source"].replace("aws.", "test."),
            "DetailType": envelope["detail-type"],
            "Detail": json.dumps(envelope["detail"]),
            "Resources": envelope["resources"],
            "Time": envelope["time"],
        }
        assert clouds[envelope["region"]].events.put_events(Entries=[entry])["FailedEntryCount"] == 0


def carry(clouds: dict[str, Cloud], hub: Cloud, queue_url: str) -> int:
    """What the rules have let through, to the hub's queue if the hub's rule takes it; how many there were."""
    pattern = hub.events.describe_rule(Name="interlock-told", EventBusName="interlock")["EventPattern"]
    count = 0
    for cloud in clouds.values():
        url = cloud.sqs.get_queue_url(QueueName="let-through")["QueueUrl"]
        for message in cloud.sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", []):
            count += 1
            if hub.events.test_event_pattern(EventPattern=pattern, Event=message["Body"])["Result"]:
                hub.sqs.send_message(QueueUrl=queue_url, MessageBody=message["Body"])
    return count


def of_account(account: str, region: str) -> mixed.Told:
    """An alarm, and a stack of which one resource fails and another does not."""
    told = mixed.Told()
    here = f"{region}:{account}"
    stack = f"arn:aws:cloudformation:{here}:stack/payments/2f0c7a10-0000-11f0-9d52-0a1b2c3d4e5f"
    moment = stories.BEGIN.strftime("%Y-%m-%dT%H:%M:%S.250+0000")
    changed = {"state": {"value": "ALARM", "reason": "5xx", "timestamp": moment}, "previousState": {"value": "OK"}}
    alarm = f"arn:aws:cloudwatch:{here}:alarm:payments-5xx"
    told.tell(1, "CloudWatch Alarm State Change", alarm, alarmName="payments-5xx", **changed)
    told.stack(2, stack, "UPDATE_IN_PROGRESS")
    told.resource(3, stack, "Jobs", "CREATE_FAILED", mixed.CAUSE)
    told.resource(4, stack, "Other", "CREATE_COMPLETE")
    return told


async def until(database: Database, statement: Any, expected: list[Any]) -> None:
    """Returns when a statement's only column has become what is expected; fails with what it is after a minute."""
    found: list[Any] = []
    for _ in range(1200):
        async with database.reading() as connection:
            found = list((await connection.execute(statement)).scalars().all())
        if found == expected:
            return
        await asyncio.sleep(0.05)
    assert found == expected


async def test_from_an_accounts_bus_to_the_rows(database: Database, hub: Cloud) -> None:
    """What happens in an account is in the database: its bus, the hub's, the queue, `intake`, and no hop is a test's.

    Of resources, only what has failed comes.
    """
    async with reading_the_queue(database, hub):
        await asyncio.to_thread(put, {"eu-west-1": hub}, of_account(HUB, "eu-west-1"))
        await until(database, select(Alarm.state), ["ALARM"])
        await until(database, select(Work.cause), [mixed.CAUSE])
        await until(database, select(func.count()).select_from(Envelope), [3])
    await until(database, select(SetAside.body), [])


async def test_two_regions_of_another_account(database: Database, hub: Cloud, members: dict[str, Cloud]) -> None:
    """The rule of each Region lets the same through, and the hub's rule takes all of it."""
    for region in REGIONS:
        await asyncio.to_thread(put, members, of_account(MEMBER, region))
    url = hub.sqs.get_queue_url(QueueName="interlock")["QueueUrl"]
    assert await asyncio.to_thread(carry, members, hub, url) == 6
    async with reading_the_queue(database, hub):
        await until(database, select(Alarm.region_name).order_by(Alarm.region_name), list(REGIONS))
        await until(database, select(Work.cause), [mixed.CAUSE] * 2)
        await until(database, select(func.count()).select_from(Envelope), [6])
    await until(database, select(SetAside.body), [])


@asynccontextmanager
async def reading_the_queue(database: Database, hub: Cloud) -> AsyncIterator[None]:
    """`intake` over the hub's queue; it ends well."""
    url = hub.sqs.get_queue_url(QueueName="interlock")["QueueUrl"]
    process = Forked("intake", environment(database.url, **hub.environment, INTERLOCK_QUEUE_URL=url))
    try:
        yield
        assert await asyncio.to_thread(process.end) == 0
    finally:
        process.kill()


def test_what_is_deployed_is_what_the_settings_name(hub: Cloud, members: dict[str, Cloud]) -> None:
    """Queue, dead letters, alarms, the archive, images and roles are there under the names that the service is told."""
    queue = hub.sqs.get_queue_attributes(
        QueueUrl=hub.sqs.get_queue_url(QueueName="interlock")["QueueUrl"], AttributeNames=["RedrivePolicy"]
    )
    assert json.loads(queue["Attributes"]["RedrivePolicy"]) == {
        "deadLetterTargetArn": f"arn:aws:sqs:eu-west-1:{HUB}:interlock-dead-letters",
        "maxReceiveCount": 20,
    }
    alarms = hub.cloudwatch.describe_alarms()["MetricAlarms"]
    assert sorted(each["AlarmName"] for each in alarms) == [
        "interlock-dead-letters-wait",
        "interlock-events-are-not-delivered",
        "interlock-queue-is-late",
    ]
    topic = f"arn:aws:sns:eu-west-1:{HUB}:interlock-alarms"
    assert {(each["AlarmActions"][0], each["OKActions"][0]) for each in alarms} == {(topic, topic)}
    assert hub.client("ecr").describe_repositories()["repositories"][0]["repositoryName"] == "interlock"
    roles = {role["RoleName"] for role in members["eu-west-1"].client("iam").list_roles()["Roles"]}
    assert {"interlock-reader", "interlock-cleaner", *(f"interlock-forward-{region}" for region in REGIONS)} <= roles


def test_the_function_of_the_federation_says_why_it_fails(emulator: str, done: Synthesized) -> None:
    """It runs, and CloudFormation has its reason at once: here, that the emulator's IAM has no such action."""
    cloud = Cloud(emulator, PIPELINES)
    stack = deployed(cloud, "InterlockPipelineAccount", json.dumps(done.json("InterlockPipelineAccount.template.json")))
    assert stack["StackStatus"] == "ROLLBACK_COMPLETE"
    events = cloud.client("cloudformation").describe_stack_events(StackName="InterlockPipelineAccount")["StackEvents"]
    (reason,) = [each["ResourceStatusReason"] for each in events if each["ResourceStatus"] == "CREATE_FAILED"]
    assert "EnableOutboundWebIdentityFederation" in reason
