"""How each kind of check is carried out: the states inside the validation machine's Map, one check each.

Failed is not Errored: FAILED says that the check said no, ERRORED that it could not be carried out,
TIMED_OUT that it gave no outcome in its time, INCONCLUSIVE that it could not tell. Which of them is tried again
the service decides when the outcome is reported: the same check then begins anew, as another run. A check's
limit is counted in rounds of asking (`polls`, polled.py), passed on in the call, or the time limit of a state of its
own (`limits_of`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from pipelinekit.asl import CATCH, RETRY, RETRY_REPORT, TRACEPARENT, Gate, Json, gate_task, task
from pipelinekit.gate.checks import ELSEWHERE, STATUSES
from pipelinekit.plan import Check
from pipelinekit.polled import alarm, bake, canary
from pipelinekit.returning import drill_states

LAMBDA_SECONDS = 900
BUILD_SECONDS = 8 * 3600
MACHINE_SECONDS = 24 * 3600
EXTERNAL_SECONDS = 3 * 24 * 3600
HTTP_SECONDS = 120
"""A page has 60 seconds for each part of its answer."""
AGAIN_SECONDS = 60
"""What could not be carried out is tried again a little later: at once, it would be as it was."""

FIRST_STATES = {
    "LAMBDA": "RunLambda",
    "STATE_MACHINE": "RunStateMachine",
    "CODEBUILD": "RunBuild",
    "ALARM": "AskAlarm",
    "CANARY": "AskCanary",
    "HTTP": "AskHttp",
    "EXTERNAL": "AskOutside",
    "BAKE": "AskBake",
    "DRILL": "Drill",
}
"""The state in which each kind of check begins."""
LIMITED = {"LAMBDA": LAMBDA_SECONDS, "STATE_MACHINE": MACHINE_SECONDS, "EXTERNAL": EXTERNAL_SECONDS}
"""The kinds that one task carries out, whose time limit is a constant of its state, and the longest of each."""
SAID_NO = "CheckSaidNo"
"""The error with which a check leaves the Map, and all others with it."""

Limits = Mapping[str, Iterable[int]]
"""By kind, the time limits of checks, in seconds: each has a state of its own."""


def limits_of(checks: Iterable[Check]) -> dict[str, list[int]]:
    """The limits of a plan's checks. One that came later has the next longer one until the pipeline is synthesized."""
    found: dict[str, set[int]] = {}
    for check in checks:
        if check.kind in LIMITED and check.timeout_minutes * 60 < LIMITED[check.kind]:
            found.setdefault(check.kind, set()).add(check.timeout_minutes * 60)
    return {kind: sorted(seconds) for kind, seconds in sorted(found.items())}


def check_states(gate: Gate, limits: Limits | None = None) -> Json:
    """The states of one check, beginning at Begin. `gate(op, payload, **rest)` makes a question to the
    gate.
    """
    tasks = {"LAMBDA": _lambda(), "STATE_MACHINE": _state_machine(), "EXTERNAL": _outside()}
    limited = {
        f"{FIRST_STATES[kind]}{seconds}": {**tasks[kind], "TimeoutSeconds": seconds}
        for kind, known in (limits or {}).items()
        for seconds in known
    }
    return {
        "Begin": {
            "Type": "Pass",
            "Assign": {"check": "{% $states.input %}", "asked": 0},
            "Next": "Kind",
        },
        "Kind": _kind(limits or {}),
        "Misconfigured": _outcome("ERRORED", "{% $check.problem %}"),
        "Unknown": _outcome(
            "ERRORED",
            "{% 'this pipeline does not know the check kind ' & $check.kind & ': upgrade pipelinekit' %}",
        ),
        **{FIRST_STATES[kind]: state for kind, state in tasks.items()},
        **limited,
        "RunLambdaThere": _by_gate(gate, "invoke", LAMBDA_SECONDS),
        "RunBuild": _build(),
        **alarm(gate),
        **canary(),
        "AskHttp": _by_gate(gate, "http", HTTP_SECONDS),
        **bake(gate),
        **drill_states(gate),
        **_report(gate),
    }


def _kind(limits: Limits) -> Json:
    problem = {"Condition": "{% $exists($check.problem) %}", "Next": "Misconfigured"}
    there = [
        {"Condition": "{% $check.kind = '" + kind + "' and $exists($check.place) %}", "Next": f"{state}There"}
        for kind, state in FIRST_STATES.items()
        if kind in ELSEWHERE
    ]
    limited = [
        {
            "Condition": "{% $check.kind = '" + kind + f"' and $check.timeoutSeconds <= {seconds} %}}",
            "Next": f"{FIRST_STATES[kind]}{seconds}",
        }
        for kind, known in limits.items()
        for seconds in sorted(known)
    ]
    kinds = [{"Condition": "{% $check.kind = '" + kind + "' %}", "Next": state} for kind, state in FIRST_STATES.items()]
    return {"Type": "Choice", "Choices": [problem, *there, *limited, *kinds], "Default": "Unknown"}


def _outcome(status: str, cause: str) -> Json:
    return {"Type": "Pass", "Assign": {"outcome": {"status": status, "cause": cause}}, "Next": "Report"}


def _said(result: str) -> Json:
    """The outcome that a check itself gave: {status, cause?, detail?}; one that gives no status has passed."""
    return {
        "outcome": (
            "{% ($r := " + result + "; $type($r) = 'object' and $exists($r.status)"
            f" ? ($r.status in {list(STATUSES)} ? $r"
            " : {'status': 'ERRORED', 'cause': 'the check answered the unknown status ' & $string($r.status)})"
            " : {'status': 'PASSED', 'detail': {'result': $r}}) %}"
        )
    }


def _lambda() -> Json:
    payload = {
        "check": "{% $check %}",
        "executionId": "{% $executionId %}",
        "stage": "{% $stage %}",
        "traceparent": TRACEPARENT,
        "payload": _configured("payload", "{}"),
    }
    return task(
        "lambda:invoke",
        {"FunctionName": "{% $check.target %}", "Payload": payload},
        LAMBDA_SECONDS,
        Assign=_said("$states.result.Payload"),
        Retry=RETRY,
        Catch=CATCH,
        Next="Report",
    )


def _state_machine() -> Json:
    child = {
        "check": "{% $check %}",
        "executionId": "{% $executionId %}",
        "traceparent": TRACEPARENT,
        "input": _configured("input", "{}"),
        "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "{% $states.context.Execution.Id %}",
    }
    return task(
        "states:startExecution.sync:2",
        {"StateMachineArn": "{% $check.target %}", "Input": child},
        MACHINE_SECONDS,
        Assign=_said("$states.result.Output"),
        Catch=CATCH,
        Next="Report",
    )


def _configured(name: str, otherwise: str) -> str:
    """A value of the check's configuration, or what stands for it where it was left out."""
    value = f"$check.configuration.{name}"
    return "{% $exists(" + value + ") ? " + value + f" : {otherwise} %}}"


def _build() -> Json:
    own = ", ".join(
        "{'Name': '" + name + "', 'Value': " + value + ", 'Type': 'PLAINTEXT'}"
        for name, value in {"TRACEPARENT": f"({TRACEPARENT[3:-3]})", "INTERLOCK_SUBJECT": "$check.subject"}.items()
    )
    variables = (
        "{% ($given := $check.configuration.environmentVariables; $append([" + own + "], $exists($given)"
        " ? $each($given, function($value, $name) {{'Name': $name, 'Value': $value, 'Type': 'PLAINTEXT'}}) : [])) %}"
    )
    return task(
        "codebuild:startBuild.sync",
        {
            "ProjectName": "{% $check.target %}",
            # CodeBuild takes 5 minutes to 36 hours.
            "TimeoutInMinutesOverride": "{% $max([5, $min([480, $ceil($check.timeoutSeconds / 60)])]) %}",
            "EnvironmentVariablesOverride": variables,
        },
        BUILD_SECONDS,
        Assign={"outcome": {"status": "PASSED", "detail": {"build": "{% $states.result.Build.Id %}"}}},
        Catch=CATCH,
        Next="Report",
    )


def _by_gate(gate: Gate, op: str, seconds: int) -> Json:
    """A check that the gate carries out: where Step Functions cannot go, or what it cannot do. It says the outcome."""
    said = (
        "{% $exists($states.result.Payload.outcome) ? $states.result.Payload.outcome"
        " : {'status': 'ERRORED', 'cause': $string($states.result.Payload.refused)} %}"
    )
    return gate_task(gate, op, seconds, {"outcome": said}, "Report")


def _outside() -> Json:
    """An event with a task token on the account's own bus: whoever may call SendTaskSuccess answers with an
    outcome.
    """
    detail = {
        "taskToken": "{% $states.context.Task.Token %}",
        "instructions": _configured("instructions", "''"),
        "stateMachineArn": "{% $states.context.StateMachine.Id %}",
        "check": "{% $check %}",
        "executionId": "{% $executionId %}",
        "stage": "{% $stage %}",
        "traceparent": TRACEPARENT,
    }
    event = {"Source": "interlock.pipelinekit", "DetailType": "Interlock External Check", "Detail": detail}
    return task(
        "events:putEvents.waitForTaskToken",
        {"Entries": [event]},
        EXTERNAL_SECONDS,
        Assign=_said("$states.result"),
        Catch=CATCH,
        Next="Report",
    )


def _report(gate: Gate) -> Json:
    """Tell the service; where it answers with another run, the same check begins again, as that one.

    A no that nobody may wait on fails the Map: the error's cause is what the check would have answered with.
    """
    result = {"id": "{% $check.id %}", "status": "{% $outcome.status %}"}
    unreported = {**result, "reported": False, "outcome": "{% $outcome %}", "check": "{% $check %}"}
    found = {"again": "$states.result.Payload.again", "trace": "$states.result.Payload.traceparent"}
    again = {
        "Condition": "{% $again != '' %}",
        "Assign": {"check": "{% $merge([$check, {'id': $again, 'traceparent': $trace}]) %}", "asked": 0},
        "Next": "TryAgain",
    }
    no = "{% $check.stopping and $outcome.status = 'FAILED' %}"
    told = "{'id': $check.id, 'status': $outcome.status, 'reported': true}"
    untold = "{'id': $check.id, 'status': $outcome.status, 'reported': false, 'outcome': $outcome, 'check': $check}"
    return {
        "Report": gate(
            "report",
            {"checkRun": "{% $check.id %}", "outcome": "{% $outcome %}", "traceparent": TRACEPARENT},
            Assign={name: "{% $exists(" + value + ") ? " + value + " : '' %}" for name, value in found.items()},
            Retry=RETRY_REPORT,
            Catch=[{"ErrorEquals": ["States.ALL"], "Output": unreported, "Next": "NotReported"}],
            Next="Reported",
        ),
        "Reported": {
            "Type": "Choice",
            "Choices": [again, {"Condition": no, "Next": "SaidNo"}],
            "Default": "Told",
        },
        "TryAgain": {"Type": "Wait", "Seconds": AGAIN_SECONDS, "Next": "Kind"},
        "NotReported": {
            "Type": "Choice",
            "Choices": [{"Condition": no, "Next": "SaidNoUnreported"}],
            "Default": "Unreported",
        },
        "Told": {"Type": "Succeed", "Output": {**result, "reported": True}},
        "Unreported": {"Type": "Succeed"},
        "SaidNo": {"Type": "Fail", "Error": SAID_NO, "Cause": "{% $string(" + told + ") %}"},
        "SaidNoUnreported": {"Type": "Fail", "Error": SAID_NO, "Cause": "{% $string(" + untold + ") %}"},
    }
