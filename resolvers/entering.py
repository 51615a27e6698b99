"""May this revision enter this wave? Asked by a pipeline before each wave, again and again while it waits.

One transaction: the facts, the decision, the checks before the wave once nothing else is in the way, and an event when
the decision or its blockers are others than before. The service decides; the pipeline acts.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from domain.checks import verdict
from domain.configuration.kinds import Kind
from domain.errors import NotFound, Refused
from domain.events import EventType, Happening
from domain.safety import observing
from domain.safety.baking import Observation
from domain.safety.blockers import Blocker, Entry
from domain.safety.entering import Facts, decide
from domain.safety.returning import Way
from domain.safety.way import parts, place_of
from domain.words import CheckRunStatus, CheckWhen, Decision, ExecutionKind, ExecutionStatus
from models import entering
from models.configuration import current
from models.event_log import append
from models.queries import find, take_turns
from models.tables import CheckRun, Wave, WaveEntry
from resolvers import forecasts, overrides
from resolvers.candidates import Candidate
from resolvers.check_runs import latest, outcome_of
from resolvers.checking import start_check_runs
from resolvers.configuring import Author
from resolvers.entry_facts import facts_of, flights
from resolvers.returning import means_for

HOLDS_FOR = timedelta(hours=1)
"""How long what the checks before a wave said is believed, while something else holds the revision back."""
ENTERING = "entries"
"""Two that would keep each other out do not enter in the same moment: each sees the other, or comes after it."""


@dataclass(frozen=True, slots=True)
class Entered:
    """What is answered. at: the decision's time; check_runs: those before the wave that are to be carried out now.

    rollback: how the wave would be returned, if it failed.
    """

    entry: Entry
    at: datetime
    check_runs: Sequence[CheckRun] = ()
    rollback: Way | None = None


async def enter_wave(
    session: AsyncSession, actor: str, *, now: datetime, execution_id: str, stage: str, observations: Any = None
) -> Entered:
    """Whether an execution may enter the wave that CodePipeline's stage deploys; the execution is held meanwhile.

    observations: what the gate saw of the declared alarms (domain.safety.observing). Raises NotFound for an unknown
    execution or stage, InvalidValue for observations, and Refused: EXECUTION_ENDED, NOT_RESUMED, WAVE_ARCHIVED,
    SERVICE_ARCHIVED, or BUSY.
    """
    candidate = await _candidate(session, execution_id, stage)
    seen = [] if observations is None else observing.observations(observations, candidate.part.environments)
    _require_running(candidate, stage)
    facts, runs = await facts_of(session, candidate, now, seen)
    facts, check_runs = await _with_checks(session, actor, candidate, stage, facts, runs, now)
    entry = decide(facts, now)
    if entry.decision is Decision.PROCEED and not check_runs:
        await take_turns(session, ENTERING)
        entry = decide(replace(facts, flights=await flights(session, candidate)), now)
    if await _remember(session, actor, candidate, stage, entry, seen, now):
        await forecasts.record(session, candidate.execution.id, now, facts, entry, candidate.part.name)
    if entry.decision is Decision.PROCEED and entry.blockers and not check_runs:
        await _note_overrides(session, actor, candidate, entry, now)
    way = await means_for(session, candidate.pipeline, stage, now=now, execution=candidate.execution)
    return Entered(entry, now, check_runs if entry.decision is not Decision.STOP else (), way)


async def _candidate(session: AsyncSession, execution_id: str, stage: str) -> Candidate:
    asking = await entering.asking(session, execution_id)
    if asking is None:
        raise NotFound("execution", execution_id, field="executionId")
    execution, pipeline, service = asking
    if pipeline.structure is None or service is None:
        raise NotFound("pipeline", pipeline.arn, field="executionId")
    way = parts(pipeline.structure)
    place = place_of(way, stage=stage)
    if place is None:
        raise NotFound("stage", stage, [name for part in way for name in part.stages], field="stage")
    stored = await current(session)
    configuration = stored.configuration
    if service not in configuration.services:
        raise _gone("SERVICE_ARCHIVED", f"the service {service!r}")
    if way[place].wave not in configuration.waves:
        raise _gone("WAVE_ARCHIVED", f"the wave {way[place].wave!r}")
    entries = await entering.entries_of(session, [execution.id])
    return Candidate(
        stored=stored,
        service=configuration.services[service],
        wave=configuration.waves[way[place].wave],
        pipeline=pipeline,
        execution=execution,
        way=way,
        place=place,
        stages=(await entering.stages_of(session, [execution.id]))[execution.id],
        entries={name: entry for (_, name), entry in entries.items()},
    )


def _gone(code: str, what: str) -> Refused:
    remedy = "Bring it back, or let the pipeline be synthesized again: it then goes where the plan says."
    return Refused(code, f"Nothing is decided for {what}: it is no longer in the fleet.", remedy=remedy)


def _require_running(candidate: Candidate, stage: str) -> None:
    """What has ended enters nothing any more. A retry begins before its event has come: then it is a matter of time.

    Who waited when the execution ended, and still asks, is a machine that was left running.
    """
    execution = candidate.execution
    if execution.status is ExecutionStatus.IN_PROGRESS:
        return
    entry = candidate.entries.get(stage)
    waited = entry is not None and entry.attempt == execution.attempt and entry.decision is Decision.WAIT
    again = execution.status in (ExecutionStatus.FAILED, ExecutionStatus.STOPPED) and not waited
    raise Refused(
        "NOT_RESUMED" if again else "EXECUTION_ENDED",
        f"The execution {execution.execution_id} is {execution.status}, and enters {candidate.part.name} no more.",
        remedy="Ask again in a moment: its retry is not told yet." if again else "Release the revision again.",
        path=["executionId"],
    )


async def _with_checks(
    session: AsyncSession,
    actor: str,
    candidate: Candidate,
    stage: str,
    facts: Facts,
    runs: Sequence[CheckRun],
    now: datetime,
) -> tuple[Facts, Sequence[CheckRun]]:
    """The facts with what the checks before the wave come to, and those of them that are to be carried out now.

    They are started when all else is clear: a check that passed hours ago says little of now.
    """
    clear = decide(facts, now).decision is Decision.PROCEED and facts.kind is not ExecutionKind.ROLLBACK
    if not clear or not candidate.configured.requires_checks(CheckWhen.BEFORE):
        return facts, ()
    known = _believed(candidate, runs, now)
    if not known:
        known = await start_check_runs(
            session,
            actor,
            now=now,
            execution_id=candidate.execution.execution_id,
            stage=stage,
            when=CheckWhen.BEFORE,
        )
    waiting = _with_outcomes(facts, known)
    running = tuple(each for each in known if each.status is CheckRunStatus.RUNNING)
    passed_over = waiting.unreported and decide(waiting, now).decision is Decision.PROCEED
    return waiting, () if passed_over else running


def known_checks(candidate: Candidate, facts: Facts, runs: Sequence[CheckRun], now: datetime) -> Facts:
    """The facts with what the checks before the wave have come to so far; none is started."""
    known = _believed(candidate, runs, now)
    return _with_outcomes(facts, known) if known else facts


def _believed(candidate: Candidate, runs: Sequence[CheckRun], now: datetime) -> Sequence[CheckRun]:
    """The latest runs of the checks before the wave; none where one of them is outdated."""
    before = [each for each in runs if each.part == candidate.part.name and each.when is CheckWhen.BEFORE]
    known = latest(before)
    return [] if any(_outdated(each, now) for each in known) else known


def _with_outcomes(facts: Facts, known: Sequence[CheckRun]) -> Facts:
    """A no stands at once; else what runs still is waited for, before the rest is judged."""
    running = [each for each in known if each.status is CheckRunStatus.RUNNING]
    found = verdict(map(outcome_of, known))
    if running and not found.failed:
        return replace(facts, unreported=verdict(map(outcome_of, running)).reasons)
    return replace(facts, checks=found)


def _outdated(run: CheckRun, now: datetime) -> bool:
    """An outcome of long ago; or of a time to come, as when a clock was put back; or none, for its execution ended."""
    old = run.ended_at is not None and abs(now - run.ended_at) > HOLDS_FOR
    return old or run.status is CheckRunStatus.CANCELLED


async def _remember(
    session: AsyncSession,
    actor: str,
    candidate: Candidate,
    stage: str,
    entry: Entry,
    seen: Sequence[Observation],
    now: datetime,
) -> bool:
    """Keeps the decision; an event says so where it is another than before, or rests on other blockers: whether so."""
    before, execution = candidate.entries.get(stage), candidate.execution
    told = [blocker_document(each) for each in entry.blockers]
    same = before is not None and (before.attempt, before.decision) == (execution.attempt, entry.decision)
    kept = {
        "execution_id": execution.id,
        "stage": stage,
        "wave_id": candidate.stored.rows[Kind.WAVE][candidate.wave.name].id,
        "part": candidate.part.name,
        "attempt": execution.attempt,
        "decision": entry.decision,
        "blockers": told,
        "observations": [observing.document(each) for each in seen],
        "since": before.since if before is not None and same else now,
        "asked_at": now,
    }
    await entering.keep(session, kept)
    if before is not None and same and _essence(before.blockers) == _essence(told):
        return False
    await append(session, [_made(candidate, stage, entry, before, told)], actor)
    return True


async def _note_overrides(session: AsyncSession, actor: str, candidate: Candidate, entry: Entry, now: datetime) -> None:
    """Which overrides let it in, on the record."""
    wave = await find(session, Wave, name=candidate.wave.name)
    assert wave is not None  # it is in the configuration
    by = Author(actor, now, "")
    await overrides.used(session, by, candidate.execution, wave, candidate.part.environments, entry)


def _essence(blockers: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """What makes blockers others: a sentence that counts the minutes does not."""
    return sorted(tuple(str(each.get(name)) for name in ("kind", "subject", "final", "override")) for each in blockers)


def blocker_document(blocker: Blocker) -> dict[str, Any]:
    """A blocker as it is kept and told."""
    return {
        "kind": blocker.kind,
        "sentence": blocker.sentence,
        "subject": blocker.subject,
        "since": blocker.since and blocker.since.isoformat(),
        "clearsAt": blocker.clears_at and blocker.clears_at.isoformat(),
        "final": blocker.final,
        "override": blocker.override,
    }


def _made(
    candidate: Candidate, stage: str, entry: Entry, before: WaveEntry | None, told: list[dict[str, Any]]
) -> Happening:
    pipeline, execution = candidate.pipeline, candidate.execution
    payload = {
        "pipeline": pipeline.name,
        "pipelineArn": pipeline.arn,
        "service": candidate.service.name,
        "executionId": execution.execution_id,
        "attempt": execution.attempt,
        "revision": execution.revision,
        "wave": candidate.wave.name,
        "part": candidate.part.name,
        "pipelineStage": stage,
        "decision": entry.decision,
        "previous": before and before.decision,
        "blockers": told,
        "clearsAt": entry.clears_at and entry.clears_at.isoformat(),
    }
    trace_id = execution.execution_id.replace("-", "")
    return Happening(EventType.DECISION_MADE, "PipelineExecution", execution.id, payload, trace_id)
