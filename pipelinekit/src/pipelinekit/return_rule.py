"""What starts a stage's return: a rule on the pipeline's failed stages; and the rights that restoring needs."""

from __future__ import annotations

from collections.abc import Iterable

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from aws_cdk import aws_stepfunctions as sfn
from constructs import Construct

from pipelinekit.gate.restoring import PREFIX
from pipelinekit.gate_function import Gate
from pipelinekit.layout import OWN_STAGES
from pipelinekit.plan import Plan


class ReturnRule(Construct):
    """A failed stage of the pipeline starts its machine with the phase ROLL_BACK; the service says what is done.

    `deploy_roles` are those with which CDK Pipelines deploys the environments of the plan, and no others.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        plan: Plan,
        gate: Gate,
        machine: sfn.IStateMachine,
        bucket: s3.Bucket,
        deploy_roles: Iterable[str],
    ) -> None:
        super().__init__(scope, construct_id)
        roles = sorted(set(deploy_roles))
        self._start(plan, machine)
        gate.act_in(roles)
        gate.read_assemblies(bucket)
        _read_templates(bucket, roles)

    def _start(self, plan: Plan, machine: sfn.IStateMachine) -> None:
        """The rule; the target's own role may start this machine, and nothing else."""
        given = {
            "phase": "ROLL_BACK",
            "executionId": events.EventField.from_path("$.detail.execution-id"),
            "stage": events.EventField.from_path("$.detail.stage"),
        }
        stages = events.Match.anything_but(*OWN_STAGES)
        events.Rule(
            self,
            "FailedStage",
            description=f"Interlock: a failed stage of {plan.pipeline.name} is returned to its last good revision",
            event_pattern=events.EventPattern(
                source=["aws.codepipeline"],
                # A bus may take in other accounts' events, and they may have a pipeline of the same name.
                account=[plan.pipeline.account],
                region=[plan.pipeline.region],
                detail_type=["CodePipeline Stage Execution State Change"],
                detail={"pipeline": [plan.pipeline.name], "state": ["FAILED"], "stage": stages},
            ),
            targets=[targets.SfnStateMachine(machine, input=events.RuleTargetInput.from_object(given))],
        )


def _read_templates(bucket: s3.Bucket, roles: list[str]) -> None:
    """A long template is read from the bucket by the role that deploys it. By a condition: a policy takes 20 KB."""
    accounts = sorted({role.split(":")[4] for role in roles})
    names = sorted({role.rpartition("/")[2].partition("-deploy-role-")[0] for role in roles})
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="DeployRolesReadTemplates",
            actions=["s3:GetObject"],
            resources=[bucket.arn_for_objects(f"{PREFIX}*")],
            principals=[iam.AccountPrincipal(account) for account in accounts],
            conditions={
                "ArnLike": {
                    "aws:PrincipalArn": [f"arn:{cdk.Aws.PARTITION}:iam::*:role/{name}-deploy-role-*" for name in names]
                }
            },
        )
    )
