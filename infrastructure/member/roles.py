"""The roles that Interlock takes in an account: what each may is what the code calls, and nothing else.

They trust the tooling account's root, narrowed to the roles of the programs that take them: a role that is named in a
trust has to exist before, and is another one when it was made anew; a condition by its ARN is neither.
"""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from constructs import Construct

from infrastructure.company import Company
from infrastructure.member.names import CLEANER, READER, STARTER

TEST_ENVIRONMENTS = "test-*"
"""How Interlock calls test environments: docs/test-environments.md."""


def reader(scope: Construct, company: Company) -> iam.Role:
    """Why something failed, and what silent executions do: docs/failures.md."""
    role = _role(scope, "Reader", READER, company, ["intake"], "Interlock: looks up why something failed")
    described = ("DescribeEvents", "DescribeStackEvents", "DescribeChangeSet")
    _allow(role, "Stacks", [f"cloudformation:{name}" for name in described], ["*"])
    _allow(role, "Builds", ["codebuild:BatchGetBuilds"], [_here("codebuild", "project/*")])
    _allow(role, "Logs", ["logs:GetLogEvents"], [_here("logs", "log-group:*:log-stream:*")])
    _allow(role, "Machines", ["states:DescribeExecution"], [_here("states", "execution:*")])
    asked = ("GetPipelineExecution", "ListActionExecutions", "ListRuleExecutions")
    _allow(role, "Pipelines", [f"codepipeline:{name}" for name in asked], [_here("codepipeline", "*")])
    return role


def starter(scope: Construct, company: Company) -> iam.Role:
    """Acts on pipelines: docs/acting.md."""
    role = _role(scope, "Starter", STARTER, company, ["serve", "upkeep"], "Interlock: acts on pipelines")
    acts = (
        "StartPipelineExecution",
        "StopPipelineExecution",
        "RetryStageExecution",
        "RollbackStage",
        "GetPipelineState",
        "PutApprovalResult",
    )
    _allow(role, "Pipelines", [f"codepipeline:{name}" for name in acts], [_here("codepipeline", "*")])
    return role


def cleaner(scope: Construct, company: Company) -> iam.Role:
    """Deletes what test environments have left, by their tag: docs/test-environments.md."""
    role = _role(scope, "Cleaner", CLEANER, company, ["upkeep"], "Interlock: cleans up after test environments")
    looks = ("DescribeStacks", "ListImports", "ListStackResources")
    _allow(role, "Look", [f"cloudformation:{name}" for name in looks], ["*"])
    deletes = iam.PolicyStatement(
        sid="DeleteWhatIsTagged", actions=["cloudformation:DeleteStack"], resources=[_here("cloudformation", "stack/*")]
    )
    deletes.add_condition("StringLike", {"aws:ResourceTag/interlock:environment": TEST_ENVIRONMENTS})
    role.add_to_policy(deletes)
    empties = iam.PolicyStatement(
        sid="EmptyBuckets",
        actions=["s3:ListBucketVersions", "s3:DeleteObject", "s3:DeleteObjectVersion"],
        resources=[f"arn:{cdk.Aws.PARTITION}:s3:::*"],
    )
    empties.add_condition("StringEquals", {"aws:ResourceAccount": cdk.Aws.ACCOUNT_ID})
    role.add_to_policy(empties)
    return role


def _role(
    scope: Construct, construct_id: str, name: str, company: Company, programs: Sequence[str], says: str
) -> iam.Role:
    root = iam.ArnPrincipal(f"arn:{cdk.Aws.PARTITION}:iam::{company.account}:root")
    takers = {"ArnEquals": {"aws:PrincipalArn": [company.role_arn(program) for program in programs]}}
    return iam.Role(
        scope,
        construct_id,
        role_name=name,
        description=says,
        max_session_duration=cdk.Duration.hours(1),
        assumed_by=root.with_conditions(takers).with_session_tags(),
    )


def _allow(role: iam.Role, sid: str, actions: list[str], resources: list[str]) -> None:
    role.add_to_policy(iam.PolicyStatement(sid=sid, actions=actions, resources=resources))


def _here(service: str, resource: str) -> str:
    """A resource of this account, in any Region."""
    return f"arn:{cdk.Aws.PARTITION}:{service}:*:{cdk.Aws.ACCOUNT_ID}:{resource}"
