"""One environment of payments: a queue of captures, the function that works it off, its table and its alarm."""

import os
from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sqs as sqs
from constructs import Construct

HERE = Path(__file__).parent


class PaymentsStage(cdk.Stage):
    """Everything that one environment holds. pipelinekit passes the environment's name as `construct_id`."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        PaymentsStack(self, "Payments", environment=construct_id)


class PaymentsStack(cdk.Stack):
    """Captures wait in a queue; a function books each of them once, in a table; an alarm watches the function."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: str) -> None:
        super().__init__(scope, construct_id)
        ledger = dynamodb.Table(
            self,
            "Ledger",
            partition_key=dynamodb.Attribute(name="payment", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=cdk.RemovalPolicy.DESTROY,
        )
        captures = sqs.Queue(
            self,
            "Captures",
            visibility_timeout=cdk.Duration.minutes(3),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )
        capture = lambda_.Function(
            self,
            "Capture",
            function_name=f"payments-{environment}-handler",  # the organisation's smoke checks call it by this name
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(HERE / "capture"), exclude=["__pycache__"]),
            timeout=cdk.Duration.seconds(30),
            environment={"LEDGER": ledger.table_name},
        )
        ledger.grant_write_data(capture)
        capture.add_event_source(sources.SqsEventSource(captures, batch_size=10, report_batch_item_failures=True))
        cloudwatch.Alarm(
            self,
            "CaptureErrors",
            alarm_name=f"payments-{environment}-errors",
            alarm_description="More than one capture in five minutes failed.",
            metric=capture.metric_errors(period=cdk.Duration.minutes(5)),
            threshold=1,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )
        if environment == fails_at(self):
            fail_on_deployment(self)


def fails_at(scope: Construct) -> str | None:
    """The environment whose deployment is to fail in a rehearsal: FAIL_AT, or the CDK context `fail_at`."""
    return os.environ.get("FAIL_AT") or scope.node.try_get_context("fail_at")


def fail_on_deployment(scope: Construct) -> None:
    """Something that synthesizes and that CloudFormation refuses: a FIFO queue's name must end with .fifo."""
    sqs.CfnQueue(scope, "Broken", fifo_queue=True, queue_name="payments-captures-in-order")
