"""The pipeline's one state machine, in JSONata, and its three phases: before a wave it asks whether the revision may
enter, after it which checks run, and when the stage has failed how it is returned. The service decides.

    Trace > Phase > Ask… (ENTER; entering.py)
                  > PlanRollback… (ROLL_BACK; returning.py)
                  > Start > Started > RunChecks (Map, 20 at once; kinds.py) > Conclude > Verdict > Passed | NotPassed
                                          ^------------------------------------------------'

A no of the bake or of an alarm ends RunChecks at once: the other checks are left, and the wave is concluded.

Every question to the service goes through the gate. While the service cannot be reached, the machine waits
and asks again until its own time is up: it neither proceeds nor fails.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from pipelinekit import entering, returning
from pipelinekit.asl import PATIENCE, READABLE, UNREPORTED, Gate, Json, answered
from pipelinekit.kinds import SAID_NO, Limits, check_states

TIMEOUT_SECONDS = 7 * 24 * 3600 - 3600
"""CodePipeline waits seven days for a Step Functions action; the machine ends an hour earlier, with its own
words.
"""
AT_ONCE = 20
CAUSE_CHARACTERS = 30_000
"""Step Functions takes 32,768."""
GATE_SECONDS = 120
"""A question to the service is answered in seconds, or the gate says after 20 that it is not."""


@dataclasses.dataclass(frozen=True, slots=True)
class Phase:
    """What the machine is started for. first: the state in which the phase begins; states: makes its states."""

    name: str
    first: str
    states: Callable[[Gate], Json]


def definition(limits: Limits | None = None) -> Json:
    """The machine's definition; ${Gate} stands for the gate's ARN. limits: of the plan's checks (kinds.py).

    Input: {phase, executionId, stage, action} – one of PHASES, VALIDATE where it is left out; CodePipeline's execution
    and the names of its stage, as in the map of actions, and of the action that runs the machine.
    """
    return {
        "Comment": "Interlock: whether a revision may enter a wave, and the checks before and after it",
        "QueryLanguage": "JSONata",
        "TimeoutSeconds": TIMEOUT_SECONDS,
        "StartAt": "Trace",
        "States": {
            "Trace": _trace(),
            "Phase": _phase(),
            "UnknownPhase": _unknown_phase(),
            **{name: state for phase in PHASES for name, state in phase.states(gate).items()},
            "RunChecks": _run_checks(limits or {}),
            "ChecksNotRun": _checks_not_run(),
            "ChecksRun": _checks_run(),
            "NotPassed": {
                "Type": "Fail",
                "Error": "{% $error %}",
                "Cause": "{% $substring($join($reasons, '; '), 0, " + str(CAUSE_CHARACTERS) + ") %}",
            },
        },
    }


def _validating(gate: Gate) -> Json:
    """The states of the phase VALIDATE, beside those that all phases share."""
    return {
        "Start": _start(),
        "Started": _started(),
        "Refused": _refused(),
        "Conclude": _conclude(),
        "Verdict": _verdict(),
        "Passed": {"Type": "Succeed", "Output": {"passed": True, "results": "{% $results %}"}},
    }


PHASES = (
    Phase("ENTER", entering.FIRST, entering.states),
    Phase("VALIDATE", "Start", _validating),
    Phase("ROLL_BACK", "PlanRollback", lambda ask: returning.states(ask, PATIENCE)),
)
"""What the machine may be started for. The states of all phases have names of their own."""


def _phase() -> Json:
    choices = [{"Condition": "{% $phase = '" + each.name + "' %}", "Next": each.first} for each in PHASES]
    return {"Type": "Choice", "Choices": choices, "Default": "UnknownPhase"}


def _unknown_phase() -> Json:
    """What is asked by a newer pipeline of an older machine is not done at all."""
    sentence = "{% 'this machine knows no phase ' & $phase & ': upgrade pipelinekit' %}"
    return {"Type": "Pass", "Assign": {"error": "UnknownPhase", "reasons": [sentence]}, "Next": "NotPassed"}


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
            "phase": "{% $exists($states.input.phase) ? $states.input.phase : 'VALIDATE' %}",
            "results": [],
            "spent": 0,
            "traceparent": (
                "{% '00-' & $replace($states.input.executionId, '-', '') & '-'"
                f" & $substring($hash({span}, 'SHA-256'), 0, 16) & '-01' %}}"
            ),
        },
        "Next": "Phase",
    }


def _start() -> Json:
    return gate(
        "start",
        {"executionId": "{% $executionId %}", "stage": "{% $stage %}"},
        Assign=answered("checks", checks="[]"),
        Retry=PATIENCE,
        Catch=[_caught("ChecksNotStarted")],
        Next="Started",
    )


def _started() -> Json:
    return {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $refused != '' %}", "Assign": {"error": "ChecksNotStarted"}, "Next": "Refused"},
            {
                "Condition": "{% $count($checks) = 0 %}",
                "Assign": {"results": [], "saidNo": "{% '' %}"},
                "Next": "Conclude",
            },
        ],
        "Default": "RunChecks",
    }


def _refused() -> Json:
    return {"Type": "Pass", "Assign": {"reasons": ["{% $refused %}"]}, "Next": "NotPassed"}


def _run_checks(limits: Limits) -> Json:
    """Every check to its end, but for a no that nobody may wait on: it fails the Map, and its cause is the result."""
    result = "{% $parse($states.errorOutput.Cause) %}"
    left = {"results": [result], "saidNo": "{% $parse($states.errorOutput.Cause).id %}"}
    return {
        "Type": "Map",
        "Items": "{% $checks %}",
        "MaxConcurrency": AT_ONCE,
        "ItemProcessor": {
            "ProcessorConfig": {"Mode": "INLINE"},
            "StartAt": "Begin",
            "States": check_states(gate, limits),
        },
        "Assign": {"results": "{% $states.result %}", "saidNo": "{% '' %}"},
        "Catch": [
            {"ErrorEquals": [SAID_NO], "Assign": left, "Next": "ChecksRun"},
            {**_caught("ChecksNotRun"), "Next": "ChecksNotRun"},
        ],
        "Next": "ChecksRun",
    }


def _checks_run() -> Json:
    """The same checks are run before a wave and after it; what their outcomes come to is asked by the phase."""
    before = {"Condition": "{% $phase = 'ENTER' %}", "Next": entering.FIRST}
    return {"Type": "Choice", "Choices": [before], "Default": "Conclude"}


def _checks_not_run() -> Json:
    """Something that nobody expected. After a wave it has not passed; before it, the checks are asked for again."""
    before = {"Condition": "{% $phase = 'ENTER' %}", "Assign": {"results": []}, "Next": entering.AGAIN}
    return {"Type": "Choice", "Choices": [before], "Default": "NotPassed"}


def _conclude() -> Json:
    """Outcomes that could not be reported on their own go with this question, which is asked with all
    patience. The answer may be that some of those checks are to be tried again.
    """
    return gate(
        "conclude",
        {
            "executionId": "{% $executionId %}",
            "stage": "{% $stage %}",
            "unreported": UNREPORTED,
            "saidNo": "{% $saidNo %}",
        },
        Assign={**answered("passed", passed="false", reasons="[]", checks="[]"), "error": "WaveNotPassed"},
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
