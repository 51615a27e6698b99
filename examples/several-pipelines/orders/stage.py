"""One environment of the shop's orders: a function."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

HERE = Path(__file__).parent


class OrdersStage(cdk.Stage):
    """Everything that one environment holds."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        OrdersStack(self, "ShopOrders", environment=construct_id)


class OrdersStack(cdk.Stack):
    """Its id is the service's own: the shop's other services may be in the same account and Region."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: str) -> None:
        super().__init__(scope, construct_id)
        lambda_.Function(
            self,
            "Handler",
            function_name=f"shop-orders-{environment}-handler",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(HERE / "handler"), exclude=["__pycache__"]),
        )
