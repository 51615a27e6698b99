"""What a team declares: the three alarms of a service, the metrics of the map, and what is refused."""

from __future__ import annotations

import json
from typing import Any

import aws_cdk as cdk
import pytest
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_elasticloadbalancingv2 as elb

from pipelinekit import Measured, ServiceSignals, Thresholds
from pipelinekit.plan import Environment
from pipelinekit.refusals import SecondSignalsError, SignalUnusableError
from pipelinekit.watching import signals_in
from tests.pipelinekit import stages
from tests.pipelinekit.stages import HERE, of_type

pytestmark = pytest.mark.slow
PREFIX = "payments-prod-eu-west-1"
COMPOSITE, ALARM = "AWS::CloudWatch::CompositeAlarm", "AWS::CloudWatch::Alarm"


def metric(name: str = "m", **props: Any) -> cloudwatch.Metric:
    return cloudwatch.Metric(namespace="Own", metric_name=name, **{"statistic": "Sum", **props})


def declared(**given: Any) -> dict[str, Any]:
    """The template of a stack with these signals."""
    stage = stages.stage()
    stack = cdk.Stack(stage, "Payments")
    ServiceSignals(stack, "Signals", **given)
    return stages.template(stage, stack)


def rule(composite: dict[str, Any], name: str) -> str:
    (found,) = (each["AlarmRule"] for each in composite.values() if each["AlarmName"] == f"{PREFIX}-{name}")
    return json.dumps(found)


def test_the_alarms_are_those_of_the_builders_library() -> None:
    """Rate of faults, percentiles of latency, CPU, memory, disk, errors in logs, failing health checks: any of them."""
    found = declared(
        requests=[metric("r")],
        faults=[metric("f")],
        latency=[metric("l")],
        cpu=metric("c"),
        memory=metric("m"),
        disk=metric("d"),
        log_errors=metric("e"),
        failing_health_checks=metric("h"),
    )
    alarms = of_type(found, ALARM)
    assert sorted(each["AlarmName"].removeprefix(f"{PREFIX}-") for each in alarms.values()) == [
        "cpu",
        "disk",
        "failing-health-checks",
        "fault-rate",
        "latency-p50",
        "latency-p90",
        "latency-p99",
        "log-errors",
        "memory",
    ]
    assert {each["TreatMissingData"] for each in alarms.values()} == {"notBreaching"}
    assert all(logical_id in rule(of_type(found, COMPOSITE), "high-severity") for logical_id in alarms)


def test_each_alarm_is_part_of_the_next() -> None:
    """The aggregate watches high severity, canaries and other services; the one-box that, and the one-box's own."""
    found = declared(
        requests=[metric("r")],
        faults=[metric("f")],
        canaries=["checkout-canary"],
        others=["orders-prod-eu-west-1-high-severity"],
        one_box=Measured(requests=[metric("r1")], faults=[metric("f1")]),
    )
    composite = of_type(found, COMPOSITE)
    high = next(name for name, each in composite.items() if each["AlarmName"].endswith("high-severity"))
    aggregate = next(name for name, each in composite.items() if each["AlarmName"].endswith("aggregate"))
    told = rule(composite, "aggregate")
    assert high in told
    assert "checkout-canary" in told
    assert "orders-prod-eu-west-1-high-severity" in told
    boxed = rule(composite, "one-box")
    assert aggregate in boxed
    assert "OneBoxFaultRate" in boxed
    assert "OneBoxFaultRate" not in rule(composite, "high-severity")


def test_few_requests_say_nothing_of_faults() -> None:
    """The rate is 0 below the fewest requests, and a metric without data counts as none."""
    found = declared(requests=[metric("r"), metric("s")], faults=[metric("f")])
    (rate,) = (each for each in of_type(found, ALARM).values() if each["AlarmName"].endswith("fault-rate"))
    (expression,) = (each["Expression"] for each in rate["Metrics"] if "Expression" in each)
    requests = "(FILL(r0, 0) + FILL(r1, 0))"
    assert expression == f"IF({requests} >= 20, 100 * (FILL(f0, 0)) / {requests}, 0)"
    assert (rate["Threshold"], rate["EvaluationPeriods"], rate["DatapointsToAlarm"]) == (5, 5, 3)


def test_seconds_are_made_milliseconds() -> None:
    """A metric's unit says so; the worst of several counts."""
    found = declared(latency=[metric("a", unit=cloudwatch.Unit.SECONDS), metric("b")])
    (p99,) = (each for each in of_type(found, ALARM).values() if each["AlarmName"].endswith("latency-p99"))
    (expression,) = (each["Expression"] for each in p99["Metrics"] if "Expression" in each)
    assert expression == "MAX([l0 * 1000, l1])"
    assert {each["MetricStat"]["Stat"] for each in p99["Metrics"] if "MetricStat" in each} == {"p99"}


def test_a_threshold_of_none_is_no_alarm() -> None:
    """Where the team says otherwise, that counts."""
    found = declared(latency=[metric()], thresholds=Thresholds(p50_milliseconds=None, p90_milliseconds=300))
    limits = {each["AlarmName"].rpartition("-")[2]: each["Threshold"] for each in of_type(found, ALARM).values()}
    assert limits == {"p90": 300, "p99": 5000}


def test_the_map_has_what_is_declared() -> None:
    """And nothing of what would have been found; names that a deployment gives are said by their resource."""
    stage = stages.stage()
    stack, other = cdk.Stack(stage, "Payments"), cdk.Stack(stage, "Worker")
    worker = stages.function(other)
    alias = worker.current_version
    own = cloudwatch.Metric(
        namespace="Own", metric_name="Requests", dimensions_map={"Version": alias.version}, statistic="SampleCount"
    )
    ServiceSignals(
        stack, "Signals", requests=[own], faults=[worker.metric_errors()], latency=[worker.metric_duration()]
    )
    found = signals_in(stage, stages.assembly(stage), Environment(**HERE)).to_json()
    (requests,) = found["metrics"]["REQUESTS"]
    version = requests["dimensions"]["Version"]
    assert (requests["stat"], version["stack"], version["after"]) == ("SampleCount", "prod-eu-west-1-Worker", ":")
    assert version["logicalId"].startswith("HandlerCurrentVersion")
    function = {"stack": "prod-eu-west-1-Worker", "logicalId": "Handler886CB40B"}
    assert [each["dimensions"] for each in found["metrics"]["FAULTS"]] == [{"FunctionName": function}]
    assert [each["stat"] for each in found["metrics"]["LATENCY"]] == ["p90"]
    assert found["alarms"] == [
        {"name": f"{PREFIX}-high-severity", "role": "HIGH_SEVERITY"},
        {"name": f"{PREFIX}-aggregate", "role": "AGGREGATE"},
        {"name": f"{PREFIX}-one-box", "role": "ONE_BOX"},
    ]


def test_without_a_pipeline_alarms_are_named_after_the_stack() -> None:
    """A developer's own stack has alarms of its own."""
    stage = stages.stage(planned=False)
    stack = cdk.Stack(stage, "Payments")
    ServiceSignals(stack, "Signals", latency=[metric()])
    composite = of_type(stages.template(stage, stack), COMPOSITE)
    assert {each["AlarmName"] for each in composite.values()} == {
        f"prod-eu-west-1-Payments-{name}" for name in ("high-severity", "aggregate", "one-box")
    }


def test_an_environment_has_one() -> None:
    """A second one would have alarms of the same names."""
    stage = stages.stage()
    ServiceSignals(cdk.Stack(stage, "One"), "Signals", latency=[metric()])
    with pytest.raises(SecondSignalsError, match=r"eu-west-1/Two/Signals .*eu-west-1/One/Signals declares already"):
        ServiceSignals(cdk.Stack(stage, "Two"), "Signals", latency=[metric()])


def balanced() -> cloudwatch.IMetric:
    """A metric whose dimension CDK takes apart and joins again: the name of the load balancer of a target group."""
    stack = cdk.Stack(cdk.App(), "Other")
    vpc = cdk.aws_ec2.Vpc(stack, "Vpc")
    listener = elb.ApplicationLoadBalancer(stack, "Lb", vpc=vpc).add_listener("Http", port=80)
    return listener.add_targets("Group", port=80).metrics.request_count()


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (lambda: {"requests": [metric()]}, "declares nothing that an alarm can be made of"),
        (lambda: {"faults": [metric()]}, "declares faults and no requests"),
        (lambda: {"requests": [metric(statistic="Average")], "faults": [metric()]}, "is given as Average"),
        (lambda: {"latency": [cloudwatch.MathExpression(expression="a", using_metrics={"a": metric()})]}, "expression"),
        (lambda: {"latency": [metric(region="us-east-1")]}, "is in Region us-east-1 and prod-eu-west-1-Payments in eu"),
        (lambda: {"latency": [metric(account="1" * 12)]}, "is in account 111111111111"),
        (lambda: {"latency": [metric(str(number)) for number in range(11)]}, "an alarm takes 10"),
        (
            lambda: {"requests": [metric(str(number)) for number in range(10)], "faults": [metric()]},
            "10 metrics of requests and 1 of faults",
        ),
        (
            lambda: {"requests": [balanced()], "alarms": ["some"]},
            "The dimension LoadBalancer of AWS/ApplicationELB/RequestCount is known to CloudFormation alone",
        ),
    ],
)
def test_what_cannot_be_a_signal_is_refused(given: Any, said: str) -> None:
    """In one sentence, with what to give instead."""
    with pytest.raises(SignalUnusableError, match=said):
        declared(**given())
