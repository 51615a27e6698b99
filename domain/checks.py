"""What a check's configuration must say for its kind, its placeholders, whom it is for, and the verdict on a wave."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from domain.check_settings import Document, Number, Setting, Text, Texts, UnknownKey, called, keys
from domain.errors import InvalidValue, Problems
from domain.selectors import matcher
from domain.words import CheckKind, CheckMode, CheckRunStatus, WaveOutcome

PLACEHOLDERS = ("environment", "account", "region", "service")
OF_AN_ENVIRONMENT = frozenset({"environment", "account", "region"})
"""A configuration that holds one of these speaks of an environment: the check runs once for each."""
MOST_RETRIES = 10
MOST_FAILURES = 1000
RETRIED = frozenset({CheckRunStatus.ERRORED, CheckRunStatus.TIMED_OUT, CheckRunStatus.INCONCLUSIVE})
"""How a run ends that said neither yes nor no. A FAILED is a no, and is not asked again."""

_PLACEHOLDER = re.compile(r"\{([A-Za-z]+)\}")
_POLL = Number(description="Seconds between two looks.", default=60, most=3600)

SETTINGS: Mapping[CheckKind, Mapping[str, Setting]] = {
    CheckKind.LAMBDA: {
        "functionName": Text(
            description="The function's name or ARN.",
            required=True,
            pattern=r"^[A-Za-z0-9_:{}$.-]+$",
            like="the name or ARN of a function",
        ),
        "payload": Document(description="Handed to the function as `payload`, beside the check itself."),
    },
    CheckKind.STATE_MACHINE: {
        "arn": Text(
            description="The state machine's ARN.",
            required=True,
            pattern=r"^arn:[^:\s]+:states:[^:\s]+:[^:\s]+:stateMachine:\S+$",
            like="the ARN of a state machine",
        ),
        "input": Document(description="Handed to the state machine as `input`, beside the check itself."),
    },
    CheckKind.CODEBUILD: {
        "project": Text(
            description="The project's name or ARN.",
            required=True,
            pattern=r"^[A-Za-z0-9{][A-Za-z0-9_{}:/-]*$",
            like="the name or ARN of a CodeBuild project",
        ),
        "environmentVariables": Texts(
            description="Environment variables of the build; they are not secret.",
            names=r"^(?!CODEBUILD_|INTERLOCK_|TRACEPARENT$)[A-Za-z_][A-Za-z0-9_]{0,99}$",
            like="names that do not begin with CODEBUILD_ or INTERLOCK_",
        ),
    },
    CheckKind.ALARM: {
        "alarmName": Text(description="The name of a metric alarm or a composite one.", required=True),
        "pollSeconds": _POLL,
    },
    CheckKind.CANARY: {
        "name": Text(
            description="The canary's name.", required=True, pattern=r"^[0-9a-z_{}-]+$", like="the name of a canary"
        ),
        "count": Number(description="How many passing runs it must have had.", default=3, most=100),
        "pollSeconds": _POLL,
    },
    CheckKind.HTTP: {
        "url": Text(
            description="The address.",
            required=True,
            pattern=r"^https?://\S+$",
            like="an address that begins with http:// or https://",
            longest=2000,
        ),
        "expectStatus": Number(description="The status that passes.", default=200, least=100, most=599),
        "method": Text(description="The request's method.", default="GET", one_of=("GET", "HEAD", "POST")),
        "headers": Texts(
            description="Further headers; they are not secret.",
            names=r"^[A-Za-z0-9-]{1,100}$",
            like="names of letters, digits and hyphens",
            values=r"^[ -~]+$",
        ),
        "timeoutSeconds": Number(description="How long an answer is waited for.", default=20, most=60),
        "expectBody": Text(description="Text that the answer must hold, within its first 64 KiB.", longest=1000),
    },
    CheckKind.EXTERNAL: {
        "instructions": Text(
            description="What the event says to whoever answers it; it may have several lines.",
            pattern=r"^[^\u0000]+$",
            like="text without the character NUL",
            longest=2000,
        ),
    },
    CheckKind.BAKE: {"minutes": Number(description="How long the wave is watched.", required=True)},
    CheckKind.DRILL: {},
}
"""What each kind is configured with; nothing else is allowed."""


def configuration(kind: CheckKind, given: object) -> dict[str, Any]:
    """The configuration with its defaults; Problems for every key that is missing, unknown or ill-typed."""
    found = list(problems(kind, given))
    if found or not isinstance(given, dict):
        raise Problems(found)
    told = {name: given.get(name, setting.default) for name, setting in SETTINGS[kind].items()}
    return {name: value for name, value in told.items() if value is not None}


def problems(kind: CheckKind, given: object) -> Iterator[InvalidValue]:
    """Everything that is wrong with a configuration, key by key."""
    settings = SETTINGS[kind]
    what = called(kind, "check")
    if not isinstance(given, dict):
        yield InvalidValue("configuration", given, f"an object with {keys(settings)}")
        return
    for name, value in given.items():
        if name not in settings:
            yield UnknownKey(name, _short(value), what, settings)
        elif allowed := settings[name].allowed(value) or _known_placeholders(value):
            yield InvalidValue(f"configuration.{name}", _short(value), allowed)
    for name, setting in settings.items():
        if setting.required and name not in given:
            yield InvalidValue(f"configuration.{name}", None, f"given: {what} needs {keys(settings)}")


def json_schema(kind: CheckKind) -> dict[str, Any]:
    """The JSON Schema (2020-12) of a kind's configuration. It cannot say which placeholders text may hold."""
    settings = SETTINGS[kind]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"Configuration of a {kind} check",
        "description": f"{kind.sentence} Text may hold {_named_placeholders()}.",
        "type": "object",
        "properties": {name: setting.schema for name, setting in settings.items()},
        "required": [name for name, setting in settings.items() if setting.required],
        "additionalProperties": False,
    }


def _known_placeholders(value: object) -> str | None:
    unknown = _placeholders(value) - set(PLACEHOLDERS)
    return f"with no placeholders but {_named_placeholders()}" if unknown else None


def _named_placeholders() -> str:
    return ", ".join(f"{{{each}}}" for each in PLACEHOLDERS)


def _placeholders(value: object) -> set[str]:
    """The names in braces anywhere in a value. In JSON no other brace is followed by a letter."""
    return set(_PLACEHOLDER.findall(json.dumps(value)))


def _short(value: object) -> object:
    text = str(value)
    return value if len(text) <= 80 else text[:79] + "…"


@dataclass(frozen=True, slots=True)
class Target:
    """One thing to run a check on: an environment, or the wave, or the part of it that a pipeline's stage deploys."""

    subject: str
    configuration: dict[str, Any]


def targets(
    configured: Mapping[str, Any], service: str, part: str, environments: Sequence[Mapping[str, str]]
) -> list[Target]:
    """One target for each environment where the configuration speaks of one, else one for the wave or its part.

    environments: mappings with `environment`, `account` and `region`.
    """
    if not _placeholders(configured) & OF_AN_ENVIRONMENT:
        return [Target(part, _filled(configured, {"service": service}))]
    return [Target(each["environment"], _filled(configured, {**each, "service": service})) for each in environments]


def _filled(configured: Mapping[str, Any], values: Mapping[str, str]) -> dict[str, Any]:
    """A new object with every placeholder filled in, however deep it is."""
    text = _PLACEHOLDER.sub(lambda found: json.dumps(values[found[1]])[1:-1], json.dumps(configured))
    filled: dict[str, Any] = json.loads(text)
    return filled


def is_for(globs: Sequence[str], service: str) -> bool:
    """Whether a check with these globs over services' names is for a service; without any, it is for all."""
    return not globs or any(matcher(glob)(service) for glob in globs)


def is_tried_again(status: CheckRunStatus, try_number: int, retries: int) -> bool:
    """Whether a run that ended so is followed by another. try_number: 1 for the first."""
    return status in RETRIED and try_number <= retries


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a check stands on one target: its latest run. failure_limit: how many of its targets may fail."""

    name: str
    subject: str
    mode: CheckMode
    status: CheckRunStatus
    cause: str | None = None
    tries: int = 1
    failure_limit: int = 0


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a wave passed, and every reason why not: a sentence each, without its full stop.

    failed: whether one of the reasons is that a check said no.
    """

    passed: bool
    reasons: list[str]
    failed: bool = False

    @property
    def outcome(self) -> WaveOutcome:
        """PASSED, FAILED or INCONCLUSIVE: what is neither yes nor no is never a pass."""
        if self.passed:
            return WaveOutcome.PASSED
        return WaveOutcome.FAILED if self.failed else WaveOutcome.INCONCLUSIVE


def verdict(outcomes: Iterable[Outcome]) -> Verdict:
    """A wave passes when every blocking check has: a yes of every target, but for as many noes as its limit allows.

    What has not reported, or could not tell, is not a yes, and no limit allows it.
    """
    checks: dict[str, list[Outcome]] = {}
    for each in outcomes:
        if each.mode is CheckMode.BLOCKING:
            checks.setdefault(each.name, []).append(each)
    reasons = [reason for check in checks.values() for reason in _reasons(check)]
    return Verdict(
        passed=not reasons, reasons=reasons, failed=any(_too_many(_noes(each), each) for each in checks.values())
    )


def _noes(check: Sequence[Outcome]) -> list[Outcome]:
    return [each for each in check if each.status is CheckRunStatus.FAILED]


def _too_many(failed: Sequence[Outcome], check: Sequence[Outcome]) -> bool:
    return len(failed) > check[0].failure_limit


def _reasons(check: Sequence[Outcome]) -> Iterator[str]:
    """Why a check, on all of its targets, does not pass."""
    failed, limit = _noes(check), check[0].failure_limit
    too_many = _too_many(failed, check)
    if too_many and limit:
        yield f"{check[0].name} failed on {len(failed)} of {len(check)} targets, and {limit} may fail"
    for each in check:
        if each.status in _WORDS and (too_many or each.status is not CheckRunStatus.FAILED):
            yield _reason(each)


_WORDS = {
    CheckRunStatus.RUNNING: "has not reported",
    CheckRunStatus.FAILED: "failed",
    CheckRunStatus.ERRORED: "could not be carried out",
    CheckRunStatus.TIMED_OUT: "gave no outcome in its time",
    CheckRunStatus.INCONCLUSIVE: "could not tell, which is never a pass",
    CheckRunStatus.CANCELLED: "was cancelled",
}


def _reason(outcome: Outcome) -> str:
    ended = outcome.status is not CheckRunStatus.RUNNING
    tries = f" in {outcome.tries} tries" if ended and outcome.tries > 1 else ""
    cause = f": {outcome.cause}" if outcome.cause else ""
    return f"{outcome.name} on {outcome.subject} {_WORDS[outcome.status]}{tries}{cause}"
