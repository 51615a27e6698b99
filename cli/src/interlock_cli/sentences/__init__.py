"""Events of the log as sentences. The types and payloads are the service's published vocabulary."""

from __future__ import annotations

import json
from collections.abc import Callable

from interlock_cli.output import short
from interlock_cli.sentences import access, incidents, outcomes, passing
from interlock_cli.sentences.words import Payload, because, several

_DONE = {"registered": "+", "updated": "~", "archived": "-"}
KINDS = [
    "organisation",
    "account",
    "region",
    "calendar",
    "team",
    "stage",
    "wave",
    "environment",
    "service",
    "check",
    "window",
    "freeze",
    "hold",
    "notification_route",
    "policy",
    "grant",
]
"""In the order in which people think of them; the payload, which PostgreSQL keeps, has none."""
_LONGEST_VALUE = 60


def sentence(kind: str, payload: Payload) -> str:
    """What happened, in one line; a type that this version does not know shows its payload."""
    if kind == "configuration.changed":
        return _configuration(payload)
    subject, _, done = kind.rpartition(".")
    if (done in _DONE or done == "configured") and "change" in payload:
        return _entity(subject.replace("_", " "), done, payload)
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
        f"{sign}{several(len(names), kind)}"
        for done, sign in _DONE.items()
        for kind, names in sorted((payload.get(done) or {}).items(), key=_by_kind)
        if names
    ]
    taken_back = f" takes back change {payload['reverts']}" if payload.get("reverts") else ""
    return f"change {payload.get('change')}{taken_back}: {', '.join(moves)}{because(payload.get('reason'))}"


def _by_kind(entry: tuple[str, object]) -> int:
    return KINDS.index(entry[0]) if entry[0] in KINDS else len(KINDS)


def _entity(kind: str, done: str, payload: Payload) -> str:
    """That it is there, or is no more; of an update, each field before and after."""
    before, after = payload.get("before") or {}, payload.get("after") or {}
    what = f"{kind} {payload.get('name')}"
    fields = [f"{name} {value(before.get(name))} → {value(after.get(name))}" for name in after] if before else []
    said = f"{what}: {', '.join(fields)}" if fields else f"{what} is {done}"
    return f"{said} (change {payload['change']})"


def value(given: object) -> str:
    """As people write it: text without quotes, nothing as `none`, a long list or mapping cut."""
    if given is None:
        return "none"
    text = given if isinstance(given, str) else json.dumps(given, ensure_ascii=False)
    return text if len(text) <= _LONGEST_VALUE else f"{text[: _LONGEST_VALUE - 1]}…"


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
    return f"{what} is {payload.get('status')}{because(payload.get('summary'))}"


def _deployment(payload: Payload) -> str:
    what = f"{payload.get('service') or _pipeline(payload)} {short(payload.get('revision')) or ''}".rstrip()
    return f"{what} -> {payload.get('environment')} is {payload.get('status')}{because(payload.get('reason'))}"


def _check_run(payload: Payload) -> str:
    what = f"check {payload.get('check')} on {payload.get('subject')}"
    return f"{_pipeline(payload)}: {what} is {payload.get('status')}{because(payload.get('cause'))}"


def _bake(payload: Payload) -> str:
    reasons = "; ".join(str(reason) for reason in payload.get("reasons") or [])
    return f"{_pipeline(payload)}: {payload.get('check')} on {payload.get('subject')} goes on{because(reasons)}"


def _wave(payload: Payload) -> str:
    told = {"INCONCLUSIVE": "could not tell whether it passed"}
    verdict = "passed" if payload.get("passed") else told.get(str(payload.get("outcome")), "did not pass")
    reasons = "; ".join(str(reason) for reason in payload.get("reasons") or [])
    return f"{_pipeline(payload)}: wave {payload.get('wave')} {verdict}{because(reasons)}"


def _placed(payload: Payload) -> str:
    moves = [(sign, name) for sign, key in (("+", "added"), ("-", "removed")) for name in payload.get(key) or []]
    return f"{payload.get('service')} is placed: {' '.join(sign + name for sign, name in moves)}"


def _stale(payload: Payload) -> str:
    did = "made its plan another one" if payload.get("wantedDigest") else "left it without a plan"
    return f"{_pipeline(payload)} is stale: change {payload.get('change')} {did}"


def _current(payload: Payload) -> str:
    return f"{_pipeline(payload)} is current: change {payload.get('change')} brought its plan back"


def _started(payload: Payload) -> str:
    return f"{_pipeline(payload)} is started, to build itself anew ({payload.get('executionId')})"


def _start_failed(payload: Payload) -> str:
    return f"{_pipeline(payload)} is stale, and could not be started{because(payload.get('cause'))}"


def _discovered(payload: Payload) -> str:
    return f"events of a pipeline that nobody registered: {payload.get('arn')}"


def _registered(payload: Payload) -> str:
    return f"{_pipeline(payload)} is registered, built from {str(payload.get('planDigest'))[:19]}"


def _exceptions_changed(payload: Payload) -> str:
    """What is excepted now and was not, with its reason, and what no longer is."""
    added = {f"{each['path']} from {each['policy']}": each["reason"] for each in payload.get("added") or ()}
    removed = [f"{each['path']} from {each['policy']}" for each in payload.get("removed") or ()]
    said = [f"excepts {what}{because(reason)}" for what, reason in added.items()]
    said += [f"no longer excepts {what}" for what in removed if what not in added]
    return f"{_pipeline(payload)} {'; '.join(said)}"


def _set_aside(payload: Payload) -> str:
    return f"message {payload.get('id')} was not understood{because(payload.get('reason'))}"


def _replayed(payload: Payload) -> str:
    kept = payload.get("outcome") == "SET_ASIDE"
    return f"message {payload.get('id')} was replayed" + (f" in vain{because(payload.get('reason'))}" if kept else "")


def _dismissed(payload: Payload) -> str:
    return f"message {payload.get('id')} was dismissed{because(payload.get('because'))}"


def _alarm(payload: Payload) -> str:
    place = f"{payload.get('account')} {payload.get('region')}"
    return f"alarm {payload.get('alarm')} in {place} is {payload.get('state')}{because(payload.get('reason'))}"


def _work(payload: Payload) -> str:
    return f"{payload.get('work')} is {payload.get('status')}{because(payload.get('cause'))}"


def _ending(payload: Payload) -> str:
    return f"{_test_environment(payload)} ends at {payload.get('expiresAt')}"


def _cleaning(payload: Payload) -> str:
    return f"{_test_environment(payload)} has ended: deleting {_stacks(payload)}"


def _cleaned(payload: Payload) -> str:
    return f"{_test_environment(payload)} is gone: {_stacks(payload)} deleted"


def _cleaning_failed(payload: Payload) -> str:
    return f"{_test_environment(payload)} has ended, and cannot be cleaned{because(payload.get('cause'))}"


def _test_environment(payload: Payload) -> str:
    owner = f" of {payload['owner']}" if payload.get("owner") else ""
    return f"test environment {payload.get('environment')}{owner}"


def _stacks(payload: Payload) -> str:
    return ", ".join(str(stack) for stack in payload.get("stacks") or []) or "no stacks"


def _by_hand(payload: Payload) -> str:
    service = f" for {payload['service']}" if payload.get("service") else ""
    what = f"{payload.get('environment')} is changed by hand{service}: {payload.get('command')}"
    return f"{what}{because(payload.get('reason'))}"


def _explained(payload: Payload) -> str:
    failed = payload.get("environment") or payload.get("action") or payload.get("stage")
    return f"{_pipeline(payload)}: {failed} failed{because(payload.get('cause'))}"


_OF_SERVICES: dict[str, Callable[[Payload], str]] = {
    "execution.changed": _execution,
    "stage.changed": _stage,
    "action.changed": _action,
    "deployment.changed": _deployment,
    "check_run.changed": _check_run,
    "bake.observed": _bake,
    "wave.concluded": _wave,
    "decision.made": outcomes.decision,
    "service.placed": _placed,
    "pipeline.registered": _registered,
    "pipeline.exceptions_changed": _exceptions_changed,
    "pipeline.stale": _stale,
    "pipeline.current": _current,
    "pipeline.started": _started,
    "pipeline.start_failed": _start_failed,
    "failure.explained": _explained,
    **incidents.OF_SERVICES,
    **outcomes.OF_SERVICES,
    **passing.OF_SERVICES,
}
_SENTENCES = _OF_SERVICES | {
    **access.SENTENCES,
    **outcomes.OF_ROUTES,
    "pipeline.discovered": _discovered,
    "environment.ending": _ending,
    "environment.cleaning": _cleaning,
    "environment.cleaned": _cleaned,
    "environment.cleaning_failed": _cleaning_failed,
    "environment.changed_by_hand": _by_hand,
    "envelope.set_aside": _set_aside,
    "alarm.changed": _alarm,
    "envelope.replayed": _replayed,
    "envelope.dismissed": _dismissed,
    "work.changed": _work,
}

OF_A_SERVICE = tuple(_OF_SERVICES)
"""The types whose payload names the service."""
