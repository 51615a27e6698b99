"""What a check's configuration must say for its kind, its placeholders, and the verdict on a wave."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.errors import InvalidValue
from domain.names import between
from domain.words import CheckKind, CheckMode, CheckRunStatus

PLACEHOLDERS = ("environment", "account", "region", "service")
_PLACEHOLDER = re.compile(r"\{([A-Za-z]+)\}")


WEEK_OF_MINUTES = 7 * 24 * 60
"""What a Step Functions action may take."""


@dataclass(frozen=True, slots=True)
class Setting:
    """One key of a configuration: its type, its default where it may be left out, and the bounds of a number."""

    type: type
    default: Any = None
    least: int = 1
    most: int = WEEK_OF_MINUTES

    @property
    def required(self) -> bool:
        """Without a default, the key must be given."""
        return self.default is None


SETTINGS: Mapping[CheckKind, Mapping[str, Setting]] = {
    CheckKind.LAMBDA: {"functionName": Setting(str)},
    CheckKind.STATE_MACHINE: {"arn": Setting(str)},
    CheckKind.CODEBUILD: {"project": Setting(str)},
    CheckKind.ALARM: {"alarmName": Setting(str), "pollSeconds": Setting(int, 60, most=3600)},
    CheckKind.CANARY: {
        "name": Setting(str),
        "count": Setting(int, 3, most=100),
        "pollSeconds": Setting(int, 60, most=3600),
    },
    CheckKind.HTTP: {"url": Setting(str), "expectStatus": Setting(int, 200, least=100, most=599)},
    CheckKind.EXTERNAL: {},
    CheckKind.BAKE: {"minutes": Setting(int)},
}
"""What each kind is configured with; nothing else is allowed."""


def configuration(kind: CheckKind, given: object) -> dict[str, Any]:
    """The configuration with its defaults; `InvalidValue` for a missing, unknown or ill-typed key."""
    settings = SETTINGS[kind]
    keys = ", ".join(f"{name} ({setting.type.__name__})" for name, setting in settings.items()) or "no keys"
    if not isinstance(given, dict):
        raise InvalidValue("configuration", given, f"an object with {keys}")
    for name, value in given.items():
        if name not in settings:
            raise InvalidValue(f"configuration.{name}", value, f"one of the keys of a {kind} check: {keys}")
        if not isinstance(value, settings[name].type) or isinstance(value, bool):
            raise InvalidValue(f"configuration.{name}", value, f"of type {settings[name].type.__name__}")
        if isinstance(value, int):
            between(f"configuration.{name}", value, settings[name].least, settings[name].most)
        _known_placeholders(name, value)
    for name, setting in settings.items():
        if setting.required and name not in given:
            raise InvalidValue(f"configuration.{name}", None, f"given: a {kind} check needs {keys}")
    return {name: given.get(name, setting.default) for name, setting in settings.items()}


def _known_placeholders(name: str, value: object) -> None:
    for placeholder in _PLACEHOLDER.findall(value) if isinstance(value, str) else ():
        if placeholder not in PLACEHOLDERS:
            allowed = "with placeholders " + ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)
            raise InvalidValue(f"configuration.{name}", value, allowed)


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to run a check on: an environment of the wave, or the wave as a whole."""

    subject: str
    configuration: dict[str, Any]


def targets(
    configured: Mapping[str, Any], service: str, wave: str, environments: Sequence[Mapping[str, str]]
) -> list[Target]:
    """One target for each environment where the configuration speaks of one, else one for the wave.

    environments: mappings with `environment`, `account` and `region`.
    """
    named = {each for value in configured.values() if isinstance(value, str) for each in _PLACEHOLDER.findall(value)}
    if not named & {"environment", "account", "region"}:
        return [Target(wave, _filled(configured, {"service": service}))]
    return [Target(each["environment"], _filled(configured, {**each, "service": service})) for each in environments]


def _filled(configured: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    return {
        name: _PLACEHOLDER.sub(lambda found: values[found[1]], value) if isinstance(value, str) else value
        for name, value in configured.items()
    }


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one run of a check stands."""

    name: str
    subject: str
    mode: CheckMode
    status: CheckRunStatus
    cause: str | None


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a wave passed, and every reason why not."""

    passed: bool
    reasons: list[str]


def verdict(outcomes: Iterable[Outcome]) -> Verdict:
    """A wave passes when every blocking check has passed; one that has not reported has not passed."""
    reasons = [_reason(each) for each in outcomes if _holds_back(each)]
    return Verdict(passed=not reasons, reasons=reasons)


def _holds_back(outcome: Outcome) -> bool:
    return outcome.mode is CheckMode.BLOCKING and outcome.status is not CheckRunStatus.PASSED


def _reason(outcome: Outcome) -> str:
    why = "has not reported" if outcome.status is CheckRunStatus.RUNNING else str(outcome.status)
    return f"{outcome.name} on {outcome.subject}: {why}" + (f" - {outcome.cause}" if outcome.cause else "")
