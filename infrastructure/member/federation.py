"""IAM's outbound identity federation, by which pipelines are known: CloudFormation has no resource for it.

A function does what `aws iam enable-outbound-web-identity-federation` does. Its code stands in the template, since a
stack set carries no assets.
"""

from __future__ import annotations

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_logs as logs
from constructs import Construct

CODE = Path(__file__).parent / "enable" / "index.py"


class Federation(Construct):
    """Enabled when the stack is made, and left as it is when it goes: others may use it by then."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        name = "interlock-federation"
        group = logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{name}",
            retention=logs.RetentionDays.ONE_YEAR,
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        role = iam.Role(
            self,
            "Role",
            description="Interlock: enables outbound identity federation",
            assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"),
        )
        group.grant_write(role)
        role.add_to_policy(
            iam.PolicyStatement(
                sid="Federation",
                actions=[
                    "iam:EnableOutboundWebIdentityFederation",
                    "iam:GetOutboundWebIdentityFederationInfo",
                ],
                resources=["*"],
            )
        )
        function = lambda_.Function(
            self,
            "Enable",
            function_name=name,
            description="Interlock: enables outbound identity federation, and tells the account's issuer",
            runtime=lambda_.Runtime.PYTHON_3_14,
            handler="index.handler",
            code=lambda_.Code.from_inline(CODE.read_text()),
            timeout=cdk.Duration.minutes(1),
            role=role,
            log_group=group,
        )
        enabled = cdk.CustomResource(
            self, "Enabled", service_token=function.function_arn, resource_type="Custom::OutboundIdentityFederation"
        )
        enabled.node.add_dependency(role)
        self.issuer = enabled.get_att_string("IssuerIdentifier")
