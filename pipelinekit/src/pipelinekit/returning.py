"""The states that return a stage to its last good revision, and those of a drill, which do the same on purpose.

    PlanRollback > AskRollback > RollbackPlanned ----------------------------------------------> NotRedeployed
                       ^              | (later)   | (REDEPLOY)
                       '- WaitToPlan -'           '-> TellRollback > Locate > Located > Restore (Map, an environment
                                                       each) > ReportRollback > RollbackDone > Returned | NotReturned

The service decides, and it is waited for; but once it has decided, the stage is returned whether or not the service can
be told: what is known is told at the end.
"""

from __future__ import annotations

from pipelinekit.asl import RETRY_READ, RETRY_REPORT, Gate, Json

AT_ONCE = 20
"""Environments that are restored at the same time."""
LOCATE_SECONDS, RESTORE_SECONDS = 300, 120
RETRY_RESTORE: list[Json] = [
    {
        "ErrorEquals": ["States.ALL"],
        "IntervalSeconds": 5,
        "BackoffRate": 2,
        "MaxDelaySeconds": 60,
        "MaxAttempts": 20,
    }
]
"""A quarter of an hour for what may pass by itself in AWS: nothing is given up in the middle for less."""
CAUSE = (
    "($c := $string($states.errorOutput.Cause);"
    " $contains($c, '\"errorMessage\"') ? $parse($c).errorMessage : $states.errorOutput.Error & ': ' & $c)"
)


def states(gate: Gate, patience: list[Json]) -> Json:
    """The states of the phase ROLL_BACK, beginning at PlanRollback. They read $executionId, $stage and $traceparent.

    patience: how the service is asked again while it cannot answer.
    """
    place = {"executionId": "{% $executionId %}", "stage": "{% $stage %}"}
    rollback = {**place, "rollback": "{% $rollback %}"}
    return {
        "PlanRollback": {"Type": "Pass", "Assign": {"asked": 0, "works": [], "left": []}, "Next": "AskRollback"},
        "AskRollback": gate(
            "plan_rollback",
            {**place, "asked": "{% $asked %}"},
            Assign={**_given("rollback", "{}"), "asked": "{% $asked + 1 %}"},
            Retry=patience,
            Catch=[_caught("problem", "NotPlanned")],
            Next="RollbackPlanned",
        ),
        "RollbackPlanned": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $problem != '' %}", "Next": "NotPlanned"},
                {"Condition": "{% $type($rollback.askAgainSeconds) = 'number' %}", "Next": "WaitToPlan"},
                {"Condition": "{% $rollback.means = 'REDEPLOY' %}", "Next": "TellRollback"},
            ],
            "Default": "NotRedeployed",
        },
        "WaitToPlan": {"Type": "Wait", "Seconds": "{% $rollback.askAgainSeconds %}", "Next": "AskRollback"},
        "NotPlanned": _fail("RollbackNotPlanned", "$problem"),
        "NotRedeployed": _ended({"rollback": "{% $rollback %}"}),
        "TellRollback": gate(
            "report_rollback",
            rollback,
            Retry=RETRY_REPORT,
            Catch=[{"ErrorEquals": ["States.ALL"], "Next": "Locate"}],
            Next="Locate",
        ),
        **_located(gate, "", "$rollback.target", "$rollback.stacks", "$rollback.changeSet", "ReportRollback"),
        "ReportRollback": gate(
            "report_rollback",
            {**rollback, "works": "{% $works %}", "left": "{% $left %}", "problem": "{% $problem %}", "ended": True},
            Assign={**_or_else("state", "'FAILED'"), **_or_else("cause", "$states.result.Payload.refused")},
            Retry=patience,
            Catch=[_caught("problem", "NotPlanned")],
            Next="RollbackDone",
        ),
        "RollbackDone": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $state = 'SUCCEEDED' %}", "Next": "Returned"}],
            "Default": "NotReturned",
        },
        "Returned": _ended({"rollback": "{% $rollback %}", "works": "{% $works %}"}),
        "NotReturned": _fail("NotReturned", "$cause"),
    }


def drill_states(gate: Gate) -> Json:
    """The states of a DRILL check, beginning at Drill: each step restores all environments; what ends it is Report."""
    return {
        "Drill": gate(
            "plan_drill",
            {"check": "{% $check %}"},
            Assign={**_given("drill", "{'steps': []}"), "step": 0, "works": [], "left": []},
            Retry=RETRY_READ,
            Catch=[_caught("problem", "DrillErrored")],
            Next="DrillStep",
        ),
        "DrillStep": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $problem != '' %}", "Next": "DrillErrored"},
                {"Condition": "{% $count($drill.steps) = 0 %}", "Next": "NothingToDrill"},
                {"Condition": "{% $step >= $count($drill.steps) %}", "Next": "Drilled"},
            ],
            "Default": "DrillLocate",
        },
        **_located(
            gate,
            "Drill",
            "$drill.steps[$step].execution",
            "$drill.stacks",
            "$drill.steps[$step].changeSet",
            "DrillStepDone",
            limit="$check.timeoutSeconds",
        ),
        "DrillStepDone": {
            "Type": "Choice",
            "Choices": [
                {"Condition": "{% $problem != '' %}", "Next": "DrillErrored"},
                {"Condition": "{% $count($works[state = 'FAILED']) > 0 %}", "Next": "DrillFailed"},
                {"Condition": "{% $count($works[state = 'TIMED_OUT']) > 0 %}", "Next": "DrillTimedOut"},
                {
                    "Condition": "{% $count($works) > 0 and $count($works[state = 'SUCCEEDED']) = $count($works) %}",
                    "Next": "DrillNext",
                },
            ],
            "Default": "DrillUntold",
        },
        "DrillNext": {"Type": "Pass", "Assign": {"step": "{% $step + 1 %}"}, "Next": "DrillStep"},
        "DrillFailed": _outcome("FAILED", _DURING),
        "DrillTimedOut": _outcome("TIMED_OUT", _DURING),
        "DrillErrored": _outcome("ERRORED", "$problem"),
        "DrillUntold": _outcome("ERRORED", "'what became of the environments is not known'"),
        "NothingToDrill": _passed("{'reason': 'there is no other revision to go back to'}"),
        "Drilled": _passed("{'steps': $drill.steps}"),
    }


_DURING = (
    "($step % 2 = 0 ? 'the downgrade to ' : 'the upgrade to ') & $substring($drill.steps[$step].revision, 0, 8)"
    " & ' failed: ' & $join([$works[state != 'SUCCEEDED'].(environment & ': ' & cause)], '; ')"
)


def _located(
    gate: Gate, prefix: str, execution: str, stacks: str, change_set: str, then: str, limit: str | None = None
) -> Json:
    """Find an execution's assembly, and restore each environment to it; both of {prefix}Locate and {prefix}Restore.

    Afterwards $works holds what became of each environment, $left the stacks that were left alone, and $problem why
    nothing was done, or is empty.
    """
    asked = {"execution": execution, "stacks": stacks, "changeSet": change_set, **({"limit": limit} if limit else {})}
    locate = gate(
        "locate",
        {name: "{% " + value + " %}" for name, value in asked.items()},
        Assign={**_given("works", "[]"), **_or_else("left", "[]")},
        Retry=RETRY_RESTORE,
        Catch=[_caught("problem", then)],
        Next=f"{prefix}Located",
    )
    restore = gate(
        "restore",
        {"work": "{% $work %}"},
        Assign={
            "work": "{% $exists($states.result.Payload.work) ? $states.result.Payload.work"
            " : $merge([$work, {'state': 'FAILED', 'cause': $string($states.result.Payload.refused)}]) %}"
        },
        Retry=RETRY_RESTORE,
        Catch=[
            {
                "ErrorEquals": ["States.ALL"],
                "Assign": {"work": "{% $merge([$work, {'state': 'FAILED', 'cause': " + CAUSE + "}]) %}"},
                "Next": f"{prefix}EnvironmentRestored",
            }
        ],
        Next=f"{prefix}StackRestored",
    )
    environment = {
        f"{prefix}BeginEnvironment": {
            "Type": "Pass",
            "Assign": {"work": "{% $states.input %}"},
            "Next": f"{prefix}RestoreStack",
        },
        f"{prefix}RestoreStack": {**restore, "TimeoutSeconds": RESTORE_SECONDS},
        f"{prefix}StackRestored": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $work.state = 'RUNNING' %}", "Next": f"{prefix}StackWait"}],
            "Default": f"{prefix}EnvironmentRestored",
        },
        f"{prefix}StackWait": {
            "Type": "Wait",
            "Seconds": "{% $work.waitSeconds %}",
            "Next": f"{prefix}RestoreStack",
        },
        f"{prefix}EnvironmentRestored": {"Type": "Pass", "Output": {"work": "{% $work %}"}, "End": True},
    }
    return {
        f"{prefix}Locate": {**locate, "TimeoutSeconds": LOCATE_SECONDS},
        f"{prefix}Located": {
            "Type": "Choice",
            "Choices": [{"Condition": "{% $problem != '' %}", "Next": then}],
            "Default": f"{prefix}Restore",
        },
        f"{prefix}Restore": {
            "Type": "Map",
            "Items": "{% $works %}",
            "MaxConcurrency": AT_ONCE,
            "ItemProcessor": {
                "ProcessorConfig": {"Mode": "INLINE"},
                "StartAt": f"{prefix}BeginEnvironment",
                "States": environment,
            },
            "Assign": {"works": "{% [$states.result.work] %}"},
            "Catch": [_broken(then)],
            "Next": then,
        },
    }


def _broken(then: str) -> Json:
    """Something that nobody expected: what became of the environments is not known, and none counts as restored."""
    caught = _caught("problem", then)
    failed = "[$works.$merge([$, {'state': 'FAILED', 'cause': " + CAUSE + "}])]"
    return {**caught, "Assign": {**caught["Assign"], "works": "{% " + failed + " %}"}}


def _given(field: str, otherwise: str) -> Json:
    """Assign what the gate answered under a name, and $problem: its refusal, or nothing."""
    answer = "$states.result.Payload"
    refused = f"$exists({answer}.refused) ? {answer}.refused : 'the gate gave no answer'"
    return {**_or_else(field, otherwise), "problem": f"{{% $exists({answer}.{field}) ? '' : {refused} %}}"}


def _or_else(field: str, otherwise: str) -> Json:
    value = f"$states.result.Payload.{field}"
    return {field: f"{{% $exists({value}) ? {value} : {otherwise} %}}"}


def _caught(name: str, then: str) -> Json:
    return {"ErrorEquals": ["States.ALL"], "Assign": {name: "{% " + CAUSE + " %}"}, "Next": then}


def _ended(output: Json) -> Json:
    """The machine succeeds and says what it did: the emulator knows no Output of a state Succeed."""
    return {"Type": "Pass", "Output": output, "End": True}


def _fail(error: str, cause: str) -> Json:
    return {"Type": "Fail", "Error": error, "Cause": "{% $substring(" + cause + ", 0, 30000) %}"}


def _outcome(status: str, cause: str) -> Json:
    return {
        "Type": "Pass",
        "Assign": {"outcome": {"status": status, "cause": "{% $substring(" + cause + ", 0, 2000) %}"}},
        "Next": "Report",
    }


def _passed(detail: str) -> Json:
    outcome = {"status": "PASSED", "detail": "{% " + detail + " %}"}
    return {"Type": "Pass", "Assign": {"outcome": outcome}, "Next": "Report"}
