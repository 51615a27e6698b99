"""A team's CloudWatch metrics, read as signals, and put together for alarms."""

from __future__ import annotations

import dataclasses
import re
from collections.abc import Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import IConstruct

from pipelinekit.references import by_resource
from pipelinekit.refusals import SignalUnusableError
from pipelinekit.signals import FAULTS, KINDS, LATENCY, LATENCY_STAT, REQUESTS, Metric, Name

COUNTING = {"sum": "Sum", "samplecount": "SampleCount", "n": "SampleCount"}
SECONDS = {("AWS/ApplicationELB", "TargetResponseTime")}
"""Metrics of AWS's own that are in seconds."""
METRICS_OF_ALARM = 10
"""The most metrics that one alarm's expression may have."""


@dataclasses.dataclass(frozen=True, slots=True)
class Measured:
    """What a team measures: requests, faults of them, and how long they take.

    Several metrics of a kind are added up; of latency the worst counts. Requests and faults are counts (`Sum`, or
    `SampleCount`). Latency is in milliseconds, or in the seconds that its metric's `unit` says.
    """

    requests: Sequence[cloudwatch.IMetric] = ()
    faults: Sequence[cloudwatch.IMetric] = ()
    latency: Sequence[cloudwatch.IMetric] = ()

    def of(self, kind: str) -> Sequence[cloudwatch.IMetric]:
        """The metrics of a kind."""
        return {REQUESTS: self.requests, FAULTS: self.faults, LATENCY: self.latency}[kind]

    def read(self, scope: IConstruct) -> dict[str, tuple[Metric, ...]]:
        """The signals, by kind. Raises SignalUnusableError for a metric that cannot be one."""
        read = {kind: tuple(_read(metric, kind, scope) for metric in self.of(kind)) for kind in KINDS}
        return {kind: metrics for kind, metrics in read.items() if metrics}


def fault_rate(measured: Measured, minimum: int, period: cdk.Duration) -> cloudwatch.MathExpression:
    """Faults of a hundred requests; 0 in a period with fewer than `minimum` requests."""
    requests = {f"r{index}": _counted(metric, period) for index, metric in enumerate(measured.requests)}
    faults = {f"f{index}": _counted(metric, period) for index, metric in enumerate(measured.faults)}
    if len(requests) + len(faults) > METRICS_OF_ALARM:
        raise SignalUnusableError(
            f"The rate of faults would be worked out from {len(requests)} metrics of requests and {len(faults)} of "
            f"faults, and an alarm takes {METRICS_OF_ALARM} in all: give fewer, such as those of the front door."
        )
    return cloudwatch.MathExpression(
        expression=f"IF({_sum(requests)} >= {minimum}, 100 * {_sum(faults)} / {_sum(requests)}, 0)",
        using_metrics={**requests, **faults},
        period=period,
        label="faults of a hundred requests",
    )


def worst_latency(measured: Measured, percentile: str, period: cdk.Duration) -> cloudwatch.MathExpression:
    """The percentile of the slowest metric, in milliseconds."""
    if len(measured.latency) > METRICS_OF_ALARM:
        raise SignalUnusableError(
            f"{len(measured.latency)} metrics of latency are given and an alarm takes {METRICS_OF_ALARM}: give fewer."
        )
    used = {f"l{index}": _plain(metric, percentile, period) for index, metric in enumerate(measured.latency)}
    told = [
        f"l{index}" if _scale(stat_of(metric)) == 1 else f"l{index} * {_scale(stat_of(metric))}"
        for index, metric in enumerate(measured.latency)
    ]
    expression = told[0] if len(told) == 1 else f"MAX([{', '.join(told)}])"
    return cloudwatch.MathExpression(
        expression=expression, using_metrics=used, period=period, label=f"{percentile} of latency, in milliseconds"
    )


def stat_of(metric: cloudwatch.IMetric) -> cloudwatch.MetricStatConfig:
    """The metric itself. Raises SignalUnusableError for an expression over others."""
    found = metric.to_metric_config().metric_stat
    if found is None:
        raise SignalUnusableError(
            "A signal was given as an expression, and its data points are counted one by one: give the metrics "
            "themselves, which are added up."
        )
    return found


def _read(metric: cloudwatch.IMetric, kind: str, scope: IConstruct) -> Metric:
    stat = stat_of(metric)
    stack = cdk.Stack.of(scope)
    for given, own, what in ((stat.region, stack.region, "Region"), (stat.account, stack.account, "account")):
        if given and not cdk.Token.is_unresolved(own) and given != own:
            raise SignalUnusableError(
                f"The metric {stat.namespace}/{stat.metric_name} is in {what} {given} and {stack.stack_name} in {own}: "
                "give metrics of the environment's own account and Region."
            )
    return Metric(
        namespace=stat.namespace,
        name=stat.metric_name,
        dimensions={each.name: _name(each, stat) for each in stat.dimensions or ()},
        stat=LATENCY_STAT if kind == LATENCY else _count(stat),
        scale=_scale(stat) if kind == LATENCY else 1,
    )


def _count(stat: cloudwatch.MetricStatConfig) -> str:
    counted = COUNTING.get(stat.statistic.lower())
    if counted is None:
        raise SignalUnusableError(
            f"The metric {stat.namespace}/{stat.metric_name} is given as {stat.statistic}, and requests and faults are "
            'counted: give it with statistic="Sum" or "SampleCount".'
        )
    return counted


def _name(dimension: cloudwatch.Dimension, stat: cloudwatch.MetricStatConfig) -> Name:
    value = str(dimension.value)
    if not cdk.Token.is_unresolved(value):
        return value
    (first, *others) = cdk.Tokenization.reverse_string(value).tokens
    then = re.fullmatch(r"\$\{Token\[[^\]]+\]\}([^$]*)", value)
    found = _referred(first, then[1]) if then and not others and isinstance(first, cdk.Reference) else None
    if found:
        return found
    raise SignalUnusableError(
        f"The dimension {dimension.name} of {stat.namespace}/{stat.metric_name} is known to CloudFormation alone, and "
        "the gate could not ask for the metric: give one by a resource's name, such as the load balancer's own."
    )


def _referred(token: cdk.Reference, then: str) -> Name | None:
    target = token.target
    if not isinstance(target, cdk.CfnResource) or isinstance(cdk.Stack.of(target), cdk.NestedStack):
        return None
    stack = cdk.Stack.of(target)
    logical_id = str(stack.resolve(target.logical_id))
    return by_resource(stack.stack_name, logical_id, target.cfn_resource_type, token.display_name, then)


def _scale(stat: cloudwatch.MetricStatConfig) -> int:
    seconds = stat.unit_filter == cloudwatch.Unit.SECONDS or (stat.namespace, stat.metric_name) in SECONDS
    return 1000 if seconds else 1


def _sum(metrics: dict[str, cloudwatch.Metric]) -> str:
    # A metric of faults has no data where there were none.
    return f"({' + '.join(f'FILL({name}, 0)' for name in metrics)})"


def _counted(metric: cloudwatch.IMetric, period: cdk.Duration) -> cloudwatch.Metric:
    return _plain(metric, _count(stat_of(metric)), period)


def _plain(metric: cloudwatch.IMetric, statistic: str, period: cdk.Duration) -> cloudwatch.Metric:
    """The metric with another statistic and period."""
    stat = stat_of(metric)
    return cloudwatch.Metric(
        namespace=stat.namespace,
        metric_name=stat.metric_name,
        dimensions_map={each.name: str(each.value) for each in stat.dimensions or ()},
        statistic=statistic,
        period=period,
        unit=stat.unit_filter,
    )
