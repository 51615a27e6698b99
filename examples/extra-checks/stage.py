"""One environment of invoices, with what checks it: a function that writes an invoice for real, and an alarm."""

from pathlib import Path

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

HERE = Path(__file__).parent


class InvoicesStage(cdk.Stage):
    """Everything that one environment holds."""

    def __init__(self, scope: Construct, construct_id: str, **kwargs: object) -> None:
        super().__init__(scope, construct_id, **kwargs)
        InvoicesStack(self, "Invoices", environment=construct_id)


class InvoicesStack(cdk.Stack):
    """Names that checks use are the service's and the environment's: checks.yaml fills them in for each environment."""

    def __init__(self, scope: Construct, construct_id: str, *, environment: str) -> None:
        super().__init__(scope, construct_id)
        write = self._function("Write", f"invoices-{environment}-handler", "write.handler")
        verify = self._function("Verify", f"invoices-{environment}-verify", "verify.handler")
        verify.add_environment("WRITE", write.function_name)
        write.grant_invoke(verify)
        cloudwatch.Alarm(
            self,
            "WriteErrors",
            alarm_name=f"invoices-{environment}-errors",
            alarm_description="An invoice could not be written.",
            metric=write.metric_errors(period=cdk.Duration.minutes(1)),
            threshold=0,
            evaluation_periods=1,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _function(self, construct_id: str, name: str, handler: str) -> lambda_.Function:
        return lambda_.Function(
            self,
            construct_id,
            function_name=name,
            runtime=lambda_.Runtime.PYTHON_3_13,
            handler=handler,
            code=lambda_.Code.from_asset(str(HERE / "invoices"), exclude=["__pycache__"]),
            timeout=cdk.Duration.seconds(30),
        )
