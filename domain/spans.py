"""The trace of an execution: a pure function of what happened, with ids that anybody can derive.

The trace id is the execution id without its dashes. A span id is the first 16 hex digits of the SHA-256 of a text that
says what was done, in which attempt:

    <execution id>/<attempt>                                        the run
    <execution id>/<attempt>/stage/<stage>                          CodePipeline's name of the stage
    <execution id>/<attempt>/wait/<stage>                           the time in front of a wave's stage
    <execution id>/<attempt>/deployment/<environment>
    <execution id>/<attempt>/action/<stage>/<action>                CodePipeline's names of both
    <execution id>/<attempt>/check/<part>/<when>/<check>/<subject>[/<try>, from the second on]

The names of attributes are in `domain.conventions`, the rules of links in `domain.links`; docs/tracing.md lists both.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from uuid import UUID

from domain import conventions, history
from domain.conventions import Value
from domain.drafts import FAILURES, Draft, Telling, deploys, parts_of, run_of, what_of
from domain.links import links_of
from domain.words import SpanKind, SpanRelation


@dataclass(frozen=True, slots=True)
class SpanLink:
    """Another span, and what it is to the one that has the link."""

    trace_id: str
    span_id: str
    relation: SpanRelation


@dataclass(frozen=True, slots=True)
class Span:
    """A span. Ids are lower-case hex; attributes are sorted by name.

    ended_at: None while it has not ended, which only a live trace shows. failure: one sentence, empty where nobody gave
    one, or None where nothing failed.
    """

    trace_id: str
    span_id: str
    parent_id: str | None
    name: str
    kind: SpanKind
    started_at: datetime
    ended_at: datetime | None
    attributes: tuple[tuple[str, Value], ...]
    failure: str | None = None
    links: tuple[SpanLink, ...] = ()


def trace_id(execution_id: str) -> str:
    """32 hex digits. Raises ValueError when the id is not a UUID: CodePipeline's always are."""
    return UUID(execution_id).hex


def span_id(execution_id: str, attempt: int, *what: str) -> str:
    """16 hex digits; `what` is the rest of the text that this module's docstring shows."""
    text = "/".join((execution_id, str(attempt), *what))
    return sha256(text.encode()).hexdigest()[:16]


def traceparent(execution_id: str, attempt: int, *what: str) -> str:
    """The header of W3C Trace Context with which others hang their spans under this one."""
    return f"00-{trace_id(execution_id)}-{span_id(execution_id, attempt, *what)}-01"


def derive(execution: history.PipelineExecution) -> tuple[Span, ...]:
    """The spans to seal of an ended execution: the run first, then by start and id. None while it has not ended.

    What ended before an earlier attempt was sealed is in that attempt's spans, and is not repeated; nor is an attempt
    that was sealed, whatever has come to be known of it since.
    """
    sealed = sealing(execution)
    return _told(Telling(execution, sealed.attempt), sealed.until) if sealed else ()


def sealing(execution: history.PipelineExecution) -> history.Sealed | None:
    """What `derive` tells of: the attempt and its end; None where it tells nothing."""
    if execution.ended_at is None or not execution.status.ended:
        return None
    attempt = _attempt_to_seal(execution)
    return None if attempt is None else history.Sealed(attempt, execution.ended_at)


def live(execution: history.PipelineExecution, towards: str | None = None) -> tuple[Span, ...]:
    """The spans of an execution as it stands, ended or not, with everything that is known of earlier attempts.

    towards: an environment's name, for what was done from the source to that environment: waves behind it and other
    environments are left out.
    """
    attempt = _attempt_to_seal(execution) or max(execution.sealed).attempt
    ended = execution.ended_at if execution.status.ended else None
    return _told(
        Telling(execution, attempt, whole=True), ended, _towards(execution, towards) if towards else _everything
    )


def _everything(_: tuple[str, ...]) -> bool:
    return True


def _attempt_to_seal(execution: history.PipelineExecution) -> int | None:
    """The attempt that is not sealed yet. Where the sender counts none, what began after the last end is the next."""
    sealed = max(execution.sealed, default=None)
    if sealed is None or sealed.attempt < execution.attempt:
        return execution.attempt
    again = any(action.started_at and action.started_at > sealed.until for action in execution.actions)
    return sealed.attempt + 1 if again else None


def _told(
    telling: Telling, last: datetime | None, wanted: Callable[[tuple[str, ...]], bool] = _everything
) -> tuple[Span, ...]:
    drafts = [draft for draft in parts_of(telling) if wanted(draft.what) and (draft.started_at or draft.ended_at)]
    run = run_of(telling, drafts)
    if not (run.started_at or run.ended_at):
        return ()
    parents = {
        draft.what: span_id(telling.execution.execution_id, draft.attempt, *draft.what)
        for draft in (run, *drafts)
        if draft.what[:1] != ("check",)
    }
    first, *parts = (_span(draft, telling.execution, last, parents) for draft in (run, *drafts))
    first = replace(first, links=_links(telling))
    return (first, *sorted(parts, key=lambda span: (span.started_at, span.span_id)))


def _links(telling: Telling) -> tuple[SpanLink, ...]:
    """The run's: the attempt before, where it was sealed, then other executions."""
    execution = telling.execution
    before = telling.before
    retried = [(execution.execution_id, before.attempt, SpanRelation.RETRY_OF)] if before else []
    others = [(link.execution_id, link.attempt, link.relation) for link in links_of(execution)]
    return tuple(
        SpanLink(trace_id(other), span_id(other, attempt), relation) for other, attempt, relation in (*retried, *others)
    )


def check_traceparent(execution_id: str, check: history.CheckRun) -> str:
    """The `traceparent` that a check is given: its own spans go under its run's."""
    return traceparent(execution_id, check.attempt, *what_of(check))


def _towards(execution: history.PipelineExecution, environment: str) -> Callable[[tuple[str, ...]], bool]:
    """What is on the way to an environment: the stages up to the one that deploys to it, without other environments."""
    positions = {stage.name: stage.position for stage in execution.stages}
    reaching = [positions.get(each.stage, 0) for each in execution.actions if deploys(each) == environment]
    last = max(reaching, default=max(positions.values(), default=0))
    on_the_way = {name for name, position in positions.items() if position <= last}
    waves = {stage.place.wave for stage in execution.stages if stage.place and stage.name in on_the_way}
    names = {each.environment.name for each in execution.deployments} | {_of(each) for each in execution.actions}
    others = names - {environment, None}
    elsewhere = {("action", each.stage, each.name) for each in execution.actions if _of(each) in others}
    checked = {what_of(check) for check in execution.check_runs if check.place.wave in waves}

    def wanted(what: tuple[str, ...]) -> bool:
        if what[0] == "deployment":
            return what[1] == environment
        if what[0] == "check":
            return what in checked and what[4] not in others
        return what[1] in on_the_way and what not in elsewhere

    return wanted


def _of(action: history.ActionExecution) -> str | None:
    return action.environment.name if action.environment else None


def _span(
    draft: Draft,
    execution: history.PipelineExecution,
    last: datetime | None,
    ids: Mapping[tuple[str, ...], str],
) -> Span:
    """last: when the execution ended; None while it has not, and what has not ended is open."""
    started, ended, inferred = _times(draft, last)
    failed = draft.result in FAILURES
    attributes = {
        **conventions.of_every_span(execution),
        **draft.attributes,
        "error.type": (draft.error_type or draft.result) if failed else None,
        "interlock.time.inferred": inferred or None,
    }
    return Span(
        trace_id=trace_id(execution.execution_id),
        span_id=span_id(execution.execution_id, draft.attempt, *draft.what),
        parent_id=next((ids[parent] for parent in draft.parents if parent in ids), None),
        name=draft.name,
        kind=SpanKind.INTERNAL if draft.what else SpanKind.SERVER,
        started_at=started,
        ended_at=ended,
        attributes=tuple(sorted((name, value) for name, value in attributes.items() if value is not None)),
        failure=(draft.failure or "") if failed else None,
    )


def _times(draft: Draft, last: datetime | None) -> tuple[datetime, datetime | None, tuple[str, ...]]:
    """Start, end, and which of them nobody told: an untold end is the run's, an untold start is the end."""
    ended = draft.ended_at or last
    started = draft.started_at or ended
    assert started is not None  # a draft has a start or an end
    inferred = [] if draft.started_at else ["start"]
    if ended is None:
        return started, None, tuple(inferred)
    if draft.ended_at is None or ended < started:
        inferred.append("end")
    return started, max(started, ended), tuple(inferred)
