"""What AWS tells: the hub's event bus, to which the organization's accounts send, and the queue that intake reads."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infrastructure.alarms import FIVE_MINUTES, MINUTE, alarm
from infrastructure.company import Company

BUS = "interlock"
TOLD = {
    "source": ["aws.codepipeline", "aws.codebuild", "aws.states", "aws.cloudformation", "aws.cloudwatch"],
    "detail-type": [
        "CodePipeline Pipeline Execution State Change",
        "CodePipeline Stage Execution State Change",
        "CodePipeline Action Execution State Change",
        "CodeBuild Build State Change",
        "CodeBuild Build Phase Change",
        "Step Functions Execution Status Change",
        "CloudFormation Stack Status Change",
        "CloudFormation Resource Status Change",
        "CloudWatch Alarm State Change",
    ],
}
"""What the queue takes from the bus: docs/intake.md. Its sources are AWS's own, which nobody else may send."""
RECEIVES = 20
"""After how many receipts a message is set apart: for the day on which no intake runs (docs/intake.md)."""
LATE_SECONDS = 300


class Intake(cdk.Stack):
    """Fixed names: members and pipelines name the bus before they have seen it."""

    def __init__(
        self, scope: Construct, construct_id: str, company: Company, *, key: kms.IKey, topic: sns.ITopic, **kwargs: Any
    ) -> None:
        super().__init__(scope, construct_id, termination_protection=True, **kwargs)
        hub = self._bus(company)
        self.dead_letters = self._queue("DeadLetters", "interlock-dead-letters", key)
        self.queue = self._queue(
            "Queue",
            "interlock",
            key,
            visibility_timeout=cdk.Duration.seconds(30),
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=RECEIVES),
        )
        rule = events.CfnRule(
            self,
            "Told",
            name="interlock-told",
            description="What pipelines, stacks, builds, state machines and alarms tell, to Interlock's queue",
            event_bus_name=hub.ref,
            event_pattern=TOLD,
            targets=[
                events.CfnRule.TargetProperty(
                    id="Queue",
                    arn=self.queue.queue_arn,
                    dead_letter_config=events.CfnRule.DeadLetterConfigProperty(arn=self.dead_letters.queue_arn),
                )
            ],
        )
        for queue in (self.queue, self.dead_letters):
            let_rule_send(queue, rule)
        self._alarms(topic)

    def _bus(self, company: Company) -> events.CfnEventBus:
        """Whoever is in the organization may put events on it, and nobody else; nobody may change it from outside."""
        arn = f"arn:{self.partition}:events:{self.region}:{self.account}:event-bus/{BUS}"
        statement: dict[str, Any] = {
            "Sid": "AccountsOfTheOrganization",
            "Effect": "Allow",
            "Principal": {"AWS": "*"},
            "Action": "events:PutEvents",
            "Resource": arn,
            "Condition": {"StringEquals": {"aws:PrincipalOrgID": company.organization}},
        }
        return events.CfnEventBus(
            self,
            "Hub",
            name=BUS,
            description="Interlock's hub: what happens in the organization's accounts",
            policy={"Version": "2012-10-17", "Statement": [statement]},
        )

    def _queue(self, construct_id: str, name: str, key: kms.IKey, **more: Any) -> sqs.Queue:
        return sqs.Queue(
            self,
            construct_id,
            queue_name=name,
            encryption=sqs.QueueEncryption.KMS,
            encryption_master_key=key,
            data_key_reuse=cdk.Duration.hours(1),
            enforce_ssl=True,
            retention_period=cdk.Duration.days(14),
            receive_message_wait_time=cdk.Duration.seconds(20),
            **more,
        )

    def _alarms(self, topic: sns.ITopic) -> None:
        alarm(
            self,
            "QueueIsLate",
            topic,
            self.queue.metric_approximate_age_of_oldest_message(period=MINUTE, statistic="Maximum"),
            threshold=LATE_SECONDS,
            periods=3,
            says="What AWS tells is five minutes late. Look whether `intake` runs, and what its log says.",
        )
        alarm(
            self,
            "DeadLettersWait",
            topic,
            self.dead_letters.metric_approximate_number_of_messages_visible(period=MINUTE, statistic="Maximum"),
            threshold=0,
            periods=1,
            says="Messages were not delivered, or received twenty times in vain. Mend the cause, then redrive.",
        )
        failed = cloudwatch.Metric(
            namespace="AWS/Events",
            metric_name="FailedInvocations",
            dimensions_map={"EventBusName": BUS, "RuleName": "interlock-told"},
            statistic="Sum",
            period=FIVE_MINUTES,
        )
        alarm(
            self,
            "EventsAreNotDelivered",
            topic,
            failed,
            threshold=0,
            periods=1,
            says="The hub's rule cannot put events on the queue: look at the queue's policy and its key's.",
        )


def let_rule_send(queue: sqs.Queue, rule: events.CfnRule) -> None:
    """EventBridge for this rule alone: rules of others are EventBridge as well."""
    queue.add_to_resource_policy(
        iam.PolicyStatement(
            sid="OfTheRule",
            principals=[iam.ServicePrincipal("events.amazonaws.com")],
            actions=["sqs:SendMessage"],
            resources=[queue.queue_arn],
            conditions={"ArnEquals": {"aws:SourceArn": rule.attr_arn}},
        )
    )
