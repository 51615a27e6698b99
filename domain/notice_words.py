"""The words of notices: a title, and a text where there is more to say, for each type of event."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeAlias

from domain.events import EventType

Payload: TypeAlias = Mapping[str, Any]
Worded: TypeAlias = tuple[str, Any]
"""A title and a text, as they come: neither is cut."""


def worded(type_: str, payload: Payload) -> Worded:
    """What is said of an event."""
    return _WORDS.get(type_, _otherwise)(payload, type_)


def _who(payload: Payload) -> str:
    return str(payload.get("service") or payload.get("pipeline") or payload.get("name") or "Interlock")


def _place(payload: Payload) -> str:
    named = (payload.get(each) for each in ("environment", "wave", "stage", "pipelineStage"))
    found = next((each for each in named if each), None)
    return f" in {found}" if found else ""


def _broken(payload: Payload, _: str) -> Worded:
    still = "is still broken" if payload.get("again") else "is broken"
    return f"{_who(payload)} {still}: it failed{_place(payload)}", payload.get("cause")


def _recovered(payload: Payload, _: str) -> Worded:
    return f"{_who(payload)} has recovered", None


def _explained(payload: Payload, _: str) -> Worded:
    return f"Why {_who(payload)} failed{_place(payload)}", payload.get("cause")


def _waiting(payload: Payload, _: str) -> Worded:
    return f"{_who(payload)} has been waiting{_place(payload)} for more than {payload.get('minutes')} minutes", None


def _rollback(payload: Payload, type_: str) -> Worded:
    if type_ == EventType.ROLLBACK_STARTED:
        return f"{_who(payload)} is being rolled back{_place(payload)}", None
    return f"The rollback of {_who(payload)}{_place(payload)} has ended: {payload.get('status')}", None


def _acted(payload: Payload, type_: str) -> Worded:
    done = {
        EventType.EXECUTION_STOP_ASKED.value: "was stopped",
        EventType.STAGE_RETRY_ASKED.value: f"is tried again{_place(payload)}",
        EventType.STAGE_ROLLBACK_ASKED.value: f"is rolled back by a person{_place(payload)}",
        EventType.APPROVAL_ANSWERED.value: f"was {str(payload.get('decision')).lower()}{_place(payload)}",
    }[type_]
    return f"{_who(payload)} {done}", payload.get("reason")


def _changed(payload: Payload, type_: str) -> Worded:
    named = next((f": {noun} {payload[noun]}" for noun in ("action", "check") if payload.get(noun)), "")
    reason = payload.get("reason") or payload.get("cause") or payload.get("summary")
    return f"{_who(payload)}{named}{_place(payload)}: {payload.get('status')}", reason


def _concluded(payload: Payload, _: str) -> Worded:
    verdict = "passed" if payload.get("passed") else "did not pass"
    given = payload.get("reasons")
    reasons = given if isinstance(given, list) else []
    return f"{_who(payload)}: {payload.get('wave')} {verdict}", "\n".join(map(str, reasons)) if reasons else None


def _decided(payload: Payload, _: str) -> Worded:
    """Whether a revision enters a wave, with the sentences of what holds it back."""
    said = {"PROCEED": "enters", "WAIT": "waits before", "STOP": "does not enter"}
    what = said.get(str(payload.get("decision")), "asks before")
    given = payload.get("blockers")
    blockers = [each for each in given if isinstance(each, Mapping)] if isinstance(given, list) else []
    held = [str(each.get("sentence")) for each in blockers if not each.get("override")]
    return f"{_who(payload)} {what} {payload.get('part') or payload.get('wave')}", "\n".join(held) or None


def _alarm(payload: Payload, _: str) -> Worded:
    return f"Alarm {payload.get('alarm')}: {payload.get('state')}", payload.get("reason")


def _freeze(payload: Payload, type_: str) -> Worded:
    return f"Freeze {payload.get('name')}: {type_.rpartition('.')[2]}", payload.get("reason")


def _incident(payload: Payload, type_: str) -> Worded:
    what = f"Incident {payload.get('incident')} of {_who(payload)}: {type_.rpartition('.')[2]}"
    return what, payload.get("title")


def _override(payload: Payload, type_: str) -> Worded:
    """Who lets what pass; of one that was used, what passed."""
    what = f"Override {payload.get('override')}"
    if type_ != EventType.OVERRIDE_USED:
        done = type_.rpartition(".")[2]
        scope = [str(payload[each]) for each in ("service", "environment", "wave") if payload.get(each)]
        return f"{what} was {done}" + (f" for {', '.join(scope)}" if scope else ""), payload.get("reason")
    given = payload.get("blockers")
    blockers = given if isinstance(given, list) else []
    passed = [str(each.get("sentence")) for each in blockers if isinstance(each, Mapping)]
    return f"{_who(payload)} enters {payload.get('wave')} because of {payload.get('override')}", "\n".join(
        passed
    ) or None


def _environment(payload: Payload, type_: str) -> Worded:
    ends = {
        EventType.ENVIRONMENT_ENDING.value: f"ends at {payload.get('expiresAt')}",
        EventType.ENVIRONMENT_CLEANING.value: "is being cleaned",
        EventType.ENVIRONMENT_CLEANED.value: "is gone",
    }
    return f"Test environment {payload.get('environment')} {ends.get(type_, 'cannot be cleaned')}", payload.get("cause")


def _by_hand(payload: Payload, _: str) -> Worded:
    """What a person runs in an environment's account, past the pipeline."""
    service = f" for {payload['service']}" if payload.get("service") else ""
    what = f"{payload.get('environment')} is changed by hand{service}: {payload.get('command')}"
    return what, payload.get("reason")


def _pipeline(payload: Payload, type_: str) -> Worded:
    said = {
        EventType.PIPELINE_STALE.value: "was built from a plan that is no longer",
        EventType.PIPELINE_CURRENT.value: "is as its plan is again",
        EventType.PIPELINE_STARTED.value: "was started",
        EventType.PIPELINE_START_FAILED.value: "could not be started",
    }
    return f"{_who(payload)} {said[type_]}", payload.get("cause")


def _safety(payload: Payload, _: str) -> Worded:
    less, more = (payload.get(each) or [] for each in ("lowered", "raised"))
    changes = [f"{words}: {', '.join(map(str, of))}" for words, of in (("No longer kept", less), ("Kept", more)) if of]
    was = f"{payload.get('previous')} of {payload.get('previousOf')}"
    return f"Safety of {_who(payload)}: {payload.get('score')} of {payload.get('of')}, was {was}", "\n".join(changes)


def _waiver(payload: Payload, type_: str) -> Worded:
    whose = next((payload[each] for each in ("service", "wave", "stage") if payload.get(each)), "")
    done = type_.rpartition(".")[2]
    until = f" until {payload.get('expiresAt')}" if type_ == EventType.WAIVER_GRANTED else ""
    return f"Waiver of {payload.get('rule')} for {whose}: {done}{until}", payload.get("reason")


def _otherwise(payload: Payload, type_: str) -> Worded:
    named = payload.get("name") or payload.get("service") or payload.get("pipeline") or _last(payload.get("arn"))
    return f"{type_.replace('_', ' ').replace('.', ' ').capitalize()}: {named}".rstrip(": "), payload.get("reason")


def _last(arn: object) -> str:
    return str(arn or "").rpartition(":")[2]


_WORDS: dict[str, Callable[[Payload, str], Worded]] = {
    EventType.PIPELINE_BROKEN: _broken,
    EventType.PIPELINE_RECOVERED: _recovered,
    EventType.FAILURE_EXPLAINED: _explained,
    EventType.EXECUTION_WAITING: _waiting,
    EventType.ROLLBACK_STARTED: _rollback,
    EventType.ROLLBACK_ENDED: _rollback,
    EventType.EXECUTION_STOP_ASKED: _acted,
    EventType.STAGE_RETRY_ASKED: _acted,
    EventType.STAGE_ROLLBACK_ASKED: _acted,
    EventType.APPROVAL_ANSWERED: _acted,
    EventType.EXECUTION_CHANGED: _changed,
    EventType.STAGE_CHANGED: _changed,
    EventType.ACTION_CHANGED: _changed,
    EventType.DEPLOYMENT_CHANGED: _changed,
    EventType.CHECK_RUN_CHANGED: _changed,
    EventType.WAVE_CONCLUDED: _concluded,
    EventType.DECISION_MADE: _decided,
    EventType.ALARM_CHANGED: _alarm,
    EventType.FREEZE_REGISTERED: _freeze,
    EventType.FREEZE_UPDATED: _freeze,
    EventType.FREEZE_ARCHIVED: _freeze,
    EventType.INCIDENT_DECLARED: _incident,
    EventType.INCIDENT_LINKED: _incident,
    EventType.INCIDENT_RESOLVED: _incident,
    EventType.OVERRIDE_GRANTED: _override,
    EventType.OVERRIDE_CONFIRMED: _override,
    EventType.OVERRIDE_REVOKED: _override,
    EventType.OVERRIDE_USED: _override,
    EventType.ENVIRONMENT_ENDING: _environment,
    EventType.ENVIRONMENT_CLEANING: _environment,
    EventType.ENVIRONMENT_CLEANED: _environment,
    EventType.ENVIRONMENT_CLEANING_FAILED: _environment,
    EventType.ENVIRONMENT_CHANGED_BY_HAND: _by_hand,
    EventType.PIPELINE_STALE: _pipeline,
    EventType.PIPELINE_CURRENT: _pipeline,
    EventType.PIPELINE_STARTED: _pipeline,
    EventType.PIPELINE_START_FAILED: _pipeline,
    EventType.SAFETY_CHANGED: _safety,
    EventType.WAIVER_GRANTED: _waiver,
    EventType.WAIVER_CONFIRMED: _waiver,
    EventType.WAIVER_REVOKED: _waiver,
    EventType.WAIVER_EXPIRED: _waiver,
}
"""A title and a text for the types that have words of their own; the others have their name."""
