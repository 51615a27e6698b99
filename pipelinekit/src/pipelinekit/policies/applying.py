"""What pipelinekit does by itself for the company's policies, so that a team need not: what is unset, and safe to set.

    REQUIRED_TAGS        tags of which the policy says the value, where the team has not given another
    NO_PUBLIC_BUCKETS    Block Public Access of buckets that say nothing of it
    LOG_RETENTION        the days of log groups that say none

It changes nothing that a team has set, nothing that is excepted, and nothing for a policy that is SHADOW.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping

import aws_cdk as cdk
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from constructs import IConstruct

from pipelinekit.plan import Policy
from pipelinekit.policies.buckets import is_public_acl
from pipelinekit.policies.exceptions import PolicyException, excepted

BELOW_THE_TEAMS = 50
"""The priority of tags: what a team says, at CDK's default of 100, counts."""


def apply(
    stage: cdk.Stage,
    nodes: Iterable[IConstruct],
    policies: Collection[Policy],
    exceptions: Collection[PolicyException],
) -> None:
    """Set what the BLOCKING policies ask for in a stage of these constructs, which is not synthesized yet."""
    blocking = [policy for policy in policies if policy.mode != "SHADOW"]
    for policy in blocking:
        if policy.kind == "REQUIRED_TAGS":
            _tag(stage, policy.configuration)
    setting = [policy for policy in blocking if policy.kind in _SETTERS]
    for node in nodes if setting else ():
        for policy in setting:
            kind, set_value = _SETTERS[policy.kind]
            if isinstance(node, kind) and not excepted(exceptions, policy.name, node.node.path):
                set_value(node, policy.configuration)


def _tag(stage: cdk.Stage, configuration: Mapping[str, object]) -> None:
    tags = configuration.get("tags")
    for key, value in tags.items() if isinstance(tags, Mapping) else ():
        if value != "*":
            cdk.Tags.of(stage).add(key, str(value), priority=BELOW_THE_TEAMS)


def _block(node: IConstruct, _: Mapping[str, object]) -> None:
    assert isinstance(node, s3.CfnBucket)
    if node.public_access_block_configuration is None and not is_public_acl(node.access_control):
        node.public_access_block_configuration = s3.CfnBucket.PublicAccessBlockConfigurationProperty(
            block_public_acls=True, block_public_policy=True, ignore_public_acls=True, restrict_public_buckets=True
        )


def _retain(node: IConstruct, configuration: Mapping[str, object]) -> None:
    assert isinstance(node, logs.CfnLogGroup)
    days = configuration.get("days")
    if node.retention_in_days is None and isinstance(days, int):
        node.retention_in_days = days


_SETTERS: Mapping[str, tuple[type, Callable[[IConstruct, Mapping[str, object]], None]]] = {
    "NO_PUBLIC_BUCKETS": (s3.CfnBucket, _block),
    "LOG_RETENTION": (logs.CfnLogGroup, _retain),
}
