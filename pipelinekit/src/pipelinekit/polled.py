"""The kinds of checks that ask again and again: an alarm, a canary and a bake, for the whole of the check's time."""

from __future__ import annotations

from pipelinekit.asl import (
    ASK_SECONDS,
    CATCH,
    CATCH_GATE,
    PATIENCE,
    RETRY_READ,
    Gate,
    Json,
    gate_task,
    task,
    wait,
    when,
)

UNEVALUATED = ("PARTIAL_DATA", "EVALUATION_FAILURE", "EVALUATION_ERROR")
"""What CloudWatch says of an alarm whose state is not to be relied on."""


def alarm(gate: Gate) -> Json:
    """Asked for the whole of the check's time: any ALARM fails at once, and at the end only an OK that CloudWatch could
    evaluate passes: without data nobody can tell.
    """
    found = "$append($states.result.MetricAlarms, $states.result.CompositeAlarms)[0]"
    ask = task(
        "aws-sdk:cloudwatch:describeAlarms",
        {"AlarmNames": ["{% $check.target %}"], "AlarmTypes": ["MetricAlarm", "CompositeAlarm"]},
        ASK_SECONDS,
        Assign={"alarm": "{% ($a := " + found + "; $exists($a) ? $a : {}) %}", "asked": "{% $asked + 1 %}"},
        Retry=RETRY_READ,
        Catch=CATCH,
        Next="AlarmState",
    )
    choices = [
        when("$exists($alarm.problem)", "ERRORED", "$alarm.problem"),
        when("$not($exists($alarm.StateValue))", "ERRORED", "'there is no alarm named ' & $check.target"),
        when("$alarm.StateValue = 'ALARM'", "FAILED", "$check.target & ' is in alarm: ' & $alarm.StateReason"),
        when(
            f"$asked >= $check.polls and $alarm.EvaluationState in {list(UNEVALUATED)}",
            "INCONCLUSIVE",
            "$check.target & ' could not be evaluated: ' & $alarm.EvaluationState",
        ),
        when("$asked >= $check.polls and $alarm.StateValue = 'OK'", "PASSED"),
        when("$asked >= $check.polls", "INCONCLUSIVE", "$check.target & ' has no data'"),
    ]
    answer = (
        "{% $exists($states.result.Payload.alarm) ? $states.result.Payload.alarm"
        " : {'problem': $string($states.result.Payload.refused)} %}"
    )
    there = gate_task(gate, "alarm", ASK_SECONDS, {"alarm": answer, "asked": "{% $asked + 1 %}"}, "AlarmState")
    return {
        "AskAlarm": ask,
        "AskAlarmThere": there,
        "AlarmState": {"Type": "Choice", "Choices": choices, "Default": "AlarmWait"},
        "AlarmWait": wait("Kind"),
    }


def canary() -> Json:
    """As many passing runs as `count`, all begun since this machine was started; one failing run fails.

    Without a single run nobody can tell.
    """
    since = "$toMillis(Timeline.Started) > $toMillis($states.context.Execution.StartTime)"
    failed = "$runs[Status.State = 'FAILED']"
    ask = task(
        "aws-sdk:synthetics:getCanaryRuns",
        {"Name": "{% $check.target %}", "MaxResults": 20},
        ASK_SECONDS,
        Assign={"runs": "{% [$states.result.CanaryRuns[" + since + "]] %}", "asked": "{% $asked + 1 %}"},
        Retry=RETRY_READ,
        Catch=CATCH,
        Next="CanaryState",
    )
    choices = [
        when(f"$count({failed}) > 0", "FAILED", f"$check.target & ': ' & {failed}[0].Status.StateReason"),
        when("$count($runs[Status.State = 'PASSED']) >= $check.count", "PASSED"),
        when(
            "$asked >= $check.polls and $count($runs) = 0",
            "INCONCLUSIVE",
            "$check.target & ' has not run since the wave was deployed'",
        ),
        when("$asked >= $check.polls", "TIMED_OUT", "$check.target & ' has had too few passing runs'"),
    ]
    return {
        "AskCanary": ask,
        "CanaryState": {"Type": "Choice", "Choices": choices, "Default": "CanaryWait"},
        "CanaryWait": wait("AskCanary"),
    }


LOOK_SECONDS = 120
"""The gate looks at all environments at once within 45 seconds, and then asks the service."""


def bake(gate: Gate) -> Json:
    """Watched until the service says that it is over: the gate looks, the service judges, and says when to look again.

    While the service cannot be reached, the machine waits: it neither passes nor fails.
    """
    answer = (
        "{% $exists($states.result.Payload.bake) ? $states.result.Payload.bake"
        " : {'status': 'ERRORED', 'reasons': [$string($states.result.Payload.refused)]} %}"
    )
    ask = gate_task(gate, "bake", LOOK_SECONDS, {"bake": answer, "asked": "{% $asked + 1 %}"}, "BakeState")
    late = "'after ' & $string($asked) & ' looks it has come to no end: ' & $join($bake.reasons, '; ')"
    choices = [
        when("$bake.status = 'RUNNING' and $asked >= $check.polls", "TIMED_OUT", late),
        {"Condition": "{% $bake.status = 'RUNNING' %}", "Next": "BakeWait"},
        when("$bake.status = 'PASSED'", "PASSED"),
    ]
    ended = {"status": "{% $bake.status %}", "cause": "{% $substring($join($bake.reasons, '; '), 0, 4000) %}"}
    seconds = "{% $max([$bake.askAgainSeconds, $check.pollSeconds]) %}"
    return {
        "AskBake": {**ask, "Retry": PATIENCE, "Catch": CATCH_GATE},
        "BakeState": {"Type": "Choice", "Choices": choices, "Default": "BakeEnded"},
        "BakeEnded": {"Type": "Pass", "Assign": {"outcome": ended}, "Next": "Report"},
        "BakeWait": {"Type": "Wait", "Seconds": seconds, "Next": "AskBake"},
    }
