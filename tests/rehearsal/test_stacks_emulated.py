"""Stacks on a real emulator: what CodePipeline's two CloudFormation actions do with each state of a stack."""

import json
import os
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from interlock_cli.rehearsal.accounts import Accounts, assets_bucket
from interlock_cli.rehearsal.alarms import evaluate_without_data
from interlock_cli.rehearsal.emulator import emulator
from interlock_cli.rehearsal.places import Place
from interlock_cli.rehearsal.stacks import ActionFailedError, Stacks

pytestmark = pytest.mark.slow

PLACE = Place("111111111111", "eu-west-1")
GOOD: dict[str, Any] = {"Resources": {"Topic": {"Type": "AWS::SNS::Topic"}}}
BAD_QUEUE = {"Type": "AWS::SQS::Queue", "Properties": {"FifoQueue": True, "QueueName": "no-suffix"}}
BAD: dict[str, Any] = {"Resources": {"Queue": BAD_QUEUE}}


@pytest.fixture(scope="module")
def accounts() -> Iterator[Accounts]:
    """The accounts of an emulator of this module's own."""
    with emulator({"PATH": os.environ["PATH"], "HOME": os.environ["HOME"]}, Path(__file__), print) as started:
        yield Accounts(started.endpoint)


@pytest.fixture
def stacks(accounts: Accounts) -> Stacks:
    """CloudFormation of those accounts, which nobody interrupts."""
    return Stacks(accounts, threading.Event())


def status(accounts: Accounts, stack: str) -> str:
    """What CloudFormation says of a stack."""
    return accounts.cloudformation(PLACE).describe_stacks(StackName=stack)["Stacks"][0]["StackStatus"]


def test_the_same_template_again_is_an_empty_change_and_passes(accounts: Accounts, stacks: Stacks) -> None:
    """As CodePipeline does, which does not fail when there is nothing to do."""
    first, second = (stacks.deploy(PLACE, "same", GOOD) for _ in range(2))
    assert first == second
    assert status(accounts, "same") == "CREATE_COMPLETE"


def test_a_stack_whose_creation_failed_can_be_deployed_again(accounts: Accounts, stacks: Stacks) -> None:
    """CloudFormation only lets it be deleted; then it is created anew."""
    with pytest.raises(ActionFailedError, match="Stack again is in ROLLBACK_COMPLETE: Queue: The name of a FIFO"):
        stacks.deploy(PLACE, "again", BAD)
    stacks.deploy(PLACE, "again", GOOD)
    assert status(accounts, "again") == "CREATE_COMPLETE"


def test_a_nested_stacks_failure_gives_its_own_reason(accounts: Accounts, stacks: Stacks) -> None:
    """Not `Embedded stack was not successfully created`; the emulator puts the inner reason on the outer resource."""
    accounts.prepare(PLACE)
    bucket = assets_bucket(PLACE)
    accounts.s3(PLACE).put_object(Bucket=bucket, Key="inner.json", Body=json.dumps(BAD).encode())
    address = f"{accounts.endpoint}/{bucket}/inner.json"
    outer = {"Inner": {"Type": "AWS::CloudFormation::Stack", "Properties": {"TemplateURL": address}}}
    with pytest.raises(ActionFailedError, match=r"Stack outer is in ROLLBACK_COMPLETE: Inner: The name of a FIFO"):
        stacks.deploy(PLACE, "outer", {"Resources": outer})


def test_a_template_that_is_refused_says_why(stacks: Stacks) -> None:
    """A parameter that nobody gives fails the action that makes the change set."""
    template = {**GOOD, "Parameters": {"Wanted": {"Type": "String"}}}
    with pytest.raises(ActionFailedError, match=r"The change set of stack unmade .*Wanted"):
        stacks.prepare(PLACE, "unmade", "change", template)


@pytest.mark.parametrize(
    ("treated", "expected"),
    [("notBreaching", "OK"), ("breaching", "ALARM"), ("missing", "INSUFFICIENT_DATA"), (None, "INSUFFICIENT_DATA")],
)
def test_an_alarm_without_data_goes_by_its_treatment_of_it(
    treated: str | None, expected: str, accounts: Accounts, stacks: Stacks
) -> None:
    """As CloudWatch has it after an evaluation period; the emulator waits for a metric for ever."""
    name = f"alarm-{treated}".lower()
    properties = {
        "AlarmName": name,
        "Namespace": "Tests",
        "MetricName": "Errors",
        "Statistic": "Sum",
        "Period": 300,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanThreshold",
    } | ({"TreatMissingData": treated} if treated else {})
    stacks.deploy(PLACE, name, {"Resources": {"Alarm": {"Type": "AWS::CloudWatch::Alarm", "Properties": properties}}})
    assert stacks.alarms(PLACE, name) == [name]
    evaluate_without_data(accounts, PLACE, stacks.alarms(PLACE, name))
    (alarm,) = accounts.cloudwatch(PLACE).describe_alarms(AlarmNames=[name])["MetricAlarms"]
    assert alarm["StateValue"] == expected
