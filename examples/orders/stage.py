"""One environment of orders: a topic of placed orders, a queue, and the function that fulfils them."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

HERE = Path(__file__).parent


class OrdersStage(cdk.Stage):
    """Everything that one environment holds."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        OrdersStack(self, "Orders", environment=construct_id)


class OrdersStack(cdk.Stack):
    """Whoever places an order publishes it; an order that fails three times is set aside in a queue of its own."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: str) -> None:
        super().__init__(scope, construct_id)
        placed = sns.Topic(self, "Placed", display_name="Orders placed")
        set_aside = self._queue("SetAside", retention_period=cdk.Duration.days(14))
        waiting = self._queue(
            "Waiting",
            visibility_timeout=cdk.Duration.minutes(3),
            dead_letter_queue=sqs.DeadLetterQueue(queue=set_aside, max_receive_count=3),
        )
        placed.add_subscription(subscriptions.SqsSubscription(waiting, raw_message_delivery=True))
        fulfil = lambda_.Function(
            self,
            "Fulfil",
            function_name=f"orders-{environment}-handler",  # the organisation's smoke checks call it by this name
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(HERE / "fulfil"), exclude=["__pycache__"]),
            timeout=cdk.Duration.seconds(30),
        )
        fulfil.add_event_source(sources.SqsEventSource(waiting, batch_size=10))

    def _queue(self, construct_id: str, **props: object) -> sqs.Queue:
        return sqs.Queue(self, construct_id, encryption=sqs.QueueEncryption.SQS_MANAGED, enforce_ssl=True, **props)
