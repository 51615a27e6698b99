"""What the validation machine, and the checks in an environment, may do: what the plan's checks need, by resource.

Checks are decided when a wave is validated. One that was added after the last synth changes the plan's
digest; until the pipeline is synthesized again, the machine has no right to carry it out, and reports it as
ERRORED.
"""

from __future__ import annotations

import dataclasses
import json
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping

from pipelinekit.gate.checks import ELSEWHERE
from pipelinekit.plan import Check, Environment, Plan, Wave


@dataclasses.dataclass(frozen=True, slots=True)
class Statement:
    """An Allow: actions on resources, both sorted, as an IAM policy statement has them."""

    actions: tuple[str, ...]
    resources: tuple[str, ...]


def machine_statements(plan: Plan) -> tuple[Statement, ...]:
    """What the validation machine itself may do, in the pipeline's own account and Region."""
    found = ((check, environment) for _, wave in plan.waves for check, environment in _checks(wave))
    return _merged(plan, ((check, environment) for check, environment in found if not is_elsewhere(check)))


def environment_statements(
    plan: Plan, wave: Wave, environment: Environment, *, watched: bool = False
) -> tuple[Statement, ...]:
    """What the checks of a wave may do in one of its environments; nothing when none is carried out there.

    watched: signals are declared there, and are looked at before the wave and while it bakes.
    """
    found = ((check, environment) for check, other in _checks(wave) if other == environment and is_elsewhere(check))
    statements = _merged(plan, found, there=True)
    return tuple(sorted({*statements, *watching(plan, environment)}, key=_actions)) if watched else statements


def watching(plan: Plan, environment: Environment) -> tuple[Statement, ...]:
    """Reading alarms and metrics: composite alarms are only described to who may describe all, and GetMetricData knows
    no resources.
    """
    alarms = f"arn:{plan.partition}:cloudwatch:{environment.region}:{environment.account}:alarm:*"
    return (
        Statement(("cloudwatch:DescribeAlarms",), (alarms,)),
        Statement(("cloudwatch:GetMetricData",), ("*",)),
    )


def _actions(statement: Statement) -> tuple[str, ...]:
    return statement.actions


def naming_statements(
    plan: Plan, wave: Wave, environment: Environment, stacks: tuple[str, ...]
) -> tuple[Statement, ...]:
    """What a bake must ask of an environment's stacks: how the resources are called that its metrics name."""
    if not is_baked(wave) or not stacks:
        return ()
    place = f"arn:{plan.partition}:cloudformation:{environment.region}:{environment.account}"
    resources = tuple(sorted(f"{place}:stack/{stack}/*" for stack in stacks))
    return (Statement(("cloudformation:DescribeStackResource",), resources),)


def is_baked(wave: Wave) -> bool:
    """Whether a wave is watched for a time."""
    return wave.bake_minutes > 0 or any(check.kind == "BAKE" for check in wave.checks)


def is_elsewhere(check: Check) -> bool:
    """Carried out in each environment, because its configuration speaks of one; otherwise in the pipeline's account."""
    values = json.dumps(check.configuration)
    return check.kind in ELSEWHERE and any(name in values for name in ("{environment}", "{account}", "{region}"))


def _checks(wave: Wave) -> Iterator[tuple[Check, Environment]]:
    """Each check before and after the wave, once for each environment."""
    for check in wave.checks:
        for environment in wave.environments:
            yield check, environment


def _merged(plan: Plan, checks: Iterable[tuple[Check, Environment]], *, there: bool = False) -> tuple[Statement, ...]:
    """In a stable order; equal actions are one statement."""
    resources: dict[tuple[str, ...], set[str]] = defaultdict(set)
    for check, environment in checks:
        rights = RIGHTS.get(check.kind)
        for actions, resource in rights(_Filled(plan, check, environment, there=there)) if rights else ():
            resources[actions].add(resource)
    return tuple(Statement(actions, tuple(sorted(resources[actions]))) for actions in sorted(resources))


class _Filled:
    """A check's configuration filled in for one environment, and ARNs: `there`, or in the pipeline's place."""

    def __init__(self, plan: Plan, check: Check, environment: Environment, *, there: bool) -> None:
        self._partition = plan.partition
        home = environment if there else plan.pipeline
        self._place = f"{home.region}:{home.account}"
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
"""HTTP and BAKE need no right of the machine's own: the gate asks, in the environments' roles."""
