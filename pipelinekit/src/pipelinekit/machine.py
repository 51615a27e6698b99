"""The validation state machine, in JSONata: ask which checks run, run them, report each, and let the
service decide.

    Trace > Start > Started > RunChecks (Map, 20 at once; kinds.py) > Conclude > Verdict > Passed | NotPassed
                                   ^------------------------------------------------'

Every question to the service goes through the gate. While the service cannot be reached, the machine waits
and asks again until its own time is up: it neither proceeds nor fails.
"""

from __future__ import annotations

from typing import Any

from pipelinekit.kinds import check_states

Json = dict[str, Any]

TIMEOUT_SECONDS = 7 * 24 * 3600 - 3600
"""CodePipeline waits seven days for a Step Functions action; the machine ends an hour earlier, with its own
words.
"""
AT_ONCE = 20
CAUSE_CHARACTERS = 30_000
"""Step Functions takes 32,768."""
GATE_SECONDS = 120
"""A question to the service is answered in seconds, or the gate says after 20 that it is not."""
PATIENCE: list[Json] = [
    # Deployed wrongly, and no patience will help.
    {"ErrorEquals": ["Lambda.ResourceNotFoundException", "Lambda.AccessDeniedException"], "MaxAttempts": 0},
    {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 5,
        "BackoffRate": 2,
        # Every ten minutes for a week is 1,008 rounds of 3 events, well within the history's 25,000.
        "MaxDelaySeconds": 600,
        # More rounds than the machine lives: what ends the waiting is TimeoutSeconds.
        "MaxAttempts": 100_000,
    },
]
"""The gate raises what may pass by itself and answers what will not, so every error is worth another question."""
READABLE = (
    "($c := $string($states.errorOutput.Cause);"
    " $contains($c, '\"errorMessage\"') ? $parse($c).errorMessage : $states.errorOutput.Error & ': ' & $c)"
)
"""The sentence in a failed function's cause, which is JSON around it."""


def definition() -> Json:
    """The machine's definition; ${Gate} stands for the gate's ARN.

    Input: {executionId, stage, action} – CodePipeline's execution and the names of its stage, as in the map of
    actions, and of the action that runs the machine.
    """
    return {
        "Comment": "Interlock: the checks after a wave",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": TIMEOUT_SECONDS,
        "StartAt": "Trace",
        "States": {
            "Trace": _trace(),
            "Start": _start(),
            "Started": _started(),
            "Refused": _refused(),
            "RunChecks": _run_checks(),
            "Conclude": _conclude(),
            "Verdict": _verdict(),
            "Passed": {"Type": "Succeed", "Output": {"passed": True, "results": "{% $results %}"}},
            "NotPassed": {
                "Type": "Fail",
                "Error": "{% $error %}",
                "Cause": "{% $substring($join($reasons, '; '), 0, " + str(CAUSE_CHARACTERS) + ") %}",
            },
        },
    }


def gate(op: str, payload: Json, **rest: object) -> Json:
    """A question to the gate."""
    return {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke",
        "Arguments": {
            "FunctionName": "${Gate}",
            "Payload": {"op": op, "traceparent": "{% $traceparent %}", **payload},
        },
        "TimeoutSeconds": GATE_SECONDS,
        **rest,
    }


def _trace() -> Json:
    """The trace id is the execution's own id; the span is that of the action that runs the machine, in its first
    attempt: CodePipeline tells no action which attempt it is. A check has a span of its own, which the service names.
    """
    span = (
        "$states.input.executionId & '/1/action/' & $states.input.stage & '/'"
        " & ($exists($states.input.action) ? $states.input.action : 'Validate')"
    )
    return {
        "Type": "Pass",
        "Assign": {
            "executionId": "{% $states.input.executionId %}",
            "stage": "{% $states.input.stage %}",
            "traceparent": (
                "{% '00-' & $replace($states.input.executionId, '-', '') & '-'"
                f" & $substring($hash({span}, 'SHA-256'), 0, 16) & '-01' %}}"
            ),
        },
        "Next": "Start",
    }


def _start() -> Json:
    return gate(
        "start",
        {"executionId": "{% $executionId %}", "stage": "{% $stage %}"},
        Assign=_answered("checks", checks="[]"),
        Retry=PATIENCE,
        Catch=[_caught("ChecksNotStarted")],
        Next="Started",
    )


def _answered(field: str, **otherwise: str) -> Json:
    """Assign what the gate answered, by field, or what stands for it in a refusal; and the refusal, or none."""
    fields = {
        name: "{% $exists($states.result.Payload." + name + ") ? $states.result.Payload." + name + f" : {value} %}}"
        for name, value in otherwise.items()
    }
    refused = (
        "{% $exists($states.result.Payload." + field + ") ? '' : $exists($states.result.Payload.refused)"
        " ? $states.result.Payload.refused : 'the gate gave no answer' %}"
    )
    return {**fields, "refused": refused}


def _started() -> Json:
    return {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $refused != '' %}", "Assign": {"error": "ChecksNotStarted"}, "Next": "Refused"},
            {"Condition": "{% $count($checks) = 0 %}", "Assign": {"results": []}, "Next": "Conclude"},
        ],
        "Default": "RunChecks",
    }


def _refused() -> Json:
    return {"Type": "Pass", "Assign": {"reasons": ["{% $refused %}"]}, "Next": "NotPassed"}


def _run_checks() -> Json:
    return {
        "Type": "Map",
        "Items": "{% $checks %}",
        "MaxConcurrency": AT_ONCE,
        "ItemProcessor": {"ProcessorConfig": {"Mode": "INLINE"}, "StartAt": "Begin", "States": check_states(gate)},
        "Assign": {"results": "{% $states.result %}"},
        "Next": "Conclude",
    }


def _conclude() -> Json:
    """Outcomes that could not be reported on their own go with this question, which is asked with all
    patience. The answer may be that some of those checks are to be tried again.
    """
    unreported = "{% [$results[reported = false].{'checkRun': id, 'outcome': outcome, 'check': check}] %}"
    return gate(
        "conclude",
        {"executionId": "{% $executionId %}", "stage": "{% $stage %}", "unreported": unreported},
        Assign={**_answered("passed", passed="false", reasons="[]", checks="[]"), "error": "WaveNotPassed"},
        Retry=PATIENCE,
        Catch=[_caught("WaveNotConcluded")],
        Next="Verdict",
    )


def _verdict() -> Json:
    return {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $refused != '' %}", "Assign": {"error": "WaveNotConcluded"}, "Next": "Refused"},
            {"Condition": "{% $count($checks) > 0 %}", "Next": "RunChecks"},
            {"Condition": "{% $passed %}", "Next": "Passed"},
        ],
        "Default": "NotPassed",
    }


def _caught(error: str) -> Json:
    return {
        "ErrorEquals": ["States.ALL"],
        "Assign": {"error": error, "reasons": ["{% " + READABLE + " %}"]},
        "Next": "NotPassed",
    }
