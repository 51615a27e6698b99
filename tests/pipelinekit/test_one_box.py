"""One-boxes with the wave's numbers: a function's alias, a service on ECS; and a group that is replaced in thirds."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_ec2 as ec2
from aws_cdk import aws_ecs as ecs
from aws_cdk import aws_elasticloadbalancingv2 as elb

from pipelinekit import OneBox, OneBoxFunction, OneBoxService, RollingGroup, ServiceSignals, wave_of
from pipelinekit.plan import Environment
from pipelinekit.refusals import OneBoxUnusableError
from pipelinekit.rolling_group import thirds
from pipelinekit.surroundings import one_box_of, surroundings_of
from pipelinekit.watching import signals_in
from tests.pipelinekit import linting, stages
from tests.pipelinekit.stages import HERE, of_type

pytestmark = pytest.mark.slow
IDS = Path(__file__).parent / "team_construct_ids.json"


def stack_in(stage: cdk.Stage) -> cdk.Stack:
    return cdk.Stack(stage, "Main")


def aliased(stage: cdk.Stage, **given: Any) -> dict[str, Any]:
    """A stack with a function and its one-box, guarded by the service's alarm."""
    stack = stack_in(stage)
    function = stages.function(stack)
    box = OneBoxFunction(stack, "Box", function=function, **given)
    signals = ServiceSignals(
        stack,
        "Signals",
        requests=[function.metric_invocations()],
        faults=[function.metric_errors()],
        latency=[function.metric_duration()],
        one_box=box.measured,
    )
    box.roll_back_on(signals.one_box)
    return stages.template(stage, stack)


def served(stage: cdk.Stage, **given: Any) -> dict[str, Any]:
    """A stack with a service on ECS behind its load balancer, guarded by the service's alarm."""
    stack = stack_in(stage)
    vpc = ec2.Vpc(stack, "Vpc", availability_zones=["eu-west-1a", "eu-west-1b"], nat_gateways=1)
    balancer = elb.ApplicationLoadBalancer(stack, "Balancer", vpc=vpc, internet_facing=True)
    listener = balancer.add_listener("Http", port=80, default_action=elb.ListenerAction.fixed_response(404))
    task = ecs.FargateTaskDefinition(stack, "Task")
    task.add_container("web", image=ecs.ContainerImage.from_registry("nginx"), port_mappings=[{"containerPort": 80}])
    web = OneBoxService(
        stack,
        "Web",
        cluster=ecs.Cluster(stack, "Cluster", vpc=vpc),
        task_definition=task,
        container_port=80,
        listener=listener,
        **given,
    )
    measured = web.measured
    signals = ServiceSignals(
        stack,
        "Signals",
        requests=measured.requests,
        faults=measured.faults,
        latency=measured.latency,
        one_box=web.boxes,
    )
    web.roll_back_on(signals.one_box)
    return stages.template(stage, stack)


def rolled(**given: Any) -> dict[str, Any]:
    stage = stages.stage()
    stack = stack_in(stage)
    vpc = ec2.Vpc(stack, "Vpc", availability_zones=["eu-west-1a", "eu-west-1b"], nat_gateways=1)
    RollingGroup(
        stack,
        "Fleet",
        vpc=vpc,
        instance_type=ec2.InstanceType("t3.micro"),
        machine_image=ec2.MachineImage.latest_amazon_linux2023(),
        **{"min_capacity": 6, "max_capacity": 9, **given},
    )
    return stages.template(stage, stack)


def only(found: dict[str, Any], kind: str) -> dict[str, Any]:
    (properties,) = of_type(found, kind).values()
    return properties


def test_the_wave_is_found_through_the_tree() -> None:
    """From anywhere below a stage that a pipeline makes; without a pipeline the Builders' Library's numbers hold."""
    inside = stages.function(stack_in(stages.stage(percent=5, minutes=30)))
    wave, place = wave_of(inside), surroundings_of(inside)
    assert wave
    assert place
    assert (wave.name, place.environment.name, place.plan.service) == ("prod-1", "prod-eu-west-1", "payments")
    assert one_box_of(inside) == OneBox(5, 30)
    outside = stages.function(stack_in(stages.stage(planned=False)))
    assert wave_of(outside) is None
    assert one_box_of(outside) == OneBox(10, 60)


def test_a_function_is_shifted_by_the_wave_s_numbers() -> None:
    """A tenth for an hour, then the rest; rolled back on the alarm, on failure and when stopped."""
    found = aliased(stages.stage())
    shifting = only(found, "AWS::CodeDeploy::DeploymentConfig")["TrafficRoutingConfig"]
    assert shifting == {
        "Type": "TimeBasedCanary",
        "TimeBasedCanary": {"CanaryInterval": 60, "CanaryPercentage": 10},
    }
    group = only(found, "AWS::CodeDeploy::DeploymentGroup")
    (one_box,) = (name for name, each in of_type(found, "AWS::CloudWatch::CompositeAlarm").items() if "OneBox" in name)
    assert group["AlarmConfiguration"] == {"Alarms": [{"Name": {"Ref": one_box}}], "Enabled": True}
    assert group["AutoRollbackConfiguration"]["Events"] == [
        "DEPLOYMENT_FAILURE",
        "DEPLOYMENT_STOP_ON_REQUEST",
        "DEPLOYMENT_STOP_ON_ALARM",
    ]
    (alias,) = (each for each in found["Resources"].values() if each["Type"] == "AWS::Lambda::Alias")
    assert "CodeDeployLambdaAliasUpdate" in alias["UpdatePolicy"]


def test_a_one_box_is_measured_by_the_executed_version() -> None:
    """The alarm watches the new version alone, by the alias that shifts to it."""
    alarms = of_type(aliased(stages.stage()), "AWS::CloudWatch::Alarm")
    (rate,) = (each for each in alarms.values() if each["AlarmName"].endswith("one-box-fault-rate"))
    (requests,) = (each for each in rate["Metrics"] if each["Id"] == "r0")
    dimensions = {each["Name"]: each["Value"] for each in requests["MetricStat"]["Metric"]["Dimensions"]}
    assert set(dimensions) == {"FunctionName", "Resource", "ExecutedVersion"}
    assert dimensions["ExecutedVersion"]["Fn::GetAtt"][1] == "Version"
    assert dimensions["Resource"]["Fn::Join"][1][1] == ":live"


def test_a_function_shifts_in_even_steps_where_asked() -> None:
    """As linear, whose steps add up: 25 percent for an hour is three hours."""
    stage = stages.stage(25)
    shifting = only(aliased(stage, linear=True), "AWS::CodeDeploy::DeploymentConfig")["TrafficRoutingConfig"]
    assert shifting["TimeBasedLinear"] == {"LinearInterval": 60, "LinearPercentage": 25}
    assert signals_in(stage, stages.assembly(stage), Environment(**HERE)).one_box == OneBox(25, 60, "LAMBDA_LINEAR")


def test_a_wave_without_a_one_box_shifts_at_once() -> None:
    """Still rolled back on an alarm; the map says that there is none."""
    stage = stages.stage(0, 0)
    found = aliased(stage)
    name = only(found, "AWS::CodeDeploy::DeploymentGroup")["DeploymentConfigName"]
    assert name == "CodeDeployDefault.LambdaAllAtOnce"
    assert only(found, "AWS::CodeDeploy::DeploymentGroup")["AlarmConfiguration"]["Enabled"]
    assert signals_in(stage, stages.assembly(stage), Environment(**HERE)).to_json()["oneBox"] is None


def test_the_map_says_how_the_one_box_is_made() -> None:
    """With the wave's numbers."""
    stage = stages.stage(5, 30)
    aliased(stage)
    told = signals_in(stage, stages.assembly(stage), Environment(**HERE)).to_json()["oneBox"]
    assert told == {"percent": 5, "bakeMinutes": 30, "how": "LAMBDA_ALIAS"}


def test_a_service_is_shifted_by_the_wave_s_numbers() -> None:
    """ECS does it between two target groups, with the circuit breaker and the alarm rolling back."""
    stage = stages.stage()
    found = served(stage)
    service = only(found, "AWS::ECS::Service")
    (one_box,) = (name for name, each in of_type(found, "AWS::CloudWatch::CompositeAlarm").items() if "OneBox" in name)
    assert service["DeploymentConfiguration"] == {
        "Strategy": "CANARY",
        "CanaryConfiguration": {"CanaryPercent": 10, "CanaryBakeTimeInMinutes": 60},
        "BakeTimeInMinutes": 10,
        "DeploymentCircuitBreaker": {"Enable": True, "Rollback": True},
        "Alarms": {"AlarmNames": [{"Ref": one_box}], "Enable": True, "Rollback": True},
        "MinimumHealthyPercent": 66,
        "MaximumPercent": 133,
    }
    assert "AlternateTargetGroupArn" in service["LoadBalancers"][0]["AdvancedConfiguration"]
    told = signals_in(stage, stages.assembly(stage), Environment(**HERE)).one_box
    assert told == OneBox(10, 60, "ECS_CANARY")


def test_both_target_groups_are_watched() -> None:
    """They take turns at being the one-box."""
    alarms = of_type(served(stages.stage()), "AWS::CloudWatch::Alarm")
    rates = {name: each for name, each in alarms.items() if "one-box" in each["AlarmName"] and "fault" in name.lower()}
    groups = {
        dimension["Value"]["Fn::GetAtt"][0]
        for rate in rates.values()
        for each in rate["Metrics"]
        for dimension in each.get("MetricStat", {}).get("Metric", {}).get("Dimensions", [])
        if dimension["Name"] == "TargetGroup"
    }
    assert len(groups) == len(rates) == 2


def test_a_service_shifts_in_even_steps_where_asked() -> None:
    """As linear."""
    configuration = only(served(stages.stage(), linear=True), "AWS::ECS::Service")["DeploymentConfiguration"]
    assert configuration["Strategy"] == "LINEAR"
    assert configuration["LinearConfiguration"] == {"StepPercent": 10, "StepBakeTimeInMinutes": 60}


def test_a_wave_without_a_one_box_replaces_tasks_in_thirds() -> None:
    """The same constructs under the same ids: one target group has no tasks."""
    rolling, shifted = served(stages.stage(0, 0)), served(stages.stage())
    service = only(rolling, "AWS::ECS::Service")
    assert service["DeploymentConfiguration"]["Strategy"] == "ROLLING"
    assert service["DeploymentConfiguration"]["MinimumHealthyPercent"] == 66
    assert "AdvancedConfiguration" not in service["LoadBalancers"][0]
    kept = {
        "AWS::ECS::Service",
        "AWS::ElasticLoadBalancingV2::TargetGroup",
        "AWS::ElasticLoadBalancingV2::ListenerRule",
    }
    assert [set(of_type(rolling, kind)) for kind in kept] == [set(of_type(shifted, kind)) for kind in kept]


def test_a_group_is_replaced_in_thirds() -> None:
    """Two of six at a time, four in service, each telling that it is ready; Auto Scaling keeps out of it."""
    found = rolled()
    (group,) = (each for each in found["Resources"].values() if each["Type"] == "AWS::AutoScaling::AutoScalingGroup")
    assert group["UpdatePolicy"]["AutoScalingRollingUpdate"] == {
        "MaxBatchSize": 2,
        "MinInstancesInService": 4,
        "MinActiveInstancesPercent": 66,
        "PauseTime": "PT15M",
        "WaitOnResourceSignals": True,
        "SuspendProcesses": [
            "HealthCheck",
            "ReplaceUnhealthy",
            "AZRebalance",
            "AlarmNotification",
            "ScheduledActions",
        ],
    }
    assert group["CreationPolicy"]["ResourceSignal"] == {"Count": 6, "Timeout": "PT15M"}
    assert "cfn-signal" in json.dumps(only(found, "AWS::EC2::LaunchTemplate")["LaunchTemplateData"]["UserData"])


def test_a_fast_rollback_keeps_the_former_group() -> None:
    """The new instances are made beside it, and it goes when all of them are ready."""
    found = rolled(fast_rollback=True)
    (group,) = (each for each in found["Resources"].values() if each["Type"] == "AWS::AutoScaling::AutoScalingGroup")
    assert group["UpdatePolicy"]["AutoScalingReplacingUpdate"] == {"WillReplace": True}
    assert "AutoScalingRollingUpdate" not in group["UpdatePolicy"]
    assert group["CreationPolicy"]["ResourceSignal"]["Count"] == 6


@pytest.mark.parametrize(("count", "batch", "healthy"), [(1, 1, 1), (3, 1, 2), (6, 2, 4), (10, 3, 7), (100, 33, 66)])
def test_thirds(count: int, batch: int, healthy: int) -> None:
    """At most a third at a time, at least two thirds healthy; of few boxes one at a time."""
    assert thirds(count) == (batch, healthy)


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda: aliased(stages.stage(10, 2881)), "2,881 minutes .* CodeDeploy takes 2,880"),
        (lambda: aliased(stages.stage(10, 400), linear=True), r"3,600 minutes .*\(9 times 400\)"),
        (lambda: served(stages.stage(10, 1441)), "one-box .* 1,441 minutes and ECS takes 1,440"),
        (lambda: served(stages.stage(), bake_minutes=2000), "former tasks' stay .* 2,000 minutes"),
        (lambda: rolled(max_capacity=4), "keeps 4 of its 6 instances healthy and takes 4: give it a max_capacity of 5"),
    ],
)
def test_numbers_that_cannot_be_are_refused(make: Any, said: str) -> None:
    """With the number, the limit, and what to change."""
    with pytest.raises(OneBoxUnusableError, match=said):
        make()


def test_a_service_needs_a_container_and_a_load_balancer_of_the_app() -> None:
    """Else requests would go nowhere, and nobody would know what the metrics are called."""
    stack = stack_in(stages.stage())
    vpc = ec2.Vpc(stack, "Vpc", availability_zones=["eu-west-1a", "eu-west-1b"])
    cluster = ecs.Cluster(stack, "Cluster", vpc=vpc)
    own = elb.ApplicationLoadBalancer(stack, "Own", vpc=vpc)
    others = elb.ApplicationLoadBalancer.from_application_load_balancer_attributes(
        stack,
        "Others",
        load_balancer_arn="arn:aws:elasticloadbalancing:eu-west-1:333333333333:loadbalancer/app/shared/1",
        security_group_id="sg-1",
        vpc=vpc,
    )
    given = {"cluster": cluster, "task_definition": ecs.FargateTaskDefinition(stack, "Task"), "container_port": 80}
    with pytest.raises(OneBoxUnusableError, match="no essential container"):
        OneBoxService(stack, "A", listener=_listener(own), **given)
    given["task_definition"].add_container("web", image=ecs.ContainerImage.from_registry("nginx"))
    given["task_definition"].default_container.add_port_mappings(ecs.PortMapping(container_port=80))
    with pytest.raises(OneBoxUnusableError, match="load balancer that this app does not make"):
        OneBoxService(stack, "B", listener=_listener(others), **given)


def _listener(balancer: elb.IApplicationLoadBalancer) -> elb.ApplicationListener:
    return balancer.add_listener("Http", port=80, default_action=elb.ListenerAction.fixed_response(404))


@pytest.mark.parametrize(
    "make",
    [
        lambda: aliased(stages.stage()),
        lambda: aliased(stages.stage(0, 0)),
        lambda: served(stages.stage()),
        lambda: served(stages.stage(0, 0)),
        lambda: served(stages.stage(), linear=True),
        rolled,
        lambda: rolled(fast_rollback=True),
    ],
)
def test_cfn_lint_finds_nothing(make: Any, tmp_path: Path) -> None:
    """With every rule but those that are ignored by id, for a reason."""
    file = tmp_path / "found.template.json"
    file.write_text(json.dumps(make()))
    assert linting.findings([file], vpcs=True) == ""


def test_a_canary_s_alarm_of_another_stack_may_be_named() -> None:
    """As an alarm, too."""
    stack = stack_in(stages.stage())
    alarm = cloudwatch.Alarm.from_alarm_name(stack, "Canary", "checkout-canary")
    latency = cloudwatch.Metric(namespace="Own", metric_name="Latency")
    ServiceSignals(stack, "Signals", latency=[latency], canaries=[alarm])


def test_ids_are_a_contract() -> None:
    """A resource under another id is another resource: CloudFormation would replace what a team has running."""
    made = {"function": aliased(stages.stage()), "service": served(stages.stage()), "group": rolled()}
    # A version of a function is named after what is in it.
    found = {
        name: sorted(each for each in template["Resources"] if "CurrentVersion" not in each)
        for name, template in made.items()
    }
    assert found == json.loads(IDS.read_text()), f"if that is meant, write into {IDS}: {json.dumps(found, indent=1)}"
