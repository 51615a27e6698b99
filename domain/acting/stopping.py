"""An execution is stopped: what is in progress is finished, or left; nothing after that is begun.

AWS, "Stop a pipeline execution": stop and wait, or stop and abandon; whoever waits may be abandoned still. A stop is no
failure, so nothing is rolled back, and the stage may be retried.
"""

from __future__ import annotations

from collections.abc import Iterator

from domain.acting.facts import Action, Effect, Run, Stage, environments_of, impossible, listed, short
from domain.structure import DEPLOYING
from domain.words import ActionKind, ExecutionStatus


def stop(run: Run, *, abandon: bool) -> Effect:
    """What stopping an execution does now."""
    if run.status.ended:
        failed = run.status is ExecutionStatus.FAILED
        remedy = "Retry the stage that has failed, or roll it back." if failed else "Nothing is left to be stopped."
        return impossible("EXECUTION_ENDED", f"The execution has ended: it is {run.status}.", remedy)
    running = [action for stage in run.stages for action in stage.running]
    if run.status is ExecutionStatus.STOPPING and not abandon:
        said = "It was asked to stop already: it ends when what is in progress has ended."
        return Effect(possible=True, sentences=(said,), environments=environments_of(running), nothing=True)
    sentences = [*(_left(running) if abandon else _finished(running)), *_reached(run), *_after(run)]
    return Effect(possible=True, sentences=tuple(sentences), environments=environments_of(running))


def _finished(running: list[Action]) -> Iterator[str]:
    if not running:
        yield "Nothing of it is in progress: it ends at once."
        return
    waits = [each for each in running if each.kind is ActionKind.ENTER]
    others = [each for each in running if each.kind is not ActionKind.ENTER]
    if others:
        yield f"What is in progress goes on to its end: {listed(each.phrase for each in others)}. Nothing else begins."
    if waits:
        yield "It waits before its wave, and stops once it is told whether it may enter; abandoned, it stops at once."


def _left(running: list[Action]) -> Iterator[str]:
    if not running:
        yield "Nothing of it is in progress: it ends at once."
        return
    others = [each for each in running if each.kind is not ActionKind.ENTER]
    if len(others) < len(running):
        yield "It waits before its wave, and ends at once."
    if others:
        yield (
            f"Nobody waits any longer for {listed(each.phrase for each in others)}: what that has begun may go on by "
            "itself, and how it ends is not recorded."
        )
    between = environments_of(each for each in running if each.kind in DEPLOYING)
    if between:
        yield f"This may leave two revisions side by side in {listed(between)}: look there before anything else enters."


def _reached(run: Run) -> Iterator[str]:
    """What has the revision keeps it; what has not does not get it."""
    reached = [each for stage in run.stages for each in stage.environments if _has_it(stage, each)]
    ahead = [
        each for stage in run.stages for each in stage.environments if not (_begun(stage, each) or _has_it(stage, each))
    ]
    if reached:
        yield f"{short(run.revision)} stays where it is: {listed(reached)}."
    if ahead:
        yield f"It goes no further: {listed(ahead)} {'does' if len(set(ahead)) == 1 else 'do'} not get it."


def _begun(stage: Stage, environment: str) -> list[Action]:
    """What has been begun in an environment that changes it."""
    return [each for each in stage.actions if each.environment == environment and each.kind in DEPLOYING]


def _has_it(stage: Stage, environment: str) -> bool:
    if stage.status is ExecutionStatus.SUCCEEDED:
        return True
    begun = _begun(stage, environment)
    deployed = any(each.kind is ActionKind.DEPLOY for each in begun)
    return deployed and all(each.status is ExecutionStatus.SUCCEEDED for each in begun)


def _after(run: Run) -> Iterator[str]:
    yield "A stop is no failure: nothing is rolled back, and the stage may be retried."
    if run.behind:
        yield f"{short(run.behind)}, which waits behind it, goes on."
