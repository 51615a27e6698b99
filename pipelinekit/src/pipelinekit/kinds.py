"""How each kind of check is carried out: the states inside the validation machine's Map, one check each.

Failed is not Errored: FAILED says that the check said no, ERRORED that it could not be carried out,
TIMED_OUT that it gave no outcome in its time, INCONCLUSIVE that it could not tell. Which of them is tried again
the service decides when the outcome is reported: the same check then begins anew, as another run. A task's own
time limits are constants, because validators and emulators refuse computed ones; a check's limit is counted in
rounds of asking (`polls`) or passed on in the call.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from pipelinekit.gate.checks import ELSEWHERE, STATUSES

Json = dict[str, Any]

LAMBDA_SECONDS = 900
BUILD_SECONDS = 8 * 3600
MACHINE_SECONDS = 24 * 3600
EXTERNAL_SECONDS = 3 * 24 * 3600
ASK_SECONDS = 60
HTTP_SECONDS = 120
"""A page has 60 seconds for each part of its answer."""
AGAIN_SECONDS = 60
"""What could not be carried out is tried again a little later: at once, it would be as it was."""

CAUSE = (
    "($c := $string($states.errorOutput.Cause);"
    " $substring($contains($c, '\"errorMessage\"') ? $parse($c).errorMessage : $c, 0, 2000))"
)
# States.TaskFailed is how a failed build or a failed child machine appears, and Runtime.… that a function broke.
# Another error with a dot ("Lambda.AccessDeniedException") is AWS's, and one without is what the check itself raised.
STATUS = (
    "($e := $states.errorOutput.Error; $e in ['States.Timeout', 'Sandbox.Timedout'] ? 'TIMED_OUT'"
    " : ($e = 'States.TaskFailed' or $not($contains($e, '.')) or $substring($e, 0, 8) = 'Runtime.')"
    " ? 'FAILED' : 'ERRORED')"
)
CATCH: list[Json] = [
    {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"outcome": {"status": "{% " + STATUS + " %}", "cause": "{% " + CAUSE + " %}"}},
        "Next": "Report",
    }
]
CATCH_GATE: list[Json] = [
    {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"outcome": {"status": "ERRORED", "cause": "{% " + CAUSE + " %}"}},
        "Next": "Report",
    }
]
"""The gate tells a check's own no as an outcome: what it raises is never the check's."""
RETRY: list[Json] = [
    {
        "ErrorEquals": [
            "Lambda.ServiceException",
            "Lambda.SdkClientException",
            "Lambda.TooManyRequestsException",
        ],
        "IntervalSeconds": 2,
        "BackoffRate": 2,
        "MaxAttempts": 5,
    }
]
RETRY_READ: list[Json] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "BackoffRate": 2, "MaxAttempts": 4}]
RETRY_REPORT: list[Json] = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 2, "BackoffRate": 2, "MaxAttempts": 4}]
"""Short on purpose: twenty reports that wait for days would overflow the history. Conclude carries the
unreported.
"""

UNEVALUATED = ("PARTIAL_DATA", "EVALUATION_FAILURE", "EVALUATION_ERROR")
"""What CloudWatch says of an alarm whose state is not to be relied on."""

FIRST_STATES = {
    "LAMBDA": "RunLambda",
    "STATE_MACHINE": "RunStateMachine",
    "CODEBUILD": "RunBuild",
    "ALARM": "AskAlarm",
    "CANARY": "AskCanary",
    "HTTP": "AskHttp",
    "EXTERNAL": "AskOutside",
    "BAKE": "Bake",
}
"""The state in which each kind of check begins."""

Gate = Callable[..., Json]


def check_states(gate: Gate) -> Json:
    """The states of one check, beginning at Begin. `gate(op, payload, **rest)` makes a question to the
    gate.
    """
    return {
        "Begin": {
            "Type": "Pass",
            "Assign": {"check": "{% $states.input %}", "asked": 0},
            "Next": "Kind",
        },
        "Kind": _kind(),
        "Misconfigured": _outcome("ERRORED", "{% $check.problem %}"),
        "Unknown": _outcome(
            "ERRORED",
            "{% 'this pipeline does not know the check kind ' & $check.kind & ': upgrade pipelinekit' %}",
        ),
        "RunLambda": _lambda(),
        "RunLambdaThere": _by_gate(gate, "invoke", LAMBDA_SECONDS),
        "RunStateMachine": _state_machine(),
        "RunBuild": _build(),
        **_alarm(gate),
        **_canary(),
        "AskHttp": _by_gate(gate, "http", HTTP_SECONDS),
        "AskOutside": _outside(),
        "Bake": {"Type": "Wait", "Seconds": "{% $check.bakeSeconds %}", "Next": "Baked"},
        "Baked": {"Type": "Pass", "Assign": {"outcome": {"status": "PASSED"}}, "Next": "Report"},
        **_report(gate),
    }


def _kind() -> Json:
    problem = {"Condition": "{% $exists($check.problem) %}", "Next": "Misconfigured"}
    there = [
        {"Condition": "{% $check.kind = '" + kind + "' and $exists($check.place) %}", "Next": f"{state}There"}
        for kind, state in FIRST_STATES.items()
        if kind in ELSEWHERE
    ]
    kinds = [{"Condition": "{% $check.kind = '" + kind + "' %}", "Next": state} for kind, state in FIRST_STATES.items()]
    return {"Type": "Choice", "Choices": [problem, *there, *kinds], "Default": "Unknown"}


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


def _task(resource: str, arguments: Json, seconds: int, **rest: object) -> Json:
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Arguments": arguments,
        "TimeoutSeconds": seconds,
        **rest,
    }


def _lambda() -> Json:
    payload = {
        "check": "{% $check %}",
        "executionId": "{% $executionId %}",
        "stage": "{% $stage %}",
        "traceparent": "{% $traceparent %}",
        "payload": _configured("payload", "{}"),
    }
    return _task(
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
        "traceparent": "{% $traceparent %}",
        "input": _configured("input", "{}"),
        "AWS_STEP_FUNCTIONS_STARTED_BY_EXECUTION_ID": "{% $states.context.Execution.Id %}",
    }
    return _task(
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
        for name, value in {"TRACEPARENT": "$traceparent", "INTERLOCK_SUBJECT": "$check.subject"}.items()
    )
    variables = (
        "{% ($given := $check.configuration.environmentVariables; $append([" + own + "], $exists($given)"
        " ? $each($given, function($value, $name) {{'Name': $name, 'Value': $value, 'Type': 'PLAINTEXT'}}) : [])) %}"
    )
    return _task(
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
    return _gate_task(gate, op, seconds, {"outcome": said}, "Report")


def _gate_task(gate: Gate, op: str, seconds: int, assign: Json, then: str) -> Json:
    payload = {"check": "{% $check %}", "executionId": "{% $executionId %}", "stage": "{% $stage %}"}
    state = gate(op, payload, Assign=assign, Retry=RETRY_READ, Catch=CATCH_GATE, Next=then)
    return {**state, "TimeoutSeconds": seconds}


def _alarm(gate: Gate) -> Json:
    """Asked for the whole of the check's time: any ALARM fails at once, and at the end only an OK that CloudWatch could
    evaluate passes: without data nobody can tell.
    """
    found = "$append($states.result.MetricAlarms, $states.result.CompositeAlarms)[0]"
    ask = _task(
        "aws-sdk:cloudwatch:describeAlarms",
        {"AlarmNames": ["{% $check.target %}"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
        ASK_SECONDS,
        Assign={"alarm": "{% ($a := " + found + "; $exists($a) ? $a : {}) %}", "asked": "{% $asked + 1 %}"},
        Retry=RETRY_READ,
        Catch=CATCH,
        Next="AlarmState",
    )
    choices = [
        _when("$exists($alarm.problem)", "ERRORED", "$alarm.problem"),
        _when("$not($exists($alarm.StateValue))", "ERRORED", "'there is no alarm named ' & $check.target"),
        _when("$alarm.StateValue = 'ALARM'", "FAILED", "$check.target & ' is in alarm: ' & $alarm.StateReason"),
        _when(
            f"$asked >= $check.polls and $alarm.EvaluationState in {list(UNEVALUATED)}",
            "INCONCLUSIVE",
            "$check.target & ' could not be evaluated: ' & $alarm.EvaluationState",
        ),
        _when("$asked >= $check.polls and $alarm.StateValue = 'OK'", "PASSED"),
        _when("$asked >= $check.polls", "INCONCLUSIVE", "$check.target & ' has no data'"),
    ]
    answer = (
        "{% $exists($states.result.Payload.alarm) ? $states.result.Payload.alarm"
        " : {'problem': $string($states.result.Payload.refused)} %}"
    )
    there = _gate_task(gate, "alarm", ASK_SECONDS, {"alarm": answer, "asked": "{% $asked + 1 %}"}, "AlarmState")
    return {
        "AskAlarm": ask,
        "AskAlarmThere": there,
        "AlarmState": {"Type": "Choice", "Choices": choices, "Default": "AlarmWait"},
        "AlarmWait": _wait("Kind"),
    }


def _canary() -> Json:
    """As many passing runs as `count`, all begun since this machine was started; one failing run fails.

    Without a single run nobody can tell.
    """
    since = "$toMillis(Timeline.Started) > $toMillis($states.context.Execution.StartTime)"
    failed = "$runs[Status.State = 'FAILED']"
    ask = _task(
        "aws-sdk:synthetics:getCanaryRuns",
        {"Name": "{% $check.target %}", "MaxResults": 20},
        ASK_SECONDS,
        Assign={"runs": "{% [$states.result.CanaryRuns[" + since + "]] %}", "asked": "{% $asked + 1 %}"},
        Retry=RETRY_READ,
        Catch=CATCH,
        Next="CanaryState",
    )
    choices = [
        _when(f"$count({failed}) > 0", "FAILED", f"$check.target & ': ' & {failed}[0].Status.StateReason"),
        _when("$count($runs[Status.State = 'PASSED']) >= $check.count", "PASSED"),
        _when(
            "$asked >= $check.polls and $count($runs) = 0",
            "INCONCLUSIVE",
            "$check.target & ' has not run since the wave was deployed'",
        ),
        _when("$asked >= $check.polls", "TIMED_OUT", "$check.target & ' has had too few passing runs'"),
    ]
    return {
        "AskCanary": ask,
        "CanaryState": {"Type": "Choice", "Choices": choices, "Default": "CanaryWait"},
        "CanaryWait": _wait("AskCanary"),
    }


def _when(condition: str, status: str, cause: str | None = None) -> Json:
    outcome = {"status": status, **({"cause": "{% " + cause + " %}"} if cause else {})}
    return {"Condition": "{% " + condition + " %}", "Assign": {"outcome": outcome}, "Next": "Report"}


def _wait(then: str) -> Json:
    return {"Type": "Wait", "Seconds": "{% $check.pollSeconds %}", "Next": then}


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
        "traceparent": "{% $traceparent %}",
    }
    event = {"Source": "interlock.pipelinekit", "DetailType": "Interlock External Check", "Detail": detail}
    return _task(
        "events:putEvents.waitForTaskToken",
        {"Entries": [event]},
        EXTERNAL_SECONDS,
        Assign=_said("$states.result"),
        Catch=CATCH,
        Next="Report",
    )


def _report(gate: Gate) -> Json:
    """Tell the service; where it answers with another run, the same check begins again, as that one."""
    result = {"id": "{% $check.id %}", "status": "{% $outcome.status %}"}
    unreported = {**result, "reported": False, "outcome": "{% $outcome %}", "check": "{% $check %}"}
    found = "$states.result.Payload.again"
    again = {
        "Condition": "{% $again != '' %}",
        "Assign": {"check": "{% $merge([$check, {'id': $again}]) %}", "asked": 0},
        "Next": "TryAgain",
    }
    return {
        "Report": gate(
            "report",
            {"checkRun": "{% $check.id %}", "outcome": "{% $outcome %}"},
            Assign={"again": "{% $exists(" + found + ") ? " + found + " : '' %}"},
            Retry=RETRY_REPORT,
            Catch=[{"ErrorEquals": ["States.ALL"], "Output": unreported, "Next": "Unreported"}],
            Next="Reported",
        ),
        "Reported": {"Type": "Choice", "Choices": [again], "Default": "Told"},
        "TryAgain": {"Type": "Wait", "Seconds": AGAIN_SECONDS, "Next": "Kind"},
        "Told": {"Type": "Succeed", "Output": {**result, "reported": True}},
        "Unreported": {"Type": "Succeed"},
    }
