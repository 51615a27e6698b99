"""Where a revision is: for one environment, whether it is there, on its way, or not coming, in a sentence for a person.

A revision has an earlier one when its pipeline saw it later: commits of one branch follow each other. So an environment
with a newer revision contains an older one, and one that is on its way brings all before it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from domain.words import DeploymentStatus, ExecutionStatus, RevisionState

SHORT = 8
"""Characters of a commit that a sentence names."""


@dataclass(frozen=True, slots=True)
class Step:
    """A deployment of some revision to the environment. at: when it ended, else when it began."""

    revision: str
    deployment: UUID
    status: DeploymentStatus
    at: datetime | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Coming:
    """An execution that will deploy to the environment. expected_at: as was said last; unknown: why nothing was."""

    revision: str
    deployment: UUID
    expected_at: datetime | None = None
    unknown: str | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """All that is known of a revision and an environment.

    there: the last deployment that succeeded; has: whether its revision is the one that is looked for, or a newer one.
    The others are of these as well. first: the earliest that succeeded; moving: what is being deployed; tried: the
    latest that did not succeed; coming: executions that have not come so far. execution: how that of the revision
    itself stands; ended_at: when it ended. mapped: whether its pipeline has said where it goes; of another it is known
    where an execution came, and not where it will.
    """

    revision: str
    execution: ExecutionStatus
    ended_at: datetime | None = None
    there: Step | None = None
    has: bool = False
    first: Step | None = None
    moving: Step | None = None
    tried: Step | None = None
    coming: tuple[Coming, ...] = ()
    mapped: bool = True


@dataclass(frozen=True, slots=True)
class Told:
    """Where it is. at: when it came to be so, where that is known; expected_at: of what is coming."""

    state: RevisionState
    sentence: str
    at: datetime | None = None
    expected_at: datetime | None = None
    deployment: UUID | None = None


def told(known: Known) -> Told:
    """What is said of a revision and an environment."""
    if known.there is not None and known.has:
        return _there(known, known.there)
    if known.moving is not None:
        step = known.moving
        said = f"{_subject(known, step.revision)} is being deployed."
        return Told(RevisionState.DEPLOYING, said, step.at, deployment=step.deployment)
    if known.coming:
        return _coming(known, min(known.coming, key=_soonest))
    return _not_coming(known)


def _there(known: Known, there: Step) -> Told:
    if there.revision == known.revision:
        return Told(RevisionState.REACHED, "It is there.", there.at, deployment=there.deployment)
    first = known.first or there
    said = f"{_subject(known, there.revision)} is there."
    return Told(RevisionState.CONTAINED, said, first.at, deployment=first.deployment)


def _soonest(each: Coming) -> tuple[bool, float]:
    return each.expected_at is None, each.expected_at.timestamp() if each.expected_at else 0


def _coming(known: Known, coming: Coming) -> Told:
    said = f"{_subject(known, coming.revision)} is on its way."
    if coming.expected_at is None and coming.unknown:
        said = f"{said} When it comes cannot be told: {coming.unknown}."
    return Told(RevisionState.COMING, said, expected_at=coming.expected_at, deployment=coming.deployment)


def _not_coming(known: Known) -> Told:
    """Why it is not there, and nothing that has it is on its way: the last thing that was tried, as far as known."""
    if known.first is not None and known.there is not None:
        back = known.there
        said = f"{_subject(known, known.first.revision)} was there, and {_short(back.revision)} has replaced it again."
        return Told(RevisionState.NOT_COMING, said, back.at, deployment=back.deployment)
    if known.tried is not None:
        step = known.tried
        failed = step.status is DeploymentStatus.FAILED
        reason = f": {step.reason.rstrip('.')}." if failed and step.reason else "."
        what = "failed to be deployed" if failed else "was stopped while it was being deployed"
        said = f"{_subject(known, step.revision)} {what}{reason}"
        return Told(RevisionState.NOT_COMING, said, step.at, deployment=step.deployment)
    said = _ENDS[known.execution] if known.mapped else _UNMAPPED.get(known.execution, _ENDS[known.execution])
    return Told(RevisionState.NOT_COMING, said, known.ended_at)


_STOPPED = "Its execution was stopped before it came here, and nothing newer is on its way."
_ELSEWHERE = "Its execution does not go here: the environment may have been added since."
_ENDS = {
    ExecutionStatus.IN_PROGRESS: _ELSEWHERE,
    ExecutionStatus.STOPPING: "Its execution is being stopped, and nothing newer is on its way.",
    ExecutionStatus.SUCCEEDED: _ELSEWHERE,
    ExecutionStatus.FAILED: "Its execution failed before it came here, and nothing newer is on its way.",
    ExecutionStatus.STOPPED: _STOPPED,
    ExecutionStatus.SUPERSEDED: "A newer revision has superseded it before it came here, and is not on its way either.",
    ExecutionStatus.CANCELED: _STOPPED,
    ExecutionStatus.ABANDONED: _STOPPED,
}

_UNMAPPED = {
    ExecutionStatus.IN_PROGRESS: "Its execution is under way, and its pipeline has not said whether it comes here.",
    ExecutionStatus.SUCCEEDED: "Its execution has ended, and did not come here.",
}


def _subject(known: Known, revision: str) -> str:
    """Which revision a sentence is about: the one that is looked for, or one that has it."""
    return "It" if revision == known.revision else f"{_short(revision)}, which is newer and has it,"


def _short(revision: str) -> str:
    return revision[:SHORT]
