"""The gate as constructs: the Lambda function of gate/, and the custom resource that registers the pipeline
with it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_s3_assets as assets
from constructs import Construct, IDependable

from pipelinekit.asking import says_who_it_is, variables
from pipelinekit.gate.places import gate_role_name
from pipelinekit.gate.restoring import PREFIX
from pipelinekit.plan import Plan

HANDLER = "gate.index.handler"
RESOURCE_TYPE = "Custom::InterlockPipeline"
ANSWER_SECONDS = 300
"""How long CloudFormation waits for the gate's answer; without a limit it would be an hour."""

ROLES_OF_STATEMENT = 40
"""CDK spreads a role's statements over managed policies of 6,144 characters, and cannot cut a statement."""


class Gate(Construct):
    """The one function of a pipeline. `function` is the function."""

    def __init__(self, scope: Construct, construct_id: str, *, plan: Plan) -> None:
        super().__init__(scope, construct_id)
        self._plan = plan
        group = logs.LogGroup(
            self, "Logs", retention=logs.RetentionDays.THREE_MONTHS, removal_policy=cdk.RemovalPolicy.DESTROY
        )
        # A name, because the roles of the checks in other accounts trust this role and no other, as the service does.
        role = iam.Role(
            self,
            "Role",
            role_name=gate_role_name(plan.pipeline.name, plan.pipeline.region),
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        role.add_to_policy(says_who_it_is(plan))
        group.grant_write(role)  # AWS's managed policy would let it write, and make, every group
        self.function = lambda_.Function(
            self,
            "Function",
            description=f"Interlock: the gate of {plan.pipeline.name}",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler=HANDLER,
            code=_code(),
            role=role,
            # A check's function in another account runs while the gate waits for it.
            timeout=cdk.Duration.minutes(15),
            memory_size=256,
            environment=variables(plan),
            log_group=group,
            tracing=lambda_.Tracing.ACTIVE,
        )

    def act_in(self, role_arns: Sequence[str]) -> None:
        """Let the gate carry out checks in these roles."""
        for start in range(0, len(role_arns), ROLES_OF_STATEMENT):
            some = list(role_arns[start : start + ROLES_OF_STATEMENT])
            self.function.add_to_role_policy(iam.PolicyStatement(actions=["sts:AssumeRole"], resources=some))

    def stop_executions(self) -> None:
        """Let the gate stop executions of this pipeline, which it does where one may not enter a wave."""
        home = self._plan.pipeline
        pipeline = f"arn:{self._plan.partition}:codepipeline:{home.region}:{home.account}:{home.name}"
        self.function.add_to_role_policy(
            iam.PolicyStatement(actions=["codepipeline:StopPipelineExecution"], resources=[pipeline])
        )

    def read_assemblies(self, bucket: s3.Bucket) -> None:
        """Let the gate find what an execution of the pipeline has deployed, read it, and write down long templates."""
        home, function = self._plan.pipeline, self.function
        pipeline = f"arn:{self._plan.partition}:codepipeline:{home.region}:{home.account}:{home.name}"
        key = bucket.encryption_key
        assert key, "the artifact bucket has a key of its own"
        for actions, resource in (
            ("codepipeline:ListActionExecutions", pipeline),
            ("s3:GetObject", bucket.arn_for_objects("*")),
            ("s3:PutObject", bucket.arn_for_objects(f"{PREFIX}*")),
            ("kms:Decrypt", key.key_arn),
        ):
            function.add_to_role_policy(iam.PolicyStatement(actions=[actions], resources=[resource]))

    def register(self, action_map: Path, *, after: IDependable) -> cdk.CustomResource:
        """Let the gate register the pipeline, with its map, once `after` is deployed; again whenever either
        changes.
        """
        asset = assets.Asset(self, "Map", path=str(action_map))
        self.function.add_to_role_policy(_reading(asset))
        self.function.add_environment("INTERLOCK_MAP_URL", asset.http_url)
        resource = cdk.CustomResource(
            self,
            "Registration",
            resource_type=RESOURCE_TYPE,
            service_token=self.function.function_arn,
            service_timeout=cdk.Duration.seconds(ANSWER_SECONDS),
            properties={
                "Pipeline": self._plan.pipeline.name,
                "PlanDigest": self._plan.digest,
                "MapHash": asset.asset_hash,
            },
        )
        resource.node.add_dependency(after)
        return resource


def _reading(asset: assets.Asset) -> iam.PolicyStatement:
    """Of every JSON asset: a gate that runs while its stack is being changed still reads the map of before."""
    objects = f"arn:{cdk.Aws.PARTITION}:s3:::{asset.s3_bucket_name}/*.json"
    return iam.PolicyStatement(actions=["s3:GetObject"], resources=[objects])


def _code() -> lambda_.Code:
    """The folder gate/ as it stands, under its own name, so that its modules import each other as in the
    package.
    """
    return lambda_.Code.from_asset(
        str(Path(__file__).parent),
        exclude=["*", "!gate/", "!gate/*.py", "!gate/queries/", "!gate/queries/*.graphql"],
        ignore_mode=cdk.IgnoreMode.GIT,
    )
