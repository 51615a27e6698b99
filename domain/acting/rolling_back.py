"""A stage is returned to an earlier revision, because a person wants it.

AWS, "Configuring stage rollback": to an execution that succeeded in the stage, that is no rollback, and that ran with
the pipeline's present structure; never the source stage. What CodePipeline cannot return, the validation machine does
when a stage has failed (docs/rollback.md), and nobody by hand.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from datetime import datetime

from domain.acting.facts import Effect, Passed, Standing, Target, impossible, listed, short
from domain.safety.returning import Good, expired, not_native, unsure
from domain.words import ExecutionKind, RollbackMeans


def roll_back(standing: Standing, target: str | None, at: datetime) -> Effect:
    """What rolling a stage back does. target: to which execution; None for the latest that it may be.

    The targets are told whether it is possible or not.
    """
    targets = [_judged(standing, each, at) for each in standing.passed if each.execution != standing.execution]
    refusal = _refusal(standing, targets)
    if refusal is not None:
        return refusal
    if target is None:
        chosen = next(each for each in targets if each.possible)
    else:
        found = next((each for each in targets if each.passed.execution == target), None)
        if found is None or not found.possible:
            return _no_target(standing, target, found, targets)
        chosen = found
    sentences = tuple(_sentences(standing, chosen))
    return Effect(possible=True, sentences=sentences, environments=standing.environments, targets=tuple(targets))


def _refusal(standing: Standing, targets: Sequence[Target]) -> Effect | None:
    return next((found for rule in _REFUSALS if (found := rule(standing, targets))), None)


def _nothing_deployed(standing: Standing, targets: Sequence[Target]) -> Effect | None:
    if standing.environments:
        return None
    sentence = f"{standing.failing.stage} deploys to no environment: there is nothing to roll back."
    return impossible("NOTHING_DEPLOYED", sentence, "Choose a stage that deploys.")


def _overtaken(standing: Standing, targets: Sequence[Target]) -> Effect | None:
    there, stage = standing.occupant, standing.failing.stage
    if there is None:
        return impossible("STAGE_NOT_ENTERED", f"Nothing has entered {stage} yet.", "Start the pipeline.", targets)
    if there.execution == standing.execution:
        return None
    what = "A rollback" if there.kind is ExecutionKind.ROLLBACK else short(there.revision)
    sentence = f"{what} has entered {stage} since: that is what would be taken back."
    return impossible("NOT_LATEST", sentence, "Look at what is there now, and act on that.", targets)


def _in_progress(standing: Standing, targets: Sequence[Target]) -> Effect | None:
    there = standing.occupant
    if there is None or there.status.ended:
        return None
    sentence = f"{short(there.revision)} is in {standing.failing.stage} now: no stage in progress is rolled back."
    return impossible("STAGE_IN_PROGRESS", sentence, "Stop the execution first, or wait for its end.", targets)


def _a_rollback(standing: Standing, targets: Sequence[Target]) -> Effect | None:
    there = standing.occupant
    if there is None or there.kind is not ExecutionKind.ROLLBACK:
        return None
    sentence = f"What is in {standing.failing.stage} came by a rollback, and a rollback is never rolled back."
    return impossible("ROLLBACK_OF_ROLLBACK", sentence, "Deploy a revision that mends it.", targets)


def _nowhere(standing: Standing, targets: Sequence[Target]) -> Effect | None:
    if any(each.possible for each in targets):
        return None
    why = f": {targets[0].sentence}" if targets else ": nothing else has succeeded there."
    sentence = f"There is no execution to which {standing.failing.stage} could be rolled back{why}"
    return impossible("NO_TARGET", sentence, "Deploy a revision that takes the change back.", targets)


_REFUSALS: tuple[Callable[[Standing, Sequence[Target]], Effect | None], ...] = (
    _nothing_deployed,
    _overtaken,
    _in_progress,
    _a_rollback,
    _nowhere,
)
"""Why it is not possible, the plainest first."""


def _no_target(standing: Standing, target: str, found: Target | None, targets: Sequence[Target]) -> Effect:
    stage = standing.failing.stage
    if target == standing.execution:
        sentence = f"{target} is what is in {stage} now."
    else:
        sentence = found.sentence if found else f"{target} has not succeeded in {stage}."
    return impossible("NOT_A_TARGET", sentence, "Choose one of the targets that are possible.", targets)


def _judged(standing: Standing, passed: Passed, at: datetime) -> Target:
    """Whether CodePipeline returns the stage to this execution."""
    good = Good(passed.execution, passed.revision, passed.version, passed.began_at)
    if passed.kind is ExecutionKind.ROLLBACK:
        reason: str | None = f"{short(passed.revision)} came by a rollback, to which CodePipeline does not return"
    else:
        reason = expired(good, at) or not_native(standing.failing, good)
    if reason is None:
        return Target(passed, RollbackMeans.NATIVE, True, f"CodePipeline returns to {short(passed.revision)}.")
    if unsure(standing.failing, good) and expired(good, at) is None and passed.kind is ExecutionKind.STANDARD:
        return Target(passed, RollbackMeans.NATIVE, True, f"CodePipeline may refuse: {reason}.", unsure=True)
    return Target(passed, RollbackMeans.NONE, False, f"{reason[0].upper()}{reason[1:]}.")


def _sentences(standing: Standing, chosen: Target) -> Iterator[str]:
    revision, stage = chosen.passed.revision, standing.failing.stage
    yield (
        f"CodePipeline deploys {short(revision)} to {stage} again, with the artifacts that it had then, as an "
        "execution of its own."
    )
    if chosen.unsure:
        yield chosen.sentence
    yield from _places(standing, revision)
    yield "A rollback is not held back before the wave, and does not bake; no other stage changes."
    if standing.parts:
        yield f"The wave has other stages, which keep what they have: roll back {listed(standing.parts)} as well."
    taken = standing.occupant.revision if standing.occupant else None
    if taken != revision:
        yield (
            f"{short(taken)}, and whatever is older, stays out of there until a newer revision has succeeded, or an "
            "override of kind ROLLED_BACK lets it in."
        )


def _places(standing: Standing, revision: str | None) -> Iterator[str]:
    """What each environment has, and gets."""
    having: dict[str | None, list[str]] = {}
    for environment in standing.environments:
        having.setdefault(standing.deployed.get(environment), []).append(environment)
    for present, environments in having.items():
        if present is None:
            yield f"{listed(environments)}: what is there is not known, then {short(revision)}."
        elif present == revision:
            yield f"{listed(environments)}: {short(revision)} was the last to succeed there, and is deployed once more."
        else:
            yield f"{listed(environments)}: from {short(present)} back to {short(revision)}."
