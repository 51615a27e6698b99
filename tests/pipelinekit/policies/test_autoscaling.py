"""AUTOSCALING: what serves requests scales by itself, from a minimum, by the use of its processors."""

from __future__ import annotations

from typing import Any

import pytest

from pipelinekit.policies.autoscaling import GROUP, GROUP_POLICY, TARGET, TARGET_POLICY, broken
from pipelinekit.policies.resources import Resource
from tests.pipelinekit.policies.resources import problems, resource

ASKED = {"minimumCapacity": 2, "targetPercent": 50}
SERVICE = resource("AWS::ECS::Service", "Service", LoadBalancers=[{}])
NAMED = {"Fn::Join": ["", ["service/", {"Ref": "Cluster"}, "/", {"Fn::GetAtt": ["Service", "Name"]}]]}
TARGETED = resource(TARGET, "Target", ResourceId=NAMED, MinCapacity=2)


def found(*resources: Resource) -> list[str]:
    return problems(broken(ASKED, resources))


def by_processor(kind: str, value: object) -> dict[str, Any]:
    return {"PredefinedMetricSpecification": {"PredefinedMetricType": kind}, "TargetValue": value}


def tracking(value: object, kind: str = "ECSServiceAverageCPUUtilization") -> Resource:
    return resource(
        TARGET_POLICY,
        "Policy",
        ScalingTargetId={"Ref": "Target"},
        TargetTrackingScalingPolicyConfiguration=by_processor(kind, value),
    )


def test_a_service_that_scales_is_as_it_should_be() -> None:
    """A target of the least capacity, and a policy that keeps to the percentage or below."""
    assert found(SERVICE, TARGETED, tracking(50)) == found(SERVICE, TARGETED, tracking(40)) == []


def test_a_service_that_does_not_scale() -> None:
    """Without a target of its own; another service's does not count."""
    other = resource(TARGET, "Other", ResourceId="service/cluster/other", MinCapacity=2)
    assert found(SERVICE, other) == ["Service: it serves requests and does not scale by itself"]


@pytest.mark.parametrize(
    ("properties", "serves"),
    [
        ({}, False),
        ({"LoadBalancers": [{}], "SchedulingStrategy": "DAEMON"}, False),
        ({"ServiceRegistries": [{}]}, True),
        ({"ServiceConnectConfiguration": {"Enabled": True}}, False),
        ({"ServiceConnectConfiguration": {"Enabled": True, "Services": [{}]}}, True),
    ],
)
def test_what_serves_requests(properties: dict[str, Any], serves: bool) -> None:
    """A worker and a client need not scale; a daemon runs once on each machine."""
    assert bool(found(resource("AWS::ECS::Service", **properties))) is serves


def test_too_little_and_too_late() -> None:
    """A lower minimum, a higher percentage, none at all, and a number that is known at deployment only."""
    low = resource(TARGET, "Target", ResourceId=NAMED, MinCapacity=1)
    assert found(SERVICE, low, tracking(80)) == [
        "Target: its least capacity is 1 and not 2",
        "Service: it scales at 80.0 % of its processors, and 50 % is the most",
    ]
    unknown = resource(TARGET, "Target", ResourceId=NAMED, MinCapacity={"Ref": "P"})
    assert found(SERVICE, unknown, tracking(50, "ALBRequestCountPerTarget")) == [
        "Target: its least capacity is {'Ref': 'P'} and not 2",
        "Service: it does not scale by processors, and 50 % is the most",
    ]


def test_a_group_behind_a_load_balancer() -> None:
    """An Auto Scaling group is asked for the same; one of workers is not."""
    group = resource(GROUP, "Group", TargetGroupARNs=["x"], MinSize="2")
    policy = resource(
        GROUP_POLICY,
        "Policy",
        AutoScalingGroupName={"Ref": "Group"},
        TargetTrackingConfiguration=by_processor("ASGAverageCPUUtilization", 50),
    )
    assert found(group, policy) == []
    assert len(found(resource(GROUP, "Group", TargetGroupARNs=["x"], MinSize="1"))) == 2
    assert found(resource(GROUP, "Group", MinSize="0")) == []
