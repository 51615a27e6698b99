"""Pieces of the Amazon States Language that the states of a check are made of: tasks, outcomes, retries, catches.

A task's own time limits are constants, because validators and emulators refuse computed ones.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Json = dict[str, Any]
Gate = Callable[..., Json]
"""Makes a question to the gate: (op, payload, **rest of the state)."""

ASK_SECONDS = 60
TRACEPARENT = "{% $check.traceparent ? $check.traceparent : $traceparent %}"
"""The check's own span, as the service named it; the machine's, where an older service named none."""

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
READABLE = (
    "($c := $string($states.errorOutput.Cause);"
    " $contains($c, '\"errorMessage\"') ? $parse($c).errorMessage : $states.errorOutput.Error & ': ' & $c)"
)
"""The sentence in a failed function's cause, which is JSON around it."""
UNREPORTED = "{% [$results[reported = false].{'checkRun': id, 'outcome': outcome, 'check': check}] %}"
"""Outcomes that could not be reported on their own: they go with the next question."""
BROKEN = ["Lambda.ResourceNotFoundException", "Lambda.AccessDeniedException"]
"""Deployed wrongly, and no patience will help."""
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
PATIENCE: list[Json] = [
    {"ErrorEquals": BROKEN, "MaxAttempts": 0},
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


def task(resource: str, arguments: Json, seconds: int, **rest: object) -> Json:
    return {
        "Type": "Task",
        "Resource": f"arn:aws:states:::{resource}",
        "Arguments": arguments,
        "TimeoutSeconds": seconds,
        **rest,
    }


def gate_task(gate: Gate, op: str, seconds: int, assign: Json, then: str) -> Json:
    payload = {
        "check": "{% $check %}",
        "executionId": "{% $executionId %}",
        "stage": "{% $stage %}",
        "traceparent": TRACEPARENT,
    }
    state = gate(op, payload, Assign=assign, Retry=RETRY_READ, Catch=CATCH_GATE, Next=then)
    return {**state, "TimeoutSeconds": seconds}


def answered(field: str, **otherwise: str) -> Json:
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


def when(condition: str, status: str, cause: str | None = None) -> Json:
    outcome = {"status": status, **({"cause": "{% " + cause + " %}"} if cause else {})}
    return {"Condition": "{% " + condition + " %}", "Assign": {"outcome": outcome}, "Next": "Report"}


def wait(then: str) -> Json:
    return {"Type": "Wait", "Seconds": "{% $check.pollSeconds %}", "Next": then}
