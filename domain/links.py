"""How an execution's trace is linked to those of other executions: pure rules over what is known of them.

A revision may need several executions to get everywhere: a retry, a restart after the pipeline changed itself, a
rollback and the execution after it. Each is a trace of its own, because CodePipeline gives each an id of its own; the
links lead from one to the next. A link points to the run's span of an execution, which anybody can name.

Sources: AWS's user guide of CodePipeline, "How pipeline executions work" (superseded, canceled and stopped executions)
and "Configuring stage rollback" (a rollback is an execution of its own, of type ROLLBACK, in one stage);
AWS::CodePipeline::Pipeline, RestartExecutionOnUpdate (an update of the pipeline starts it again).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from uuid import UUID

from domain import history
from domain.words import ExecutionKind, ExecutionStatus, SpanRelation

_CUT_SHORT = {ExecutionStatus.CANCELED, ExecutionStatus.STOPPED, ExecutionStatus.SUPERSEDED}


@dataclass(frozen=True, slots=True)
class Link:
    """The run of another execution, or of an earlier attempt of the same, and what it is to this one."""

    execution_id: str
    attempt: int
    relation: SpanRelation


def links_of(execution: history.PipelineExecution) -> tuple[Link, ...]:
    """The links of an execution's run to other executions, in the order of the relations; each execution once.

    Depends on the set of `execution.earlier` alone, and on no more than the few of it that the rules name: whoever
    loads it may load more, and no less.
    """
    found: dict[str, Link] = {}
    for link in (*_rollback(execution), *_restart(execution), *_same_revision(execution)):
        if link.execution_id != execution.execution_id and _is_traced(link.execution_id):
            found.setdefault(link.execution_id, link)
    return tuple(found.values())


def _rollback(execution: history.PipelineExecution) -> Iterator[Link]:
    """A rollback returns to one execution, and takes back another: the one that was last in its stage before it."""
    if execution.kind is not ExecutionKind.ROLLBACK:
        return
    if execution.rollback_target:
        known = {each.execution_id: each for each in execution.earlier}
        target = known.get(execution.rollback_target)
        attempt = target.attempt if target else 1
        yield Link(execution.rollback_target, attempt, SpanRelation.ROLLBACK_TARGET)
    last = _last_in_its_stages(execution)
    if last:
        yield _link(last, SpanRelation.ROLLS_BACK)


def _last_in_its_stages(execution: history.PipelineExecution) -> history.Earlier | None:
    """Whoever entered one of the stages last, before this execution did."""
    entered = {stage.name: stage.started_at for stage in execution.stages}
    before = [
        ((moment, each.execution_id), each)
        for each in execution.earlier
        for stage, moment in each.entered
        if (own := entered.get(stage)) and moment < own
    ]
    return max(before, key=lambda pair: pair[0])[1] if before else None


def _restart(execution: history.PipelineExecution) -> Iterator[Link]:
    """The pipeline changed itself and began again: the execution just before carried the same revision, its action that
    updates the pipeline had begun, and it was then cut short, or this one began while that action ran.
    """
    before = _newest(execution, execution.earlier)
    if (
        before is not None
        and execution.kind is ExecutionKind.STANDARD
        and before.revision is not None
        and before.revision == execution.revision
        and _updated(before, execution)
    ):
        yield _link(before, SpanRelation.RESTART_OF)


def _updated(before: history.Earlier, execution: history.PipelineExecution) -> bool:
    began, ended = before.update_began_at, before.update_ended_at
    started = execution.started_at
    if began is None or started is None or started < began:
        return False
    return before.status in _CUT_SHORT or (ended is not None and started <= ended)


def _same_revision(execution: history.PipelineExecution) -> Iterator[Link]:
    """The newest execution before this one that took the same revision to an environment, but for rollbacks."""
    if execution.revision is None or execution.kind is not ExecutionKind.STANDARD:
        return
    same = [
        each
        for each in execution.earlier
        if each.reached and each.revision == execution.revision and each.kind is ExecutionKind.STANDARD
    ]
    newest = _newest(execution, same)
    if newest:
        yield _link(newest, SpanRelation.SAME_REVISION)


def _newest(execution: history.PipelineExecution, of: Iterable[history.Earlier]) -> history.Earlier | None:
    """The one that began last before the execution did."""
    if execution.started_at is None:
        return None
    own = (execution.started_at, execution.execution_id)
    known = [
        ((each.started_at, each.execution_id), each)
        for each in of
        if each.started_at and (each.started_at, each.execution_id) < own
    ]
    return max(known, key=lambda pair: pair[0])[1] if known else None


def _link(to: history.Earlier, relation: SpanRelation) -> Link:
    return Link(to.execution_id, to.attempt, relation)


def _is_traced(execution_id: str) -> bool:
    """A trace's id is a UUID's; what a rollback names may be any text."""
    try:
        return str(UUID(execution_id)) == execution_id
    except ValueError:
        return False
