"""One environment of the catalog in three stacks: data that must not be lost, the service, and the edge."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_ssm as ssm
from constructs import Construct

HERE = Path(__file__).parent


class CatalogStage(cdk.Stage):
    """Everything that one environment holds. References between stacks give the order in which they are deployed."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        data = DataStack(self, "CatalogData", termination_protection=True)
        ServiceStack(self, "Catalog", environment=construct_id, products=data.products)
        EdgeStack(self, "CatalogEdge", env=cdk.Environment(account=self.account, region="us-east-1"))


class DataStack(cdk.Stack):
    """What must not be lost: it changes rarely, and a change of the service cannot touch it."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        self.products = dynamodb.Table(
            self,
            "Products",
            partition_key=dynamodb.Attribute(name="product", type=dynamodb.AttributeType.STRING),
            billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
            point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
                point_in_time_recovery_enabled=True
            ),
            removal_policy=cdk.RemovalPolicy.RETAIN,
        )


class ServiceStack(cdk.Stack):
    """An HTTP API before a function: the API is the front door, and its requests are what a wave waits for."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: str, products: dynamodb.ITable) -> None:
        super().__init__(scope, construct_id)
        lookup = lambda_.Function(
            self,
            "Lookup",
            function_name=f"catalog-{environment}-handler",  # the organisation's smoke checks call it by this name
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(HERE / "lookup"), exclude=["__pycache__"]),
            environment={"PRODUCTS": products.table_name},
        )
        products.grant_read_data(lookup)
        api.HttpApi(self, "Api", default_integration=integrations.HttpLambdaIntegration("ToLookup", lookup))


class EdgeStack(cdk.Stack):
    """What AWS has in us-east-1 alone, such as a certificate for CloudFront. A setting stands for it here."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        ssm.StringParameter(self, "Cache", parameter_name=f"/{self.stack_name}/cache-seconds", string_value="300")
