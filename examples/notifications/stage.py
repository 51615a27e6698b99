"""One environment of notifications: a table of what is due, and a function that a schedule wakes every five minutes."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

HERE = Path(__file__).parent


class NotificationsStage(cdk.Stage):
    """Everything that one environment holds."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        NotificationsStack(self, "Notifications", environment=construct_id)


class NotificationsStack(cdk.Stack):
    """Notifications wait in a table until they are due; items that were sent expire by themselves."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: str) -> None:
        super().__init__(scope, construct_id)
        due = dynamodb.Table(
            self,
            "Due",
            partition_key=dynamodb.Attribute(name="recipient", type=dynamodb.AttributeType.STRING),
            sort_key=dynamodb.Attribute(name="due", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            time_to_live_attribute="expires",
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        remind = lambda_.Function(
            self,
            "Remind",
            function_name=f"notifications-{environment}-handler",  # the smoke checks call it by this name
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(HERE / "remind"), exclude=["__pycache__"]),
            timeout=cdk.Duration.minutes(1),
            environment={"DUE": due.table_name},
        )
        due.grant_read_data(remind)
        events.Rule(
            self,
            "EveryFiveMinutes",
            schedule=events.Schedule.rate(cdk.Duration.minutes(5)),
            targets=[targets.LambdaFunction(remind)],
        )
