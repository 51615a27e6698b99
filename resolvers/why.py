"""Why is a service's next revision not in an environment? Answered for all of them, in few statements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from domain.configuration import entities
from domain.configuration.kinds import Kind
from domain.errors import NotFound, Refused
from domain.regions import KNOWN_REGIONS
from domain.safety.entering import decide
from domain.safety.way import Part, parts, place_of
from domain.safety.why import Deployed, Why
from domain.words import ActionKind, Decision, DeploymentStatus, ExecutionKind, ExecutionStatus, Progress
from models import entering
from models.configuration import Stored, current
from models.entering import DeploymentRow, StageRow
from models.tables import Pipeline, PipelineExecution, WaveEntry
from resolvers import unseen
from resolvers.candidates import Candidate
from resolvers.entering import known_checks
from resolvers.entry_facts import facts_of, placement
from resolvers.wave_progress import how_far

LOOKED_AT = 60
"""Executions of a pipeline, the newest: one is under way in each of its stages at most, and it has 50."""


@dataclass(frozen=True)
class _Place:
    """The environment that is asked about, and the service's way to it. place: None where no pipeline goes there."""

    stored: Stored
    service: entities.Service
    environment: entities.Environment
    wave: entities.Wave
    pipeline: Pipeline | None
    way: Sequence[Part]
    place: int | None


async def why(session: AsyncSession, service: str, environment: str, *, now: datetime) -> Why:
    """What holds the service's next revision back from an environment, or how far it has come.

    Raises NotFound with suggestions for names that there are not, Refused for an environment that the service does not
    go to: NOT_PLACED. For a narrowed viewer it is decided by all that there is, too.
    """
    seen = unseen.seen_in(session)
    if seen is not None:
        unseen.require_seen(seen, service, environment)
        async with seen.whole() as whole:
            return await unseen.untold(whole, seen, await why(whole, service, environment, now=now))
    at = await _place(session, service, environment)
    if at.pipeline is None or at.place is None:
        return _without_pipeline(at, now)
    executions = await entering.newest(session, at.pipeline.id, LOOKED_AT)
    keys = [each.id for each in executions]
    stages, entries = await entering.stages_of(session, keys), await entering.entries_of(session, keys)
    rows = at.stored.rows
    last, there = await entering.deployments_to(
        session, rows[Kind.SERVICE][service].id, rows[Kind.ENVIRONMENT][environment].id, keys
    )
    candidates = [_candidate(at, at.place, each, stages[each.id], entries) for each in executions]
    chosen = _chosen(candidates, there)
    told = _said(at, now, candidates[0] if candidates else None)
    told = replace(told, deployed=last and Deployed(last.revision, last.ended_at))
    if chosen is None:
        return _nothing(told, candidates, last)
    told = replace(told, revision=chosen.execution.revision, execution=chosen.execution.execution_id)
    return await _explained(session, chosen, there.get(chosen.execution.id), told, now)


async def _place(session: AsyncSession, service: str, environment: str) -> _Place:
    stored = await current(session)
    configuration = stored.configuration
    there, place = configuration.services.get(service), configuration.environments.get(environment)
    if there is None:
        raise NotFound("service", service, configuration.services, field="service")
    if place is None:
        raise NotFound("environment", environment, configuration.environments, field="environment")
    if environment not in placement(configuration, there):
        raise Refused(
            "NOT_PLACED",
            f"{service} does not go to {environment}.",
            path=["environment"],
            remedy=f"Ask about an environment that it goes to, or change its placement: `interlock status {service}`.",
        )
    wave = configuration.waves[place.wave]
    pipelines = await entering.pipelines_of(session, stored.rows[Kind.SERVICE][service].id)
    for pipeline in pipelines:
        way = parts(pipeline.structure)
        found = place_of(way, environment=environment)
        if found is not None:
            return _Place(stored, there, place, wave, pipeline, way, found)
    return _Place(stored, there, place, wave, pipelines[0] if pipelines else None, (), None)


def _said(at: _Place, now: datetime, candidate: Candidate | None) -> Why:
    """What holds whatever the revision is."""
    configuration = at.stored.configuration
    waves = [each.name for each in configuration.waves_of[at.wave.stage]]
    known = configuration.regions.get(at.environment.region) or KNOWN_REGIONS[at.environment.region]
    return Why(
        service=at.service.name,
        environment=at.environment.name,
        stage=at.wave.stage,
        wave=at.wave.name,
        number=candidate.number if candidate else waves.index(at.wave.name) + 1,
        at=now,
        progress=Progress.UNKNOWN,
        pipeline=at.pipeline.name if at.pipeline else None,
        zone=known.time_zone,
    )


def _without_pipeline(at: _Place, now: datetime) -> Why:
    if at.pipeline is None:
        reason = f"no pipeline of {at.service.name} is known: deploy its pipeline's stack once"
    elif at.pipeline.structure is None:
        reason = f"the pipeline {at.pipeline.name} is not pipelinekit's: what it does is recorded, and not decided"
    else:
        reason = f"the pipeline {at.pipeline.name} was built before it went there: let it run, to build itself anew"
    return replace(_said(at, now, None), reasons=[reason])


def _candidate(
    at: _Place,
    place: int,
    execution: PipelineExecution,
    stages: Mapping[str, StageRow],
    entries: Mapping[tuple[UUID, str], WaveEntry],
) -> Candidate:
    assert at.pipeline is not None
    own = {stage: entry for (key, stage), entry in entries.items() if key == execution.id}
    return Candidate(at.stored, at.service, at.wave, at.pipeline, execution, at.way, place, stages, own)


def _chosen(candidates: Sequence[Candidate], there: Mapping[UUID, DeploymentRow]) -> Candidate | None:
    """The execution that is nearest to passing the part; else the newest of all, where it ended before it was there.

    A rollback is one only while it runs, in the part itself.
    """
    running = [each for each in candidates if not each.execution.status.ended and not _past(each)]
    running = [each for each in running if each.execution.kind is ExecutionKind.STANDARD or _in_part(each)]
    if running:
        return max(running, key=_reached)
    newest = next((each for each in candidates if each.execution.kind is ExecutionKind.STANDARD), None)
    if newest is None or not newest.execution.status.ended or newest.execution.status is ExecutionStatus.SUCCEEDED:
        return None
    row = there.get(newest.execution.id)
    return None if row is not None and row.status is DeploymentStatus.SUCCEEDED else newest


def _reached(candidate: Candidate) -> int:
    """The place of the part that the execution has reached, -1 for none."""
    here = candidate.furthest
    return candidate.way.index(here) if here else -1


def _past(candidate: Candidate) -> bool:
    own = [candidate.stages.get(name) for name in candidate.part.stages]
    passed = all(each is not None and each.status is ExecutionStatus.SUCCEEDED for each in own)
    return passed or _reached(candidate) > candidate.place


def _in_part(candidate: Candidate) -> bool:
    return any(name in candidate.stages for name in candidate.part.stages)


def _nothing(told: Why, candidates: Sequence[Candidate], last: DeploymentRow | None) -> Why:
    """What is said where nothing is under way."""
    if last is not None:
        return replace(told, progress=Progress.DEPLOYED, revision=last.revision)
    return replace(
        told, reasons=["nothing was ever deployed there, and nothing is under way" if candidates else "it never ran"]
    )


async def _explained(
    session: AsyncSession, chosen: Candidate, row: DeploymentRow | None, told: Why, now: datetime
) -> Why:
    facts, runs = await facts_of(session, chosen, now)
    execution = chosen.execution
    if execution.status.ended:
        return replace(told, progress=Progress.ENDED, reasons=_end(chosen, row))
    progress = _progress(chosen, row)
    if progress is Progress.WATCHED:
        return replace(told, progress=progress, reasons=how_far(chosen, chosen.part, runs, now)[0])
    if progress is Progress.DEPLOYING:
        back = ["it is a rollback"] if execution.kind is ExecutionKind.ROLLBACK else []
        return replace(told, progress=progress, reasons=back)
    entry = decide(known_checks(chosen, facts, runs, now), now)
    reasons = [each.sentence for each in entry.holding]
    if progress is Progress.COMING and facts.prior is None:
        reasons.insert(0, _whereabouts(chosen))
    asked = [each.asked_at for name, each in chosen.entries.items() if name in chosen.part.stages]
    return replace(
        told,
        progress=progress,
        reasons=reasons,
        decision=entry.decision,
        blockers=entry.blockers,
        clears_at=entry.clears_at,
        asked_at=max(asked, default=None),
    )


def _progress(chosen: Candidate, row: DeploymentRow | None) -> Progress:
    if not _in_part(chosen):
        return Progress.COMING
    if row is not None and row.status is DeploymentStatus.SUCCEEDED:
        return Progress.WATCHED
    if row is not None and row.status is not DeploymentStatus.PENDING:
        return Progress.DEPLOYING
    entry = chosen.entries.get(chosen.part.stages[0])
    entered = entry.decision is Decision.PROCEED if entry else not _asks(chosen)
    return Progress.DEPLOYING if entered else Progress.WAITING


def _asks(chosen: Candidate) -> bool:
    """Whether the pipeline asks before this part; one of before 0.4.0 does not."""
    stages = (chosen.pipeline.structure or {})["stages"]
    own = [action for stage in stages if stage["name"] in chosen.part.stages for action in stage["actions"]]
    return any(action["kind"] == ActionKind.ENTER for action in own)


def _whereabouts(chosen: Candidate) -> str:
    """Where an execution is that has not come to its first wave."""
    begun = [each for each in chosen.stages.values() if each.status is not ExecutionStatus.SUCCEEDED]
    where = max(begun or chosen.stages.values(), key=lambda each: str(each.started_at or ""), default=None)
    return f"this revision is in {where.name}" if where else "this revision has just begun"


def _end(chosen: Candidate, row: DeploymentRow | None) -> list[str]:
    """How an execution ended that did not get there, and why, as far as that is known."""
    status, here = chosen.execution.status, chosen.furthest
    stopped = [each for each in chosen.entries.values() if each.decision is Decision.STOP]
    if stopped:
        said = [str(blocker["sentence"]) for each in stopped for blocker in each.blockers if not blocker["override"]]
        return [f"its execution was stopped before {stopped[-1].part}: {'; '.join(said)}"]
    reason = f": {row.reason}" if row and row.reason else ""
    return [f"its execution is {status} in {here.name}{reason}" if here else f"its execution is {status}{reason}"]
