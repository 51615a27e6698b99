"""A Lambda function behind an alias, whose new version gets few of the requests first: CodeDeploy shifts the rest."""

from __future__ import annotations

from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_codedeploy as codedeploy
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from pipelinekit.declared import declare
from pipelinekit.metrics import Measured
from pipelinekit.refusals import OneBoxUnusableError
from pipelinekit.signals import OneBox
from pipelinekit.surroundings import one_box_of

MOST_MINUTES = 48 * 60
"""Between the first and the last shift of a Lambda deployment: CodeDeploy's quota, 48 hours."""


class OneBoxFunction(Construct):
    """A function's alias, and the deployments that move it to each new version by way of a one-box.

        box = OneBoxFunction(self, "OneBox", function=handler)
        signals = ServiceSignals(self, "Signals", requests=…, faults=…, one_box=box.measured)
        box.roll_back_on(signals.one_box)

    Call the function through `alias`: what calls the function itself passes the one-box by.

    - `function`: the function; its current version is what is deployed.
    - `one_box`: the share of requests and the minutes; without it the wave's, outside of a pipeline 10 % for an hour. A
      wave without a one-box moves all requests at once, and still rolls back on an alarm.
    - `linear` (False): shift the same share again each time, instead of all the rest after the first.
    - `alarms`: what a deployment is rolled back on; `roll_back_on` adds more.

    `measured` is what the new version alone does, by Lambda's dimension ExecutedVersion. Raises OneBoxUnusableError.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        function: lambda_.Function,
        alias_name: str = "live",
        one_box: OneBox | None = None,
        linear: bool = False,
        alarms: Sequence[cloudwatch.IAlarm] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        numbers = one_box or one_box_of(self)
        version = function.current_version
        self.alias = lambda_.Alias(self, "Alias", alias_name=alias_name, version=version)
        self.deployments = codedeploy.LambdaDeploymentGroup(
            self,
            "Deployments",
            alias=self.alias,
            deployment_config=self._configuration(numbers, linear),
            alarms=list(alarms),
            auto_rollback=codedeploy.AutoRollbackConfig(failed_deployment=True, stopped_deployment=True),
        )
        dimensions = {
            "FunctionName": function.function_name,
            "Resource": f"{function.function_name}:{alias_name}",
            "ExecutedVersion": version.version,
        }
        self.measured = Measured(
            requests=[_metric("Invocations", dimensions)],
            faults=[_metric("Errors", dimensions)],
            latency=[_metric("Duration", dimensions)],
        )
        how = "LAMBDA_LINEAR" if linear else "LAMBDA_ALIAS"
        self.one_box = OneBox(numbers.percent, numbers.bake_minutes, how) if numbers.exists else None
        declare(self)

    def roll_back_on(self, *alarms: cloudwatch.IAlarm) -> None:
        """Let each of these alarms roll a deployment back, too."""
        for alarm in alarms:
            self.deployments.add_alarm(alarm)

    def _configuration(self, numbers: OneBox, linear: bool) -> codedeploy.ILambdaDeploymentConfig:
        if not numbers.exists:
            return codedeploy.LambdaDeploymentConfig.ALL_AT_ONCE
        shifts = -(-100 // numbers.percent) - 1 if linear else 1
        minutes = shifts * numbers.bake_minutes
        if minutes > MOST_MINUTES:
            raise OneBoxUnusableError(
                f"{self.node.path} would take {minutes:,} minutes to shift its requests ({shifts} times "
                f"{numbers.bake_minutes}) and CodeDeploy takes {MOST_MINUTES:,}: bake the one-box for less time, or "
                "without linear=True."
            )
        interval = cdk.Duration.minutes(numbers.bake_minutes)
        routing = (
            codedeploy.TrafficRouting.time_based_linear(interval=interval, percentage=numbers.percent)
            if linear
            else codedeploy.TrafficRouting.time_based_canary(interval=interval, percentage=numbers.percent)
        )
        return codedeploy.LambdaDeploymentConfig(self, "Shifting", traffic_routing=routing)


def _metric(name: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(namespace="AWS/Lambda", metric_name=name, dimensions_map=dimensions, statistic="Sum")
