"""One environment of labels: a function in JavaScript, as `npm run build` leaves it in dist/."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

BUILT = Path(__file__).parent / "dist"


class LabelsStage(cdk.Stage):
    """Everything that one environment holds."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        LabelsStack(self, "Labels", environment=construct_id)


class LabelsStack(cdk.Stack):
    """Built once, in the pipeline's synth: every environment gets the same asset, by its hash."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: str) -> None:
        super().__init__(scope, construct_id)
        lambda_.Function(
            self,
            "Label",
            function_name=f"labels-{environment}-handler",
            runtime=lambda_.Runtime.NODEJS_22_X,
            handler="index.handler",
            code=lambda_.Code.from_asset(str(BUILT)),
        )
