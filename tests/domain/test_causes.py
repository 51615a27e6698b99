"""Causes of builds, state machines and conditions."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.causes import Phase, Rule, build_cause, condition_cause, innermost, state_machine_cause
from domain.words import FailureKind

AT = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
SAID = "COMMAND_EXECUTION_ERROR"
PHASES = (
    Phase("INSTALL", "SUCCEEDED", AT),
    Phase(
        "BUILD", "FAILED", AT + timedelta(minutes=1), (("COMMAND_EXECUTION_ERROR", "npm test. Reason: exit status 1"),)
    ),
    Phase("POST_BUILD", "FAILED", AT + timedelta(minutes=2), ((SAID, "no report"),)),
    Phase("COMPLETED", ""),
)


@given(st.permutations(PHASES))
def test_the_first_phase_that_failed_is_why_a_build_failed(phases: list[Phase]) -> None:
    """With what it said, and the log's end."""
    cause = build_cause("synth:1", "FAILED", phases, "the end")
    assert cause is not None
    assert (cause.kind, cause.resource, cause.log_tail) == (FailureKind.BUILD, "BUILD", "the end")
    assert cause.reason == "BUILD: COMMAND_EXECUTION_ERROR: npm test. Reason: exit status 1"


@pytest.mark.parametrize(
    ("status", "phases", "reason"),
    [
        ("TIMED_OUT", [], "the build ended as TIMED_OUT"),
        ("FAILED", [Phase("QUEUED", "TIMED_OUT")], "QUEUED ended as TIMED_OUT"),
        ("SUCCEEDED", [], None),
        (None, [], None),
    ],
)
def test_a_build_that_says_less(status: str | None, phases: list[Phase], reason: str | None) -> None:
    """How it ended, where no phase says more; nothing, where it did not fail."""
    cause = build_cause("synth:1", status, phases, None, "synth")
    assert (cause and cause.reason) == reason


READABLE = "alarm-3: AlarmFired - 5xx over 1 %; alarm-4: AlarmMissing - no alarm named ghost"


@pytest.mark.parametrize(
    ("error", "cause", "reason"),
    [
        ("StageValidationFailed", READABLE, READABLE),
        ("Lambda.Unknown", json.dumps({"errorMessage": "boom", "errorType": "ValueError"}), "boom"),
        ("States.TaskFailed", json.dumps({"Error": "E", "Cause": json.dumps({"errorMessage": "deep"})}), "deep"),
        ("States.TaskFailed", json.dumps({"ExecutionArn": "x", "Error": "OnlyThis"}), "OnlyThis"),
        ("States.Timeout", None, "States.Timeout"),
        (None, "{broken", "{broken"),
        (None, "[1]", "[1]"),
        (None, None, None),
    ],
)
def test_a_state_machines_cause_is_its_innermost_sentence(
    error: str | None, cause: str | None, reason: str | None
) -> None:
    """What is readable stays as it is; the message of a function's error is taken out of its JSON."""
    found = state_machine_cause("arn", error, cause)
    assert (found and found.reason) == reason


@given(
    st.one_of(
        st.text(), st.recursive(st.text(), lambda inner: st.dictionaries(st.just("Cause"), inner)).map(json.dumps)
    )
)
def test_any_text_has_an_innermost_sentence(text: str) -> None:
    """Total, and never another text than one that was told."""
    assert isinstance(innermost(text), str)
    assert innermost("[" * 50_000) == "[" * 50_000
    assert innermost('{"a":' * 50_000)


def test_the_first_rule_that_said_no_is_why_a_condition_failed() -> None:
    """Others followed; one that is running, or passed, is not why."""
    rules = [
        Rule("Window", "DeploymentWindow", "Succeeded", AT),
        Rule("Later", "CloudWatchAlarm", "Failed", AT + timedelta(minutes=2), "x"),
        Rule("Alarm", "CloudWatchAlarm", "Failed", AT, "alarm payments-5xx is in ALARM"),
    ]
    cause = condition_cause(rules)
    assert cause is not None
    assert (cause.kind, cause.reason) == (FailureKind.CONDITION, "Alarm: alarm payments-5xx is in ALARM")
    assert [each.resource for each in cause.cascade] == ["Later"]
    silent = condition_cause([Rule("Guard", "LambdaInvoke", "Failed")])
    assert silent is not None
    assert silent.reason == "the rule Guard (LambdaInvoke) said no"
    assert condition_cause(rules[:1]) is None
