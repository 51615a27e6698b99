"""Where a person may deploy to by hand, and what to do where they may not."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TypeAlias

from interlock_cli.aws.manual_changes import Manner, record
from interlock_cli.aws.targets import Target
from interlock_cli.client import Client, Data
from interlock_cli.environments import Environment
from interlock_cli.errors import CommandError, InputError

Refusal: TypeAlias = tuple[str, str]
"""The reason, and what to do instead."""
BESIDES = "As an OPERATOR, give --write --reason, which is recorded."
BY_HAND = "GRANT_OVERRIDE"
"""What lets a person pass a pipeline's blockers lets them pass the pipeline."""
NOBODY_IN_PARTICULAR = "local"
"""Who everybody on the service's machine is, until there is authentication."""


@dataclass(frozen=True)
class ByHand:
    """What `--write --reason` say: that it is to be done although the pipeline should, and why."""

    write: bool = False
    reason: str | None = None

    def __post_init__(self) -> None:
        """Raises InputError for one without the other."""
        if self.write and not (self.reason or "").strip():
            raise InputError("--write needs --reason: it is recorded with the change.", "Give --reason TEXT.")
        if self.reason and not self.write:
            raise InputError("--reason is for --write alone.", "Give both, or neither.")


def require_permitted(client: Client, environments: Sequence[Environment], service: Data | None, by: ByHand) -> None:
    """Returns where all of them may be changed by hand. Raises CommandError with the reason, and what to do instead."""
    viewer: Data = client.ask("my_permissions")["viewer"]
    for each in environments:
        refusal = _refusal(each, viewer["actor"], service) or _held(client, each, service)
        if refusal is None:
            continue
        reason, instead = refusal
        if not by.write:
            raise CommandError(reason, f"{instead} {BESIDES}".strip())
        if BY_HAND not in viewer["permissions"]:
            roles = ", ".join(viewer["roles"])
            raise CommandError(
                f"{reason} You are {viewer['actor']} ({roles}) and may not change it by hand: that needs {BY_HAND}.",
                f"Ask an OPERATOR. {instead}".strip(),
            )


def require_own(viewer: Data, environment: Environment) -> None:
    """Returns where it is this person's test environment, or they decide for everybody. Raises CommandError."""
    if _anothers(environment, viewer["actor"]) and BY_HAND not in viewer["permissions"]:
        raise CommandError(
            f"{environment.name} is {environment.owner}'s test environment, and you are {viewer['actor']}.",
            f"Ask {environment.owner}, or an OPERATOR.",
        )


def _anothers(environment: Environment, actor: str) -> bool:
    return environment.test and environment.owner not in (actor, None) and actor != NOBODY_IN_PARTICULAR


def _refusal(environment: Environment, actor: str, service: Data | None) -> Refusal | None:
    """Why it is not for this person's hand, and what to do instead; None where it is."""
    if environment.pipeline and environment.production:
        return f"{environment.name} is there, and keeps itself up to date.", _push(service)
    if environment.production:
        reason = f"{environment.name} is in production (stage {environment.stage}), which only the pipeline changes."
        return reason, _push(service, environment)
    if _anothers(environment, actor):
        reason = f"{environment.name} is {environment.owner}'s test environment, and you are {actor}."
        return reason, _own(environment)
    return None


def _held(client: Client, environment: Environment, service: Data | None) -> Refusal | None:
    """Whether somebody wants nothing new of the service there: the pipeline would not enter either."""
    if service is None or environment.pipeline:
        return None
    found = client.pages("holds_of_environment", "holds", filter={"environment": environment.name})
    for hold in found:
        if hold["kind"] != "VETO" and (hold["service"] or service)["name"] == service["name"]:
            reason = f"{environment.name} is held by {hold['name']} ({hold['kind']}): {hold['reason']}"
            return f"{reason.rstrip('.')}.", f"`interlock release {hold['name']}` ends it. {_own(environment)}"
    return None


def _own(environment: Environment) -> str:
    return f"Make a test environment of your own: `interlock env create --stage {environment.stage}`."


def _push(service: Data | None, environment: Environment | None = None) -> str:
    if service is None:
        return ""
    pushed = f"Push to {service['branch']} of {service['repository']}: its pipeline takes the commit"
    if environment is None:
        return f"{pushed}, and what it changes of the pipeline itself."
    why = f"`interlock why {service['name']} {environment.name}` says what holds it back"
    return f"{pushed} there, and {why}."


def record_change(client: Client, target: Target, program: Sequence[str], service: Data | None, by: ByHand) -> None:
    """Records the program before it is run. Raises CommandError where the service refuses: then nothing is run."""
    record(client, target, Manner(by.write, by.reason, service["name"] if service else None), program)
