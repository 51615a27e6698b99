"""Sentences for what people let pass."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from interlock_cli.output import short
from interlock_cli.sentences.words import Payload


def scope(kinds: Sequence[str], names: Mapping[str, str | None]) -> str:
    """What an override is for: `ALARM and WINDOW for payments in prod-eu-west-1`. names: service, environment, wave."""
    what = " and ".join(kinds) or "every blocker that may be"
    for word, name in (("for", "service"), ("in", "environment"), ("in wave", "wave")):
        if names.get(name):
            what += f" {word} {names[name]}"
    return what if any(names.get(name) for name in ("service", "environment", "wave")) else f"{what} anywhere"


def _scope(payload: Payload) -> str:
    return scope(payload.get("kinds") or [], payload)


def _granted(payload: Payload) -> str:
    until = f"until {payload.get('expiresAt')}: {payload.get('reason')}"
    waits = ", once a second person has confirmed it," if payload.get("waitsForSecondPerson") else ""
    return f"override {payload.get('override')} lets {_scope(payload)} pass{waits} {until}"


def _confirmed(payload: Payload) -> str:
    return f"override {payload.get('override')} of {payload.get('grantedBy')} for {_scope(payload)} is confirmed"


def _revoked(payload: Payload) -> str:
    because = f": {payload['reason']}" if payload.get("reason") else ""
    return f"override {payload.get('override')} of {_scope(payload)} is revoked{because}"


def _used(payload: Payload) -> str:
    who = f"{payload.get('service') or payload.get('pipeline')} {short(payload.get('revision')) or ''}".rstrip()
    passed = "; ".join(str(each.get("sentence")) for each in payload.get("blockers") or [])
    by = f"{payload.get('override')} of {payload.get('grantedBy')}"
    return f"{who} enters {payload.get('wave')} because of {by}, past: {passed}"


OF_SERVICES: dict[str, Callable[[Payload], str]] = {
    "override.granted": _granted,
    "override.confirmed": _confirmed,
    "override.revoked": _revoked,
    "override.used": _used,
}
