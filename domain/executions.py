"""What a pipeline's execution has come to: a pure fold over the set of facts that AWS told of it.

The same set gives the same execution, in whatever order the facts came, however often, with any missing:

- A later attempt beats an earlier one; within an attempt an end beats STOPPING, RESUMED and STARTED. A late
  STARTED therefore never reopens what has ended: only a retry does, told by RESUMED or anything of the next
  attempt.
- What is below tells of what is above: an action of attempt 2 means that its stage and execution resumed.
- An end above tells of what is below it: a stage ends with its execution, and in a stage that succeeded an
  action whose end was never told succeeded too. How an action of another stage ended stays open.

Times are those of the facts; the fold knows no clock.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace

from domain.deployments import deployments_of
from domain.envelopes import LONGEST_IDENTIFIER, ActionPart, Fact, Level, Trigger
from domain.envelopes.codepipeline import commit_message
from domain.folded import FoldedAction, FoldedExecution, FoldedStage
from domain.standing import Standing, attempt_of, beginning, in_order, standing
from domain.structure import NO_MAP, MappedAction, MappedStage, Structure
from domain.words import ActionKind, ExecutionKind, ExecutionStatus

_STAGE_ENDS_AS = {
    # An execution is superseded while it waits between stages: those that it has entered are done.
    ExecutionStatus.SUPERSEDED: ExecutionStatus.SUCCEEDED,
    ExecutionStatus.SUCCEEDED: ExecutionStatus.SUCCEEDED,
    ExecutionStatus.FAILED: ExecutionStatus.FAILED,
    ExecutionStatus.STOPPED: ExecutionStatus.STOPPED,
    ExecutionStatus.CANCELED: ExecutionStatus.CANCELED,
}


def fold(facts: Iterable[Fact], structure: Structure = NO_MAP) -> FoldedExecution:
    """The execution that a set of facts amounts to. facts: one or more, all of one execution."""
    known = sorted(set(facts), key=lambda fact: (fact.time, fact.event_id, fact.level, fact.state))
    told = [fact for fact in known if fact.level is Level.PIPELINE]
    below = [fact for fact in known if fact.level is not Level.PIPELINE]
    stands = standing(told, below)
    stages = _stages(below, stands, structure)
    trigger = _trigger(known, stages)
    execution = FoldedExecution(
        execution_id=known[0].execution_id,
        kind=ExecutionKind.ROLLBACK if trigger.rolls_back else ExecutionKind.STANDARD,
        status=stands.status,
        attempt=stands.attempt,
        revision=trigger.revision[:LONGEST_IDENTIFIER] if trigger.revision else None,
        commit_message=trigger.message,
        author=trigger.author,
        committed_at=trigger.committed_at,
        tag=trigger.tag,
        trigger=trigger.kind,
        rollback_target=trigger.rollback_target,
        version=max((fact.version for fact in known if fact.version is not None), default=None),
        started_at=stands.started_at,
        ended_at=stands.ended_at,
        stages=stages,
        deployments=(),
    )
    deployments = deployments_of(execution, structure)
    return replace(execution, deployments=deployments) if deployments else execution


def _stages(facts: Sequence[Fact], above: Standing, structure: Structure) -> tuple[FoldedStage, ...]:
    by_name: dict[str, list[Fact]] = defaultdict(list)
    for fact in facts:
        by_name[fact.stage].append(fact)
    places = {stage.name: place for place, stage in enumerate(structure.stages)}
    unmapped = [name for name in by_name if name not in places]
    unmapped.sort(key=lambda name: (beginning([], by_name[name]), name))
    places |= {name: place for place, name in enumerate(unmapped, start=len(places))}
    mapped = {stage.name: stage for stage in structure.stages}
    return tuple(
        _stage(by_name[name], places[name], above, mapped.get(name) or MappedStage(name))
        for name in sorted(by_name, key=places.__getitem__)
    )


def _stage(facts: Sequence[Fact], position: int, above: Standing, mapped: MappedStage) -> FoldedStage:
    told = [fact for fact in facts if fact.level is Level.STAGE]
    below = [fact for fact in facts if fact.level is Level.ACTION]
    stands = _ended_with(above, standing(told, below))
    return FoldedStage(
        name=mapped.name,
        position=position,
        status=stands.status,
        started_at=stands.started_at,
        ended_at=stands.ended_at,
        stage=mapped.stage,
        wave=mapped.wave,
        actions=_actions(below, stands, mapped),
    )


def _ended_with(above: Standing, stage: Standing) -> Standing:
    """A stage whose end was not told has ended with its execution."""
    if stage.status.ended or above.ended_at is None:
        return stage
    return replace(stage, status=_STAGE_ENDS_AS[above.status], ended_at=max(above.ended_at, stage.started_at))


def _actions(facts: Sequence[Fact], above: Standing, mapped: MappedStage) -> tuple[FoldedAction, ...]:
    runs: dict[str, list[list[Fact]]] = {}
    by_run: dict[tuple[str, int, str | None], list[Fact]] = {}
    for fact, part in _with_parts(facts):
        key = (part.name, attempt_of(fact), part.execution_id)
        if key not in by_run:
            by_run[key] = []
            runs.setdefault(part.name, []).append(by_run[key])
        by_run[key].append(fact)
    places = {action.name: place for place, action in enumerate(mapped.actions)}
    last = {name: max(of_action, key=_run_order) for name, of_action in runs.items()}
    unmapped = [name for name in last if name not in places]
    unmapped.sort(key=lambda name: (min(beginning(run) for run in runs[name]), name))
    places |= {name: place for place, name in enumerate(unmapped, start=len(places))}
    kinds = {action.name: action for action in mapped.actions}
    return tuple(
        _action(last[name], places[name], above, kinds.get(name) or MappedAction(name))
        for name in sorted(last, key=places.__getitem__)
    )


def _run_order(run: Sequence[Fact]) -> tuple[object, ...]:
    """Later runs of an action are of a later attempt; where nobody counts attempts, they began later."""
    part = run[0].action
    return (
        attempt_of(run[0]),
        beginning(run),
        max(fact.time for fact in run),
        (part and part.execution_id) or "",
    )


def _action(run: Sequence[Fact], position: int, above: Standing, mapped: MappedAction) -> FoldedAction:
    ordered = [part for _, part in _with_parts(reversed(in_order(run)))]
    stands = _succeeded_with(above, standing(run))
    failed = stands.status is not ExecutionStatus.SUCCEEDED
    return FoldedAction(
        name=mapped.name,
        position=position,
        kind=mapped.kind,
        provider=_first(part.provider for part in ordered) or "",
        category=_first(part.category for part in ordered) or "",
        region=_first(part.region for part in ordered),
        status=stands.status,
        started_at=stands.started_at,
        ended_at=stands.ended_at,
        external_id=_first(part.external_id for part in ordered),
        external_url=_first(part.external_url for part in ordered),
        summary=_first(part.summary for part in ordered),
        error_code=_first(part.error_code for part in ordered) if failed else None,
        environment=mapped.environment,
    )


def _succeeded_with(above: Standing, action: Standing) -> Standing:
    """In a stage that succeeded, an action has succeeded whose end, or whose retry, was not told."""
    untold = not action.status.ended or (action.status is ExecutionStatus.FAILED and action.attempt < above.attempt)
    if above.status is not ExecutionStatus.SUCCEEDED or above.ended_at is None or not untold:
        return action
    return replace(action, status=above.status, ended_at=max(above.ended_at, action.started_at))


def _trigger(known: Sequence[Fact], stages: Sequence[FoldedStage]) -> Trigger:
    """What made the execution run: as its events say, else as its first source action says."""
    given = [fact.trigger for fact in known if fact.trigger]
    source = _source(stages)
    return Trigger(
        kind=_first(each.kind for each in given),
        revision=_first(each.revision for each in given) or (source.external_id if source else None),
        message=_first(each.message for each in given) or commit_message(source.summary if source else None),
        author=_first(each.author for each in given),
        committed_at=next((each.committed_at for each in given if each.committed_at), None),
        tag=_first(each.tag for each in given),
        rollback_target=_first(each.rollback_target for each in given),
        rolls_back=any(each.rolls_back for each in given),
    )


def _source(stages: Sequence[FoldedStage]) -> FoldedAction | None:
    actions = [action for stage in stages for action in stage.actions]
    sources = [each for each in actions if each.kind is ActionKind.SOURCE or each.category == "Source"]
    return next((each for each in sources if each.status is ExecutionStatus.SUCCEEDED), None)


def _with_parts(facts: Iterable[Fact]) -> Iterable[tuple[Fact, ActionPart]]:
    return ((fact, fact.action) for fact in facts if fact.action is not None)


def _first(values: Iterable[str | None]) -> str | None:
    return next((value for value in values if value), None)
