"""AUTOSCALING: what serves requests scales by itself, from a minimum.

Lambda scales by itself. An ECS service serves requests when it stands behind a load balancer, in Service Connect or in
service discovery; an Auto Scaling group when it stands behind a load balancer.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pipelinekit.policies.resources import Broken, Resource, of_kind, references, value_at

TARGET = "AWS::ApplicationAutoScaling::ScalableTarget"
TARGET_POLICY = "AWS::ApplicationAutoScaling::ScalingPolicy"
GROUP = "AWS::AutoScaling::AutoScalingGroup"
GROUP_POLICY = "AWS::AutoScaling::ScalingPolicy"
PROCESSOR = ("ECSServiceAverageCPUUtilization", "ASGAverageCPUUtilization")


def broken(configuration: Mapping[str, Any], resources: Sequence[Resource]) -> Iterator[Broken]:
    """Services and groups that do not scale, not from enough, or not by the use of their processors."""
    minimum, percent = configuration["minimumCapacity"], configuration["targetPercent"]
    for service in of_kind(resources, "AWS::ECS::Service"):
        if _serves(service):
            yield from _service(service, resources, minimum, percent)
    for group in of_kind(resources, GROUP):
        if group.properties.get("TargetGroupARNs") or group.properties.get("LoadBalancerNames"):
            yield from _least(group, group.properties.get("MinSize"), minimum, "min_capacity")
            policies = _naming(resources, GROUP_POLICY, "AutoScalingGroupName", group)
            kept = [each.properties.get("TargetTrackingConfiguration") for each in policies]
            yield from _use(group, kept, percent)


def _serves(service: Resource) -> bool:
    if service.properties.get("SchedulingStrategy") == "DAEMON":
        return False
    connected = value_at(service.properties, "ServiceConnectConfiguration.Services")
    return bool(service.properties.get("LoadBalancers") or service.properties.get("ServiceRegistries") or connected)


def _service(service: Resource, resources: Sequence[Resource], minimum: int, percent: int) -> Iterator[Broken]:
    target = next(iter(_naming(resources, TARGET, "ResourceId", service)), None)
    if target is None:
        yield Broken(
            service.path,
            "it serves requests and does not scale by itself",
            f"call auto_scale_task_count(min_capacity={minimum}, …).scale_on_cpu_utilization(…, "
            f"target_utilization_percent={percent})",
        )
        return
    yield from _least(target, target.properties.get("MinCapacity"), minimum, "min_capacity")
    policies = _naming(resources, TARGET_POLICY, "ScalingTargetId", target)
    kept = [each.properties.get("TargetTrackingScalingPolicyConfiguration") for each in policies]
    yield from _use(service, kept, percent)


def _naming(resources: Sequence[Resource], kind: str, field: str, named: Resource) -> list[Resource]:
    """Resources of a kind whose field names another: by reference in its stack, or by its own name."""
    own = named.properties.get("ServiceName") or named.properties.get("AutoScalingGroupName")
    found = []
    for resource in of_kind(resources, kind):
        value = resource.properties.get(field)
        refers = resource.stack == named.stack and named.logical_id in references(value)
        says = isinstance(own, str) and isinstance(value, str) and own in value.split("/")
        if refers or says:
            found.append(resource)
    return found


def _least(resource: Resource, given: object, minimum: int, prop: str) -> Iterator[Broken]:
    found = _number(given)
    if found is None or found < minimum:
        yield Broken(resource.path, f"its least capacity is {given} and not {minimum}", f"let {prop} be {minimum}")


def _use(resource: Resource, policies: Sequence[Any], percent: int) -> Iterator[Broken]:
    kept = [_number(policy.get("TargetValue")) for policy in policies if _by_processor(policy)]
    if not any(value is not None and value <= percent for value in kept):
        given = f"scales at {', '.join(map(str, kept))} % of its processors" if kept else "does not scale by processors"
        yield Broken(
            resource.path,
            f"it {given}, and {percent} % is the most",
            f"call scale_on_cpu_utilization(…, target_utilization_percent={percent})",
        )


def _by_processor(policy: object) -> bool:
    if not isinstance(policy, Mapping):
        return False
    kind = value_at(policy, "PredefinedMetricSpecification.PredefinedMetricType")
    return kind in PROCESSOR or value_at(policy, "CustomizedMetricSpecification.MetricName") == "CPUUtilization"


def _number(value: object) -> float | None:
    try:
        return float(value) if isinstance(value, (int, float, str)) else None
    except ValueError:
        return None
