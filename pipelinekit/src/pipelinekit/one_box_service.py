"""A service on ECS behind a load balancer, whose new tasks get few of the requests first: ECS shifts the rest."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb
from constructs import Construct

from pipelinekit.declared import declare
from pipelinekit.metrics import Measured
from pipelinekit.refusals import OneBoxUnusableError
from pipelinekit.signals import OneBox
from pipelinekit.surroundings import one_box_of

MOST_MINUTES = 24 * 60
"""For each step of a shift: ECS's limit, 24 hours."""
MIN_HEALTHY_PERCENT, MAX_PERCENT = 66, 133
"""At most a third of the tasks at a time (Amazon Builders' Library)."""
METRICS = {"requests": "RequestCount", "faults": "HTTPCode_Target_5XX_Count", "latency": "TargetResponseTime"}


class OneBoxService(Construct):
    """A Fargate service in two target groups of a load balancer, between which ECS shifts the requests.

        web = OneBoxService(self, "Web", cluster=cluster, task_definition=task, container_port=8080, listener=listener)
        signals = ServiceSignals(self, "Signals", requests=web.measured.requests, …, one_box=web.boxes)
        web.roll_back_on(signals.one_box)

    - `cluster`, `task_definition`: the first container that is essential takes the requests, on `container_port`.
    - `listener`: of an application load balancer; a rule of `priority` (1) sends the requests for `paths` (all) here.
    - `desired_count` (3): a third of fewer is nothing. `health_check_path` ("/").
    - `one_box`: the share of requests and the minutes; without it the wave's, outside of a pipeline 10 % for an hour. A
      wave without a one-box replaces the tasks in thirds.
    - `linear` (False): shift the same share again each time, instead of all the rest after the first.
    - `bake_minutes` (10): how long the former tasks stay once all requests are shifted: going back then takes no time.
    - `alarms`: what a deployment is rolled back on, or their names; `roll_back_on` adds more.

    `measured` is what the load balancer counts, `boxes` the same by target group: the two take turns at being the
    one-box, and its alarm watches both. Raises OneBoxUnusableError.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        cluster: ecs.ICluster,
        task_definition: ecs.FargateTaskDefinition,
        container_port: int,
        listener: elb.ApplicationListener,
        desired_count: int = 3,
        health_check_path: str = "/",
        paths: Sequence[str] = ("/*",),
        priority: int = 1,
        one_box: OneBox | None = None,
        linear: bool = False,
        bake_minutes: int = 10,
        alarms: Sequence[cloudwatch.IAlarm | str] = (),
    ) -> None:
        super().__init__(scope, construct_id)
        numbers = one_box or one_box_of(self)
        _require_time(self, numbers, bake_minutes)
        groups = [self._group(name, cluster, container_port, health_check_path) for name in ("Blue", "Green")]
        rule = elb.ApplicationListenerRule(
            self,
            "Rule",
            listener=listener,
            priority=priority,
            conditions=[elb.ListenerCondition.path_patterns(list(paths))],
            action=elb.ListenerAction.weighted_forward(
                [
                    elb.WeightedTargetGroup(target_group=groups[0], weight=100),
                    elb.WeightedTargetGroup(target_group=groups[1], weight=0),
                ]
            ),
        )
        self.service = ecs.FargateService(
            self,
            "Service",
            cluster=cluster,
            task_definition=task_definition,
            desired_count=desired_count,
            min_healthy_percent=MIN_HEALTHY_PERCENT,
            max_healthy_percent=MAX_PERCENT,
            circuit_breaker=ecs.DeploymentCircuitBreaker(enable=True, rollback=True),
            **_strategy(numbers, linear, bake_minutes),
        )
        self._attach(groups, rule, numbers, container_port)
        if alarms:
            self.roll_back_on(*alarms)
        balancer = _balancer(self, listener)
        whole = {"LoadBalancer": balancer}
        found = _measured(whole)
        # Where no task is healthy, the load balancer itself answers.
        faults = [*found.faults, _metric("HTTPCode_ELB_5XX_Count", whole)]
        self.measured = Measured(found.requests, faults, found.latency)
        self.boxes = [
            _measured({"LoadBalancer": balancer, "TargetGroup": group.target_group_full_name}) for group in groups
        ]
        how = "ECS_LINEAR" if linear else "ECS_CANARY"
        self.one_box = OneBox(numbers.percent, numbers.bake_minutes, how) if numbers.exists else None
        declare(self)

    def roll_back_on(self, *alarms: cloudwatch.IAlarm | str) -> None:
        """Let each of these alarms roll a deployment back, too.

        By name where one measures the service itself, such as its CPU: it could not be made before the service.
        """
        names = [alarm if isinstance(alarm, str) else alarm.alarm_name for alarm in alarms]
        self.service.enable_deployment_alarms(names, behavior=ecs.AlarmBehavior.ROLLBACK_ON_ALARM)

    def _group(self, name: str, cluster: ecs.ICluster, port: int, path: str) -> elb.ApplicationTargetGroup:
        return elb.ApplicationTargetGroup(
            self,
            name,
            vpc=cluster.vpc,
            port=port,
            protocol=elb.ApplicationProtocol.HTTP,
            target_type=elb.TargetType.IP,
            deregistration_delay=cdk.Duration.seconds(30),
            health_check=elb.HealthCheck(path=path),
        )

    def _attach(
        self,
        groups: Sequence[elb.ApplicationTargetGroup],
        rule: elb.ApplicationListenerRule,
        numbers: OneBox,
        port: int,
    ) -> None:
        container = self.service.task_definition.default_container
        if container is None:
            raise OneBoxUnusableError(
                f"The task definition of {self.node.path} has no essential container, and requests would go nowhere: "
                "add one before the service is made."
            )
        alternate = ecs.AlternateTarget(
            "Alternate",
            alternate_target_group=groups[1],
            production_listener=ecs.ListenerRuleConfiguration.application_listener_rule(rule),
        )
        target = self.service.load_balancer_target(
            container_name=container.container_name,
            container_port=port,
            alternate_target=alternate if numbers.exists else None,
        )
        target.attach_to_application_target_group(groups[0])


def _strategy(numbers: OneBox, linear: bool, bake_minutes: int) -> dict[str, Any]:
    if not numbers.exists:
        return {"deployment_strategy": ecs.DeploymentStrategy.ROLLING}
    shift = ecs.TrafficShiftConfig(
        step_percent=numbers.percent, step_bake_time=cdk.Duration.minutes(numbers.bake_minutes)
    )
    return {
        "deployment_strategy": ecs.DeploymentStrategy.LINEAR if linear else ecs.DeploymentStrategy.CANARY,
        "linear_configuration" if linear else "canary_configuration": shift,
        "bake_time": cdk.Duration.minutes(bake_minutes),
    }


def _require_time(made: OneBoxService, numbers: OneBox, bake_minutes: int) -> None:
    for what, minutes in (("one-box", numbers.bake_minutes), ("former tasks' stay", bake_minutes)):
        if minutes > MOST_MINUTES:
            raise OneBoxUnusableError(
                f"The {what} of {made.node.path} would be {minutes:,} minutes and ECS takes {MOST_MINUTES:,}: use less."
            )


def _balancer(made: OneBoxService, listener: elb.ApplicationListener) -> str:
    found = listener.load_balancer
    if not isinstance(found, elb.ApplicationLoadBalancer):
        raise OneBoxUnusableError(
            f"The listener of {made.node.path} is of a load balancer that this app does not make, whose metrics have a "
            "name that is not known: give a listener of an ApplicationLoadBalancer of this app."
        )
    return found.load_balancer_full_name


def _measured(dimensions: dict[str, str]) -> Measured:
    return Measured(**{kind: [_metric(name, dimensions)] for kind, name in METRICS.items()})


def _metric(name: str, dimensions: dict[str, str]) -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="AWS/ApplicationELB", metric_name=name, dimensions_map=dimensions, statistic="Sum"
    )
