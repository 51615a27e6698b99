"""Sentences for incidents."""

from __future__ import annotations

from collections.abc import Callable

from interlock_cli.sentences.words import Payload, because, several


def _incident(payload: Payload) -> str:
    return f"incident {payload.get('incident')} of {payload.get('service')}"


def _declared(payload: Payload) -> str:
    return f"{_incident(payload)} ({payload.get('severity')}){because(payload.get('title'))}"


def _linked(payload: Payload) -> str:
    moves = [(sign, len(payload.get(done) or [])) for sign, done in (("+", "linked"), ("-", "unlinked"))]
    counted = ", ".join(f"{sign}{several(count, 'deployment')}" for sign, count in moves if count)
    return f"{_incident(payload)}: {counted}"


def _resolved(payload: Payload) -> str:
    return f"{_incident(payload)} is resolved"


def _reopened(payload: Payload) -> str:
    return f"{_incident(payload)} is not over{because(payload.get('reason'))}"


OF_SERVICES: dict[str, Callable[[Payload], str]] = {
    "incident.declared": _declared,
    "incident.linked": _linked,
    "incident.resolved": _resolved,
    "incident.reopened": _reopened,
}
