"""One environment of quotes: an API before a function whose new version gets few of the requests first."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_apigatewayv2 as api
from aws_cdk import aws_apigatewayv2_integrations as integrations
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from pipelinekit import OneBoxFunction, ServiceSignals, Thresholds

HERE = Path(__file__).parent


class QuotesStage(cdk.Stage):
    """Everything that one environment holds."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        QuotesStack(self, "Quotes")


class QuotesStack(cdk.Stack):
    """Requests go to the alias, and CodeDeploy moves the alias: a share first, then, if no alarm goes off, the rest."""

    def __init__(self, scope: Construct, construct_id: str) -> None:
        super().__init__(scope, construct_id)
        quote = lambda_.Function(
            self,
            "Quote",
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(HERE / "quote"), exclude=["__pycache__"]),
        )
        box = OneBoxFunction(self, "OneBox", function=quote)
        door = api.HttpApi(self, "Api", default_integration=integrations.HttpLambdaIntegration("ToQuote", box.alias))
        signals = ServiceSignals(
            self,
            "Signals",
            requests=[door.metric_count(statistic=cloudwatch.Stats.SAMPLE_COUNT)],
            faults=[door.metric_server_error(statistic=cloudwatch.Stats.SUM)],
            latency=[door.metric_latency()],
            one_box=box.measured,
            thresholds=Thresholds(fault_percent=1, p50_milliseconds=200, p90_milliseconds=500, p99_milliseconds=1500),
        )
        box.roll_back_on(signals.one_box)
