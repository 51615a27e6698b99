"""What has failed, by what CodePipeline told: each failed run of an action, and each stage that failed by itself.

And whom to ask for the reason: what an action leaves as its external id names a stack, a build, or an execution.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.envelopes import Fact, Level, State
from domain.standing import attempt_of

LONGEST_EXTERNAL_ID = 2_048


class Source(StrEnum):
    """Where the reason of a failure is asked for."""

    STACK = "STACK"
    CHANGE_SET = "CHANGE_SET"
    BUILD = "BUILD"
    STATE_MACHINE = "STATE_MACHINE"
    RULES = "RULES"


@dataclass(frozen=True, slots=True)
class FailedRun:
    """A failed run of an action; of a stage where there is no action.

    run: what it is known by: the action execution's id, or the attempt where its sender names none. began_at: when it
    started, where that was told.
    """

    execution_id: str
    stage: str
    action: str | None
    run: str
    attempt: int
    at: datetime
    began_at: datetime | None = None
    provider: str = ""
    region: str | None = None
    external_id: str | None = None
    summary: str | None = None
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class Arn:
    """Where something of AWS is, and what."""

    service: str
    region: str
    account: str
    resource: str


_ARN = re.compile(r"arn:[a-z-]{3,20}:([a-z0-9-]{1,40}):([a-z0-9-]{1,30}):(\d{12}):(\S{1,1900})", re.ASCII)


def arn(text: str | None) -> Arn | None:
    """An ARN's parts; None for any other text."""
    found = _ARN.fullmatch(text or "")
    return Arn(found[1], found[2], found[3], found[4]) if found else None


def source_of(provider: str | None, external_id: str | None, *, stage: bool = False) -> Source | None:
    """Whom to ask for the reason; None where CodePipeline's own words are all there is. stage: it failed by itself."""
    if stage:
        return Source.RULES
    named = arn(external_id)
    if named and named.service == "cloudformation":
        return Source.CHANGE_SET if named.resource.startswith("changeSet/") else Source.STACK
    if named and named.service == "states" and named.resource.startswith("execution:"):
        return Source.STATE_MACHINE
    if named and named.service == "codebuild" and named.resource.startswith("build/"):
        return Source.BUILD
    if provider == "CodeBuild" and external_id and re.fullmatch(r"[\w-]{2,255}:[\w-]{1,64}", external_id, re.ASCII):
        return Source.BUILD
    return None


def failed_runs(facts: Iterable[Fact]) -> list[FailedRun]:
    """Every failure that these facts of one execution tell of, each once, also those that a retry has followed."""
    known = sorted(set(facts), key=lambda fact: (fact.time, fact.event_id, fact.level, fact.state))
    runs: dict[tuple[str, str, str], list[Fact]] = {}
    for each in known:
        if each.action is not None:
            run = each.action.execution_id or f"attempt-{attempt_of(each)}"
            runs.setdefault((each.stage, each.action.name, run), []).append(each)
    found = [
        _failed(of_run, run) for (_, _, run), of_run in runs.items() if any(f.state is State.FAILED for f in of_run)
    ]
    explained = {(each.stage, each.attempt) for each in found}
    for each in known:
        place = (each.stage, attempt_of(each))
        if each.level is Level.STAGE and each.state is State.FAILED and place not in explained:
            explained.add(place)
            run = f"attempt-{attempt_of(each)}"
            found.append(FailedRun(each.execution_id, each.stage, None, run, attempt_of(each), each.time))
    return found


def _failed(facts: list[Fact], run: str) -> FailedRun:
    """A run, as its failure told it; what that leaves out, as it was told before."""
    failure = next(each for each in facts if each.state is State.FAILED)
    parts = [part for each in (failure, *reversed(facts)) if (part := each.action)]
    external = _first(part.external_id for part in parts)
    return FailedRun(
        execution_id=failure.execution_id,
        stage=failure.stage,
        action=parts[0].name,
        run=run,
        attempt=attempt_of(failure),
        at=failure.time,
        began_at=next((each.time for each in facts if each.state is not State.FAILED), None),
        provider=_first(part.provider for part in parts) or "",
        region=_first(part.region for part in parts),
        external_id=external[:LONGEST_EXTERNAL_ID] if external else None,
        summary=_first(part.summary for part in parts),
        error_code=_first(part.error_code for part in parts),
    )


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)
