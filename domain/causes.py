"""From evidence to the cause of a failure: what AWS said, read into one root cause and what merely followed from it.

Total: any evidence, in any order, with anything missing, gives a `Cause` or None, where it holds no reason.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from domain.words import FailureKind, WorkKind

MOST_FOLLOWERS = 20
LONGEST_REASON = 2_000
LONGEST_TAIL = 4_096
"""Characters of a log's end that are kept."""
DEEPEST_CAUSE = 8
"""How often a cause that is JSON may hold another."""
LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Follower:
    """What failed because something else had: part of the cascade."""

    resource: str
    resource_type: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class Cause:
    """Why something failed. reason: a sentence or more.

    resource: the logical id, the phase of a build, or the name of a check or rule. stack_path: the stacks from the
    deployed one down to the one whose resource it is, by name, with slashes. cascade: in the order in which it failed.
    """

    kind: FailureKind
    reason: str
    resource: str | None = None
    resource_type: str | None = None
    physical_id: str | None = None
    stack_path: str | None = None
    cascade: tuple[Follower, ...] = ()
    log_tail: str | None = None


@dataclass(frozen=True, slots=True)
class Phase:
    """A phase of a build. contexts: what it said, as (code, message)."""

    name: str
    status: str
    started_at: datetime | None = None
    contexts: tuple[tuple[str, str], ...] = ()


_PHASES_THAT_FAILED = ("FAILED", "FAULT", "TIMED_OUT", "CLIENT_ERROR", "STOPPED")


def build_cause(
    build: str, status: str | None, phases: Iterable[Phase], tail: str | None, project: str | None = None
) -> Cause | None:
    """The first phase that failed, with what it said; without one, how the build ended."""
    failed = [each for each in phases if each.status in _PHASES_THAT_FAILED]
    failed.sort(key=lambda each: (each.started_at or LAST, each.name, each.status, each.contexts))
    what: str | None = project
    if failed:
        first = failed[0]
        said = "; ".join(": ".join(filter(None, pair)) for pair in first.contexts if any(pair))
        what, reason = first.name, f"{first.name}: {said}" if said else f"{first.name} ended as {first.status}"
    elif not status or status == "SUCCEEDED":
        return None
    else:
        reason = f"the build ended as {status}"
    return Cause(FailureKind.BUILD, reason, what, "AWS::CodeBuild::Project", build, log_tail=tail)


def state_machine_cause(execution: str, error: str | None, cause: str | None) -> Cause | None:
    """What a state machine's execution says of its failure: the innermost sentence."""
    said = innermost(cause) if cause else None
    reason = said or error
    if not reason:
        return None
    return Cause(FailureKind.STATE_MACHINE, reason, error, "AWS::StepFunctions::StateMachine", execution)


def innermost(cause: str) -> str:
    """The sentence in a cause: a Lambda function's `errorMessage`, a nested execution's own `Cause`; else the cause."""
    found = cause
    for _ in range(DEEPEST_CAUSE):
        inner = _sentence(found)
        if inner is None:
            return found
        found = inner
    return found


def _sentence(text: str) -> str | None:
    if not text.lstrip().startswith("{"):
        return None
    try:
        told = json.loads(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(told, dict):
        return None
    keys = ("errorMessage", "Cause", "cause", "ErrorMessage", "Message", "message", "Error", "errorType")
    found = (told[key] for key in keys if isinstance(told.get(key), str) and told[key].strip())
    return next(found, None)


@dataclass(frozen=True, slots=True)
class Rule:
    """A run of a rule that belongs to a stage's condition."""

    name: str
    provider: str
    status: str
    at: datetime | None = None
    said: str | None = None


def condition_cause(rules: Iterable[Rule]) -> Cause | None:
    """The first rule that said no."""
    failed = [each for each in rules if each.status == "Failed"]
    failed.sort(key=lambda each: (each.at or LAST, each.name, each.said or ""))
    if not failed:
        return None
    first = failed[0]
    reason = f"{first.name}: {first.said}" if first.said else f"the rule {first.name} ({first.provider}) said no"
    return Cause(FailureKind.CONDITION, reason, first.name, first.provider or None, cascade=_rules(failed[1:]))


def _rules(rules: Sequence[Rule]) -> tuple[Follower, ...]:
    return tuple(Follower(each.name, each.provider or None, each.said) for each in rules[:MOST_FOLLOWERS])


_KINDS = {
    WorkKind.STACK: FailureKind.RESOURCE,
    WorkKind.BUILD: FailureKind.BUILD,
    WorkKind.STATE_MACHINE: FailureKind.STATE_MACHINE,
}


def told_by_work(
    kind: WorkKind, name: str, arn: str, cause: str | None, failures: Sequence[Mapping[str, Any]]
) -> Cause | None:
    """What the envelopes of the work itself tell, without asking anybody; None where they hold no reason.

    cause, failures: as a `Work` has them. A stack whose resources told nothing says merely that they failed.
    """
    root = next((each for each in failures if cause and each["reason"] == cause), None)
    if not cause or (kind is WorkKind.STACK and root is None):
        return None
    followers = tuple(Follower(each["name"], each["type"], each["reason"]) for each in failures if each is not root)
    return Cause(
        _KINDS[kind],
        cause,
        resource=root["name"] if root else None,
        resource_type=root["type"] if root else None,
        physical_id=root["resource"] if root else arn,
        stack_path=name if kind is WorkKind.STACK else None,
        cascade=followers[:MOST_FOLLOWERS],
    )


def told_by_codepipeline(summary: str | None, error_code: str | None, what: str) -> Cause:
    """What is known without asking anybody. what: the name of what failed."""
    return Cause(FailureKind.ACTION, summary or error_code or f"{what} failed", what)
