"""What the work behind an action has come to: a pure fold over the set of facts that AWS told of it.

The same set gives the same work, in whatever order the facts came, however often, with any missing.

A build and a state machine's execution have an ARN of their own. A stack is worked on again and again under the same
one: what is kept of it is its latest *operation*. An operation begins with a status of the stack that says so, such as
UPDATE_IN_PROGRESS, or, where that was not told, with whatever follows the end of the one before. A rollback is part of
the operation that it undoes. A state machine's execution that is redriven begins anew in the same way.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from urllib.parse import unquote

from domain.envelopes.works import Failure, WorkFact
from domain.words import WorkKind, WorkStatus

MOST_FAILURES = 50
"""Failed resources or phases of one piece of work that are kept, the first ones: a stack has 500 resources at most."""

_CASCADE = re.compile(r"Resource (creation|update|deletion) cancelled", re.IGNORECASE)
_STACK = re.compile(r"arn:aws[a-z-]*:cloudformation:[a-z0-9-]+:\d{12}:stack/[\w-]+/[\w-]+", re.ASCII)
_EXECUTION = re.compile(r"arn:aws[a-z-]*:states:[a-z0-9-]+:\d{12}:execution:\S{1,300}", re.ASCII)
_BUILD_ARN = re.compile(r"arn:aws[a-z-]*:codebuild:[a-z0-9-]+:\d{12}:build/\S{1,300}", re.ASCII)
_BUILD = re.compile(r"[\w-]{2,255}:[0-9a-f-]{8,40}", re.ASCII)
_PIPELINE = re.compile(
    r"arn:(?P<partition>aws[a-z-]*):codepipeline:(?P<region>[a-z0-9-]+):(?P<account>\d{12}):.*", re.ASCII
)

_Since = tuple[datetime, int]
"""A point in time, and 1 where it is not itself included."""


@dataclass(frozen=True, slots=True)
class FoldedWork:
    """A piece of work. state: AWS's word for the status. cause: why it failed, in AWS's words: the root, no cascade."""

    kind: WorkKind
    arn: str
    account: str
    region: str
    name: str
    status: WorkStatus
    state: str
    started_at: datetime
    ended_at: datetime | None
    cause: str | None
    failures: tuple[Failure, ...]
    log_url: str | None


def tells(fact: WorkFact) -> bool:
    """Whether the fold takes anything from a fact: a resource that did not fail says nothing of its stack."""
    return fact.status is not None or bool(fact.failures)


def fold(facts: Iterable[WorkFact]) -> FoldedWork | None:
    """The work that a set of facts, all of one ARN, amounts to; None where they say nothing of it."""
    known = sorted({replace(fact, event_id="") for fact in facts if tells(fact)}, key=_order)
    if not known:
        return None
    operation, began = _latest_operation([fact for fact in known if fact.status is not None], known[0].kind)
    failures = _failures(each for fact in known for each in fact.failures if (fact.time, 0) >= began)
    last = _last(operation)
    status = (last.status if last else None) or WorkStatus.IN_PROGRESS
    starts = [fact.started_at for fact in operation if fact.started_at]
    return FoldedWork(
        kind=known[0].kind,
        arn=known[0].arn,
        account=known[0].account,
        region=known[0].region,
        name=known[0].name,
        status=status,
        state=last.state if last else "",
        started_at=min(starts, default=(operation or known)[0].time),
        ended_at=last.ended_at if last and status.ended else None,
        cause=_cause(status, failures, operation),
        failures=failures,
        log_url=next((fact.log_url for fact in reversed(known) if fact.log_url), None),
    )


def arn_of(external_id: str | None, url: str | None, region: str | None, pipeline: str) -> str | None:
    """The ARN of the work that an action names as its own; None where it names none that is known here.

    external_id: a stack, a change set, a build as `project:id`, or a state machine's execution. url: of its page in
    AWS's console, which names the stack of a change set. region: the action's. pipeline: the ARN of its pipeline, in
    whose account builds are.
    """
    named = external_id or ""
    for pattern in (_STACK, _EXECUTION, _BUILD_ARN):
        if pattern.fullmatch(named):
            return named
    home = _PIPELINE.fullmatch(pipeline)
    if home and _BUILD.fullmatch(named):
        return f"arn:{home['partition']}:codebuild:{region or home['region']}:{home['account']}:build/{named}"
    stack = _STACK.search(unquote(url or "")) if ":changeSet/" in named else None
    return stack[0] if stack else None


def _order(fact: WorkFact) -> tuple[object, ...]:
    """By time; of one second, which is all that EventBridge tells, what begins comes first and what ends last."""
    rank = 0 if fact.begins else 2 if fact.status is not None and fact.status.ended else 1
    return (fact.time, rank, fact.state, repr(fact))


def _latest_operation(told: Sequence[WorkFact], kind: WorkKind) -> tuple[list[WorkFact], _Since]:
    """The facts of the latest operation, in order, and since when what is told of parts belongs to it."""
    operation: list[WorkFact] = []
    began: _Since = (datetime.min.replace(tzinfo=UTC), 0)
    for fact in told:
        ended = bool(operation) and operation[-1].ended_at is not None
        follows = kind is WorkKind.STACK and ended and not fact.continues and fact.time > operation[-1].time
        if fact.begins or follows:
            began = (fact.time, 0) if fact.begins else (operation[-1].time, 1)
            operation = []
        operation.append(fact)
    return operation, began


def _last(operation: Sequence[WorkFact]) -> WorkFact | None:
    """The fact that says how far it is: the last; of a build, an end, whatever is told of its phases later."""
    if not operation:
        return None
    if operation[0].kind is WorkKind.STACK:
        return operation[-1]
    return max(operation, key=lambda fact: (fact.ended_at is not None, *_order(fact)))


def _failures(told: Iterable[Failure]) -> tuple[Failure, ...]:
    """Each part once, the first that failed first. The one with a reason stands for those that tell the same."""
    best: dict[tuple[str, str], Failure] = {}
    for each in sorted(told, key=lambda each: (each.reason is None, each.time, each.reason or "", each.resource or "")):
        best.setdefault((each.name, each.state), each)
    ordered = sorted(best.values(), key=lambda each: (each.time, each.name, each.state))
    return tuple(ordered[:MOST_FAILURES])


def _cause(status: WorkStatus, failures: Sequence[Failure], operation: Sequence[WorkFact]) -> str | None:
    root = next((each.reason for each in failures if each.reason and not _CASCADE.match(each.reason)), None)
    if root or status is not WorkStatus.FAILED:
        return root if status is not WorkStatus.SUCCEEDED else None
    # What a stack says when it begins is who asked for it: "User Initiated".
    return next((fact.cause for fact in operation if fact.cause and not fact.begins), None)
