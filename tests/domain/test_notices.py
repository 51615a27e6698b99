"""What people are told of an event."""

from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain import notices
from domain.events import EventType
from domain.notices import LONGEST_FACT, LONGEST_TEXT, LONGEST_TITLE, MOST_FACTS, Notice, Owner, Told, notice
from domain.outcomes import Execution
from domain.words import ExecutionKind

NOW = datetime(2026, 11, 29, 12, tzinfo=UTC)
ID = "0b1f6c1e-6a3e-4f0e-9d52-6f8c6c1d2e3f"
ARN = "arn:aws:codepipeline:eu-west-1:999999999999:payments"
NAMED = {"pipeline": "payments", "pipelineArn": ARN, "service": "payments", "executionId": ID}
EXECUTION = Execution(
    ID,
    "payments",
    ARN,
    ExecutionKind.STANDARD,
    1,
    "payments",
    "acme/payments",
    "9f2c1ab",
    "raise limit\n\nmore",
    "Mary",
)
_json = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=6,
)
_names = ("service", "pipeline", "pipelineArn", "executionId", "status", "cause", "reason", "reasons", "name", "team",
          "environment", "stage", "minutes", "account", "id", "title", "alarm", "state", "passed", "again")  # fmt: skip


def told(type_: EventType, payload: dict[str, Any], actor: str = "interlock", **more: Any) -> Notice:
    return notice(Told(type_, NOW, actor, "subject", payload), **more)


def test_a_broken_pipeline_names_cause_committer_and_owner() -> None:
    """And the place, the commit, and where to look."""
    payload = {**NAMED, "stage": "prod", "environment": "prod-eu", "cause": "Limit exceeded", "production": True}
    found = told(
        EventType.PIPELINE_BROKEN, payload, execution=EXECUTION, owner=Owner("pay", "pay@x.org"), production=True
    )
    assert found.title == "payments is broken: it failed in prod-eu"
    assert found.text == "Limit exceeded"
    assert {("Committer", "Mary"), ("Commit", "9f2c1ab raise limit"), ("Owner", "pay <pay@x.org>")} <= set(found.facts)
    assert dict(found.links) == {
        "AWS console": "https://eu-west-1.console.aws.amazon.com/codesuite/codepipeline/pipelines/payments/executions/"
        f"{ID}/timeline?region=eu-west-1",
        "Commit": "https://github.com/acme/payments/commit/9f2c1ab",
    }
    assert found.urgent
    assert found.thread == ID
    assert found.attributes["team"] == "pay"


def test_all_of_an_execution_is_one_thread() -> None:
    """Broken, explained, recovered, rolled back, waiting: the execution's id."""
    types = (EventType.PIPELINE_BROKEN, EventType.FAILURE_EXPLAINED, EventType.PIPELINE_RECOVERED,
             EventType.ROLLBACK_STARTED, EventType.EXECUTION_WAITING, EventType.DEPLOYMENT_CHANGED)  # fmt: skip
    assert {told(each, {**NAMED}).thread for each in types} == {ID}


@pytest.mark.parametrize(
    ("type_", "payload", "title"),
    [
        (EventType.PIPELINE_RECOVERED, NAMED, "payments has recovered"),
        (EventType.DECISION_MADE, {**NAMED, "part": "prod-1", "decision": "WAIT", "blockers": [{"sentence": "frozen"}]},
         "payments waits before prod-1"),
        (EventType.EXECUTION_WAITING, {**NAMED, "wave": "prod-1", "minutes": 90},
         "payments has been waiting in prod-1 for more than 90 minutes"),
        (EventType.ROLLBACK_ENDED, {**NAMED, "stage": "prod", "status": "SUCCEEDED"},
         "The rollback of payments in prod has ended: SUCCEEDED"),
        (EventType.FREEZE_REGISTERED, {"name": "year-end", "reason": "Peak"}, "Freeze year-end: registered"),
        (EventType.ENVIRONMENT_ENDING, {"environment": "test-mary-1", "expiresAt": "2026-12-01T00:00:00+00:00"},
         "Test environment test-mary-1 ends at 2026-12-01T00:00:00+00:00"),
        (EventType.ENVIRONMENT_CLEANING_FAILED, {"environment": "test-mary-1", "cause": "x"},
         "Test environment test-mary-1 cannot be cleaned"),
        (EventType.WAVE_CONCLUDED, {**NAMED, "wave": "prod-1", "passed": False, "reasons": ["a", "b"]},
         "payments: prod-1 did not pass"),
        (EventType.CHECK_RUN_CHANGED, {**NAMED, "check": "smoke", "wave": "prod-1", "status": "FAILED"},
         "payments: check smoke in prod-1: FAILED"),
        (EventType.DEPLOYMENT_CHANGED, {**NAMED, "environment": "prod-eu", "status": "FAILED"},
         "payments in prod-eu: FAILED"),
        (EventType.ALARM_CHANGED, {"alarm": "errors", "state": "ALARM"}, "Alarm errors: ALARM"),
        (EventType.INCIDENT_DECLARED, {"incident": "inc-1", "service": "payments", "title": "down"},
         "Incident inc-1 of payments: declared"),
        (EventType.PIPELINE_START_FAILED, {**NAMED, "cause": "denied"}, "payments could not be started"),
        (EventType.NOTIFICATION_ROUTE_UPDATED, {"name": "all"}, "Notification route updated: all"),
        (EventType.PIPELINE_DISCOVERED, {"arn": "arn:aws:codepipeline:eu-west-1:999999999999:payments"},
         "Pipeline discovered: payments"),
    ],
)  # fmt: skip
def test_titles(type_: EventType, payload: dict[str, Any], title: str) -> None:
    """Each kind has a sentence of its own; the others have their type's name."""
    assert told(type_, payload).title == title


@given(
    st.sampled_from(list(EventType)),
    st.dictionaries(
        st.sampled_from(_names), _json | st.text(alphabet="\r\n\0\u2028<&`*ab", max_size=5000), max_size=12
    ),
    st.text(max_size=2000),
)
def test_whatever_arrives_is_bounded(type_: EventType, payload: dict[str, Any], hostile: str) -> None:
    """Every type, with any payload: a title and facts on one line, all cut to their limits, and text for UTF-8."""
    execution = Execution(ID, hostile, ARN, ExecutionKind.STANDARD, 1, None, hostile, hostile, hostile, hostile)
    found = told(type_, payload, actor=hostile, execution=execution, owner=Owner(hostile, hostile))
    assert 0 < len(found.title) <= LONGEST_TITLE
    assert len(found.text) <= LONGEST_TEXT
    assert len(found.facts) <= MOST_FACTS
    lines = [found.title, *(each for pair in (*found.facts, *found.links) for each in pair)]
    assert all(len(each) <= max(LONGEST_FACT, 400) for each in lines)
    assert not any(mark in each for each in lines for mark in "\r\n\0\u2028")
    assert "\0" not in found.text
    assert all(len(each.encode()) <= LONGEST_FACT for each in (found.about, found.thread, found.state))
    "\n".join([*lines, found.text, *found.attributes.values()]).encode()


def test_only_what_cannot_wait_is_urgent() -> None:
    """Incidents always; what breaks, only in production; an alarm, only while it is one."""
    assert told(EventType.INCIDENT_DECLARED, {}).urgent
    assert not told(EventType.PIPELINE_BROKEN, NAMED).urgent
    assert told(EventType.ALARM_CHANGED, {"state": "ALARM"}, production=True).urgent
    assert not told(EventType.ALARM_CHANGED, {"state": "OK"}, production=True).urgent
    assert not told(EventType.DEPLOYMENT_CHANGED, NAMED, production=True).urgent


def test_the_same_reason_of_one_execution_is_the_same_news() -> None:
    """Two actions that fail for one fingerprint are told once; another fingerprint is news."""
    first, second, other = (
        told(EventType.FAILURE_EXPLAINED, {**NAMED, "action": action, "fingerprint": fingerprint})
        for action, fingerprint in (("a", "f"), ("b", "f"), ("b", "g"))
    )
    assert (first.about, first.state) == (second.about, second.state)
    assert (first.about, first.state) != (other.about, other.state)


def test_a_link_is_made_of_what_is_known_to_be_one() -> None:
    """A hostile ARN, id, revision or repository makes no link."""
    hostile = Execution(ID, "p", "x", ExecutionKind.STANDARD, 1, None, "acme/p", "9f2c1ab/../..", None, None)
    payload = {"pipelineArn": "arn:aws:codepipeline:evil.org/:999999999999:p", "executionId": "../x"}
    assert told(EventType.PIPELINE_BROKEN, payload, execution=hostile).links == ()


def test_a_test_says_that_it_is_one() -> None:
    """And is never held back."""
    found = notices.trial("all", NOW, "mary", "https://interlock.example.com")
    assert found.title == "A test of the notification route all"
    assert found.urgent
    assert ("Asked by", "mary") in found.facts
