"""Before a wave: the states in which the machine asks whether the revision may enter, and waits until it may.

    Ask > Decided > Entered                    PROCEED
     ^       |----> Hold (a while)             WAIT, or a decision that this version does not know
     |       |----> RunChecks (machine.py)     checks before the wave, once nothing else is in the way
     |       '----> Stop > Settle > NotPassed  STOP, or the service refuses
     '-- OutOfReach                            nobody answers: it neither proceeds nor fails

Stopping stops the pipeline's execution, so that the stage has not failed: what failed would be rolled back, and nothing
was deployed. The machine fails all the same, lest anything goes on where the execution could not be stopped.
"""

from __future__ import annotations

from pipelinekit.asl import BROKEN, READABLE, UNREPORTED, Gate, Json, answered

FIRST, AGAIN = "Ask", "Hold"
EVENTS_OF_A_QUESTION = 9
"""History events that one round of asking costs: a task (5), a choice (2) and a wait (2)."""
EVENTS_OF_SILENCE = 120
"""Those of a question that was asked 33 times in vain, 3 events each, and of what follows it."""
HISTORY = 22_000
"""Of the 25,000 history events that Step Functions allows an execution, those for asking and for checks."""
LONGEST_SECONDS = 6 * 24 * 3600 + 12 * 3600
"""How long a revision waits for one wave. CodePipeline itself gives an action up after seven days, as a failure."""
PROMPT_EVENTS = 100 * EVENTS_OF_A_QUESTION
"""So much may be spent on asking as soon as the service says; from then on it is asked every SLOW_SECONDS at most. With
five minutes, 6.5 days are 1,872 rounds of 9 events."""
SLOW_SECONDS = 300
SOONEST_SECONDS, LATEST_SECONDS = 30, 900
AWAY_SECONDS = 600
SETTLE_SECONDS = 60
"""So long CodePipeline is given to abandon the action before the machine fails."""
KNOWN = ["PROCEED", "WAIT"]

WHILE_AWAY: list[Json] = [
    {"ErrorEquals": BROKEN, "MaxAttempts": 0},
    # For four hours and a half; then the machine looks at its own time, and begins again.
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "BackoffRate": 2, "MaxDelaySeconds": 600, "MaxAttempts": 32},
]
TRY_TO_STOP: list[Json] = [
    {"ErrorEquals": BROKEN, "MaxAttempts": 0},
    {"ErrorEquals": ["States.ALL"], "IntervalSeconds": 5, "BackoffRate": 2, "MaxDelaySeconds": 60, "MaxAttempts": 12},
]
_WAITED = "$millis() - $toMillis($states.context.Execution.StartTime)"
_TOO_LONG = f"{_WAITED} > {LONGEST_SECONDS * 1000}"


def states(gate: Gate) -> Json:
    """The states of the phase ENTER; `gate(op, payload, **rest)` makes a question to the gate."""
    return {
        "Ask": _ask(gate),
        "Decided": _decided(),
        "Hold": {"Type": "Wait", "Seconds": _seconds(), "Next": "Ask"},
        "OutOfReach": _out_of_reach(),
        "Entered": {"Type": "Succeed", "Output": {"entered": True}},
        "GiveUp": _give_up(),
        "Stop": _stop(gate),
        "Settle": {"Type": "Wait", "Seconds": SETTLE_SECONDS, "Next": "NotPassed"},
    }


def _ask(gate: Gate) -> Json:
    """`spent` counts the history's events so far; the gate says how many the checks that it answers with will cost."""
    events = "($exists($states.result.Payload.events) ? $states.result.Payload.events : 0)"
    return gate(
        "enter",
        {"executionId": "{% $executionId %}", "stage": "{% $stage %}", "unreported": UNREPORTED},
        Assign={
            **answered("decision", decision="'WAIT'", checks="[]", reasons="[]", askAgainSeconds=str(SLOW_SECONDS)),
            "results": [],
            "spent": f"{{% $spent + {EVENTS_OF_A_QUESTION} + {events} %}}",
        },
        Retry=WHILE_AWAY,
        Catch=[_caught(BROKEN, "NotPassed"), _caught(["States.ALL"], "OutOfReach")],
        Next="Decided",
    )


def _caught(errors: list[str], then: str) -> Json:
    found: Json = {"error": "NotEntered", "reasons": ["{% " + READABLE + " %}"]}
    found |= {"askAgainSeconds": AWAY_SECONDS, "spent": f"{{% $spent + {EVENTS_OF_SILENCE} %}}"}
    return {"ErrorEquals": errors, "Assign": found, "Next": then}


def _decided() -> Json:
    """Whatever is not understood is waited for: only a PROCEED without checks lets the revision in."""
    return {
        "Type": "Choice",
        "Choices": [
            {"Condition": "{% $refused != '' %}", "Assign": {"reasons": ["{% $refused %}"]}, "Next": "Stop"},
            {"Condition": "{% $decision = 'STOP' %}", "Next": "Stop"},
            {"Condition": f"{{% {_TOO_LONG} or $spent > {HISTORY} %}}", "Next": "GiveUp"},
            {"Condition": f"{{% $count($checks) > 0 and $decision in {KNOWN} %}}", "Next": "RunChecks"},
            {"Condition": "{% $count($checks) = 0 and $decision = 'PROCEED' %}", "Next": "Entered"},
        ],
        "Default": "Hold",
    }


def _seconds() -> str:
    wanted = f"($type($askAgainSeconds) = 'number' ? $askAgainSeconds : {SLOW_SECONDS})"
    soonest = f"($spent > {PROMPT_EVENTS} ? {SLOW_SECONDS} : {SOONEST_SECONDS})"
    return f"{{% $ceil($max([{soonest}, $min([{LATEST_SECONDS}, {wanted}])])) %}}"


def _out_of_reach() -> Json:
    too_long = {"Condition": f"{{% {_TOO_LONG} or $spent > {HISTORY} %}}", "Next": "GiveUp"}
    return {"Type": "Choice", "Choices": [too_long], "Default": "Hold"}


def _give_up() -> Json:
    days = "$round((" + _WAITED + ") / 86400000, 1)"
    sentence = "'it has waited for ' & $string(" + days + ") & ' days, as long as one may: release the revision again'"
    reasons = "{% $append([" + sentence + "], $reasons) %}"
    return {"Type": "Pass", "Assign": {"reasons": reasons}, "Next": "Stop"}


def _stop(gate: Gate) -> Json:
    """The execution is stopped; where that cannot be done, the failure of the machine says why as well."""
    there = "$exists($states.result.Payload.stopped)"
    why = "($exists($states.result.Payload.refused) ? $states.result.Payload.refused : 'the gate gave no answer')"
    unstopped = "'its execution could not be stopped: '"
    caught = {"error": "NotStopped", "reasons": "{% $append($reasons, [" + unstopped + " & " + READABLE + "]) %}"}
    return gate(
        "stop",
        {"executionId": "{% $executionId %}", "reasons": "{% $append([], $reasons) %}"},
        Assign={
            "error": "{% " + there + " ? 'Stopped' : 'NotStopped' %}",
            "reasons": "{% " + there + " ? $reasons : $append($reasons, [" + unstopped + " & " + why + "]) %}",
        },
        Retry=TRY_TO_STOP,
        Catch=[{"ErrorEquals": ["States.ALL"], "Assign": caught, "Next": "Settle"}],
        Next="Settle",
    )
