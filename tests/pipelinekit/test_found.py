"""What is found in an environment's templates: its front door, else its functions; and the alarms that have names."""

from __future__ import annotations

from typing import Any

import pytest

from pipelinekit.found import found
from pipelinekit.signals import FAULTS, LATENCY, REQUESTS

Json = dict[str, Any]
FUNCTION = {"Type": "AWS::Lambda::Function", "Properties": {"FunctionName": "payments"}}


def resource(kind: str, **properties: Any) -> Json:
    return {"Type": kind, "Properties": properties}


def told(resources: Json, kind: str) -> list[Json]:
    """The metrics of a kind in one stack."""
    return [metric.to_json() for metric in found({"prod-Main": {"Resources": resources}}).of(kind)]


def names(resources: Json) -> list[str]:
    return [alarm.name for alarm in found({"prod-Main": {"Resources": resources}}).alarms]


def test_a_function_counts_its_invocations() -> None:
    """Under its own name where it has one, else under the one that CloudFormation gives its resource."""
    own = told({"A": FUNCTION, "B": {"Type": "AWS::Lambda::Function"}}, REQUESTS)
    assert own == [
        {"namespace": "AWS/Lambda", "name": "Invocations", "dimensions": {"FunctionName": name}, "stat": "Sum"}
        for name in ("payments", {"stack": "prod-Main", "logicalId": "B"})
    ]
    assert [metric["name"] for metric in told({"A": FUNCTION}, FAULTS)] == ["Errors"]
    assert [(metric["name"], metric["stat"]) for metric in told({"A": FUNCTION}, LATENCY)] == [("Duration", "p90")]


def test_a_load_balancer_is_the_front_door() -> None:
    """Its name is in its ARN, its own answers are faults too, and its seconds are made milliseconds.

    The function behind it does not count each request again.
    """
    resources = {"Lb": resource("AWS::ElasticLoadBalancingV2::LoadBalancer"), "A": FUNCTION}
    name = {"stack": "prod-Main", "logicalId": "Lb", "after": "loadbalancer/"}
    assert [(each["name"], each["dimensions"]) for each in told(resources, REQUESTS)] == [
        ("RequestCount", {"LoadBalancer": name})
    ]
    assert [each["name"] for each in told(resources, FAULTS)] == ["HTTPCode_Target_5XX_Count", "HTTPCode_ELB_5XX_Count"]
    assert [each["scale"] for each in told(resources, LATENCY)] == [1000]


def test_a_network_load_balancer_counts_no_requests() -> None:
    """It passes connections on: what is behind it counts."""
    resources = {"Lb": resource("AWS::ElasticLoadBalancingV2::LoadBalancer", Type="network"), "A": FUNCTION}
    assert [each["name"] for each in told(resources, REQUESTS)] == ["Invocations"]


@pytest.mark.parametrize(
    ("api", "dimensions", "faults"),
    [
        (resource("AWS::ApiGateway::RestApi", Name="shop"), {"ApiName": "shop"}, "5XXError"),
        (
            resource("AWS::ApiGatewayV2::Api", ProtocolType="HTTP"),
            {"ApiId": {"stack": "prod-Main", "logicalId": "Api"}},
            "5xx",
        ),
    ],
)
def test_an_api_is_a_front_door(api: Json, dimensions: Json, faults: str) -> None:
    """A REST API is known by its name, an HTTP API by its id; both count samples."""
    resources = {"Api": api, "A": FUNCTION}
    counted = {"namespace": "AWS/ApiGateway", "name": "Count", "dimensions": dimensions, "stat": "SampleCount"}
    assert told(resources, REQUESTS) == [counted]
    assert [each["name"] for each in told(resources, FAULTS)] == [faults]
    assert [each["name"] for each in told(resources, LATENCY)] == ["Latency"]


def test_a_websocket_api_is_none() -> None:
    """Its messages are no requests."""
    assert told({"Api": resource("AWS::ApiGatewayV2::Api", ProtocolType="WEBSOCKET")}, REQUESTS) == []


def test_what_a_deployment_calls_counts_no_requests() -> None:
    """A custom resource's function, and the team's own behind CDK's framework: else deploying would be data."""
    framework = {"Variables": {"USER_ON_EVENT_FUNCTION_ARN": {"Fn::GetAtt": ["OnEvent", "Arn"]}}}
    resources = {
        "Bucket": resource("Custom::S3AutoDeleteObjects", ServiceToken={"Fn::GetAtt": ["Cleaner", "Arn"]}),
        "Cleaner": {"Type": "AWS::Lambda::Function"},
        "Framework": resource("AWS::Lambda::Function", Environment=framework),
        "OnEvent": {"Type": "AWS::Lambda::Function"},
    }
    assert told(resources, REQUESTS) == []
    assert len(told({**resources, "A": FUNCTION}, REQUESTS)) == 1


def test_all_stacks_of_an_environment_count() -> None:
    """Each under its own stack's name."""
    function = {"Resources": {"A": {"Type": "AWS::Lambda::Function"}}}
    metrics = found({"one": function, "two": function}).of(REQUESTS)
    assert [metric.dimensions["FunctionName"]["stack"] for metric in metrics] == ["one", "two"]


def test_named_alarms_guard_the_environment() -> None:
    """A composite alarm speaks for those that it is made of; one without a name is not known."""
    rule = {"Fn::Join": ["", ['ALARM("', {"Fn::GetAtt": ["Child", "Arn"]}, '")']]}
    resources = {
        "Whole": resource("AWS::CloudWatch::CompositeAlarm", AlarmName="whole", AlarmRule=rule),
        "Child": resource("AWS::CloudWatch::Alarm", AlarmName="child"),
        "Other": resource("AWS::CloudWatch::Alarm", AlarmName="other"),
        "Nameless": resource("AWS::CloudWatch::Alarm"),
    }
    assert names(resources) == ["whole", "other"]
    roles = {alarm.role for alarm in found({"a": {"Resources": resources}}).alarms}
    assert roles == {"HIGH_SEVERITY"}


def test_an_alarm_that_scales_guards_nothing() -> None:
    """It is in alarm whenever there is much to do; one that tells a person as well guards."""
    scaling = {"Policy": {"Type": "AWS::AutoScaling::ScalingPolicy"}, "Topic": {"Type": "AWS::SNS::Topic"}}
    up = resource("AWS::CloudWatch::Alarm", AlarmName="up", AlarmActions=[{"Ref": "Policy"}])
    both = resource("AWS::CloudWatch::Alarm", AlarmName="both", AlarmActions=[{"Ref": "Policy"}, {"Ref": "Topic"}])
    assert names({**scaling, "Up": up, "Both": both}) == ["both"]


def test_an_empty_template_tells_nothing() -> None:
    """And says so."""
    assert found({"prod-Main": {}}).to_json() == {"alarms": [], "metrics": {}, "oneBox": None}
