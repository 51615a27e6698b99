"""What tells of an environment whose team declares nothing: found in its templates, as CloudFormation will get them.

A template is the same whichever library made it, and has every override in it. Where there is a front door – an
application load balancer, an API – what it counts are the service's requests: the functions behind it would count each
of them again, and one that a schedule wakes would make up requests that nobody sent. Without one, its functions count.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipelinekit.references import Names
from pipelinekit.signals import (
    FAULTS,
    HIGH_SEVERITY,
    LATENCY,
    LATENCY_STAT,
    REQUESTS,
    Alarm,
    Json,
    Metric,
    Name,
    Signals,
)

TELLING = frozenset(
    {
        "AWS::ApiGateway::RestApi",
        "AWS::ApiGatewayV2::Api",
        "AWS::CloudWatch::Alarm",
        "AWS::CloudWatch::CompositeAlarm",
        "AWS::ElasticLoadBalancingV2::LoadBalancer",
        "AWS::Lambda::Function",
        "AWS::Serverless::Function",
    }
)
"""The types of resources that are looked at."""
Found = Iterator[tuple[str, Metric]]
USER_HANDLER = "USER_ON_EVENT_FUNCTION_ARN"
"""What CDK's framework for custom resources tells its own functions, which only a deployment calls."""


def found(templates: Mapping[str, Json]) -> Signals:
    """The signals of an environment's templates, by the names of their stacks."""
    stacks = [_Stack(name, template) for name, template in templates.items()]
    metrics = list(_each(_DOORS, stacks)) or list(_each(_FUNCTIONS, stacks))
    return Signals(
        metrics={kind: tuple(metric for other, metric in metrics if other == kind) for kind, _ in metrics},
        alarms=tuple(Alarm(name, HIGH_SEVERITY) for stack in stacks for name in _alarms(stack)),
    )


class _Stack:
    """A template's resources by type, and what they are called."""

    def __init__(self, name: str, template: Json) -> None:
        self.resources: dict[str, Json] = template.get("Resources") or {}
        self.names = Names(name, self.resources)

    def of_type(self, *types: str) -> Iterator[tuple[str, Json]]:
        """Logical ids and properties."""
        for logical_id, resource in self.resources.items():
            if resource.get("Type") in types:
                yield logical_id, resource.get("Properties") or {}


def _each(finders: Iterable[Any], stacks: Iterable[_Stack]) -> Found:
    for stack in stacks:
        for finder in finders:
            yield from finder(stack)


def _load_balancers(stack: _Stack) -> Found:
    for logical_id, properties in stack.of_type("AWS::ElasticLoadBalancingV2::LoadBalancer"):
        if properties.get("Type", "application") != "application":
            continue
        name = stack.names.attribute(logical_id, "LoadBalancerFullName")
        assert name, "the name of a load balancer is in its ARN"
        dimensions = {"LoadBalancer": name}
        yield REQUESTS, Metric("AWS/ApplicationELB", "RequestCount", dimensions)
        yield FAULTS, Metric("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", dimensions)
        # Where no target is healthy, the load balancer itself answers.
        yield FAULTS, Metric("AWS/ApplicationELB", "HTTPCode_ELB_5XX_Count", dimensions)
        yield LATENCY, Metric("AWS/ApplicationELB", "TargetResponseTime", dimensions, LATENCY_STAT, scale=1000)


def _rest_apis(stack: _Stack) -> Found:
    for _, properties in stack.of_type("AWS::ApiGateway::RestApi"):
        name = stack.names.told(properties.get("Name"))
        if name:
            yield from _api({"ApiName": name}, "5XXError")


def _http_apis(stack: _Stack) -> Found:
    for logical_id, properties in stack.of_type("AWS::ApiGatewayV2::Api"):
        if properties.get("ProtocolType", "HTTP") == "HTTP":
            yield from _api({"ApiId": stack.names.reference(logical_id)}, "5xx")


def _api(dimensions: Mapping[str, Name], faults: str) -> Found:
    yield REQUESTS, Metric("AWS/ApiGateway", "Count", dimensions, "SampleCount")
    yield FAULTS, Metric("AWS/ApiGateway", faults, dimensions)
    yield LATENCY, Metric("AWS/ApiGateway", "Latency", dimensions, LATENCY_STAT)


def _functions(stack: _Stack) -> Found:
    own = set(_of_deployments(stack))
    for logical_id, properties in stack.of_type("AWS::Lambda::Function", "AWS::Serverless::Function"):
        name = stack.names.told(properties.get("FunctionName")) or stack.names.reference(logical_id)
        if logical_id not in own:
            dimensions = {"FunctionName": name}
            yield REQUESTS, Metric("AWS/Lambda", "Invocations", dimensions)
            yield FAULTS, Metric("AWS/Lambda", "Errors", dimensions)
            yield LATENCY, Metric("AWS/Lambda", "Duration", dimensions, LATENCY_STAT)


_DOORS = (_load_balancers, _rest_apis, _http_apis)
_FUNCTIONS = (_functions,)


def _of_deployments(stack: _Stack) -> Iterator[str]:
    """The functions that work for custom resources: a deployment calls them, and no customer."""
    for resource in stack.resources.values():
        token = (resource.get("Properties") or {}).get("ServiceToken")
        yield from _referred(token)
    for logical_id, properties in stack.of_type("AWS::Lambda::Function"):
        variables = (properties.get("Environment") or {}).get("Variables") or {}
        if USER_HANDLER in variables:
            yield logical_id
            for name, value in variables.items():
                if name.startswith("USER_"):
                    yield from _referred(value)


def _alarms(stack: _Stack) -> Iterator[str]:
    """The alarms that somebody named: composite ones, and others that no composite one speaks for.

    Not those that scale: they are in alarm whenever there is much to do.
    """
    composite = list(stack.of_type("AWS::CloudWatch::CompositeAlarm"))
    spoken_for = {logical_id for _, properties in composite for logical_id in _referred(properties.get("AlarmRule"))}
    single = list(stack.of_type("AWS::CloudWatch::Alarm"))
    for logical_id, properties in (*composite, *single):
        name = properties.get("AlarmName")
        if isinstance(name, str) and logical_id not in spoken_for and not _scales(stack, properties):
            yield name


def _scales(stack: _Stack, properties: Json) -> bool:
    actions = properties.get("AlarmActions") or []
    types = [stack.resources.get(name, {}).get("Type", "") for action in actions for name in _referred(action)]
    return bool(actions) and len(types) == len(actions) and all(each.endswith("::ScalingPolicy") for each in types)


def _referred(value: object) -> Iterator[str]:
    """The logical ids that a value refers to, wherever in it."""
    if isinstance(value, dict):
        if set(value) == {"Ref"}:
            yield str(value["Ref"])
        elif set(value) == {"Fn::GetAtt"}:
            target = value["Fn::GetAtt"]
            yield str(target[0] if isinstance(target, list) else target).partition(".")[0]
        else:
            for inner in value.values():
                yield from _referred(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _referred(inner)
