"""Sentences for who is let in, and who is not."""

from __future__ import annotations

from collections.abc import Callable

from interlock_cli.sentences.words import Payload, because


def _token_created(payload: Payload) -> str:
    roles = ", ".join(payload.get("roles") or ())
    return f"the token {payload.get('token')} was made, for {roles or 'nothing'} until {payload.get('expiresAt')}"


def _token_revoked(payload: Payload) -> str:
    return f"the token {payload.get('token')} was revoked{because(payload.get('reason'))}"


def _signed_in(payload: Payload) -> str:
    return f"signed in in a browser{because(payload.get('source'))}"


def _signed_out(payload: Payload) -> str:
    ending = str(payload.get("ending") or "ended").replace("_", " ").lower()
    return f"the session of {payload.get('of')} in a browser: {ending}{because(payload.get('reason'))}"


def _denied(payload: Payload) -> str:
    place = [payload.get(part) for part in ("service", "stage", "account")]
    if not place[0] and payload.get("team"):
        place[0] = f"the team {payload['team']}"
    of = " ".join(each for each in place if each)
    often = f", {payload['count']} times" if payload.get("count", 1) > 1 else ""
    return f"{payload.get('what')} was denied{f' for {of}' if of else ''}{often}"


SENTENCES: dict[str, Callable[[Payload], str]] = {
    "api_token.created": _token_created,
    "api_token.revoked": _token_revoked,
    "session.began": _signed_in,
    "session.ended": _signed_out,
    "access.denied": _denied,
}
