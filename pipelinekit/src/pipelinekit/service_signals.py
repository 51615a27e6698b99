"""What a team declares of its service, and the alarms that are made of it: high severity, aggregate, one-box."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_cloudwatch as cloudwatch
from constructs import Construct

from pipelinekit import signals
from pipelinekit.declared import declare, declared_in
from pipelinekit.metrics import Measured, fault_rate, worst_latency
from pipelinekit.refusals import SecondSignalsError, SignalUnusableError
from pipelinekit.signals import Alarm, Signals
from pipelinekit.surroundings import prefix_of
from pipelinekit.thresholds import Thresholds

OTHERS = ("cpu", "memory", "disk", "log-errors", "failing-health-checks")
ChildAlarm = cloudwatch.IAlarm | str
"""An alarm of this app, or the name of one that is in the account and Region already."""


class ServiceSignals(Construct):
    """A service's signals in one environment: they take the place of those that are found.

        ServiceSignals(self, "Signals", requests=[api.metric_count()], faults=[api.metric_server_error()])

    Its three alarms are named after the service and the environment, and outside of a pipeline after the stack:

    - `high_severity`, `<service>-<environment>-high-severity`: any of the service's own alarms.
    - `aggregate`, `…-aggregate`: that one, the canaries, and what is named of the team's other services.
    - `one_box`, `…-one-box`: the aggregate, or the one-box's own faults or latency. Roll a one-box back on this one.

    By keyword, all optional, yet at least one alarm must come of them:

    - `requests`, `faults`, `latency`: metrics, as `Measured` has them.
    - `cpu`, `memory`, `disk`: metrics in percent; `log_errors`, a count; `failing_health_checks`, a number of boxes.
    - `alarms`: further alarms of the service's own.
    - `canaries`: the alarms of its canaries. `others`: of other services of the team, in this account and Region, the
      names of the alarms; CloudWatch refuses a name that it does not know.
    - `one_box`: what is measured of the one-box alone, as `OneBoxFunction.measured` and `OneBoxService.measured` are.
    - `thresholds`: from where on it is in alarm.

    No alarm goes off for want of data; that there were none is the bake's to see, which counts `requests`.
    Raises SignalUnusableError, and SecondSignalsError where the environment has signals already.
    """

    def __init__(
        self,
        scope: Construct,
        construct_id: str,
        *,
        requests: Sequence[cloudwatch.IMetric] = (),
        faults: Sequence[cloudwatch.IMetric] = (),
        latency: Sequence[cloudwatch.IMetric] = (),
        cpu: cloudwatch.IMetric | None = None,
        memory: cloudwatch.IMetric | None = None,
        disk: cloudwatch.IMetric | None = None,
        log_errors: cloudwatch.IMetric | None = None,
        failing_health_checks: cloudwatch.IMetric | None = None,
        alarms: Sequence[ChildAlarm] = (),
        canaries: Sequence[ChildAlarm] = (),
        others: Sequence[str] = (),
        one_box: Measured | Sequence[Measured] = (),
        thresholds: Thresholds | None = None,
    ) -> None:
        super().__init__(scope, construct_id)
        _require_only(self)
        measured = Measured(requests, faults, latency)
        self._prefix = prefix_of(self)
        self._thresholds = thresholds or Thresholds()
        own = dict(zip(OTHERS, (cpu, memory, disk, log_errors, failing_health_checks), strict=True))
        children = [*self._of_measured("", measured), *self._of_resources(own), *alarms]
        if not children:
            raise SignalUnusableError(
                f"{self.node.path} declares nothing that an alarm can be made of: give requests and faults, latency, "
                "or alarms."
            )
        self.high_severity = self._any_of("HighSeverity", "high-severity", children)
        self.aggregate = self._any_of("Aggregate", "aggregate", [self.high_severity, *canaries, *others])
        boxes = [one_box] if isinstance(one_box, Measured) else list(one_box)
        of_boxes = [
            alarm
            for number, box in enumerate(boxes, 1)
            for alarm in self._of_measured(f"one-box{'' if number == 1 else f'-{number}'}-", box)
        ]
        self.one_box = self._any_of("OneBox", "one-box", [self.aggregate, *of_boxes])
        self.signals = Signals(metrics=measured.read(self), alarms=self._told())
        declare(self)

    def _of_measured(self, part: str, measured: Measured) -> Iterator[cloudwatch.Alarm]:
        limits, period = self._thresholds, self._period
        if measured.faults and not measured.requests:
            raise SignalUnusableError(
                f"{self.node.path} declares faults and no requests, and a rate of faults is one of requests: give both."
            )
        if measured.faults and limits.fault_percent is not None:
            rate = fault_rate(measured, limits.minimum_requests, period)
            yield self._alarm(f"{part}fault-rate", rate, limits.fault_percent)
        if measured.latency:
            for percentile, limit in limits.latencies.items():
                yield self._alarm(f"{part}latency-{percentile}", worst_latency(measured, percentile, period), limit)

    def _of_resources(self, own: Mapping[str, cloudwatch.IMetric | None]) -> Iterator[cloudwatch.Alarm]:
        for name, metric in own.items():
            if metric is not None:
                yield self._alarm(name, metric, getattr(self._thresholds, _LIMITS[name]))

    def _alarm(self, name: str, metric: cloudwatch.IMetric, threshold: float) -> cloudwatch.Alarm:
        limits = self._thresholds
        return cloudwatch.Alarm(
            self,
            _pascal(name),
            alarm_name=f"{self._prefix}-{name}",
            metric=metric,
            threshold=threshold,
            comparison_operator=cloudwatch.ComparisonOperator.GREATER_THAN_THRESHOLD,
            evaluation_periods=limits.periods,
            datapoints_to_alarm=limits.breaching,
            treat_missing_data=cloudwatch.TreatMissingData.NOT_BREACHING,
        )

    def _any_of(self, construct_id: str, name: str, children: Sequence[ChildAlarm]) -> cloudwatch.CompositeAlarm:
        return cloudwatch.CompositeAlarm(
            self,
            construct_id,
            composite_alarm_name=f"{self._prefix}-{name}",
            alarm_rule=cloudwatch.AlarmRule.any_of(*(_rule(child) for child in children)),
        )

    @property
    def _period(self) -> cdk.Duration:
        return cdk.Duration.minutes(self._thresholds.period_minutes)

    def _told(self) -> tuple[Alarm, ...]:
        roles = (signals.HIGH_SEVERITY, signals.AGGREGATE, signals.ONE_BOX)
        names = ("high-severity", "aggregate", "one-box")
        return tuple(Alarm(f"{self._prefix}-{name}", role) for name, role in zip(names, roles, strict=True))


_LIMITS = {
    "cpu": "cpu_percent",
    "memory": "memory_percent",
    "disk": "disk_percent",
    "log-errors": "log_errors",
    "failing-health-checks": "failing_health_checks",
}


def _require_only(made: ServiceSignals) -> None:
    """The environment, or outside of one the app, has no other signals: their alarms would have the same names."""
    home = cdk.Stage.of(made) or made.node.root
    other = next((each for each in declared_in(home) if isinstance(each, ServiceSignals)), None)
    if other and prefix_of(other) == prefix_of(made):
        raise SecondSignalsError(
            f"{made.node.path} declares signals that {other.node.path} declares already, and an environment has one "
            "ServiceSignals: give it the metrics of all stacks."
        )


def _rule(child: ChildAlarm) -> cloudwatch.IAlarmRule:
    if isinstance(child, str):
        return cloudwatch.AlarmRule.from_string(f'ALARM("{child}")')
    return cloudwatch.AlarmRule.from_alarm(child, cloudwatch.AlarmState.ALARM)


def _pascal(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))
