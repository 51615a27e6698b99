"""Sentences for what executions come to, and for the targets of notifications."""

from __future__ import annotations

from collections.abc import Callable

from interlock_cli.sentences.words import Payload, because


def _who(payload: Payload) -> str:
    return str(payload.get("service") or payload.get("pipeline"))


def _place(payload: Payload) -> str:
    found = next(
        (payload[name] for name in ("environment", "wave", "stage", "pipelineStage") if payload.get(name)), None
    )
    return f" in {found}" if found else ""


def _broken(payload: Payload) -> str:
    still = "is still broken" if payload.get("again") else "is broken"
    return f"{_who(payload)} {still}{_place(payload)}{because(payload.get('cause'))}"


def _recovered(payload: Payload) -> str:
    return f"{_who(payload)} has recovered: it was broken since {payload.get('since')}"


def _waiting(payload: Payload) -> str:
    return f"{_who(payload)} has been waiting{_place(payload)} for more than {payload.get('minutes')} minutes"


def _rollback_planned(payload: Payload) -> str:
    where = f" in {payload['pipelineStage']}" if payload.get("pipelineStage") else ""
    how = {
        "NATIVE": "is rolled back by CodePipeline",
        "REDEPLOY": "is returned by its pipeline's machine",
        "NONE": "is not rolled back",
    }
    return f"{_who(payload)} {how.get(str(payload.get('means')), 'has failed')}{where}{because(payload.get('reason'))}"


def _rollback_started(payload: Payload) -> str:
    return f"{_who(payload)} is being rolled back{_place(payload)}"


def _rollback_ended(payload: Payload) -> str:
    return f"the rollback of {_who(payload)}{_place(payload)} is {payload.get('status')}"


def _tested(payload: Payload) -> str:
    return f"notification route {payload.get('route')} is tested"


def _failing(payload: Payload) -> str:
    return f"notification route {payload.get('route')} does not take what is sent{because(payload.get('cause'))}"


def _taking_again(payload: Payload) -> str:
    return f"notification route {payload.get('route')} takes what is sent again"


def decision(payload: Payload) -> str:
    """Whether a revision may enter a wave, with everything that speaks against it."""
    said = {"PROCEED": "enters", "WAIT": "waits for", "STOP": "does not enter"}
    what = said.get(str(payload.get("decision")), f"is told {payload.get('decision')} before")
    blockers = payload.get("blockers") or []
    held = [str(each.get("sentence")) for each in blockers if not each.get("override")]
    passed = [f"{each.get('override')} passes: {each.get('sentence')}" for each in blockers if each.get("override")]
    revision = str(payload.get("revision") or "an unknown revision")[:8]
    return f"{_who(payload)}: {revision} {what} {payload.get('part')}{because('; '.join([*held, *passed]))}"


def _safety(payload: Payload) -> str:
    moves = [(sign, rule) for sign, key in (("-", "lowered"), ("+", "raised")) for rule in payload.get(key) or []]
    was = f"{payload.get('previous')} of {payload.get('previousOf')}"
    what = f"the safety of {_who(payload)} is {payload.get('score')} of {payload.get('of')}, was {was}"
    return f"{what}{because(' '.join(sign + str(rule) for sign, rule in moves))}"


def _waiver(payload: Payload, done: str) -> str:
    whose = next((f"{kind} {payload[kind]}" for kind in ("service", "wave", "stage") if payload.get(kind)), "nothing")
    what = f"{payload.get('waiver')}, of {payload.get('rule')} for {whose}, {done}"
    return f"{what}{because(payload.get('reason'))}"


def _granted(payload: Payload) -> str:
    waits = ", and waits for a second person" if payload.get("waitsForSecondPerson") else ""
    return _waiver(payload, f"is granted until {payload.get('expiresAt')}{waits}")


def _confirmed(payload: Payload) -> str:
    return _waiver(payload, f"is confirmed; {payload.get('grantedBy')} has granted it")


def _revoked(payload: Payload) -> str:
    return _waiver(payload, "is revoked")


def _expired(payload: Payload) -> str:
    return _waiver(payload, "has expired")


def _stop_asked(payload: Payload) -> str:
    how = "is stopped, and what is in progress left" if payload.get("abandon") else "is stopped"
    return f"{_moved(payload)} {how}{because(payload.get('reason'))}"


def _retry_asked(payload: Payload) -> str:
    what = "all of it is" if payload.get("mode") == "ALL_ACTIONS" else "what failed is"
    return f"{_moved(payload)}: {what} tried again{_place(payload)}{because(payload.get('reason'))}"


def _rollback_asked(payload: Payload) -> str:
    to = f" to {str(payload['targetRevision'])[:8]}" if payload.get("targetRevision") else ""
    return f"{_moved(payload)} is rolled back{to}{_place(payload)}{because(payload.get('reason'))}"


def _answered(payload: Payload) -> str:
    what = f"{payload.get('action')} is {payload.get('decision')}"
    return f"{_moved(payload)}: {what}{_place(payload)}{because(payload.get('reason'))}"


def _moved(payload: Payload) -> str:
    revision = f" {str(payload['revision'])[:8]}" if payload.get("revision") else ""
    return f"{_who(payload)}{revision}"


OF_SERVICES: dict[str, Callable[[Payload], str]] = {
    "pipeline.broken": _broken,
    "pipeline.recovered": _recovered,
    "execution.waiting": _waiting,
    "execution.stop_asked": _stop_asked,
    "stage.retry_asked": _retry_asked,
    "stage.rollback_asked": _rollback_asked,
    "approval.answered": _answered,
    "rollback.planned": _rollback_planned,
    "rollback.started": _rollback_started,
    "rollback.ended": _rollback_ended,
    "safety.changed": _safety,
    "waiver.granted": _granted,
    "waiver.confirmed": _confirmed,
    "waiver.revoked": _revoked,
    "waiver.expired": _expired,
}
OF_ROUTES: dict[str, Callable[[Payload], str]] = {
    "notification.tested": _tested,
    "notification.failing": _failing,
    "notification.recovered": _taking_again,
}
