"""Events of the log as sentences. The types and payloads are the service's published vocabulary."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from interlock_cli.output import short

Payload = dict[str, Any]
_DONE = {"registered": "+", "updated": "~", "archived": "-"}


def sentence(kind: str, payload: Payload) -> str:
    """What happened, in one line; a type that this version does not know shows its payload."""
    if kind == "configuration.changed":
        return _configuration(payload)
    subject, _, done = kind.rpartition(".")
    if done in _DONE and "change" in payload:
        return f"{subject.replace('_', ' ')} {payload.get('name')} is {done} (change {payload['change']})"
    say = _SENTENCES.get(kind)
    return say(payload) if say else json.dumps(payload, ensure_ascii=False, sort_keys=True)


def status_of(kind: str, payload: Payload) -> str:
    """The status that the event brought, for its color; empty where there is none."""
    if kind == "wave.concluded":
        return "PASSED" if payload.get("passed") else "FAILED"
    return str(payload.get("status") or "")


def _configuration(payload: Payload) -> str:
    """How many of each kind, whatever they are called: the events of each come behind it."""
    moves = [
        f"{sign}{len(names)} {kind}"
        for done, sign in _DONE.items()
        for kind, names in (payload.get(done) or {}).items()
        if names
    ]
    return f"change {payload.get('change')}: {', '.join(moves)}{_because(payload.get('reason'))}"


def _because(reason: object) -> str:
    return f": {reason}" if reason else ""


def _pipeline(payload: Payload) -> str:
    """The pipeline's name: the last part of the ARN that the payload holds."""
    return str(payload.get("pipeline")).rpartition(":")[2]


def _execution(payload: Payload) -> str:
    revision = short(payload.get("revision")) or "unknown revision"
    return f"{_pipeline(payload)}: {revision} is {payload.get('status')} ({payload.get('executionId')})"


def _stage(payload: Payload) -> str:
    return f"{_pipeline(payload)}: stage {payload.get('stage')} is {payload.get('status')}"


def _action(payload: Payload) -> str:
    what = f"{_pipeline(payload)}: action {payload.get('stage')}/{payload.get('action')}"
    return f"{what} is {payload.get('status')}{_because(payload.get('summary'))}"


def _deployment(payload: Payload) -> str:
    what = f"{payload.get('service') or _pipeline(payload)} {short(payload.get('revision')) or ''}".rstrip()
    return f"{what} -> {payload.get('environment')} is {payload.get('status')}{_because(payload.get('reason'))}"


def _check_run(payload: Payload) -> str:
    what = f"check {payload.get('check')} on {payload.get('subject')}"
    return f"{_pipeline(payload)}: {what} is {payload.get('status')}{_because(payload.get('cause'))}"


def _wave(payload: Payload) -> str:
    verdict = "passed" if payload.get("passed") else "did not pass"
    reasons = "; ".join(str(reason) for reason in payload.get("reasons") or [])
    return f"{_pipeline(payload)}: wave {payload.get('wave')} {verdict}{_because(reasons)}"


def _placed(payload: Payload) -> str:
    moves = [(sign, name) for sign, key in (("+", "added"), ("-", "removed")) for name in payload.get(key) or []]
    return f"{payload.get('service')} is placed: {' '.join(sign + name for sign, name in moves)}"


_SENTENCES: dict[str, Callable[[Payload], str]] = {
    "execution.changed": _execution,
    "stage.changed": _stage,
    "action.changed": _action,
    "deployment.changed": _deployment,
    "check_run.changed": _check_run,
    "wave.concluded": _wave,
    "service.placed": _placed,
}

OF_A_SERVICE = (*_SENTENCES, "pipeline.registered")
"""The types whose payload names the service."""
