"""Sentences for what executions come to, and for the targets of notifications."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Payload = dict[str, Any]


def _because(reason: object) -> str:
    return f": {reason}" if reason else ""


def _who(payload: Payload) -> str:
    return str(payload.get("service") or payload.get("pipeline"))


def _place(payload: Payload) -> str:
    found = next(
        (payload[name] for name in ("environment", "wave", "stage", "pipelineStage") if payload.get(name)), None
    )
    return f" in {found}" if found else ""


def _broken(payload: Payload) -> str:
    still = "is still broken" if payload.get("again") else "is broken"
    return f"{_who(payload)} {still}{_place(payload)}{_because(payload.get('cause'))}"


def _recovered(payload: Payload) -> str:
    return f"{_who(payload)} has recovered: it was broken since {payload.get('since')}"


def _waiting(payload: Payload) -> str:
    return f"{_who(payload)} has been waiting{_place(payload)} for more than {payload.get('minutes')} minutes"


def _rollback_started(payload: Payload) -> str:
    return f"{_who(payload)} is being rolled back{_place(payload)}"


def _rollback_ended(payload: Payload) -> str:
    return f"the rollback of {_who(payload)}{_place(payload)} is {payload.get('status')}"


def _tested(payload: Payload) -> str:
    return f"notification route {payload.get('route')} is tested"


def _failing(payload: Payload) -> str:
    return f"notification route {payload.get('route')} does not take what is sent{_because(payload.get('cause'))}"


def _taking_again(payload: Payload) -> str:
    return f"notification route {payload.get('route')} takes what is sent again"


OF_SERVICES: dict[str, Callable[[Payload], str]] = {
    "pipeline.broken": _broken,
    "pipeline.recovered": _recovered,
    "execution.waiting": _waiting,
    "rollback.started": _rollback_started,
    "rollback.ended": _rollback_ended,
}
OF_ROUTES: dict[str, Callable[[Payload], str]] = {
    "notification.tested": _tested,
    "notification.failing": _failing,
    "notification.recovered": _taking_again,
}
