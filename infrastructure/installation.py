"""All stacks of an installation, in the order of what needs what."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import aws_cdk as cdk
from constructs import Construct

from infrastructure.backups import Backups, Copies
from infrastructure.cluster import Cluster
from infrastructure.company import Company
from infrastructure.database import Database
from infrastructure.foundation import Foundation
from infrastructure.intake import Intake
from infrastructure.member.stack_sets import StackSets
from infrastructure.network import Network
from infrastructure.release import Release

FLAGS = {
    "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": True,
    "@aws-cdk/aws-iam:minimizePolicies": True,
    "@aws-cdk/aws-kms:reduceCrossAccountRegionPolicyScope": True,
    "@aws-cdk/core:enablePartitionLiterals": True,
}
"""What CDK does anew only where it is asked to, so that who has it already is not surprised."""
Made = TypeVar("Made", bound=cdk.Stack)


class Installation:
    """The stacks, by their ids in the scope: an app, or a stage of a pipeline, whose names for them are the same."""

    def __init__(self, scope: Construct, company: Company) -> None:
        for flag, is_on in FLAGS.items():
            scope.node.set_context(flag, is_on)
        self._scope, self._company = scope, company
        foundation = self._stack(Foundation, "InterlockFoundation")
        topic, key = foundation.topic, foundation.key
        vpc = self._stack(Network, "InterlockNetwork", key=key).vpc
        intake = self._stack(Intake, "InterlockIntake", key=key, topic=topic)
        database = self._stack(Database, "InterlockDatabase", vpc=vpc, topic=topic)
        cluster = self._stack(Cluster, "InterlockCluster", vpc=vpc, key=key)
        self._stack(
            Release,
            "InterlockRelease",
            vpc=vpc,
            cluster=cluster,
            foundation=foundation,
            intake=intake,
            database=database,
        )
        backups = self._stack(Backups, "InterlockBackups", database=database, topic=topic)
        if company.data.copy_to:
            backups.add_stack_dependency(self._stack(Copies, "InterlockCopies", region=company.data.copy_to))
        self._stack(StackSets, "InterlockMembers").add_stack_dependency(intake)
        cdk.Tags.of(scope).add("interlock:service", "interlock")

    def _stack(self, made: Callable[..., Made], name: str, region: str | None = None, **given: Any) -> Made:
        company = self._company
        place = cdk.Environment(account=company.account, region=region or company.region)
        return made(self._scope, name, company, stack_name=name, env=place, **given)
