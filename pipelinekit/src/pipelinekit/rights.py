"""What the validation machine may do: exactly what the checks of the plan need, resource by resource.

Checks are decided when a wave is validated. One that was added after the last synth changes the plan's
digest; until the pipeline is synthesized again, the machine has no right to carry it out, and reports it as
ERRORED.
"""

from __future__ import annotations

import dataclasses
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping

from pipelinekit.plan import Check, Environment, Plan


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """An Allow: actions on resources, both sorted, as an IAM policy statement has them."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


def statements(plan: Plan) -> tuple[Statement, ...]:
    """The statements for every check of the plan, in a stable order; equal actions are one statement."""
    resources: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for check, environment in _checks(plan):
        rights = RIGHTS.get(check.kind)
        for actions, resource in rights(_Filled(plan, check, environment)) if rights else ():
            resources[actions].add(resource)
    return tuple(Statement(actions, tuple(sorted(resources[actions]))) for actions in sorted(resources))


def _checks(plan: Plan) -> Iterator[tuple[Check, Environment]]:
    for _, wave in plan.waves:
        for check in wave.checks:
            if check.when == "AFTER":
                for environment in wave.environments:
                    yield check, environment


class _Filled:
    """A check's configuration with its placeholders filled in for one environment, and ARNs in the
    pipeline's place.
    """

    def __init__(self, plan: Plan, check: Check, environment: Environment) -> None:
        self._partition = plan.hub.event_bus_arn.split(":")[1]
        self._place = f"{plan.pipeline.region}:{plan.pipeline.account}"
        self._configuration = check.configuration
        self._values = {
            "environment": environment.name,
            "account": environment.account,
            "region": environment.region,
            "service": plan.service,
        }

    def value(self, name: str) -> str:
        text = str(self._configuration.get(name, ""))
        for placeholder, value in self._values.items():
            text = text.replace("{" + placeholder + "}", value)
        return text

    def arn(self, name: str, service: str, prefix: str) -> str:
        """The ARN that a value is, or names."""
        value = self.value(name)
        return value if value.startswith("arn:") else self.own(service, prefix + value)

    def own(self, service: str, rest: str) -> str:
        return f"arn:{self._partition}:{service}:{self._place}:{rest}"


Rights = Iterator[tuple[tuple[str, ...], str]]
# How Step Functions waits for a job: a rule that it manages itself, by a name that AWS documents.
_WAITING = ("events:DescribeRule", "events:PutRule", "events:PutTargets")


def _lambda(check: _Filled) -> Rights:
    arn = check.arn("functionName", "lambda", "function:")
    yield ("lambda:InvokeFunction",), arn
    yield ("lambda:InvokeFunction",), f"{arn}:*"


def _state_machine(check: _Filled) -> Rights:
    arn = check.arn("arn", "states", "stateMachine:")
    yield ("states:StartExecution",), arn
    yield ("states:DescribeExecution", "states:StopExecution"), arn.replace(":stateMachine:", ":execution:") + ":*"
    yield _WAITING, check.own("events", "rule/StepFunctionsGetEventsForStepFunctionsExecutionRule")


def _build(check: _Filled) -> Rights:
    arn = check.arn("project", "codebuild", "project/")
    yield ("codebuild:BatchGetBuilds", "codebuild:StartBuild", "codebuild:StopBuild"), arn
    yield _WAITING, check.own("events", "rule/StepFunctionsGetEventForCodeBuildStartBuildRule")


def _alarm(check: _Filled) -> Rights:
    # Asking for composite alarms too is only allowed on every alarm.
    yield ("cloudwatch:DescribeAlarms",), check.own("cloudwatch", "alarm:*")


def _canary(check: _Filled) -> Rights:
    yield ("synthetics:GetCanaryRuns",), check.arn("name", "synthetics", "canary:")


def _external(check: _Filled) -> Rights:
    yield ("events:PutEvents",), check.own("events", "event-bus/default")


RIGHTS: Mapping[str, Callable[[_Filled], Rights]] = {
    "LAMBDA": _lambda,
    "STATE_MACHINE": _state_machine,
    "CODEBUILD": _build,
    "ALARM": _alarm,
    "CANARY": _canary,
    "EXTERNAL": _external,
}
"""HTTP and BAKE need no right of the machine's own."""
