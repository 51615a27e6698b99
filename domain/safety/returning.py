"""How is a stage returned to its last good revision? Known before it starts, and the same once it has failed.

CodePipeline itself rolls a stage back only where it can: a pipeline of type V2 that is not PARALLEL, to an execution
that succeeded in this stage with the pipeline's present structure, and that is no rollback; never the source stage
("Configure stage rollback", AWS's user guide of CodePipeline). Elsewhere the validation machine deploys the cloud
assembly of the last success again, for as long as the artifact bucket keeps it.

A rollback is never rolled back, and what nobody touched is left alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from domain.words import ExecutionKind, OnFailure, RollbackMeans

KEPT = timedelta(days=180)
"""How long the artifact bucket of a pipeline keeps an artifact, and so a cloud assembly."""


@dataclass(frozen=True, slots=True)
class Good:
    """The last success of a stage: to whose revision it returns.

    execution: CodePipeline's id of the execution that brought the revision; of a rollback, its target. version: of the
    pipeline's structure that it ran with. built_at: when its execution began, and its assembly was made at the
    earliest. rolled_back_to: it came there again by a rollback, to which CodePipeline does not return.
    """

    execution: str
    revision: str | None
    version: int | None
    built_at: datetime | None
    rolled_back_to: bool = False


@dataclass(frozen=True, slots=True)
class Failing:
    """A stage that has failed, or may. version: of the pipeline's structure now. Others: of the execution in it.

    touched: an action that deploys has begun. passed: it has succeeded after all, in a retry. newer: the revision of a
    newer execution that has entered the stage since. mapped: the stage deploys environments. split: its wave has
    several stages, more actions than one takes. v2, parallel: the pipeline's type and its mode of execution.
    """

    stage: str
    on_failure: OnFailure
    kind: ExecutionKind = ExecutionKind.STANDARD
    version: int | None = None
    touched: bool = True
    passed: bool = False
    newer: str | None = None
    mapped: bool = True
    split: bool = False
    v2: bool = True
    parallel: bool = False


@dataclass(frozen=True, slots=True)
class Way:
    """How a stage is returned. target: the execution to whose revision; None where there is none. reason: a sentence
    without its full stop. unsure: CodePipeline may do it all the same, for its structure then is not known.
    """

    means: RollbackMeans
    reason: str
    target: str | None = None
    revision: str | None = None
    unsure: bool = False


def means(failing: Failing, good: Good | None, at: datetime) -> Way:
    """How the stage would be returned at a time, were it to fail, or now that it has failed."""
    nothing = next((reason for rule in _NOTHING if (reason := rule(failing, good, at))), None)
    if nothing is not None:
        return Way(RollbackMeans.NONE, nothing)
    assert good is not None  # or no revision has passed
    other = not_native(failing, good)
    if other:
        reason = f"{other}: the cloud assembly of {_short(good.revision)} is deployed again"
        maybe = unsure(failing, good) or good.rolled_back_to
        return Way(RollbackMeans.REDEPLOY, reason, good.execution, good.revision, maybe)
    reason = f"CodePipeline returns {failing.stage} to {_short(good.revision)}, which has the pipeline's structure"
    return Way(RollbackMeans.NATIVE, reason, good.execution, good.revision)


def not_native(failing: Failing, good: Good) -> str | None:
    """Why CodePipeline itself cannot return the stage; None where it can. Without a full stop."""
    return next((reason for rule in _NOT_NATIVE if (reason := rule(failing, good))), None)


def unsure(failing: Failing, good: Good) -> bool:
    """Whether CodePipeline may do it all the same: one of the two structures is not known."""
    return None in (failing.version, good.version)


def expired(good: Good, at: datetime) -> str | None:
    """Why the artifacts of a success are not there any more; None where they are. Without a full stop."""
    if good.built_at is not None and at < good.built_at + KEPT:
        return None
    since = f"built on {good.built_at:%Y-%m-%d}" if good.built_at else "of unknown age"
    return f"the artifacts of {_short(good.revision)}, {since}, are not kept: they expire after {KEPT.days} days"


def _unmapped(failing: Failing, good: Good | None, at: datetime) -> str | None:
    return None if failing.mapped else f"{failing.stage} deploys to no environment"


def _a_rollback(failing: Failing, good: Good | None, at: datetime) -> str | None:
    return "a rollback is never rolled back" if failing.kind is ExecutionKind.ROLLBACK else None


def _left(failing: Failing, good: Good | None, at: datetime) -> str | None:
    if failing.on_failure is OnFailure.ROLLBACK:
        return None
    return f"the stage is set to {failing.on_failure} on failure: {failing.on_failure.sentence[:-1].lower()}"


def _passed(failing: Failing, good: Good | None, at: datetime) -> str | None:
    return f"{failing.stage} has succeeded since" if failing.passed else None


def _untouched(failing: Failing, good: Good | None, at: datetime) -> str | None:
    return None if failing.touched else f"nothing of {failing.stage} was touched"


def _overtaken(failing: Failing, good: Good | None, at: datetime) -> str | None:
    return f"the newer revision {_short(failing.newer)} has entered {failing.stage} since" if failing.newer else None


def _first(failing: Failing, good: Good | None, at: datetime) -> str | None:
    return f"no revision has passed {failing.stage} yet" if good is None else None


def _expired(failing: Failing, good: Good | None, at: datetime) -> str | None:
    return None if good is None else expired(good, at)


_NOTHING: tuple[Callable[[Failing, Good | None, datetime], str | None], ...] = (
    _unmapped,
    _a_rollback,
    _left,
    _passed,
    _untouched,
    _overtaken,
    _first,
    _expired,
)
"""Why nothing is done, the plainest first."""


def _type(failing: Failing, good: Good) -> str | None:
    return None if failing.v2 else "CodePipeline rolls back pipelines of type V2 alone"


def _mode(failing: Failing, good: Good) -> str | None:
    return "CodePipeline rolls back no pipeline that runs PARALLEL" if failing.parallel else None


def _split(failing: Failing, good: Good) -> str | None:
    return (
        f"{failing.stage} has some of its wave's actions, and CodePipeline returns a stage" if failing.split else None
    )


def _structure(failing: Failing, good: Good) -> str | None:
    if failing.version is None or good.version is None:
        return f"the structure with which {_short(good.revision)} was deployed is not known"
    if failing.version != good.version:
        return f"the pipeline's structure has changed since {_short(good.revision)}"
    return None


def _by_rollback(failing: Failing, good: Good) -> str | None:
    return f"{_short(good.revision)} came back by a rollback" if good.rolled_back_to else None


_NOT_NATIVE: tuple[Callable[[Failing, Good], str | None], ...] = (_type, _mode, _split, _structure, _by_rollback)
"""Why CodePipeline cannot do it."""


def _short(revision: str | None) -> str:
    return revision[:8] if revision else "an unknown revision"


ASK_SECONDS = 30
"""Between two questions of a machine that waits for what CodePipeline does, or for what AWS tells of it."""
NATIVE_ASKED = 20
"""After ten minutes in which CodePipeline has begun nothing, the machine does it."""
TOLD_ASKED = 4
"""Two minutes for the events of the failure, and of a rollback that nobody expects of CodePipeline, to arrive."""


def with_codepipeline(way: Way, *, seen: bool, asked: int) -> Way:
    """The way, given whether CodePipeline has begun a rollback of the stage since, and how often that was asked."""
    if way.means is RollbackMeans.REDEPLOY and seen:
        return replace(way, means=RollbackMeans.NATIVE, reason="CodePipeline has begun to roll the stage back")
    if way.means is RollbackMeans.NATIVE and not seen and asked >= NATIVE_ASKED:
        minutes = NATIVE_ASKED * ASK_SECONDS // 60
        again = f"the cloud assembly of {_short(way.revision)} is deployed again"
        reason = f"CodePipeline has begun no rollback in {minutes} minutes: {again}"
        return replace(way, means=RollbackMeans.REDEPLOY, reason=reason)
    return way


def due(way: Way, *, told: bool, seen: bool, asked: int) -> int | None:
    """In how many seconds to ask again; None where the way is final. told: the end of the stage is on record.

    CodePipeline is never hurried, and never raced: what it does with a structure that nobody knows of is waited for.
    """
    if seen or asked >= NATIVE_ASKED:
        return None
    unsure = way.means is RollbackMeans.REDEPLOY and way.unsure
    if way.means is RollbackMeans.NATIVE or ((unsure or not told) and asked < TOLD_ASKED):
        return ASK_SECONDS
    return None
