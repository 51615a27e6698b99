"""What happens in an account, to the hub: one rule on the default bus of each Region that is used."""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infrastructure.company import Company
from infrastructure.intake import let_rule_send
from infrastructure.member.names import FORWARDER

PATTERN = {
    "$or": [
        {"source": ["aws.cloudwatch"], "detail-type": ["CloudWatch Alarm State Change"]},
        {"source": ["aws.cloudformation"], "detail-type": ["CloudFormation Stack Status Change"]},
        {
            "source": ["aws.cloudformation"],
            "detail-type": ["CloudFormation Resource Status Change"],
            "detail": {"status-details": {"status": [{"suffix": "_FAILED"}]}},
        },
    ]
}
"""The narrower pattern of docs/intake.md: of resources, only what has failed."""


class Forwarding(Construct):
    """What the hub cannot take for a day waits in a queue here: events are not lost while a policy is mended."""

    def __init__(self, scope: Construct, construct_id: str, company: Company) -> None:
        super().__init__(scope, construct_id)
        role = iam.Role(
            self,
            "Role",
            role_name=f"{FORWARDER}-{cdk.Aws.REGION}",
            description="Interlock: EventBridge puts this Region's events on the hub's bus",
            assumed_by=iam.ServicePrincipal(
                "events.amazonaws.com", conditions={"StringEquals": {"aws:SourceAccount": cdk.Aws.ACCOUNT_ID}}
            ),
        )
        role.add_to_policy(
            iam.PolicyStatement(sid="PutOnTheHub", actions=["events:PutEvents"], resources=[company.bus_arn])
        )
        undelivered = sqs.Queue(
            self,
            "Undelivered",
            queue_name="interlock-undelivered",
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
        )
        rule = events.CfnRule(
            self,
            "ToTheHub",
            name="interlock-to-the-hub",
            description="Interlock: what stacks and alarms tell, to the hub's event bus",
            event_pattern=PATTERN,
            targets=[
                events.CfnRule.TargetProperty(
                    id="Hub",
                    arn=company.bus_arn,
                    role_arn=role.role_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=undelivered.queue_arn),
                )
            ],
        )
        let_rule_send(undelivered, rule)
