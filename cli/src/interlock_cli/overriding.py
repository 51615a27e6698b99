"""What an override would do, asked of the service before it is granted."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlock_cli.client import Client, Data, typed_error
from interlock_cli.errors import CommandError
from interlock_cli.naming import refuse_unknown_wave

NEVER = ("IN_FLIGHT", "SUPERSEDED")
KINDS = (
    *("PRIOR_WAVE", "ALARM", "WINDOW", "FREEZE", "HOLD", "REGION", "DEPENDENCY", "ROLLED_BACK", "CERTIFICATE", "CHECK"),
    *NEVER,
)
"""What holds a revision back; what nobody may override the service refuses, with the reason."""
MOST_ASKED = 10
"""Environments of which the effect is asked: a wave has few, and each question is a decision."""


def effects(client: Client, scope: Mapping[str, Any]) -> Sequence[Data]:
    """The effect on each environment that the scope names: {service, environment, decision, taken, left}.

    None where no service is named, or neither an environment nor a wave is. Raises CommandError for a scope that the
    service refuses.
    """
    service = scope.get("service")
    if not service:
        return []
    found = (_effect(client, scope, service, name) for name in _environments(client, scope))
    return [each for each in found if each is not None]


def _environments(client: Client, scope: Mapping[str, Any]) -> list[str]:
    if scope.get("environment"):
        return [scope["environment"]]
    if not scope.get("wave"):
        return []
    nodes = client.pages("environments", "environments", MOST_ASKED, filter={"wave": scope["wave"], "kind": "SHARED"})
    found = sorted(node["name"] for node in nodes)
    if not found:
        refuse_unknown_wave(client, scope["wave"])
    return found


def _effect(client: Client, scope: Mapping[str, Any], service: str, environment: str) -> Data | None:
    """None for an environment of the wave that the service does not go to."""
    given = {"kinds": scope["kinds"], **{name: scope.get(name) for name in ("service", "environment", "wave")}}
    answer = client.ask("override_effect", service=service, environment=environment, scope=given)
    found: dict[str, Any] = {**answer["overrideEffect"]}
    if found.pop("__typename") == "OverrideEffect":
        return {"service": service, "environment": environment, **found}
    if found["code"] == "NOT_PLACED" and not scope.get("environment"):
        return None
    raise CommandError(f"Nothing was granted: {typed_error(found)}")


def lines(found: Sequence[Data]) -> Iterator[str]:
    """What the effects are, a line each; the same blocker of several environments once."""
    taken = {each["sentence"]: each for effect in found for each in effect["taken"]}
    left = {each["sentence"]: each for effect in found for each in effect["left"]}
    if not found:
        yield "What it takes now is not known: give a service, and an environment or a wave, to see it."
        return
    if not taken:
        yield "It takes nothing now: nothing that it is for holds a revision back."
    for each in taken.values():
        yield f"It takes {each['kind']}: {each['sentence']}."
    for each in left.values():
        yield f"It leaves {each['kind']}: {each['sentence']}."
    if taken and not left:
        yield "Nothing else holds the revision back: it enters as soon as its pipeline asks again."
