"""Names that a deployment gives, asked of CloudFormation: in the emulator, and where they are not."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterator

import pytest

from pipelinekit.gate.aws import Aws, AwsError, Query
from pipelinekit.gate.looking import observations
from pipelinekit.gate.resolving import UnresolvedError, resolved
from pipelinekit.gate.signing import Credentials
from tests.pipelinekit import emulator
from tests.pipelinekit.emulator import Emulator

PLACE = ("111111111111", "eu-west-1")
ARN = "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/shop/50dc6c495c0c9188"


class Stacks:
    """CloudFormation with one resource."""

    def __init__(self, physical_id: str) -> None:
        self._physical_id = physical_id

    def physical_id(self, stack: str, logical_id: str) -> str:
        assert (stack, logical_id) == ("prod-Main", "A")
        return self._physical_id


def asked(physical_id: str, **more: str) -> dict[str, str]:
    """One dimension, of the resource A, beside one that is known."""
    name = {"stack": "prod-Main", "logicalId": "A", **more}
    return resolved({"Known": "as it is", "Asked": name}, Stacks(physical_id))  # type: ignore[arg-type]


def test_a_name_is_the_physical_id_or_the_end_of_it() -> None:
    """As it is, behind the last occurrence of a text, and with what is joined to it."""
    assert asked("payments-x1") == {"Known": "as it is", "Asked": "payments-x1"}
    assert asked(ARN, after="loadbalancer/")["Asked"] == "app/shop/50dc6c495c0c9188"
    assert asked("arn:aws:lambda:eu-west-1:111111111111:function:pay:7", after=":")["Asked"] == "7"
    assert asked("pay", then=":live")["Asked"] == "pay:live"


def test_a_name_that_is_not_there_is_no_name() -> None:
    """Nothing is guessed: what the map or CloudFormation does not say is an error."""
    with pytest.raises(UnresolvedError, match="there is no loadbalancer/"):
        asked("payments-x1", after="loadbalancer/")
    with pytest.raises(UnresolvedError, match="names no resource"):
        resolved({"Asked": {"stack": "prod-Main"}}, Stacks(""))  # type: ignore[arg-type]


class Looked(Stacks):
    """An environment as the gate sees it in its role: what it was asked, and a value for each question."""

    def __init__(self) -> None:
        super().__init__("pay-x1")
        self.asked: list[Query] = []

    def alarms(self, names: list[str]) -> dict[str, dict[str, str]]:
        return {}

    def metrics(self, queries: list[Query]) -> dict[tuple[str, ...], list[float]]:
        self.asked = queries
        return {query.key: [0.25] for query in queries}


def test_a_bake_asks_by_the_name_and_in_milliseconds() -> None:
    """The gate's questions have the deployed name; a latency in seconds is told in milliseconds."""
    dimensions = {"FunctionName": {"stack": "prod-Main", "logicalId": "A"}}
    metric = {"namespace": "AWS/Lambda", "name": "Duration", "dimensions": dimensions, "stat": "p90", "scale": 1000}
    signals = {"prod": {"alarms": [], "metrics": {"LATENCY": [metric]}}}
    there = Looked()
    now = datetime.datetime(2026, 11, 29, 12, tzinfo=datetime.UTC)
    check = {"configuration": {"minutes": 60, "bakesFrom": "2026-11-29T11:00:00+00:00"}}
    (seen,) = observations(check, ["prod"], signals, {"prod": {"role": "r"}}, lambda place: there, now)  # type: ignore[arg-type,return-value]
    assert {query.metric["dimensions"]["FunctionName"] for query in there.asked} == {"pay-x1"}
    assert seen["since"]["latency"] == 250.0
    assert metric["dimensions"] == dimensions


def test_a_name_that_cannot_be_asked_is_the_environment_s_problem() -> None:
    """Such an environment has no data, and a bake does not pass without."""
    metric = {"namespace": "Own", "name": "Requests", "dimensions": {"Of": {"stack": "prod-Main"}}, "stat": "Sum"}
    signals = {"prod": {"alarms": [], "metrics": {"REQUESTS": [metric]}}}
    now = datetime.datetime(2026, 11, 29, 12, tzinfo=datetime.UTC)
    (seen,) = observations({}, ["prod"], signals, {"prod": {"role": "r"}}, lambda place: Looked(), now)  # type: ignore[arg-type,return-value]
    assert "names no resource" in seen["problem"]


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Emulator]:
    with emulator.running(tmp_path_factory.mktemp("emulator")) as started:
        yield started


@pytest.mark.slow
def test_cloudformation_tells(aws: Emulator) -> None:
    """A queue without a name of its own has one in AWS; a resource or a stack that is not there is AWS's no."""
    client = aws.client("cloudformation", *PLACE)
    queue = {"Resources": {"Waiting": {"Type": "AWS::SQS::Queue"}}}
    client.create_stack(StackName="orders", TemplateBody=json.dumps(queue))
    client.get_waiter("stack_create_complete").wait(StackName="orders", WaiterConfig={"Delay": 1, "MaxAttempts": 30})
    seen = Aws(PLACE[1], Credentials(PLACE[0], "any", ""), aws.url)
    told = resolved({"QueueName": {"stack": "orders", "logicalId": "Waiting", "after": "/"}}, seen)
    assert told["QueueName"].startswith("orders-Waiting-")
    for stack, logical_id in (("orders", "Nothing"), ("nothing", "Waiting")):
        with pytest.raises(AwsError, match=r"cloudformation in eu-west-1 answered HTTP 400"):
            resolved({"QueueName": {"stack": stack, "logicalId": logical_id}}, seen)
