"""A stage that has failed, or in which an execution was stopped, is tried again.

AWS, "Retry a failed stage or failed actions": the failed actions, or all of the stage's, of the execution that was the
last in the stage.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.acting.facts import Action, Effect, Occupant, Run, Stage, environments_of, impossible, listed, short
from domain.safety.returning import Way
from domain.words import ActionKind, ExecutionKind, ExecutionStatus, RetryMode, RollbackMeans

RETRYABLE = (ExecutionStatus.FAILED, ExecutionStatus.STOPPED)


def retry(run: Run, stage: Stage, mode: RetryMode, occupant: Occupant | None, way: Way | None) -> Effect:
    """What trying a stage of an execution again does. way: how it is returned if it fails again, where known."""
    refusal = _refusal(run, stage, occupant)
    if refusal is not None:
        return refusal
    again = _again(stage, mode)
    sentences = [*_done_again(stage, mode, again), *_entering(stage, mode), *_failing(way)]
    touched = stage.environments if mode is RetryMode.ALL_ACTIONS else environments_of(again) or stage.environments
    return Effect(possible=True, sentences=tuple(sentences), environments=touched)


def _refusal(run: Run, stage: Stage, occupant: Occupant | None) -> Effect | None:
    if stage.status is None:
        remedy = "Wait until the execution has come there, or start the pipeline."
        return impossible("STAGE_NOT_ENTERED", f"The execution has not entered {stage.name}.", remedy)
    if occupant is not None and occupant.execution != run.execution:
        what = "A rollback" if occupant.kind is ExecutionKind.ROLLBACK else f"{short(occupant.revision)}"
        sentence = f"{what} has entered {stage.name} since: CodePipeline retries none but the last."
        return impossible("NOT_LATEST", sentence, "Act on that execution, or start the pipeline.")
    if stage.status not in RETRYABLE:
        sentence = f"{stage.name} has not failed: it is {stage.status}."
        moving = not stage.status.ended
        remedy = "Wait for its end, or stop the execution." if moving else "Start the pipeline to go through it anew."
        return impossible("STAGE_NOT_FAILED", sentence, remedy)
    return None


def _again(stage: Stage, mode: RetryMode) -> list[Action]:
    if mode is RetryMode.ALL_ACTIONS:
        return list(stage.actions)
    return [each for each in stage.actions if each.status is not ExecutionStatus.SUCCEEDED]


def _done_again(stage: Stage, mode: RetryMode, again: list[Action]) -> Iterator[str]:
    if mode is RetryMode.ALL_ACTIONS:
        yield f"Every action of {stage.name} is done again; what is deployed there already is found to be so."
    elif again:
        yield f"What has not succeeded in {stage.name} is done again: {listed(each.phrase for each in again)}."
        kept = environments_of(each for each in stage.actions if each not in again)
        kept = tuple(each for each in kept if each not in environments_of(again))
        if kept:
            yield f"What has succeeded is not done again: {listed(kept)}."
    else:
        yield f"CodePipeline goes on in {stage.name} where it was stopped."


def _entering(stage: Stage, mode: RetryMode) -> Iterator[str]:
    enter = next((each for each in stage.actions if each.kind is ActionKind.ENTER), None)
    if enter is None:
        return
    if mode is RetryMode.ALL_ACTIONS or enter.status is not ExecutionStatus.SUCCEEDED:
        yield "Enter is run again: whether the revision may enter is decided anew."
        return
    when = f" at {enter.ended_at:%Y-%m-%d %H:%M} UTC" if enter.ended_at else ""
    yield (
        f"Enter is not run again: it let the revision in{when}, and what has come since, as a freeze, an alarm or a "
        "window that closed, does not hold it back. With ALL_ACTIONS it is asked anew."
    )


def _failing(way: Way | None) -> Iterator[str]:
    if way is None:
        return
    if way.means is RollbackMeans.NONE:
        yield f"If it fails again, nothing is rolled back: {way.reason}."
    else:
        yield f"If it fails again, it is rolled back: {way.reason}."
