"""An Auto Scaling group whose instances are replaced a third at a time, two thirds of them healthy throughout."""

from __future__ import annotations

from typing import Any

import aws_cdk as cdk
from aws_cdk import aws_autoscaling as autoscaling
from constructs import Construct

from pipelinekit.refusals import OneBoxUnusableError

HEALTHY_PERCENT = 66
"""Amazon Builders' Library: at most 33 % of the boxes at a time, at least 66 % healthy throughout."""
LAUNCH_TEMPLATE = "@aws-cdk/aws-autoscaling:generateLaunchTemplateInsteadOfLaunchConfig"
"""CDK's flag: AWS takes no launch configurations of new accounts any more."""
SUSPENDED = (
    autoscaling.ScalingProcess.HEALTH_CHECK,
    autoscaling.ScalingProcess.REPLACE_UNHEALTHY,
    autoscaling.ScalingProcess.AZ_REBALANCE,
    autoscaling.ScalingProcess.ALARM_NOTIFICATION,
    autoscaling.ScalingProcess.SCHEDULED_ACTIONS,
)
"""What would start or end instances meanwhile, and make CloudFormation wait for one that is gone."""


class RollingGroup(Construct):
    """A group that CloudFormation updates in thirds, each instance telling when it is ready.

        fleet = RollingGroup(self, "Fleet", min_capacity=6, max_capacity=9, vpc=vpc, instance_type=…, machine_image=…)

    - `min_capacity`, `max_capacity`: the first gives the thirds, and the second must leave room for the healthy ones.
    - `ready_minutes` (15): how long an instance may take to tell that it is ready, with `cfn-signal`.
    - `fast_rollback` (False): the new instances are made beside the former group, which is kept until all are ready: a
      deployment that fails is back at once, and one that runs costs twice the instances.
    - everything else is `aws_autoscaling.AutoScalingGroup`'s.

    `group` is the group. With user data of its own (no `launch_template`) an instance tells when that has run, well or
    not. Raises OneBoxUnusableError.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        min_capacity: int,
        max_capacity: int,
        ready_minutes: int = 15,
        fast_rollback: bool = False,
        **group: Any,
    ) -> None:
        super().__init__(scope, construct_id)
        batch, healthy = thirds(min_capacity)
        if healthy >= max_capacity:
            raise OneBoxUnusableError(
                f"{self.node.path} keeps {healthy} of its {min_capacity} instances healthy and takes {max_capacity}: "
                f"give it a max_capacity of {healthy + 1} at least."
            )
        self.node.set_context(LAUNCH_TEMPLATE, True)
        self.group = autoscaling.AutoScalingGroup(
            self,
            "Group",
            min_capacity=min_capacity,
            max_capacity=max_capacity,
            signals=autoscaling.Signals.wait_for_min_capacity(timeout=cdk.Duration.minutes(ready_minutes)),
            update_policy=_replacing() if fast_rollback else _rolling(batch, healthy),
            **group,
        )
        if not fast_rollback:
            self._keep_healthy()
        if "launch_template" not in group and "mixed_instances_policy" not in group:
            self.group.user_data.add_signal_on_exit_command(self.group)

    def _keep_healthy(self) -> None:
        """Of however many instances there are then: Auto Scaling may have made more than the fewest."""
        made = self.group.node.default_child
        assert isinstance(made, cdk.CfnResource), "a group is a resource"
        made.add_override("UpdatePolicy.AutoScalingRollingUpdate.MinActiveInstancesPercent", HEALTHY_PERCENT)


def thirds(count: int) -> tuple[int, int]:
    """How many of so many instances are replaced at a time, and how many stay: one at least, two thirds at least."""
    return max(1, count // 3), -(-count * HEALTHY_PERCENT // 100)


def _rolling(batch: int, healthy: int) -> autoscaling.UpdatePolicy:
    return autoscaling.UpdatePolicy.rolling_update(
        max_batch_size=batch,
        min_instances_in_service=healthy,
        suspend_processes=list(SUSPENDED),
        wait_on_resource_signals=True,
    )


def _replacing() -> autoscaling.UpdatePolicy:
    return autoscaling.UpdatePolicy.replacing_update()
