"""Names that a template refers to, as the map of actions can say them: as text, or by the resource that has them."""

from __future__ import annotations

from collections.abc import Mapping

from pipelinekit.signals import Json, Name

WITHIN = {
    ("AWS::ElasticLoadBalancingV2::LoadBalancer", "LoadBalancerFullName"): "loadbalancer/",
    ("AWS::ElasticLoadBalancingV2::TargetGroup", "TargetGroupFullName"): ":",
    ("AWS::Lambda::Version", "Version"): ":",
    ("AWS::ECS::Service", "Name"): "/",
    ("AWS::SQS::Queue", "QueueName"): "/",
}
"""Attributes that are the end of a resource's physical id, by the text that they follow. An attribute of another kind
is known to nobody but CloudFormation.
"""


def by_resource(stack: str, logical_id: str, kind: str, attribute: str = "Ref", then: str = "") -> Json | None:
    """The name that an attribute of a resource is, `then` joined to it; None where the physical id does not have it."""
    name: Json = {"stack": stack, "logicalId": logical_id}
    if attribute != "Ref":
        after = WITHIN.get((kind, attribute))
        if after is None:
            return None
        name["after"] = after
    return {**name, "then": then} if then else name


class Names:
    """The names in one stack's template."""

    def __init__(self, stack: str, resources: Mapping[str, Json]) -> None:
        self._stack = stack
        self._resources = resources

    def reference(self, logical_id: str) -> Json:
        """What a resource is called."""
        return {"stack": self._stack, "logicalId": logical_id}

    def attribute(self, logical_id: str, attribute: str) -> Json | None:
        """What an attribute of a resource is, where its physical id has it."""
        kind = self._resources.get(logical_id, {}).get("Type", "")
        return by_resource(self._stack, logical_id, kind, attribute)

    def told(self, value: object) -> Name | None:
        """The name that a property's value is; None for one that only CloudFormation can work out, or for nothing."""
        if isinstance(value, str):
            return value or None
        if isinstance(value, dict) and value.get("Ref") in self._resources:
            return self.reference(value["Ref"])
        return None
